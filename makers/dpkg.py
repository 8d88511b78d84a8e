"""Debian's symbols files, read as dpkg reads them: those that abiding writes, and those of Debian's own packages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

__all__ = ["Listed", "Object", "minimums", "parse"]


class Listed(NamedTuple):
    """A symbol in a file: since which version it is there, the dependency that it asks for, by its number.

    `missing` is the version that has lost it, empty if none has.
    """

    first: str
    dependency: int = 0
    missing: str = ""


class Object(NamedTuple):
    """One library in a file: its name, its dependency templates, its symbols, and other fields by their name."""

    name: str
    dependencies: tuple[str, ...]
    symbols: Mapping[str, Listed]
    fields: Mapping[str, str]


_SYMBOL = re.compile(
    r"""(?:\s+|\#(?:DEPRECATED|MISSING):\s([^#]+)\#\s*)  # what has lost it
    (?:\((?P<tags>[^)]*)\))?                             # tags, of patterns for example
    (?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))
    \s+(?P<first>\S+)(?:\s+(?P<dependency>\d+))?\s*""",
    re.VERBOSE,
)
_HEADER = re.compile(r"([^\s#|*(]\S*)\s+(\S.*)")
_FIELD = re.compile(r"\*\s*([^:]+):\s*(.*\S)\s*")


def parse(text: str) -> dict[str, Object]:
    """Read a file: its libraries by their names. Raises `ValueError` for a line that is none of its form.

    Files that it includes are not read, and patterns stand for themselves: installed files have neither.
    """
    objects: dict[str, Object] = {}
    symbols: dict[str, Listed] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if symbol := _SYMBOL.fullmatch(line):
            if not objects:
                raise ValueError(f"line {number}: a symbol before any library")
            life = Listed(symbol["first"], int(symbol["dependency"] or 0), (symbol[1] or "").strip())
            symbols[symbol["quoted"] or symbol["plain"]] = life
        elif not line.strip() or line.startswith("#"):
            continue
        elif line.startswith("|") and objects:
            last = next(reversed(objects.values()))
            objects[last.name] = last._replace(dependencies=(*last.dependencies, line[1:].strip()))
        elif (named := _FIELD.fullmatch(line)) and objects:
            last = next(reversed(objects.values()))
            objects[last.name] = last._replace(fields={**last.fields, named[1]: named[2]})
        elif header := _HEADER.fullmatch(line):
            symbols = {}
            objects.pop(header[1], None)
            objects[header[1]] = Object(header[1], (header[2].strip(),), symbols, {})
        else:
            raise ValueError(f"line {number}: neither a library nor a symbol: {line[:80]}")
    return objects


def minimums(
    symbols: Iterable[str],
    needed: Iterable[str],
    objects: Mapping[str, Object],
    key: Callable[[str], Any],
    *,
    from_smallest: bool = True,
) -> dict[str, dict[str, str]]:
    """Find the least version of each dependency, by the library for which it is needed, as dpkg-shlibdeps does.

    `symbols` are those that a file takes, as `NAME@VERSION`, `needed` the libraries in the order in which it needs
    them. Each symbol is of the first of these that has it. `key` orders versions. Where a library is needed, its
    smallest version counts; without `from_smallest` that of the symbols alone, and empty if there is none.
    """
    known = [objects[name] for name in dict.fromkeys(needed) if name in objects]
    least_of: dict[str, dict[str, str]] = {}

    def raised(library: Object, number: int, version: str) -> None:
        template = library.dependencies[number]
        least = least_of.setdefault(library.name, {}).get(template, "")
        if not least or (version and key(version) > key(least)):
            least_of[library.name][template] = version

    for library in known:
        of_first = [life.first for life in library.symbols.values() if life.dependency == 0]
        raised(library, 0, min(of_first, key=key, default="") if from_smallest else "")
    for symbol in symbols:
        for library in known:
            life = library.symbols.get(symbol)
            if life and not life.missing:
                raised(library, life.dependency, life.first)
                break
    return least_of
