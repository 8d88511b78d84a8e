"""The tables of docs/explanation/lock-files.md, made of answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lockfiles.projects import VERSIONS, Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lockfiles.questions import Answer, Desk, Published
    from lockfiles.tools import Tool

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "lock-files.md"
LOCKS = "what is locked"
DIFFERENT = "wheels that differ"
HEADS = {
    LOCKS: ("tool", "published", "reads", "locks", "`numpy<2`, with `abiding`", "bare", "by hand"),
    DIFFERENT: ("tool", "reads the wheel for", "`colorama`, by `select`", "`colorama`, by a marker"),
}


def rows_of_locks(desk: Desk, tool: Tool) -> list[str]:
    """Ask for all examples, and then for one of them and a numpy that its wheels can't live with."""
    rows = []
    published: Published
    for published in ("sdist, wheel", "sdist"):
        with desk.ask(tool, Way.ABIDING, published, *VERSIONS) as answer:
            assert answer.chosen is not None
            locked = _with_calls(answer, ", ".join(sorted(answer.chosen.keys() - VERSIONS.keys())))
        told = []
        for way, example in ((Way.ABIDING, "spam"), (Way.BARE, "spam"), (Way.BY_HAND, "eggs")):
            with desk.ask(tool, way, published, example, "numpy<2") as answer:
                told.append(answer)
        rows.append(_row(title_of(tool), published, _read(told[0]), locked, *map(_told, told)))
    return rows


def rows_of_different_wheels(desk: Desk, tool: Tool) -> list[str]:
    """Ask for a release with two wheels, of which only the one for Windows needs colorama."""
    cells = []
    read: set[str] = set()
    for way in (Way.SELECT, Way.MARKER):
        with desk.ask(tool, way, "sdist, wheel", "eggs") as answer:
            assert answer.chosen is not None
            read |= {"Windows" if "win_amd64" in name else "Linux" for name in answer.wheels}
            cells.append("locked" if "colorama" in answer.chosen else "not locked")
    return [_row(title_of(tool), " and ".join(sorted(read)), *cells)]


def title_of(tool: Tool) -> str:
    """Name a tool as the first cell of its rows does."""
    return f"`{tool.command}` {tool.version}"


def _read(answer: Answer) -> str:
    if not answer.sdists:
        return "wheel"
    if not answer.asked_backend:
        return "sdist"
    return "build" if answer.calls else "hook"


def _told(answer: Answer) -> str:
    return _with_calls(answer, "refuses" if answer.chosen is None else f"numpy {answer.chosen['numpy']}")


def _with_calls(answer: Answer, did: str) -> str:
    return f"compiles, {did}" if answer.calls else did


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def table(name: str, rows: Iterable[str]) -> str:
    heads = HEADS[name]
    return "\n".join([_row(*heads), f"|{' --- |' * len(heads)}", *rows])


def _place(name: str) -> re.Pattern[str]:
    # Its head tells a table from others.
    return re.compile(rf"{re.escape(table(name, ()))}(?:\n\|.*)*")


def shown(name: str) -> list[str]:
    """Return the rows that the page shows in a table."""
    found = _place(name).search(PAGE.read_text(encoding="utf-8"))
    assert found, f"the page has no table of {name}: {table(name, ())}"
    return found[0].splitlines()[2:]


def write(name: str, rows: Sequence[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_place(name).sub(lambda _: table(name, rows), text), encoding="utf-8")
