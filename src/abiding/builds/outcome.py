"""What a hook prints: errors that stop it, warnings, and a last line that says what was built."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding.findings.errors import RefusedError
from abiding.findings.finding import Severity
from abiding.findings.words import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.findings.finding import Finding

__all__ = ["Outcome"]


class Outcome:
    """The output of one hook. It counts the warnings."""

    def __init__(self) -> None:
        self._warned: list[str] = []

    def hold(self, findings: Iterable[Finding], closing: str) -> None:
        """Raise `RefusedError` with all findings if one of them is an error; else warn of each."""
        findings = tuple(findings)
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise RefusedError(findings, closing)
        self.warn(findings)

    def warn(self, findings: Iterable[Finding]) -> None:
        """Warn of each finding; if warnings are errors (`python -W error`), the first one stops the hook.

        The text is formatted like an error, whether Python or a front end prints it. Front ends name the place with it.
        """
        for finding in findings:
            self._warned.append(finding.rule)
            try:
                with _printing_text_alone():
                    warnings.warn_explicit(_text(finding), UserWarning, *_place(finding), module="abiding.backend")
            except UserWarning as exc:
                error = finding._replace(severity=Severity.ERROR)
                raise RefusedError((error,), "Nothing was built: Python is told that warnings are errors") from exc

    def remark(self, findings: Iterable[Finding]) -> None:
        """Print each finding without a warning: nothing is to be done about it, or it has stopped the build."""
        for finding in findings:
            print(_text(finding), file=sys.stderr)  # noqa: T201

    def say(self, text: str) -> None:
        """Print one line about the result, with the number of warnings, which some front ends show later."""
        rules = ", ".join(f"`{rule}`" for rule in dict.fromkeys(self._warned))
        warned = f"; {number_of(len(self._warned), 'warning')}: {rules}" if rules else ""
        self.announce(f"{text}{warned}")

    def announce(self, text: str) -> None:
        """Print one line. pip shows it only if the hook fails, or with `--verbose`."""
        from abiding.findings.characters import on_one_line, printable

        print(f"abiding: {printable(on_one_line(text))}", file=sys.stderr)  # noqa: T201


@contextmanager
def _printing_text_alone() -> Iterator[None]:
    usual = warnings.formatwarning
    warnings.formatwarning = lambda message, *_, **__: f"{message}\n"
    try:
        yield
    finally:
        warnings.formatwarning = usual


def _place(finding: Finding) -> tuple[str, int]:
    """Return the place that front ends print with a warning: that of pyproject.toml, or the line in it that is meant.

    They print the text of a line too, below the hints, where it looks like what to write. So the line is a part of the
    name, and what they take for the line is the column.
    """
    path = os.path.abspath("pyproject.toml")  # noqa: PTH100 (`pathlib` is not needed yet)
    lines = (finding.line, *(excerpt.line for excerpt in finding.excerpts))
    line = next(filter(None, lines), 1) if finding.artifact == "pyproject.toml" else 1
    return f"{path}:{line}", 1


def _text(finding: Finding) -> str:
    from abiding.findings.screen import block

    return block(finding, "abiding: ")
