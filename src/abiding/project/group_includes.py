"""How an entry of `[tool.abiding.wheel]` includes a dependency group, directly or not."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.named_tuple import NamedTuple
from abiding.project.keys import GROUPS, at, table_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.project.keys import Key

__all__ = ["ways_to"]


_WHEEL = ("tool", "abiding", "wheel")
# So many entries are told that lead to one group: whoever reads of the first knows where to look for the others.
_MOST_WAYS = 3


class _Include(NamedTuple):
    """An `include-group`: the normalised name in it, and its place."""

    group: str
    key: Key


def ways_to(table: Mapping[str, object], group: str) -> tuple[Key, ...]:
    """Return the keys of the includes that lead from entries to a group, of each entry from the group outwards."""
    steps = _steps(table, normalised(group))
    entries = (entry for entry in _of_entries(table) if entry.group in steps)
    keys: dict[Key, None] = {}
    for entry in islice(entries, _MOST_WAYS):
        way, step = [entry], steps[entry.group]
        while step:
            way.append(step)
            step = steps[step.group]
        keys |= dict.fromkeys(include.key for include in reversed(way))
    return tuple(keys)


def _steps(table: Mapping[str, object], group: str) -> dict[str, _Include | None]:
    """Return the include in each group that is the next step to the one looked for, by normalised name."""
    around: dict[str, list[tuple[str, _Include]]] = {}
    for name, values in table_at(table, (GROUPS,)).items():
        for include in _includes(values, (GROUPS, name)):
            around.setdefault(include.group, []).append((normalised(name), include))
    steps: dict[str, _Include | None] = {group: None}
    ahead = [group]
    for reached in ahead:  # which grows meanwhile
        for name, include in around.get(reached, ()):
            if name not in steps:
                steps[name] = include
                ahead.append(name)
    return steps


def _of_entries(table: Mapping[str, object]) -> Iterator[_Include]:
    yield from _includes(at(table, (*_WHEEL, "dependencies")), (*_WHEEL, "dependencies"))
    for extra, values in table_at(table, (*_WHEEL, "optional-dependencies")).items():
        yield from _includes(values, (*_WHEEL, "optional-dependencies", extra))


def _includes(values: object, key: Key) -> Iterator[_Include]:
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict) and isinstance(value.get("include-group"), str):
            yield _Include(normalised(value["include-group"]), (*key, index))
