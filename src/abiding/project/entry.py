"""The entries of `[tool.abiding.wheel]`, which are lines of the ABI level."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import literals
from abiding.metadata import pins, requirements
from abiding.project import exports, sanctions
from abiding.project.contradictions import DeclaredLine
from abiding.project.groups import Groups
from abiding.project.pyproject import BARE_KEY, as_toml
from abiding.project.requirement_checks import required
from abiding.project.value_types import Misshapen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.project_table import Project
    from abiding.project.select_globs import Never

__all__ = ["Entry", "EntryReader", "Load", "Reason"]


class Reason(StrEnum):
    """Why a wheel needs the line. Distributors may leave out pre-emptive lines, and no others."""

    ABI = "abi"
    POLICY = "policy"
    KNOWN_PROBLEM = "known-problem"
    PRE_EMPTIVE = "pre-emptive"


class Load(StrEnum):
    """How a wheel finds the library of a native entry: by its run path, or because it is loaded before."""

    RUN_PATH = "run-path"
    PRELOAD = "preload"


class Entry(NamedTuple):
    """One line of the ABI level.

    `requires` is the requirement as it is written (PEP 508, pins unfilled), `extra` the extra that it belongs to or
    empty, `select` globs over the wheel's tag (`cp311-cp311-linux_x86_64`), `variant` the build that it applies to or
    empty for all. `key` is its place in pyproject.toml.
    """

    requires: str
    extra: str
    key: Key
    native: bool = False
    select: tuple[str, ...] = ()
    variant: str = ""
    reason: Reason = Reason.ABI
    note: str = ""
    load: Load = Load.RUN_PATH
    ignore_exports: bool = False

    @property
    def name(self) -> str:
        """The normalised name of the distribution required."""
        return normalised(requirements.parse(pins.sample(self.requires)).name)

    def selects(self, tags: Iterable[str]) -> bool:
        """Return whether the entry applies to a wheel that has one of these tags."""
        return not self.select or any(fnmatchcase(tag, pattern) for tag in tags for pattern in self.select)

    def is_of_variant(self, variant: str) -> bool:
        """Return whether the entry applies to builds of a variant, or, if that is empty, to those without one."""
        return self.variant in ("", variant)

    @property
    def marker(self) -> str:
        """The marker that could replace `select`; empty if none could.

        An entry with a pin has none: its distribution is not installed, and can't fill it, where a marker is false.
        """
        if not self.select or pins.has_pins(self.requires):
            return ""
        from abiding.project.select_globs import exact_marker

        return exact_marker(self.select) or ""

    @property
    def is_selected(self) -> bool:
        """Whether its `select` says what no marker could, so that it is for some of the wheels of a release only."""
        if not self.select or self.marker:
            return False
        from abiding.project.select_globs import exact_marker

        return exact_marker(self.select) != ""

    @property
    def applies_here(self) -> bool:
        """Whether its marker is true in this environment."""
        return requirements.applies(requirements.parse(pins.sample(self.requires)))

    @property
    def joins_build(self) -> bool:
        """Whether its distribution must be in the build environment, to be linked with or for its pin."""
        return self.native or pins.has_pins(self.requires)

    @property
    def template(self) -> str:
        """The line as METADATA has it, pins unfilled."""
        return self.in_metadata(self.requires)

    def declared(self, filled: str = "") -> DeclaredLine:
        """Return the line to compare with others; `filled` is `requires` with filled pins, if known."""
        pin = self.requires if pins.has_pins(self.requires) else ""
        text, says = (filled, filled) if filled else (self.requires, pins.without_pins(self.requires))
        return DeclaredLine(self.key, text, says, self.extra, pin if filled else "", self.select, self.variant)

    def in_metadata(self, text: str) -> str:
        """Return `text`, which is `requires` with filled pins, as a line of METADATA, with the marker for its extra."""
        if not self.extra:
            return text
        return requirements.with_extra(text, normalised(self.extra))


_WHEEL_KEYS = ("dependencies", "optional-dependencies")
_ENTRY_KEYS = (
    *("requires", "include-group", "native", "select", "variant", "reason", "note"),
    *("load", "ignore-exports"),
)


class EntryReader:
    """Reads the entries, and adds errors to `faults`."""

    def __init__(self, faults: Faults, project: Project) -> None:
        self.faults, self.project = faults, project
        self.groups = Groups(faults.pyproject.table, faults)
        self.globs = 0  # of all entries so far

    def entries(self, table: Mapping[str, Any]) -> Iterator[Entry]:
        """Read the entries for wheels from `table`, which is `[tool.abiding]`."""
        key: Key = ("tool", "abiding", "wheel")
        wheel: dict[str, Any] = self.faults.get(table, key, default={})
        self.faults.known_keys(wheel, key, _WHEEL_KEYS)
        yield from self._entry_list(wheel.get("dependencies", []), (*key, "dependencies"), "")
        key = (*key, "optional-dependencies")
        extras: dict[str, Any] = self.faults.get(wheel, key, default={})
        _judge_extras(self.faults, self.project, {extra: (*key, extra) for extra in extras})
        for extra, values in extras.items():
            yield from self._entry_list(values, (*key, extra), extra)

    def _entry_list(self, values: object, key: Key, extra: str) -> Iterator[Entry]:
        for index, value in enumerate(self.faults.typed(values, list, key) or []):
            yield from self._entry(value, (*key, index), extra)

    def _entry(self, value: object, key: Key, extra: str) -> Iterator[Entry]:
        """Read the value at `key`: one line, or those of a dependency group."""
        if isinstance(value, str):
            value = {"requires": value}
        elif not isinstance(value, dict):
            hint = 'for example `"numpy>=2"`, or `{ requires = "numpy>=2", note = "why" }`'
            self.faults.wrong_type(Misshapen(key, "a string or a table", value), "an entry", hint)
            return
        self.faults.known_keys(value, key, _ENTRY_KEYS)
        if "requires" in value and "include-group" in value:
            hints = ("make two entries of it",)
            self.faults.problem("bad-value", "an entry has `requires` or `include-group`, not both", key, hints=hints)
        elif "include-group" in value:
            yield from self._of_group(value, key, extra)
        elif "requires" in value:
            requires = self._requirement(value["requires"], (*key, "requires"), extra)
            yield from self._check(Entry(requires or "", extra, key, **self._options(value, key)))
        elif not any(self.faults.misspelled(name, value, _ENTRY_KEYS) for name in ("requires", "include-group")):
            hint = 'for example `{ requires = "numpy>=2" }`, or `{ include-group = "NAME" }` for a dependency group'
            self.faults.problem("missing-key", "the entry has no `requires`", key, hints=(hint,))

    def _of_group(self, value: Mapping[str, Any], key: Key, extra: str) -> Iterator[Entry]:
        """Make an entry of each line of a dependency group, with the other keys of the table at `key`."""
        name = self.faults.typed(value["include-group"], str, (*key, "include-group"))
        options = self._options(value, key)
        for member in self.groups.members(name, (*key, "include-group")) if name is not None else ():
            requires = self._requirement(member.text, member.key, extra) or ""
            yield from self._check(Entry(requires, extra, member.key, **options))

    def _options(self, value: Mapping[str, Any], key: Key) -> dict[str, Any]:
        """Read the other keys of an entry's table."""
        exports.hold_to_native(self.faults, value, key, _ENTRY_KEYS)
        faults = self.faults
        return {
            "load": faults.choice(value, (*key, "load"), Load.RUN_PATH),
            "reason": faults.choice(value, (*key, "reason"), Reason.ABI),
            "native": faults.get(value, (*key, "native"), default=False),
            "ignore_exports": faults.get(value, (*key, "ignore-exports"), default=False),
            "select": self._globs(value.get("select", []), (*key, "select")),
            "variant": faults.get(value, (*key, "variant"), default=""),
            "note": faults.get(value, (*key, "note"), default=""),
        }

    def _check(self, entry: Entry) -> Iterator[Entry]:
        """Yield an entry if it has a requirement, and check whether a marker could replace its `select`."""
        if entry.requires:
            if entry.marker:
                sanctions.needless_select(self.faults, entry.requires, entry.marker, entry.key)
            yield entry

    def _requirement(self, value: object, key: Key, extra: str) -> str | None:
        text = self.faults.typed(value, str, key)
        return None if text is None else required(self.faults, text.strip(), key, extra)

    def _globs(self, value: object, key: Key) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            hint = 'for example `select = "*-win_*"`'
            self.faults.wrong_type(Misshapen(key, "a glob or an array of globs", value), "`select`", hint)
            return ()
        if None in [self.faults.typed(item, str, (*key, index)) for index, item in enumerate(value)]:
            return ()
        for fault in _never_matching(value):
            self.faults.problem(
                "bad-value", fault.message, key, notes=fault.notes, hints=(fault.hint,), recent=fault.recent
            )
        left = bounds.GLOBS - self.globs
        self.globs += len(value)
        if 0 <= left < len(value):
            self.faults.problem(
                "bad-value", f"the entries have more than {bounds.GLOBS:,} globs, which is too many", key
            )
        return tuple(glob[: bounds.GLOB] for glob in value[: max(left, 0)])


