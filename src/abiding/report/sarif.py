"""Report findings as SARIF 2.1.0 (OASIS).

GitHub's code scanning refuses a file in which a result has no location in the repository. So findings on a wheel are
located in the project: at a line of pyproject.toml if there is one, else at its first line; wheels are logical
locations.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from abiding._version import DOCUMENTATION, __version__
from abiding.findings.characters import visible
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of
from abiding.project.pyproject import Pyproject
from abiding.report import explanations
from abiding.report.declaration_lines import line_of
from abiding.report.grouping import release_groups, values
from abiding.report.repository import PYPROJECT, Repository, folder_of, is_of_project
from abiding.report.streaming import Later, as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release
    from abiding.report.grouping import Group

__all__ = ["SCHEMA", "Report", "log", "render"]


SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = f"{DOCUMENTATION}reference/rules/index.html"
_ROOT = "%SRCROOT%"


class Report(NamedTuple):
    """What is to be said of one project: its name, where files of it are at hand (None if nowhere), the findings."""

    project: str
    beside: Path | None
    findings: Sequence[Group]


def render(releases: Sequence[Release]) -> Iterator[str]:
    """Return the log of `check`, in pieces."""
    runs = [Report(release.name, folder_of(release), release_groups(release)) for release in releases]
    return _log("check", runs, complete=not any(release.unread for release in releases))


def log(command: str, runs: Sequence[Report], *, complete: bool) -> str:
    """Write the log of a command, with a newline at its end. `complete` is whether everything could be looked at."""
    return "".join(_log(command, runs, complete=complete))


def _log(command: str, runs: Sequence[Report], *, complete: bool) -> Iterator[str]:
    repository = Repository.around(Path())
    names = sorted({finding.rule for entry in runs for finding, _ in entry.findings})
    run = {
        "tool": {
            "driver": {
                "name": "abiding",
                "version": __version__,
                "informationUri": DOCUMENTATION,
                "rules": [_rule(name) for name in names],
            }
        },
        # A later run of the same command takes the place of this one; one of another command does not.
        "automationDetails": {"id": f"abiding/{command}/"},
        "invocations": [{"executionSuccessful": complete}],
        "columnKind": "unicodeCodePoints",
        "results": Later(lambda: (result for entry in runs for result in _results(entry, repository, names))),
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Any]:
    page = explanations.page(name)
    return {
        "id": name,
        "shortDescription": {"text": _sentence(explanations.summary(name))},
        "fullDescription": {"text": explanations.meaning(name)},
        "help": {"text": page, "markdown": page},
        "helpUri": f"{_RULES}#{name}",
        "properties": {"tags": ["packaging"]},
    }


def _results(of: Report, repository: Repository, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    seen: dict[str, Iterator[int]] = {}
    place = repository.project_file(of.beside)
    pyproject = _pyproject(repository.top / place)
    for finding, artifacts in of.findings:
        of_project = is_of_project(artifacts, place)
        print_ = _fingerprint(of.project, finding)
        number = next(seen.setdefault(print_, count(1)))
        yield {
            "ruleId": finding.rule,
            "ruleIndex": names.index(finding.rule),
            "level": str(finding.severity),  # they are called the same there
            "message": {"text": _message(finding, [name for name in artifacts if name != PYPROJECT])},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": quote(place, errors="surrogateescape"), "uriBaseId": _ROOT},
                        "region": {"startLine": _line(finding, pyproject, of_project=of_project)},
                    },
                    "logicalLocations": [{"name": visible(name), "kind": "module"} for name in artifacts if name],
                }
            ],
            # GitHub goes by the first alone, which else it would make from the line.
            "partialFingerprints": {
                "primaryLocationLineHash": f"{print_}:{number}",
                "abidingFinding/v1": f"{print_}:{number}",
            },
        }


def _pyproject(path: Path) -> Pyproject | None:
    """Return the pyproject.toml of the project; None if that is another file, or can't be read."""
    if path.name == "pyproject.toml":
        with suppress(DeclarationError):
            return Pyproject.read(path.parent)
    return None


def _line(finding: Finding, pyproject: Pyproject | None, *, of_project: bool) -> int:
    """Return the line of pyproject.toml that a finding is about, or that has the expected value; else the first."""
    if of_project:
        return finding.line or 1
    declared = re.fullmatch(r"pyproject\.toml:(\d+)", finding.expected_from)
    return (int(declared[1]) if declared else pyproject and line_of(finding, pyproject)) or 1


def _fingerprint(project: str, finding: Finding) -> str:
    """Sum up what stays the same from run to run: not the line, nor which wheels, whose names have a version."""
    parts = (finding.rule, project, finding.field, *lines_of(finding.expected), "\0", *lines_of(finding.found))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _message(finding: Finding, artifacts: Sequence[str]) -> str:
    """Return the finding as a text of several lines: whoever shows it shows no more than this."""
    about = [name for name in artifacts if name]
    lines = [f"{first_of(about, 1)}: {finding.message}" if about else finding.message]
    signed = values(finding).signed
    if finding.field and signed:
        lines.append(f"{finding.field}:")
    lines += signed
    lines += [f"note: {note}" for note in finding.notes]
    lines += [f"hint: {hint}" for hint in finding.hints]
    return visible("\n".join(lines))


def _sentence(text: str) -> str:
    """Return the text as the standard wants one that stands alone."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
