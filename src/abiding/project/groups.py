"""Dependency groups of a pyproject.toml with their includes resolved (PEP 735)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import joined_literals, literals
from abiding.metadata import pins
from abiding.project.keys import GROUPS
from abiding.project.pyproject import as_toml
from abiding.project.value_types import Misshapen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from abiding.project.faults import Faults
    from abiding.project.keys import Key

__all__ = ["GroupMember", "Groups"]


class GroupMember(NamedTuple):
    """One requirement of a group, as it is written, and its place in pyproject.toml."""

    text: str
    key: Key


class Groups:
    """The table `[dependency-groups]`. What is wrong with a group is told to `faults` when it is asked for."""

    def __init__(self, table: Mapping[str, Any], faults: Faults) -> None:
        """Take the table of the whole file."""
        groups = table.get(GROUPS, {})
        self._table = table
        self._faults = faults
        self._groups = groups if isinstance(groups, dict) else {}
        self._names: dict[str, list[str]] = {}
        for name in self._groups:
            self._names.setdefault(normalised(name), []).append(name)
        self._told: set[tuple[str, Key]] = set()
        # Each group is gone through once: by includes that branch, one of a few lines is reached without end.
        self._resolved: dict[str, tuple[GroupMember, ...]] = {}

    def members(self, name: str, key: Key) -> tuple[GroupMember, ...]:
        """Resolve the group that is named at `key`: in order, includes in their places, nothing left out twice."""
        resolved: list[GroupMember] = []
        for member in self._members(name, key, ()):
            if len(resolved) == bounds.GROUP:
                message = f"the group `{name}` has more than {bounds.GROUP:,} requirements, with those that it includes"
                self._tell(message, key)
                break
            resolved.append(member)
        return tuple(resolved)

    def _members(self, name: str, key: Key, around: tuple[str, ...]) -> tuple[GroupMember, ...]:
        group = normalised(name)
        spellings = self._names.get(group, [])
        if group in around:
            circle = " includes ".join(f"`{each}`" for each in (*around[around.index(group) :], group))
            self._tell(f"the dependency groups go round in a circle: {circle}", key)
        elif not spellings:
            self._tell(f"there is no dependency group `{name}`", key, self._proposals(name, around))
        elif len(spellings) > 1:
            self._tell(
                f"{joined_literals(spellings)} are the same name of a dependency group",
                key,
            )
        elif len(around) == bounds.GROUPS_DEEP:
            self._tell(f"dependency groups include each other {bounds.GROUPS_DEEP} deep, which is too deep", key)
        else:
            if group not in self._resolved:
                members = self._of(spellings[0], (*around, group))
                self._resolved[group] = tuple(islice(members, bounds.GROUP + 1))
            return self._resolved[group]
        return ()

    def _of(self, name: str, around: tuple[str, ...]) -> Iterator[GroupMember]:
        key: Key = (GROUPS, name)
        group = self._groups[name]
        if not isinstance(group, list):
            misfit = Misshapen(key, "an array", group)
            self._tell(misfit.message(f"the dependency group `{name}`"), key, (misfit.hint,))
            return
        for index, value in enumerate(group):
            if isinstance(value, str) and pins.has_pins(value):
                message = f"`{value}` has an `x`, and other tools read the dependency group `{name}` too"
                hint = f"take it out of the group, and write {as_toml(value)} as an entry of `[tool.abiding.wheel]`"
                self._tell(message, (*key, index), (hint,))
            elif isinstance(value, str):
                yield GroupMember(value, (*key, index))
            elif (
                isinstance(value, dict) and list(value) == ["include-group"] and isinstance(value["include-group"], str)
            ):
                yield from self._members(value["include-group"], (*key, index), around)
            else:
                keys = list(value) if isinstance(value, dict) else []
                hint = 'a requirement is a string; another group is included by `{ include-group = "NAME" }`'
                others = [key for key in keys if key != "include-group"]
                hints = self._faults.similar(others[0], ["include-group"]) if others else ()
                message = f"this is nothing that the dependency group `{name}` can hold"
                self._tell(message, (*key, index), hints or (hint,))

    def _proposals(self, name: str, around: tuple[str, ...]) -> tuple[str, ...]:
        """Return hints for a missing group: the one that may be meant, or where to write it.

        None of those `around` is proposed, which would go round in a circle.
        """
        others = [group for group in self._groups if normalised(group) not in around]
        if others:
            return self._faults.similar(name, others) or (f"the groups are {literals(others)}",)
        if around:
            return (f"write it under `[{GROUPS}]`, or leave it out here",)
        misnamed = next((name for name in self._table if name != GROUPS and self._faults.similar(name, [GROUPS])), None)
        return (f"write it under `[{GROUPS}]`" + (f", not `[{misnamed}]`" if misnamed else ""),)

    def _tell(self, message: str, key: Key, hints: tuple[str, ...] = ()) -> None:
        # A group that is included in two ways is wrong once; of what stands in it, each line is.
        once = (message, key if key[0] == GROUPS else ())
        if once not in self._told:
            self._told.add(once)
            self._faults.problem("bad-group", message, key, hints=hints)
