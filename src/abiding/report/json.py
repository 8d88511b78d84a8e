"""Releases as JSON, for programs. The keys and their meaning are a contract: `version` changes when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.findings import Severity
from abiding.report.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abiding.findings import Finding
    from abiding.release import Release

__all__ = ["VERSION", "as_data", "finding_value", "render", "written"]


def __dir__() -> list[str]:
    return __all__


VERSION = 1


def render(releases: Sequence[Release]) -> str:
    """The document, with a newline at its end."""
    return written(as_data(releases))


def written(data: Mapping[str, Any]) -> str:
    """Write a document down, with a newline at its end; no line of it is a command to the service of a CI."""
    import json

    return json.dumps(data, indent=2, ensure_ascii=False).replace("##", "\\u0023#") + "\n"


def as_data(releases: Sequence[Release]) -> dict[str, Any]:
    """The document as plain lists and dictionaries."""
    return {"version": VERSION, "releases": [_release(release) for release in releases]}


def _release(release: Release) -> dict[str, Any]:
    return {
        "name": visible(release.name),
        "version": visible(release.version),
        "case": release.case,
        "verdict": str(release.verdict),
        "resolver_relevant": release.resolver_relevant,
        "errors": {"metadata": _errors(release.findings), "compiled_files": _errors(release.compiled)},
        "artifacts": [
            {
                "filename": visible(one.filename),
                "kind": one.kind,
                "verdict": str(one.verdict),
                "level": one.level and str(one.level),
            }
            for one in release.artifacts
        ],
        "findings": [finding_value(finding) for finding in release.everything],
    }


def _errors(findings: Iterable[Finding]) -> int:
    return sum(finding.severity is Severity.ERROR for finding in findings)


def finding_value(finding: Finding) -> dict[str, Any]:
    """A finding as the document has it: null where there is no value, several values of a field on a line each."""
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "artifact": visible(finding.artifact),
        "field": visible(finding.field),
        "expected": None if finding.expected is None else visible(finding.expected),
        "found": None if finding.found is None else visible(finding.found),
        "message": visible(finding.message),
        "hint": visible("\n".join(finding.hints)) if finding.hints else None,
    }
