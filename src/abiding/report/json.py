"""Report as JSON. Keys and their meaning are stable: `VERSION` changes when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding._version import __version__
from abiding.artifacts.artifact import Unreadable
from abiding.findings.characters import visible
from abiding.findings.finding import Severity
from abiding.metadata.values import is_repeated
from abiding.report.grouping import groups, release_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.findings.finding import Finding, Value
    from abiding.releases.release import CheckedArtifact, Release
    from abiding.report.grouping import Group

__all__ = ["VERSION", "document", "findings_data", "render", "value_data"]


VERSION = 2


def document(command: str, **data: object) -> str:
    """Return a document as JSON with a final newline; no line of it is a command to a CI service.

    Text from files is escaped where it could control a terminal.
    """
    return "".join(_document(command, data))


def render(releases: Sequence[Release]) -> Iterator[str]:
    """Return the document of `check`, in pieces."""
    from abiding.report.streaming import Later

    return _document("check", {"releases": Later(lambda: map(_release, releases))})


def _document(command: str, data: Mapping[str, object]) -> Iterator[str]:
    from abiding.report.streaming import as_json

    head = {"version": VERSION, "tool": {"name": "abiding", "version": __version__}, "command": command}
    return as_json({**head, **data})


def _release(release: Release) -> dict[str, Any]:
    from abiding.report.streaming import Later

    return {
        "name": visible(release.name),
        "version": visible(release.version),
        "case": release.case,
        "verdict": str(release.verdict),
        "severity": release.worst and str(release.worst),
        "resolver_relevant": release.resolver_relevant,
        "reference": visible(release.reference) or None,
        "errors": {"metadata": _errors(release.findings), "compiled_files": _errors(release.compiled)},
        "artifacts": Later(lambda: map(_file, release.files)),
        "findings": Later(lambda: map(_group_data, release_groups(release))),
    }


def _file(file: CheckedArtifact | Unreadable) -> dict[str, Any]:
    from abiding.releases.release import Verdict

    checked = None if isinstance(file, Unreadable) else file
    yanked = file.yanked if isinstance(file, Unreadable) else file.artifact.yanked
    return {
        "filename": visible(file.called),
        "kind": file.kind,
        "read_from": visible(file.read_from) or None,
        "verdict": str(checked.verdict if checked else Verdict.NOT_COMPARABLE),
        "level": str(checked.level) if checked and checked.level else None,
        "variant": visible(checked.variant) if checked and checked.variant is not None else None,
        "yanked": visible(yanked) or None,
    }


def _errors(findings: Iterable[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding, _ in groups(findings))


def findings_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as every document has them."""
    return [_group_data(group) for group in groups(findings)]


def _group_data(group: Group) -> dict[str, Any]:
    finding, artifacts = group
    about = [visible(name) for name in artifacts if name]
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "message": visible(finding.message),
        "artifact": about[0] if about else None,
        "artifacts": about,
        "line": finding.line,
        "field": visible(finding.field) or None,
        "expected": value_data(finding.expected, finding.field),
        "expected_from": visible(finding.expected_from) or None,
        "found": value_data(finding.found, finding.field),
        "found_from": visible(finding.found_from) or None,
        "excerpts": [
            {"line": excerpt.line, "text": visible(excerpt.text), "remark": visible(excerpt.remark) or None}
            for excerpt in finding.excerpts
        ],
        "notes": [visible(note) for note in finding.notes],
        "hints": [visible(hint) for hint in finding.hints],
    }


def value_data(value: Value, field: str) -> str | list[str] | None:
    """Return a value, whole: an array, also of one, where the field may have several."""
    if value is None:
        return None
    if isinstance(value, str):
        return [visible(value)] if is_repeated(field) else visible(value)
    return [visible(line) for line in value]
