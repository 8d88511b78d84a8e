"""Findings: what rules return, and what reports print."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.findings.rules import Rule

__all__ = ["Excerpt", "Finding", "Severity", "Value", "by_weight", "lines_of", "weight", "worst"]


# A compared value: a text, several values, or None.
Value = str | tuple[str, ...] | None


class Severity(StrEnum):
    """The severity of a finding: an error stops a build, and makes `check` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Excerpt(NamedTuple):
    """One line of a text file, quoted as evidence: its number (from 1), its text and why it matters."""

    line: int
    text: str
    remark: str = ""


class Finding(NamedTuple):
    """One result of a rule for one artifact.

    `rule` is a kebab-case name. `message` is one sentence without a full stop. `artifact` is the file concerned (an
    sdist, a wheel, pyproject.toml), `line` a line number in it (from 1), `field` a core metadata field or a TOML key.
    `key` is that TOML key as a path, with indices into arrays; empty where it is about something else.
    `expected` and `found` are the two values, whole; `expected_from` and `found_from` say where each came from.
    Excerpts are quoted lines of a text file.
    """

    rule: Rule
    severity: Severity
    message: str
    artifact: str = ""
    line: int | None = None
    field: str = ""
    expected: Value = None
    found: Value = None
    expected_from: str = ""
    found_from: str = ""
    excerpts: tuple[Excerpt, ...] = ()
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    key: tuple[str | int, ...] = ()


def lines_of(value: Value) -> list[str]:
    """Return the lines of one or several values; none for None."""
    if value is None:
        return []
    return [line for text in ((value,) if isinstance(value, str) else value) for line in text.split("\n")]


def weight(severity: Severity | None) -> int:
    """Return the rank of a severity: an error has the highest, None (no finding) the lowest."""
    return _WEIGHTS[severity]


_WEIGHTS = {severity: number for number, severity in enumerate((None, *reversed(Severity)))}


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by severity, the highest first, and otherwise keep their order."""
    return tuple(sorted(findings, key=lambda finding: -weight(finding.severity)))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity; None if there are no findings."""
    return next((finding.severity for finding in by_weight(findings)), None)