def _judge_extras(faults: Faults, project: Project, keys: Mapping[str, Key]) -> None:
    """Add an error for each extra that the project does not have; they are given with their keys."""
    if project.gives("optional-dependencies"):
        value = (project.table or {})["optional-dependencies"]
        if isinstance(value, dict):  # else there is an error already
            extras = {normalised(extra): extra for extra in value}
            note = f"`project.optional-dependencies` has {literals(extras.values()) or 'none'}"
            for extra, key in keys.items():
                if normalised(extra) not in extras:
                    hints = faults.similar(extra, extras.values()) or (_new_extra(extra),)
                    message = f"the project has no extra `{extra}`"
                    faults.problem("unknown-extra", message, key, notes=(note,), hints=hints)
    elif project.table is not None and "optional-dependencies" not in project.dynamic:
        for extra, key in keys.items():
            message = f"the project has no extra `{extra}`: it has none at all"
            faults.problem("unknown-extra", message, key, hints=(_new_extra(extra),))


def _new_extra(extra: str) -> str:
    name = extra if BARE_KEY.fullmatch(extra) else as_toml(extra)
    return f"if it is a new one, write `{name} = []` under `[project.optional-dependencies]`"


def _never_matching(globs: list[str]) -> list[Never]:
    """Return what is wrong with the globs that match no tag."""
    if not globs:
        return []
    from abiding.project.select_globs import never

    return list(filter(None, map(never, globs)))
