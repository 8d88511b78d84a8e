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

__all__ = ["hold", "refuse", "remark", "say", "warn"]


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

    Who catches warnings gets one line. Who lets Python print them, as front ends do, gets what an error looks like.
    """
    from abiding.findings.screen import one_line

    for finding in findings:
        with _printed_as(finding):
            warnings.warn(one_line(finding), UserWarning, stacklevel=5)


@contextmanager
def _printed_as(finding: Finding) -> Iterator[None]:
    from abiding.findings.screen import block

    usual = warnings.formatwarning
    warnings.formatwarning = lambda *_, **__: f"{block(finding, 'abiding: ')}\n"
    try:
        yield
    finally:
        warnings.formatwarning = usual


def remark(findings: Iterable[Finding]) -> None:
    """Print each finding, in one line, at the end of a hook."""
    from abiding.findings.screen import one_line

    for finding in findings:
        print(one_line(finding), file=sys.stderr)  # noqa: T201


def say(text: str) -> None:
    """Print what was built: one line, whatever it says."""
    print(f"abiding: {text}", file=sys.stderr)  # noqa: T201
