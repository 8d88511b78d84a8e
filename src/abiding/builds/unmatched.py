"""Globs of `optional-modules` that are for no compiled file of the wheel that was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.findings.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
    from abiding.findings.finding import Finding
    from abiding.project.keys import Key

__all__ = ["unmatched"]


_KEY: Key = ("tool", "abiding", "optional-modules")


def unmatched(built: Built, entries: Entries) -> Iterator[Finding]:
    """Yield a warning for each glob that matches no compiled file: none, if the wheel has no such files at all.

    One for files with an ending that no file of this wheel has is for wheels of another system.
    """
    optional, members = entries.declaration.optional_modules, built.archive.names
    if not optional or built.kind == "editable" or not native.has_code(members):
        return
    from abiding.evidence.optional import NO_MATCH, CompiledModules

    inside = CompiledModules.of(members)
    for index, glob in enumerate(guard.modules for guard in optional):
        if inside.has(glob):
            continue
        suggestion = inside.suggestion(glob)
        yield entries.pyproject.finding(
            "bad-value",
            NO_MATCH.format(glob),
            (*_KEY, index),
            severity=Severity.WARNING,
            notes=inside.notes,
            hints=(f"did you mean `{suggestion}`?",) if suggestion else (),
        )
