"""Globs over wheel tags that say what an environment marker can say, which every resolver understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import Severity
from abiding.selecting import marker_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.declaration import Declaration
    from abiding.findings import Finding
    from abiding.pyproject import Pyproject

__all__ = ["could_be_markers"]


def __dir__() -> list[str]:
    return __all__


def could_be_markers(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """One note for each entry all of whose globs are as good as markers."""
    for entry in declaration.entries:
        markers = [marker_of(pattern) for pattern in entry.select]
        if not markers or not all(markers):
            continue
        marker = " or ".join(f"({one})" if len(markers) > 1 and " and " in one else one for one in markers if one)
        yield pyproject.finding(
            "could-be-a-marker",
            f"`select` says what the marker `{marker}` can say",
            entry.key,
            severity=Severity.NOTE,
            notes=(
                "with a marker all wheels say the same, and a resolver that reads one of them knows about the others",
            ),
            hints=(f"leave `select` out, and require `{entry.requires.partition(';')[0].strip()}; {marker}`",)
            if ";" not in entry.requires
            else (),
        )
