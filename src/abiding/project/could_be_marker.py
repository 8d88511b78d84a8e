"""Globs over wheel tags that say nearly what an environment marker can say, which every resolver understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Severity
from abiding.metadata import pins
from abiding.project.selecting import near_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.finding import Finding
    from abiding.project.declaration import Declaration
    from abiding.project.pyproject import Pyproject

__all__ = ["could_be_markers"]


def could_be_markers(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a note for each entry whose globs are nearly as good as a marker; those that are as good are a fault."""
    for entry in declaration.entries:
        marker = "" if entry.marker or pins.has_pins(entry.requires) else near_marker(entry.select)
        if marker:
            yield pyproject.finding(
                "could-be-a-marker",
                f"`select` says nearly what the marker `{marker}` says",
                entry.key,
                severity=Severity.NOTE,
                notes=(
                    "it is true of a Python for another machine too: 32 bits on a kernel of 64, or one under Rosetta",
                ),
            )
