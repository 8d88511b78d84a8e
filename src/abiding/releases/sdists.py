"""Several sdists of one release: it has one, and tools do not all take the same of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.releases.comparison import RESOLVER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.releases.comparison import Compared, Comparison

__all__ = ["judge_sdists"]


_ONE = "a release has one sdist (PEP 625), and no standard says which of two a tool takes"


def judge_sdists(comparison: Comparison) -> Iterator[Finding]:
    """Find the sdists beside the one that the wheels are held against, and where they say something else."""
    first = comparison.sdist
    for compared in comparison.compared if first else ():
        if first and compared.artifact.kind == "sdist" and compared.artifact is not first:
            yield from _beside(first.filename, compared)


def _beside(first: str, compared: Compared) -> Iterator[Finding]:
    hint = f"keep one of them; wheels were held against `{first}`"
    for difference in compared.differences:
        severity = Severity.ERROR if difference.field in RESOLVER_FIELDS else Severity.WARNING
        message = f"`{difference.field}` of one sdist of the release is not that of the other"
        origins = (first, "this sdist")
        yield difference.finding(
            "two-sdists", severity, message, compared.artifact.filename, origins, notes=(_ONE,), hints=(hint,)
        )
    if not compared.differences:
        message = f"the release has another sdist, which says the same: `{first}`"
        yield Finding(
            "two-sdists", Severity.NOTE, message, artifact=compared.artifact.filename, notes=(_ONE,), hints=(hint,)
        )
