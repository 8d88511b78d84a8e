"""Collect the errors of a pyproject.toml, with checks that all keys share."""

from __future__ import annotations

from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity
from abiding.findings.nearest import nearest
from abiding.findings.words import literals
from abiding.project.pyproject import key_text
from abiding.project.value_types import TYPES, Misshapen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from enum import StrEnum
    from typing import Any, TypeVar

    from abiding.findings.rules import Rule
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

    T = TypeVar("T")
    E = TypeVar("E", bound="StrEnum")

__all__ = ["Faults"]


class Faults:
    """What is wrong with one file: `problems`, of which `untold` more were found than are kept, and `remarks`.

    A published sdist must not stop building when a newer version of this package is installed: in one, what earlier
    versions accepted is a remark, a warning.
    """

    def __init__(self, pyproject: Pyproject) -> None:
        self.pyproject = pyproject
        self.problems: list[Finding] = []
        self.untold = 0
        self.remarks: list[Finding] = []

    def known_keys(
        self,
        table: Mapping[str, Any],
        key: Key,
        known: tuple[str, ...],
        astray: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Find the keys of the table at `key` that do not exist; for those that go `astray` the hints are given."""
        for name in table:
            if name not in known:
                where = "an entry" if isinstance(key[-1], int) else f"`[{key_text(key)}]`"
                self.problem(
                    "unknown-key",
                    f"`{name}` is not a key of {where}",
                    (*key, name),
                    hints=(astray[name],)
                    if name in astray
                    else self.similar(name, known) or (f"the keys are {literals(known)}",),
                )

    def misspelled(self, name: str, table: Iterable[str], known: Collection[str]) -> bool:
        """Return whether a key that is missing is there in other letters, and so a fault already."""
        return any(key not in known and self.similar(key, [name]) for key in table)

    def similar(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the hint at a known name that is spelled like this one; none once there are too many faults."""
        if len(self.problems) >= bounds.FAULTS:
            return ()
        close = nearest(name, islice(known, bounds.CLOSE_NAMES))
        return (f"did you mean `{close}`?",) if close else ()

    def typed(self, value: object, kind: type[T], key: Key) -> T | None:
        """Return the value at `key`; None, and a fault, if it is of another type."""
        if isinstance(value, kind):
            return value
        name = key_text(key) if kind is dict else key[-1]
        what = f"an item of `{key[-2]}`" if isinstance(key[-1], int) else f"`{name}`"
        self.wrong_type(Misshapen(key, TYPES[kind], value), what)
        return None

    def get(self, table: Mapping[str, Any], key: Key, *, default: T) -> T:
        """Return what a table has for the last part of `key`; the default, and a fault, if that is of another type."""
        return self.typed(table.get(str(key[-1]), default), type(default), key) or default

    def choice(self, table: Mapping[str, Any], key: Key, default: E) -> E:
        """Return the choice that a table has for the last part of `key`; the default, and a fault, if it is none."""
        value = self.get(table, key, default=default.value)
        return (self.member(value, type(default), key) if value else None) or default

    def wrong_type(self, misshapen: Misshapen, name: str = "", hint: str = "", *, recent: bool = False) -> None:
        """Add the fault of a value that has to be something else, by another `name` than its key."""
        self.problem("bad-type", misshapen.message(name), misshapen.key, hints=(hint or misshapen.hint,), recent=recent)

    def member(self, value: str, choices: type[E], key: Key) -> E | None:
        """Return the choice that the value at `key` is; None, and a fault, if it is none."""
        try:
            return choices(value)
        except ValueError:
            self.problem(
                "bad-value",
                f"`{value}` is not a value of `{key[-1]}`",
                key,
                hints=(*self.similar(value, list(choices)), f"the values are {literals(list(choices))}"),
            )
            return None

    def problem(
        self,
        rule: Rule,
        message: str,
        key: Key,
        *,
        also: tuple[tuple[Key, str], ...] = (),
        notes: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
        recent: bool = False,
    ) -> None:
        """Add a fault at `key`. `recent` is whether earlier versions accepted it."""
        self.take([self.pyproject.finding(rule, message, key, also=also, notes=notes, hints=hints)], recent=recent)

    def take(self, findings: Iterable[Finding], *, recent: bool = False) -> None:
        """Add faults, as `problem` does."""
        for finding in findings:
            lenient = recent and self.pyproject.in_sdist
            into = self.remarks if lenient else self.problems
            fault = finding._replace(severity=Severity.WARNING) if lenient else finding
            if fault in into:  # of a dependency group that is included twice
                continue
            if len(into) < bounds.FAULTS:
                into.append(fault)
            elif not lenient:
                self.untold += 1
