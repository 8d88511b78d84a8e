"""Where lines are to be pasted that a pyproject.toml lacks: no table may stand in it twice."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from abiding.project.keys import table_at
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abiding.project.pyproject import Pyproject

__all__ = ["indent", "is_there", "line_below"]


_HEADER = re.compile(r"^[ \t]*\[[^\[\]\n]+\][ \t]*(?:#[^\n]*)?$", re.MULTILINE)


def indent(rows: Iterable[str]) -> str:
    """Return rows of TOML as hints have them."""
    return "\n".join(f"    {row}" for row in rows)


def line_below(pyproject: Pyproject, table: tuple[str, ...], rows: Sequence[str]) -> int | None:
    """Return the line of the header below which these rows would be of a table; None if there is none.

    It was tried: a header in a string is none.
    """
    expected = {**table_at(pyproject.table, table), **tomllib.loads("\n".join(rows))}
    for header in _HEADER.finditer(pyproject.text):
        try:
            if not _is_of(tomllib.loads(header[0]), table):
                continue
            pasted = tomllib.loads(
                "\n".join((pyproject.text[: header.end()], *rows, pyproject.text[header.end() + 1 :]))
            )
        except ValueError:
            continue
        if table_at(pasted, table) == expected:
            return pyproject.text.count("\n", 0, header.start()) + 1
    return None


def is_there(pyproject: Pyproject, table: tuple[str, ...]) -> bool:
    """Return whether a table could not be given anew, with its header, at the end of the file."""
    try:
        tomllib.loads(f"{pyproject.text}\n[{key_text(table)}]\n")
    except ValueError:
        return True
    return False


def _is_of(header: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Return whether a header alone, as TOML, is that of the table at a key."""
    for name in key:
        if list(header) != [name]:
            return False
        header = header[name]
    return not header
