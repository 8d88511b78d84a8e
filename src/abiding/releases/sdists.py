"""Several sdists of one release: it has one, and tools do not all take the same of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals
from abiding.project.apart import apart
from abiding.project.pyproject import key_text
from abiding.releases.comparison import RESOLVER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.artifacts.artifact import Artifact
    from abiding.releases.comparison import Compared, Comparison

__all__ = ["judge_sdists"]


_ONE = "a release has one sdist (PEP 625), and no standard says which of two a tool takes"


def judge_sdists(comparison: Comparison) -> Iterator[Finding]:
    """Find the sdists beside the one that the wheels are held against, and where they say something else."""
    first = comparison.sdist
    for compared in comparison.compared if first else ():
        if first and compared.artifact.kind == "sdist" and compared.artifact is not first:
            yield from _beside(first, compared)


def _beside(first: Artifact, compared: Compared) -> Iterator[Finding]:
    name = first.called
    hint = f"keep one of them; wheels were held against `{name}`"
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
    others = apart(*tables) if len(tables) > 1 else ()
    if others:
        severity, says = (
            Severity.WARNING,
            f"the same, and has another {literals([key_text(value.key) for value in others])}",
        )
    else:
        severity, says = Severity.NOTE, "the same"
    message = f"the release has another sdist, which says {says}: `{name}`"
    yield Finding("two-sdists", severity, message, artifact=compared.artifact.called, notes=(_ONE,), hints=(hint,))
