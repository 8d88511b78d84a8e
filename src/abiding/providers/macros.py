"""The macros of a header that are constants: what is compiled has their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.providers.constants import literal
from abiding.providers.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["constants", "defined", "guards"]

_DEFINE = re.compile(r"#define ([A-Za-z_]\w*) (.+)")
_UNDEFINE = re.compile(r"#undef ([A-Za-z_]\w*)")
# What may stand before a guard, and the guard.
_BEFORE = re.compile(rb"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_GUARD = re.compile(rb"#\s*if(?:ndef\s+|\s+!\s*defined\s*\(?\s*)(\w+)\W[^#]{0,2000}?#\s*define\s+\1\b", re.DOTALL)
# Words in the names of constants that are others in each release.
_VERSIONS = frozenset(
    {"VERSION", "VER", "VERNUM", "MAJOR", "MINOR", "MICRO", "PATCH", "PATCHLEVEL", "REVISION", "RELEASE", "COMMIT"}
)
# How often macros are looked at that may be made of others.
_PASSES = 5


def defined(lines: list[str]) -> dict[str, str]:
    """Return those macros without arguments that are defined in the end, as the preprocessor has written them."""
    macros: dict[str, str] = {}
    for line in lines:
        if define := _DEFINE.fullmatch(line):
            macros[define[1]] = define[2]
        elif undefine := _UNDEFINE.fullmatch(line):
            macros.pop(undefine[1], None)
    return macros


def constants(macros: Mapping[str, str], values: dict[str, int]) -> dict[str, str]:
    """Return the macros that are constants, with their values, and add them to the `values` that are known.

    Left out is what says which release it is, by the words in its name: that is another one in each.
    """
    waiting = {name: tokens(value) for name, value in macros.items() if _VERSIONS.isdisjoint(name.upper().split("_"))}
    found: dict[str, str] = {}
    for _ in range(_PASSES):
        new = {name: text for name, words in waiting.items() if (text := literal(words, values))}
        found |= new
        values |= {name: int(text) for name, text in new.items() if text.lstrip("-").isdigit()}
        waiting = {name: words for name, words in waiting.items() if name not in new}
        if not new:
            break
    return found


def guards(data: bytes) -> Iterator[str]:
    """Give the name by which a header finds out that it was read before."""
    start = 0
    while before := _BEFORE.match(data, start):
        start = before.end()
    if guard := _GUARD.match(data, start):
        yield guard[1].decode()
