"""The transitive closure of relations between keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["reachable"]


def reachable(start: Iterable[str], *ways: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return all keys that can be reached from some keys by any of the relations, these included."""
    waiting = list(start)
    reached = set(waiting)
    while waiting:
        key = waiting.pop()
        more = {other for way in ways for other in way.get(key, ())} - reached
        reached |= more
        waiting += more
    return frozenset(reached)
