"""Symbols that two builds of a library share, and whose kind has changed.

Code that uses a function is compiled to call it, and code that uses data to read a number of bytes. A program has its
own copy of data, with the size at link time, and the library uses that copy: a table that has grown is truncated there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern
from abiding.native.images import Format
from abiding.native.reading import read_image, read_symbols
from abiding.providers.symbol_tables import is_of_toolchain

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["changed_kinds"]

_FUNCTION = "a function"


def changed_kinds(old: bytes, new: bytes) -> dict[str, str]:
    """Return symbols whose kind has changed, with both kinds. Only ELF tables have kinds."""
    if {Format.of_data(old), Format.of_data(new)} != {Format.ELF}:
        return {}
    before, after = _kinds(old), _kinds(new)
    pairs = ((symbol, kind, after.get(symbol, kind)) for symbol, kind in sorted(before.items()))
    return {
        symbol: f"{kind}, now {now}"
        for symbol, kind, now in pairs
        # Symbols without kind or size are from assembler code.
        if now != kind and not any(not each or each.startswith("0 bytes") for each in (kind, now))
        if not _is_longer(kind, now)
    }


def _kinds(data: bytes) -> Mapping[str, str]:
    """Return the kind of each symbol that only a library defines, except for virtual tables, which headers cover."""
    image = read_image(data, "")
    if image is None:
        return {}
    symbols = read_symbols(data, image)
    names = (name for name in symbols.exported - symbols.vague if not name.startswith(("_ZT", "_ZG")))
    return {name: symbols.data.get(name, _FUNCTION) for name in names if not is_of_toolchain(name)}


def _is_longer(before: str, after: str) -> bool:
    """Return whether data is a text that has grown, like a version: numbers and pointers have other sizes."""
    old, new = _SIZED.match(before), _SIZED.match(after)
    if not old or not new or old[2] != new[2]:
        return False
    sizes = int(old[1]), int(new[1])
    return sizes[0] < sizes[1] and not set(sizes) <= _OF_NUMBERS and any(size % _WORD for size in sizes)


_SIZED = pattern(r"(\d+) bytes of (.+)")
_OF_NUMBERS = {1, 2, 4, 8}
_WORD = 4
