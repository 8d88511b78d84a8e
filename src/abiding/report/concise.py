"""Releases as one line per finding, for people with grep, and a line with the verdict of each release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, printable
from abiding.findings.screen import where
from abiding.report.text import of_all, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.releases.release import Release

__all__ = ["render"]


def render(releases: Sequence[Release]) -> str:
    """The lines, each with a newline."""
    lines = [line for release in releases for line in _lines(release)]
    return "".join(f"{printable(on_one_line(line))}\n" for line in [*lines, of_all(releases)] if line)


def _lines(release: Release) -> Iterator[str]:
    for finding in release.everything:
        yield f"{where(finding)}: {finding.severity}[{finding.rule}]: {finding.message}".replace("\n", " ")
    yield f"{release.name} {release.version}: {summary(release)}"
