"""One line for each finding, and one for the verdict of each release."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, printable
from abiding.findings.screen import where
from abiding.report.compact import briefly
from abiding.report.grouping import groups, release_groups
from abiding.report.summary import of_all, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release

__all__ = ["as_lines", "lines", "render"]


def render(releases: Sequence[Release]) -> str:
    """Return the lines, each with a newline."""
    lines = chain.from_iterable(map(_lines, releases))
    return as_lines(line for line in chain(lines, (of_all(releases),)) if line)


def _lines(release: Release) -> Iterator[str]:
    name = f"{release.name} {release.version}".strip()
    for group in release_groups(release):
        yield _line(group.finding, briefly(group.artifacts, release))
    yield f"{name}: {summary(release)}"


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a line for each finding, without escaping."""
    for group in groups(findings):
        yield _line(group.finding, group.about)


def _line(finding: Finding, about: str) -> str:
    place = where(finding._replace(artifact=about))
    return f"{place}: {finding.severity}[{finding.rule}]: {finding.message}".replace("\n", " ")


def as_lines(lines: Iterable[str]) -> str:
    """Return the lines, each with a newline, and with control characters escaped."""
    return "".join(f"{printable(on_one_line(line))}\n" for line in lines)
