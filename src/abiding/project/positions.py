"""The position of each value in a TOML text, which `tomllib` does not keep.

One pass over the text, which must be valid TOML: nothing is checked here. The result is a tree, whose size is
proportional to the text, however deeply its tables are nested.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    # Where to store a position: the table or array around it, and its key there.
    _Slot = tuple[dict[str | int, "Place"], str | int]

__all__ = ["Place", "places"]


class Place(NamedTuple):
    """A value, or a table: where it begins and ends, and the places in it by key or index.

    What is not written in one piece, a table with a header or with dotted keys, has an `end` of -1, and begins where it
    is first named.
    """

    start: int
    end: int
    inside: dict[str | int, Place]


# Stands for the contents of every string and number, of which there may be a hundred thousand.
_NOTHING: dict[str | int, Place] = {}
# Spaces, line ends and comments, which may be between any two tokens.
_SPACE = pattern(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK = pattern(r"[ \t]*")
_BARE = pattern(r"[A-Za-z0-9_-]+")
_STRING = pattern(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\]|\\.)*"|\'[^\']*\'',
    re.DOTALL,
)
# A number, a boolean or a time, which may have a space between date and hour.
_SCALAR = pattern(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")


def places(text: str) -> Place:
    """Find every value of a TOML text with plain line ends."""
    root = Place(0, -1, {})
    table = root
    at = _past(_SPACE, text, 0)
    while at < len(text):
        if text[at] == "[":
            table, at = _header(text, at, root)
        else:
            at = _pair(text, at, table)
        at = _past(_SPACE, text, at)
    return root


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _header(text: str, at: int, root: Place) -> tuple[Place, int]:
    """Return the table that `[header]` or `[[header]]` begins, and where what is in it does."""
    brackets = 2 if text.startswith("[[", at) else 1
    names, end = _key(text, at + brackets)
    *above, last = names
    outer = _down(root, above, at)
    if brackets == 1:
        return _down(outer, [last], at), end + 1
    array = outer.inside.setdefault(last, Place(at, -1, {}))
    table = array.inside[len(array.inside)] = Place(at, -1, {})
    return table, end + len("]]")


def _down(place: Place, names: list[str], at: int) -> Place:
    """Return the table of these names, made at `at` if need be; of an array of tables the last one."""
    for name in names:
        place = place.inside.setdefault(name, Place(at, -1, {}))
        if place.end < 0 and 0 in place.inside:
            place = place.inside[len(place.inside) - 1]
    return place


def _pair(text: str, at: int, table: Place) -> int:
    """Take `key = value` into a table; returns where it ends."""
    (*above, last), end = _key(text, at)
    end = _past(_BLANK, text, end + len("="))
    outer = _down(table, above, at)
    outer.inside[last], end = _value(text, end)
    return end


def _key(text: str, at: int) -> tuple[list[str], int]:
    """Return the parts of a dotted key, and where what follows it stands."""
    names = []
    while True:
        at = _past(_BLANK, text, at)
        quoted = text[at] in "\"'"
        end = _past(_STRING if quoted else _BARE, text, at)
        names.append(_unquote(text[at:end]) if quoted else text[at:end])
        at = _past(_BLANK, text, end)
        if text[at] != ".":
            return names, at
        at += 1


def _unquote(key: str) -> str:
    if "\\" not in key or key[0] == "'":
        return key[1:-1]
    import tomllib

    return str(tomllib.loads(f"a = {key}")["a"])


def _value(text: str, at: int) -> tuple[Place, int]:
    """Return the value at a position, and where it ends. Without recursion: arrays lie in each other hundreds deep."""
    places: dict[str | int, Place] = {}
    slot: _Slot = (places, 0)
    open_ones: list[tuple[int, dict[str | int, Place], _Slot]] = []
    while True:
        if text[at] in "[{":
            open_ones.append((at, {}, slot))
            at += 1
        else:
            end = _past(_STRING if text[at] in "\"'" else _SCALAR, text, at)
            slot[0][slot[1]] = Place(at, end, _NOTHING)
            at = end
        at = _close(text, at, open_ones)
        if not open_ones:
            return places[0], at
        start, inside, _ = open_ones[-1]
        slot = (inside, len(inside))
        if text[start] == "{":
            (*above, last), at = _key(text, at)
            slot = (_down(Place(start, -1, inside), above, at).inside, last)
            at = _past(_BLANK, text, at + len("="))


def _close(text: str, at: int, open_ones: list[tuple[int, dict[str | int, Place], _Slot]]) -> int:
    """Close the arrays and inline tables that end here; returns where the next item begins, or what follows them."""
    while open_ones:
        at = _past(_SPACE, text, at)
        if text[at] == ",":
            at = _past(_SPACE, text, at + 1)
        if text[at] not in "]}":
            break
        start, inside, slot = open_ones.pop()
        at += 1
        slot[0][slot[1]] = Place(start, at, inside)
    return at
