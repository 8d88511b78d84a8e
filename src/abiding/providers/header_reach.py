"""The declarations that can be reached from the functions that a consumer uses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.native.transitive import reachable
from abiding.providers.declarations import MEANT

if TYPE_CHECKING:
    from collections.abc import Collection

    from abiding.providers.declarations import ParsedHeaders

__all__ = ["ANYTHING", "Reach", "headers_at_hand", "reach_of"]

# The key for `void *`, which may point to any type.
ANYTHING = "void *"


class Reach(NamedTuple):
    """The `keys` of types that can be reached from some symbols, and those symbols that no header declares.

    `beyond` are keys of types that begin with one of these, and of those that they reach: a function that takes a base
    class may be given a derived one.
    """

    keys: frozenset[str]
    undeclared: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()

    @property
    def is_all(self) -> bool:
        """Whether all symbols are declared, so that nothing else can be reached."""
        return not self.undeclared


def reach_of(declared: ParsedHeaders, symbols: Collection[str]) -> Reach:
    """Find the types that can be reached from the functions and variables with these symbols."""
    leading: dict[str, set[str]] = defaultdict(set)
    derived: dict[str, set[str]] = defaultdict(set)
    symbols_by_key = {}
    for _, declaration in declared.of_kind(*MEANT):
        leading[declaration.key].update(declaration.uses)
        for base in declaration.begins:
            derived[base].add(declaration.key)
        if declaration.symbol in symbols:
            symbols_by_key[declaration.key] = declaration.symbol
    keys = reachable(symbols_by_key, leading)
    beyond = reachable(keys, derived, leading)
    return Reach(keys, frozenset(symbols).difference(symbols_by_key.values()), beyond - keys)


def headers_at_hand(declared: ParsedHeaders, symbols: Collection[str]) -> frozenset[str]:
    """Return the headers that are included with those that declare some functions."""
    return frozenset(
        place
        for reading, function in declared.of_kind("function")
        if function.symbol in symbols
        for place in (reading.place, *reading.includes)
    )
