"""Report releases as workflow commands of GitHub Actions, which become annotations."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.characters import on_one_line, printable
from abiding.findings.finding import Severity
from abiding.findings.words import beginning
from abiding.report.compact import briefly
from abiding.report.grouping import groups, release_groups, values
from abiding.report.repository import PYPROJECT, Repository, folder_of, is_of_project
from abiding.report.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release
    from abiding.report.grouping import Group

__all__ = ["as_commands", "render"]


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(releases: Sequence[Release]) -> str:
    """Return one command for each finding, even for several files: GitHub shows at most ten of a kind."""
    repository = Repository.around(Path())
    text = StringIO()  # which keeps no string for each line
    text.writelines(f"{line}\n" for release in releases for line in _lines(release, repository))
    return text.getvalue()


def _lines(release: Release, repository: Repository) -> Iterator[str]:
    file = repository.project_file(folder_of(release))
    yield from (_command(group, briefly(group.artifacts, release), file) for group in release_groups(release))
    name = f"{release.name} {release.version}".strip()
    yield printable(on_one_line(f"{name}: {summary(release)}"))


def as_commands(findings: Iterable[Finding], file: str, last: str = "") -> str:
    """Return the commands for some findings about one project, whose `file` is named from the top of its repository."""
    lines = [*(_command(group, group.about, file) for group in groups(findings)), *([printable(last)] if last else [])]
    return "".join(f"{line}\n" for line in lines)


def _command(group: Group, about: str, file: str) -> str:
    return f"::{_COMMANDS[group.finding.severity]} {_properties(group, file)}::{_data(_message(group, about))}"


def _properties(group: Group, file: str) -> str:
    finding = group.finding
    properties = {"title": f"abiding ({finding.rule})"}
    if finding.line and is_of_project(group.artifacts, file):
        # Only files in the repository can be annotated, which artifacts are not.
        properties = {"file": file, "line": str(finding.line), **properties}
    pairs = ((name, _data(value).replace(":", "%3A").replace(",", "%2C")) for name, value in properties.items())
    return ",".join(f"{name}={value}" for name, value in pairs)


def _message(group: Group, about: str) -> str:
    finding = group.finding
    lines = [finding.message if about in ("", PYPROJECT) else f"{about}: {finding.message}"]
    lines += [line for line in values(finding).signed if line[2:]]
    lines += [f"hint: {hint}" for hint in finding.hints]
    return "\n".join(beginning(line, bounds.SHOWN_ON_PAGE) for line in lines)


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\n", "%0A")
