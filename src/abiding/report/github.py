"""Releases as workflow commands of GitHub Actions: its pages show them as annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, printable
from abiding.findings.excerpts import excerpts
from abiding.findings.finding import Severity
from abiding.report.grouping import merged
from abiding.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release

__all__ = ["commands", "render"]


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(releases: Sequence[Release]) -> str:
    """One command per finding, those that only differ in their artifact as one: a page shows ten of a kind at most."""
    return "".join(f"{line}\n" for release in releases for line in _lines(release))


def _lines(release: Release) -> Iterator[str]:
    yield from commands(release.everything)
    yield printable(on_one_line(f"{release.name} {release.version}: {summary(release)}"))


def commands(findings: Iterable[Finding]) -> Iterator[str]:
    """The commands for some findings."""
    for finding in merged(findings):
        yield f"::{_COMMANDS[finding.severity]} {_properties(finding)}::{_data(_message(finding))}"


def _properties(finding: Finding) -> str:
    properties = {"title": f"abiding ({finding.rule})"}
    if finding.line:
        # Only what lies in the repository can be annotated; an artifact does not.
        properties = {"file": finding.artifact, "line": str(finding.line), **properties}
    return ",".join(f"{name}={_property(value)}" for name, value in properties.items())


def _message(finding: Finding) -> str:
    lines = [finding.message if finding.line else f"{finding.artifact}: {finding.message}"]
    expected, found = excerpts(finding.expected, finding.found)
    lines += [f"- {line}" for line in expected if line]
    lines += [f"+ {line}" for line in found if line]
    lines += [f"hint: {hint}" for hint in finding.hints]
    return "\n".join(lines)


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
