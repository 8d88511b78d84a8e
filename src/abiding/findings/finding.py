"""Findings: what rules return, and what reports print."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.findings.rules import Rule

__all__ = ["Excerpt", "Finding", "Severity", "Value", "by_weight", "lines_of", "weight", "worst"]


# What is held against something else: a text, the values of what may have several, or nothing.
Value = str | tuple[str, ...] | None


class Severity(StrEnum):
    """How much a finding weighs: an error stops a build and makes `check` exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Excerpt(NamedTuple):
    """One line of a text file, quoted as evidence: its number (from 1), its text and why it matters."""

    line: int
    text: str
    remark: str = ""


class Finding(NamedTuple):
    """One thing that a rule has to say about one artifact.

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
    """Return the lines of a value, each of several with lines of its own; none of nothing."""
    if value is None:
        return []
    return [line for text in ((value,) if isinstance(value, str) else value) for line in text.split("\n")]


def weight(severity: Severity | None) -> int:
    """Return how much a severity weighs beside others: an error most, None (nothing was found) least."""
    return _WEIGHTS[severity]


_WEIGHTS = {severity: number for number, severity in enumerate((None, *reversed(Severity)))}


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: the gravest first, and otherwise as they came."""
    return tuple(sorted(findings, key=lambda finding: -weight(finding.severity)))


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Tell how grave the gravest is; None if there are none."""
    return next((finding.severity for finding in by_weight(findings)), None)
