"""An environment as a table: a line for each library of each distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line
from abiding.native.environment import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.native.environment import Row

__all__ = ["table", "verdict"]


_HEAD = ("DISTRIBUTION", "USED BY", "LIBRARY", "COMES FROM", "BUILT WITH", "VERDICT")
_WORDS = {
    Outcome.BUNDLED: "its own",
    Outcome.FOUND: "found",
    Outcome.AS_BUILT: "as built",
    Outcome.ANOTHER_BUILD: "another build",
    Outcome.OTHER_VERSION: "other version",
    Outcome.LACKS_SYMBOLS: "lacks symbols",
    Outcome.SYSTEM: "the system's",
    Outcome.NOT_REACHED: "not reached",
    Outcome.MISSING: "missing",
    Outcome.GONE: "gone",
    Outcome.EQUAL_LOADED: "an equal one",
    Outcome.ANOTHER_LOADED: "another one",
    Outcome.IMPORT_FAILS: "import fails",
}


def verdict(row: Row) -> str:
    """What is to be said of a library, in a few words."""
    word = _WORDS[row.outcome]
    if row.loaded:
        between = " " if row.outcome in (Outcome.EQUAL_LOADED, Outcome.ANOTHER_LOADED) else ", "
        return f"{word}{between}loaded"
    if row.wanted and row.outcome in (Outcome.SYSTEM, Outcome.MISSING):
        return f"{word}: no {row.wanted}"
    return f"{word}: not in {row.wanted} {row.installed}" if row.outcome is Outcome.GONE else word


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the table, the head first."""
    lines = [_HEAD, *(tuple(map(on_one_line, _cells(row))) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    files = row.files[0].rpartition("/")[2].partition(".")[0] if len(row.files) == 1 else f"{len(row.files)} files"
    return (row.owner, files, row.library, row.origin or "-", row.built_with or "-", verdict(row))
