"""Requirements that a file adds, drops or changes: which of two lines belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.metadata import requirements
from abiding.metadata.ranges import is_beyond_bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from abiding.metadata.difference import Difference

__all__ = ["field_notes", "requirement_changes", "text_notes"]


def text_notes(*lines: str | None) -> tuple[str, ...]:
    """Return what is to be said of requirements if one of them could not be compared in meaning."""
    present = [line for line in lines if line]
    if any(map(requirements.is_beyond_bounds, present)):
        return (_TOO_LONG,)
    if any(map(requirements.is_compared_as_text, present)):
        return ("to work out where its marker is true would take too long: it was compared as text",)
    return ()


def field_notes(difference: Difference) -> tuple[str, ...]:
    """Return the same of a field as a whole."""
    lines = (*difference.left, *difference.right)
    if difference.field == "Requires-Dist":
        return text_notes(*lines)
    if difference.field == "Requires-Python" and any(map(is_beyond_bounds, lines)):
        return (_TOO_LONG,)
    return ()


_TOO_LONG = "it is longer than anybody means: it was compared as text"


def requirement_changes(difference: Difference, declared: Collection[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield what the difference does beyond adding the declared lines.

    It is a pair: (line, None) lost, (None, line) added, or changed.

    A line that is gone and one that is new belong together if they are of the same distribution.
    """
    sanctioned = {requirements.meaning(line) for line in declared}
    added = dict.fromkeys(line for line in difference.right if requirements.meaning(line) not in sanctioned)
    of_name: dict[str, list[str]] = {}
    for line in reversed(added):
        of_name.setdefault(requirements.name_of(line), []).append(line)
    for lost in difference.left:
        same = of_name.get(requirements.name_of(lost))
        changed = same.pop() if same else None
        if changed is not None:
            del added[changed]
        yield lost, changed
    for line in added:
        yield None, line
