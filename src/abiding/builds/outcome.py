"""How a hook ends, or goes on: refused, warned, and a last line that says what was built."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding.findings.errors import RefusedError
from abiding.findings.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding

__all__ = ["begin", "hold", "refuse", "remark", "say", "warn"]


# By rule, what a hook has warned of so far.
_WARNED: list[str] = []


def refuse(findings: Sequence[Finding], closing: str) -> None:
    """Stop if there is an error among the findings. Raises `RefusedError` with all of them."""
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise RefusedError(findings, closing)


def hold(findings: Sequence[Finding], closing: str) -> None:
    """Stop if there is an error among the findings, as `refuse` does; warn of them if there is none."""
    refuse(findings, closing)
    warn(findings)


def warn(findings: Iterable[Finding]) -> None:
    """Warn of each finding; where warnings are errors (`python -W error`) the first one stops the hook.

    It looks as an error does, whoever shows it: Python, or a front end that was handed the text.
    """
    for finding in findings:
        _WARNED.append(finding.rule)
        with _printed_as_it_is():
            warnings.warn(_told(finding), UserWarning, stacklevel=5)


@contextmanager
def _printed_as_it_is() -> Iterator[None]:
    usual = warnings.formatwarning
    warnings.formatwarning = lambda message, *_, **__: f"{message}\n"
    try:
        yield
    finally:
        warnings.formatwarning = usual


def remark(findings: Iterable[Finding]) -> None:
    """Print each finding, which nobody has to do anything about in a build."""
    for finding in findings:
        print(_told(finding), file=sys.stderr)  # noqa: T201


def _told(finding: Finding) -> str:
    from abiding.findings.screen import block

    return block(finding, "abiding: ")


def begin() -> None:
    """Forget what was warned of: of another build, in the same process."""
    _WARNED.clear()


def say(text: str) -> None:
    """Print what was built: one line, whatever it says. It counts the warnings: some front ends show these later."""
    rules = ", ".join(f"`{rule}`" for rule in dict.fromkeys(_WARNED))
    warned = f"; {len(_WARNED)} warning{'s' * (len(_WARNED) > 1)}: {rules}" if rules else ""
    print(f"abiding: {text}{warned}", file=sys.stderr)  # noqa: T201
