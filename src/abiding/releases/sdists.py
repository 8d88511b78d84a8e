"""Check the sdist of a release against its pyproject.toml, the standards, and other sdists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import joined_literals, literals
from abiding.metadata.difference import field_notes
from abiding.project import hints
from abiding.project.known_backends import wrapped_in
from abiding.project.project_table import Project
from abiding.project.pyproject import key_text
from abiding.project.pyproject_differences import pyproject_differences
from abiding.releases.comparison import RESOLVER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.artifacts.artifact import Artifact
    from abiding.releases.comparison import Compared, Comparison
    from abiding.releases.declared import Own

__all__ = ["judge_sdists"]


_ONE = "a release has one sdist (PEP 625), and no standard says which of two a tool takes"


def judge_sdists(comparison: Comparison, own: Own) -> Iterator[Finding]:
    """Find errors in the reference sdist, and any other sdist beside it."""
    sdist = comparison.sdist
    if sdist is None:
        return
    yield from own.findings
    declared = own.declared is not None
    yield from _sdist_disagrees(sdist, declared=declared)
    yield from _file_rules(sdist, Severity.ERROR if declared else Severity.NOTE)
    may_append = own.declared is not None and own.declared.declaration.may_append
    if may_append and comparison.is_modern and "requires-dist" not in sdist.metadata.dynamic:
        yield Finding(
            "not-dynamic",
            Severity.ERROR,
            "PKG-INFO does not say that wheels may require more",
            artifact=sdist.called,
            field="Dynamic",
            expected="Requires-Dist",
            expected_from="pyproject.toml",
            notes=("`project.dynamic` sanctions it, but tools that read an sdist go by PKG-INFO (PEP 643)",),
            hints=('build the sdist with `build-backend = "abiding.backend"`',),
        )
    if comparison.unsaid:
        fields = joined_literals(comparison.unsaid)
        yield Finding(
            "not-comparable",
            Severity.NOTE,
            f"the sdist says nothing about {fields}, and wheels do",
            artifact=sdist.called,
            field=comparison.unsaid[0],
            notes=("old tools left it out of PKG-INFO, so nothing follows from that; the wheels were compared",),
        )
    for compared in comparison.compared:
        if compared.artifact.kind == "sdist" and compared.artifact is not sdist:
            yield from _beside(sdist, compared)


def _sdist_disagrees(sdist: Artifact, *, declared: bool) -> Iterator[Finding]:
    """Yield findings on PKG-INFO where it differs from the `[project]` table beside it."""
    whole = sdist.pyproject.table if sdist.pyproject else {}
    table = whole.get("project")
    if not isinstance(table, dict):
        return
    from abiding.project.promise import Promise

    # The readme was not read: it is in the archive.
    for difference in Promise.of(Project(table), None).broken_by(sdist.metadata):
        # Fields that no resolver reads matter to the project only.
        if declared or difference.field in RESOLVER_FIELDS:
            yield difference.finding(
                "sdist-disagrees",
                Severity.ERROR,
                f"`{difference.field}` of PKG-INFO is not what the pyproject.toml beside it says",
                sdist.called,
                ("pyproject.toml", "PKG-INFO"),
                notes=("uv reads pyproject.toml where it can, other tools read PKG-INFO", *field_notes(difference)),
                hints=(
                    "if only one of the two was edited after the sdist was made, build it anew",
                    *hints.where_a_backend_differs(
                        difference.field,
                        wrapped_in(whole),
                        "" if difference.left or len(difference.right) != 1 else difference.right[0],
                    ),
                ),
            )


def _file_rules(sdist: Artifact, severity: Severity) -> Iterator[Finding]:
    metadata = sdist.metadata
    if metadata.version < (2, 2):
        yield Finding(
            "old-metadata-version",
            severity,
            f"the sdist has Metadata-Version {metadata.get('Metadata-Version').strip() or '(none)'}",
            artifact=sdist.called,
            field="Metadata-Version",
            expected="2.2",
            expected_from="the least that an sdist must have",
            found=metadata.get("Metadata-Version").strip() or None,
            notes=("below 2.2 nothing that the sdist says is known to hold for its wheels (PEP 643)",),
            hints=("build it with a backend that writes 2.2 or later",),
        )
    fields = {field.lower(): field for field in RESOLVER_FIELDS}
    for value in metadata.all("Dynamic"):
        proper = fields.get(value.strip().lower(), value.strip())
        if proper != value.strip():
            yield Finding(
                "dynamic-spelling",
                severity,
                f"`Dynamic: {value.strip()}` is not spelled `{proper}`",
                artifact=sdist.called,
                field="Dynamic",
                expected=proper,
                found=value.strip(),
                notes=("uv compares the name by the letter, and takes the field for static",),
            )


def _beside(first: Artifact, compared: Compared) -> Iterator[Finding]:
    name = first.called
    hint = f"keep one of them; wheels were compared with `{name}`"
    for difference in compared.differences:
        severity = Severity.ERROR if difference.field in RESOLVER_FIELDS else Severity.WARNING
        message = f"`{difference.field}` of one sdist of the release is not that of the other"
        origins = (name, "this sdist")
        yield difference.finding(
            "two-sdists", severity, message, compared.artifact.called, origins, notes=(_ONE,), hints=(hint,)
        )
    if compared.differences:
        return
    tables = [artifact.pyproject.table for artifact in (first, compared.artifact) if artifact.pyproject]
    others = pyproject_differences(*tables) if len(tables) > 1 else ()
    severity, says = Severity.NOTE, "the same"
    if others:
        severity, says = (
            Severity.WARNING,
            f"{says}, and has another {literals([key_text(each.key) for each in others])}",
        )
    message = f"the release has another sdist, which says {says}: `{name}`"
    yield Finding("two-sdists", severity, message, artifact=compared.artifact.called, notes=(_ONE,), hints=(hint,))
