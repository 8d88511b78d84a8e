"""Calls in Python files that open libraries: the names that they give, as far as can be told."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.native.names import stem
from abiding.native.python_code import ADDS, IMPORT, LITERAL, OPENS, STRING, code, strings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.native.contents import Contents
    from abiding.native.images import Image

__all__ = ["Opening", "may_load", "openings"]

_LONGEST_CALL = 400
_MOST_NAMES = 16
_MAY_OPEN = pattern(rf"\b(?:{OPENS}|{ADDS})\b")
_CALL = pattern(rf"(?<!def )\b(?:({OPENS})|{ADDS})\s*\(")
# `map(CDLL, libraries)`: the function is used as a value, with unknown arguments.
_AS_VALUE = pattern(rf"[=(,]\s{{0,80}}(?:\w+\.){{0,4}}(?:({OPENS})|{ADDS})\s*(?=[,)\n])")
_BINDING = pattern(
    r"^[ \t]{0,80}(?:for[ \t]+)?(\w+)[ \t]*(?::[^=\n]{1,80})?(?:=(?!=)|\bin\b)[ \t]*([^\n]{1,400})", re.MULTILINE
)
_PARENTHESIS = pattern(r"[()]")
_NAME = pattern(r"(?<![\w.])([A-Za-z_]\w*)\b(?![\w(])")
_FOUND_BY_NAME = pattern(r"find_library\s*\(\s*['\"](?:lib)?([^'\"]+)['\"]")
_LIBRARY = pattern(r"\.(?:so|dylib|dll|pyd)(?![a-z])|^lib\w{2,}", re.IGNORECASE)


def _names(text: str) -> list[str]:
    return _NAME.findall(STRING.sub("", text))


class Opening(NamedTuple):
    """A call that opens a library, or with `folder` one that adds a folder to those that Windows searches.

    `literals` are the strings that may name it, as far as known. `always` is the name of the library if it is a literal
    in a call that each import of the module makes; else empty.
    """

    folder: bool
    literals: tuple[str, ...]
    always: str = ""

    def names(self, image: Image) -> bool:
        """Return whether a literal names this file."""
        return not self.folder and any(_fits(literal, image) for literal in self.literals)

    def may_open(self, image: Image) -> bool:
        """Return whether it may open this file, which is also so if no literal names a library."""
        if self.folder:
            return False
        return not any(_LIBRARY.search(_last(literal)) for literal in self.literals) or self.names(image)

    def may_add(self, folder: str) -> bool:
        """Return whether it may add this folder."""
        parts = [part for literal in self.literals for part in re.split(r"[/\\]", literal) if part.strip(".")]
        return self.folder and (not parts or folder.rpartition("/")[2].lower() in (part.lower() for part in parts))


def _last(literal: str) -> str:
    return re.split(r"[/\\]", literal)[-1]


def _fits(literal: str, image: Image) -> bool:
    name = _last(literal).lower()
    pieces = re.split(r"\{[^}]*\}|\*+|%s", name)
    if len(pieces) > 1:
        return bool(re.fullmatch(".*".join(map(re.escape, pieces)), image.file_name.lower()))
    return bool(name) and stem(name).removeprefix("lib") == stem(image.file_name).removeprefix("lib")


@lru_cache(maxsize=64)
def openings(contents: Contents) -> Mapping[str, tuple[Opening, ...]]:
    """Return the calls by which Python files open libraries, by the places of these files."""
    by_place: dict[str, tuple[Opening, ...]] = {}
    left = bounds.OPENINGS
    for place, text in contents.texts():
        calls = tuple(islice(_openings(code(text)), left)) if _MAY_OPEN.search(text) else ()
        left -= len(calls)
        if calls:
            by_place[place] = calls
    return by_place


def _openings(text: str) -> Iterator[Opening]:
    """Yield the calls in a file; if there are too many, the last may open anything."""
    bound: dict[str, list[str]] = {}
    for name, value in _BINDING.findall(text):
        bound.setdefault(name, []).append(value)
    elsewhere = tuple(dict.fromkeys(string for string in strings(text) if _names_library(string)))
    for number, call in enumerate(_CALL.finditer(text)):
        if number == bounds.CALLS:
            yield Opening(folder=False, literals=())
            break
        argument = _argument(text[call.end() : call.end() + _LONGEST_CALL])
        if argument.strip() not in ("", "None"):
            literals = _literals(argument, bound, elsewhere) if call[1] else _strings_in(argument, bound)
            yield Opening(not call[1], literals, _always(text, call.start(), argument) if call[1] else "")
    for value in islice(_AS_VALUE.finditer(IMPORT.sub("", text)), bounds.CALLS):
        yield Opening(not value[1], ())


# The beginning of a line before a call that always runs: not indented, without `if` and `lambda`.
_STATEMENT = pattern(r"(?:[A-Za-z_]\w*[ \t]*(?::[^=\n]{1,80})?=[ \t]*)?(?:[A-Za-z_]\w*\.){0,4}")
_ONE_LITERAL = pattern(rf"\s*(?:{LITERAL})\s*(?:,|\Z)")


def _always(text: str, start: int, argument: str) -> str:
    """Return the literal argument of a call that each import of the module makes; empty for any other call."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    literal = _ONE_LITERAL.match(argument) if _STATEMENT.fullmatch(line) else None
    return (literal[1] or literal[2] or "") if literal else ""


def _argument(text: str) -> str:
    """Return the text between the parentheses of a call."""
    depth = 1
    for match in _PARENTHESIS.finditer(text):
        depth += 1 if match[0] == "(" else -1
        if not depth:
            return text[: match.start()]
    return text


def _literals(argument: str, bound: Mapping[str, list[str]], elsewhere: tuple[str, ...]) -> tuple[str, ...]:
    """Return the strings that may name the opened library."""
    literals = _strings_in(argument, bound)
    if not _names(argument):
        return tuple(literal if _names_library(literal) else f"lib{literal}" for literal in literals)
    # The name is an argument of a function, so it is one of those in the file.
    return literals if any(map(_names_library, literals)) else (*literals, *elsewhere)


def _names_library(literal: str) -> bool:
    return bool(_LIBRARY.search(_last(literal))) and _last(literal).lower() not in ("lib64", "lib32", "libs")


def _strings_in(expression: str, bound: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the strings in an expression, and in the expressions that its names are bound to."""
    names: dict[str, None] = {}
    known: set[str] = set()
    waiting = [expression]
    while waiting and len(known) < _MOST_NAMES:
        text = waiting.pop()
        names |= dict.fromkeys(f"lib{name}.so" for name in _FOUND_BY_NAME.findall(text))
        text = _FOUND_BY_NAME.sub("", text)
        names |= dict.fromkeys(strings(text))
        for name in _names(text):
            if name not in known:
                known.add(name)
                waiting += bound.get(name, ())[:_MOST_NAMES]
    return tuple(names)


def may_load(contents: Contents, image: Image) -> bool:
    """Return whether code of a distribution may open one of its libraries."""
    return any(call.may_open(image) for calls in openings(contents).values() for call in calls)
