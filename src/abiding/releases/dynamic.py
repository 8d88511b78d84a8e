"""Check the `Dynamic` fields of a file by the core metadata specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import words
from abiding.findings.finding import Finding, Severity
from abiding.project.project_table import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.metadata.core import CoreMetadata
    from abiding.releases.comparison import Comparison

__all__ = ["bad_dynamic"]


_NEVER = frozenset({"metadata-version", "name", "version"})
# Fields for which `[project]` has a name, and the rest.
_FIELDS = frozenset(
    {field.lower() for fields in FIELDS.values() for field in fields}
    | {"dynamic", "platform", "supported-platform", "provides-dist", "obsoletes-dist", "requires-external"}
    | {"requires", "provides", "obsoletes"}
)  # fmt: skip


def bad_dynamic(comparison: Comparison, severity: Severity) -> Iterator[Finding]:
    """Find fields that no file may list as dynamic; files with equal metadata are reported once."""
    seen: set[tuple[str, ...]] = set()
    for compared in comparison.compared:
        metadata = compared.artifact.metadata
        if (values := metadata.all("Dynamic")) not in seen:
            seen.add(values)
            yield from _of_file(compared.artifact.called, metadata, severity)


def _of_file(filename: str, metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    values = dict.fromkeys(value.strip() for value in metadata.all("Dynamic"))
    unknown = [value for value in values if value.lower() not in _FIELDS | _NEVER]
    for value in (value for value in values if value.lower() in _NEVER):
        message = f"`Dynamic: {value}` can't be: a release has one"
        yield _finding(filename, severity, message, (value,), "core metadata forbids it (PEP 643)")
    if unknown:
        message = f"`Dynamic` lists {words.literals(unknown, _MOST_NAMED)}, and no field is called so"
        examples = tuple(unknown[:_MOST_SHOWN])
        yield _finding(filename, severity, message, examples, "what is listed there are fields of core metadata")


# As worded in the message, and as a value.
_MOST_NAMED, _MOST_SHOWN = 5, 100


def _finding(filename: str, severity: Severity, message: str, values: tuple[str, ...], note: str) -> Finding:
    return Finding(
        "bad-dynamic",
        severity,
        message,
        artifact=filename,
        field="Dynamic",
        found=values if len(values) > 1 else values[0],
        notes=(f"{note}, and tools that check a file refuse it",),
        hints=("leave it out of `project.dynamic`, or find out what else writes it",),
    )
