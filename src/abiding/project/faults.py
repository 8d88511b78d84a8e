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
    """The errors of one file: `problems`, without the `untold` number beyond the limit, and `warnings`.

    A published sdist must build with newer versions of this package too: in an sdist, errors that earlier versions
    accepted are only warnings.
    """

    def __init__(self, pyproject: Pyproject) -> None:
        self.pyproject = pyproject
        self.problems: list[Finding] = []
        self.untold = 0
        self.warnings: list[Finding] = []

    def known_keys(
        self,
        table: Mapping[str, Any],
        key: Key,
        known: tuple[str, ...],
        astray: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add errors for unknown keys of the table at `key`; `astray` has hints for some of them."""
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
        """Return whether a missing key is there under a misspelt name, and so reported already."""
        return any(key not in known and self.similar(key, [name]) for key in table)

    def similar(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return a hint with the most similar known name; none if there are too many errors already."""
        if len(self.problems) >= bounds.FAULTS:
            return ()
        close = nearest(name, islice(known, bounds.CLOSE_NAMES))
        return (f"did you mean `{close}`?",) if close else ()

    def typed(self, value: object, kind: type[T], key: Key) -> T | None:
        """Return the value at `key`; None, with an error added, if it is of another type."""
        if isinstance(value, kind):
            return value
        name = key_text(key) if kind is dict else key[-1]
        what = f"an item of `{key[-2]}`" if isinstance(key[-1], int) else f"`{name}`"
        self.wrong_type(Misshapen(key, TYPES[kind], value), what)
        return None

    def get(self, table: Mapping[str, Any], key: Key, *, default: T) -> T:
        """Return a table's value for the last part of `key`; the default, with an error added, for a wrong type."""
        return self.typed(table.get(str(key[-1]), default), type(default), key) or default

    def choice(self, table: Mapping[str, Any], key: Key, default: E) -> E:
        """Return a table's choice for the last part of `key`; the default, with an error added, if it is invalid."""
        value = self.get(table, key, default=default.value)
        return (self.member(value, type(default), key) if value else None) or default

    def wrong_type(self, misshapen: Misshapen, name: str = "", hint: str = "", *, recent: bool = False) -> None:
        """Add the error for a value that has to be something else; `name` is used instead of its key."""
        self.problem("bad-type", misshapen.message(name), misshapen.key, hints=(hint or misshapen.hint,), recent=recent)

    def member(self, value: str, choices: type[E], key: Key) -> E | None:
        """Return the value at `key` as a choice; None, with an error added, if it is invalid."""
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
        """Add an error at `key`. `recent` is whether earlier versions accepted it."""
        self.take([self.pyproject.finding(rule, message, key, also=also, notes=notes, hints=hints)], recent=recent)

    def take(self, findings: Iterable[Finding], *, recent: bool = False) -> None:
        """Add faults, as `problem` does."""
        for finding in findings:
            lenient = recent and self.pyproject.in_sdist
            into = self.warnings if lenient else self.problems
            fault = finding._replace(severity=Severity.WARNING) if lenient else finding
            if fault in into:  # of a dependency group that is included twice
                continue
            if len(into) < bounds.FAULTS:
                into.append(fault)
            elif not lenient:
                self.untold += 1
