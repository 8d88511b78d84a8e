"""Releases as workflow commands of GitHub Actions: its pages show them as annotations."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.characters import on_one_line, printable
from abiding.findings.excerpts import excerpts
from abiding.findings.finding import Severity
from abiding.findings.wrapping import shortened
from abiding.report.grouping import merged
from abiding.report.repository import Repository, folder_of
from abiding.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release

__all__ = ["commands", "render"]


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(releases: Sequence[Release]) -> str:
    """One command per finding, those that only differ in their artifact as one: a page shows ten of a kind at most."""
    repository = Repository.around(Path())
    text = StringIO()  # which keeps no string for each line
    text.writelines(f"{line}\n" for release in releases for line in _lines(release, repository))
    return text.getvalue()


def _lines(release: Release, repository: Repository) -> Iterator[str]:
    yield from commands(release.everything, repository.project_file(folder_of(release)))
    yield printable(on_one_line(f"{release.name} {release.version}: {summary(release)}"))


def commands(findings: Iterable[Finding], file: str) -> Iterator[str]:
    """The commands for some findings about one project, whose `file` is named from the top of its repository."""
    for finding in merged(findings):
        yield f"::{_COMMANDS[finding.severity]} {_properties(finding, file)}::{_data(_message(finding))}"


def _properties(finding: Finding, file: str) -> str:
    properties = {"title": f"abiding ({finding.rule})"}
    if finding.line and finding.artifact == "pyproject.toml":
        # Only what lies in the repository can be annotated; an artifact does not.
        properties = {"file": file, "line": str(finding.line), **properties}
    return ",".join(f"{name}={_property(value)}" for name, value in properties.items())


def _message(finding: Finding) -> str:
    lines = [finding.message if finding.line else f"{finding.artifact}: {finding.message}"]
    expected, found = excerpts(finding.expected, finding.found)
    lines += [f"- {line}" for line in expected if line]
    lines += [f"+ {line}" for line in found if line]
    lines += [f"hint: {hint}" for hint in finding.hints]
    return "\n".join(shortened(line, bounds.SHOWN_ON_PAGE) for line in lines)


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
