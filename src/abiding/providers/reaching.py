"""What the functions lead to that somebody uses, by what the headers declare."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from abiding.providers.declarations import MEANT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from abiding.providers.declarations import Declared

__all__ = ["ANYTHING", "Reached", "reached", "seen"]

# The key of what a function leads to that takes `void *`: any type.
ANYTHING = "void *"


class Reached(NamedTuple):
    """What some symbols lead to, by types: the `keys`; and those of the symbols that no header declares.

    `beyond` are those of types that begin with one of these, and of what they lead to: who says that a function takes a
    base may hand over what derives from it.
    """

    keys: frozenset[str]
    undeclared: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        """Whether all are declared: what others lead to is not known."""
        return not self.undeclared


def reached(declared: Declared, symbols: Collection[str]) -> Reached:
    """Find what the functions and variables with these symbols lead to."""
    leading: dict[str, set[str]] = defaultdict(set)
    derived: dict[str, set[str]] = defaultdict(set)
    there = {}
    for _, one in declared.of_kind(*MEANT):
        leading[one.key].update(one.uses)
        for base in one.begins:
            derived[base].add(one.key)
        if one.symbol in symbols:
            there[one.key] = one.symbol
    found = _closure(there, leading)
    beyond = _closure(found, derived, leading)
    return Reached(found, frozenset(symbols).difference(there.values()), beyond - found)


def _closure(start: Iterable[str], *ways: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return all that some keys lead to, themselves included."""
    waiting = list(start)
    found = set(waiting)
    while waiting:
        key = waiting.pop()
        more = {other for way in ways for other in way.get(key, ())} - found
        found |= more
        waiting += more
    return frozenset(found)


def seen(declared: Declared, symbols: Collection[str]) -> frozenset[str]:
    """Return the headers that somebody has at hand who includes what declares some functions."""
    return frozenset(
        place
        for reading, one in declared.of_kind("function")
        if one.symbol in symbols
        for place in (reading.place, *reading.includes)
    )
