"""Which entries apply to the wheels of a build, by their `select`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from abiding.project.entry import Entry

__all__ = ["is_for_wheels_here", "selected"]


def is_for_wheels_here(entry: Entry) -> bool | None:
    """Return whether an entry applies to all wheels that may be built here, to none of them, or (None) to some."""
    if not entry.select:
        return True
    from abiding.project import tags

    answers = {entry.selects(possible) for possible in tags.possible()}
    return answers.pop() if len(answers) == 1 else None


def selected(entries: Collection[Entry], filename: str) -> list[Entry]:
    """Return the entries that apply to a built wheel."""
    if not any(entry.select for entry in entries):
        return [*entries]
    from abiding.project import tags

    names = tags.of_wheel(filename)
    return [entry for entry in entries if not entry.select or entry.selects(names)]
