"""`[tool.abiding]`: what a project declares, read once and held to its schema, all faults in one go."""

from __future__ import annotations

import re
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.archives.naming import normalised
from abiding.files.inside import leads_out
from abiding.findings.errors import DeclarationError
from abiding.findings.words import listed
from abiding.metadata import pins, requirements
from abiding.project import exports, guarded, sanctions
from abiding.project.astray import tables_astray
from abiding.project.contradictions import DeclaredLine, contradictions, contradictions_of_api
from abiding.project.extras import judge_extras
from abiding.project.faults import Faults
from abiding.project.given import bad_requirements, requires_itself
from abiding.project.groups import Groups
from abiding.project.itself import OURS, uses_abiding
from abiding.project.required import required
from abiding.project.selecting import exact_marker, never
from abiding.project.shapes import TYPES, Misshapen
from abiding.project.table import Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abiding.findings.finding import Finding
    from abiding.project.exports import Export
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["Declaration", "Entry", "FromSdist", "Load", "Reason"]


class Reason(StrEnum):
    """Why a wheel needs the line. Distributors may leave out a pre-emptive one, and only that."""

    ABI = "abi"
    POLICY = "policy"
    KNOWN_PROBLEM = "known-problem"
    PRE_EMPTIVE = "pre-emptive"


class FromSdist(StrEnum):
    """What a build from an unpacked sdist makes when nobody asks for a level."""

    ABI = "abi"
    API = "api"
    REFUSE = "refuse"


class Load(StrEnum):
    """How a wheel gets to the library of a native entry: by its own run path, or because code has loaded it before."""

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

    @property
    def marker(self) -> str:
        """The marker that can take the place of `select`; empty if none can.

        Pins are filled from what is installed, in each build: it is not installed where a marker is false.
        """
        return "" if pins.has_pins(self.requires) else exact_marker(self.select) or ""

    @property
    def applies_here(self) -> bool:
        """Whether its marker is true in this environment."""
        return requirements.applies(requirements.parse(pins.sample(self.requires)))

    @property
    def joins_build(self) -> bool:
        """Whether what it requires has to be in the build environment: to be linked with, or to be pinned."""
        return self.native or pins.has_pins(self.requires)

    @property
    def template(self) -> str:
        """The line as METADATA has it, pins unfilled."""
        return self.in_metadata(self.requires)

    def declared(self, filled: str = "") -> DeclaredLine:
        """Give the line as it is held against others; `filled` is `requires` with its pins filled, if that is known."""
        pin = self.requires if pins.has_pins(self.requires) else ""
        text, says = (filled, filled) if filled else (self.requires, pins.without_pins(self.requires))
        return DeclaredLine(self.key, text, says, self.extra, pin if filled else "", self.select, self.variant)

    def in_metadata(self, text: str) -> str:
        """Put the requirement `text`, which is `requires` with its pins filled, under its extra, as METADATA does."""
        if not self.extra:
            return text
        return requirements.with_extra(text, normalised(self.extra))


class Declaration(NamedTuple):
    """What `[tool.abiding]` says, and the `[project]` beside it."""

    project: Project
    backend: str
    backend_path: tuple[str, ...] = ()
    from_sdist: FromSdist | None = None
    metadata_version: str | None = None
    wheels_differ: str = ""
    optional_modules: tuple[guarded.Guarded, ...] = ()
    entries: tuple[Entry, ...] = ()
    exports: Export | None = None
    remarks: tuple[Finding, ...] = ()

    @classmethod
    def read(cls, pyproject: Pyproject, closing: str = "Nothing was built") -> Declaration:
        """Read the declaration. Raises one `DeclarationError`, with this closing, with a finding for every fault.

        A published sdist must not stop building when a newer version of this package is installed: in one, faults that
        earlier versions accepted are `remarks`, warnings.
        """
        return _Reader(pyproject).read(closing)

    @property
    def may_append(self) -> bool:
        """Whether wheels may require more than the sdist: the sdist then says `Dynamic: Requires-Dist`."""
        if self.project.table is None:
            return bool(self.entries)
        return bool({"dependencies", "optional-dependencies"} & self.project.dynamic)

    @property
    def differing(self) -> tuple[Entry, ...]:
        """The entries that make wheels of one release say different things, where no marker could say it in all."""
        return tuple(
            entry for entry in self.entries if entry.variant or (not entry.marker and exact_marker(entry.select) != "")
        )

    def check_variant(self, pyproject: Pyproject, variant: str, option: str, closing: str) -> None:
        """Raise `DeclarationError` if no entry names a variant that was asked for; empty asks for none.

        `option` is how it was: `-C abiding.variant=cuda`.
        """
        if not variant or variant in self.variants:
            return
        known = listed(self.variants)
        message = f"the project declares no variant `{variant}`"
        note = f"`{option}` asks for it"
        hint = f"the variants are {known}" if known else "leave it out: no entry names a variant"
        key = ("tool", "abiding", "wheel")
        raise DeclarationError(
            pyproject.finding("unknown-variant", message, key, notes=(note,), hints=(hint,)), closing
        )

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that the entries name, in their order."""
        return tuple(dict.fromkeys(entry.variant for entry in self.entries if entry.variant))


_BACKEND = re.compile(r"[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*)?")
# Core metadata versions that an sdist may have (2.2 is the sdist specification's floor).
_VERSIONS = ("2.2", "2.3", "2.4", "2.5", "2.6")
_TOP_KEYS = (
    "build-backend",
    "backend-path",
    "from-sdist",
    "metadata-version",
    "wheels-differ",
    "optional-modules",
    "wheel",
    "exports",
)
_ASTRAY = {
    "backend": "did you mean `build-backend`?",
    "dependencies": "lines for wheels belong under `[tool.abiding.wheel]`",
    "optional-dependencies": "lines for wheels belong under `[tool.abiding.wheel]`",
}
_INIT = "`abiding init`, in the folder of the project, makes it use abiding"
_WHEEL_KEYS = ("dependencies", "optional-dependencies")
_ENTRY_KEYS = (
    *("requires", "include-group", "native", "select", "variant", "reason", "note"),
    *("load", "ignore-exports"),
)


class _Reader(Faults):
    """Reads the declaration and gathers what is wrong with it."""

    def __init__(self, pyproject: Pyproject) -> None:
        super().__init__(pyproject)
        table = pyproject.get(("project",))
        self.project = Project(table if isinstance(table, dict) else None)
        self.groups = Groups(pyproject.table, self)

    def read(self, closing: str) -> Declaration:
        own = self.table()
        table = own or {}
        self.standard_tables()
        declaration = Declaration(
            project=self.project,
            backend=self.backend(own) if own is not None else "",
            backend_path=self.backend_path(table),
            from_sdist=self.from_sdist(table),
            metadata_version=self.metadata_version(table),
            wheels_differ=self.wheels_differ(table),
            optional_modules=guarded.read(self, table),
            entries=tuple(self.entries(table)),
            exports=exports.declared(self, table, self.project),
        )
        self.sanctions(declaration)
        if "wheels-differ" not in table and not self.misspelled("wheels-differ", table, _TOP_KEYS):
            self.differences(declaration.differing)
        if self.problems:
            more = f"{self.untold:,} more faults are not shown; {closing[0].lower()}{closing[1:]}"
            raise DeclarationError(self.problems, more if self.untold else closing)
        return declaration._replace(remarks=tuple(self.remarks))

    def table(self) -> Mapping[str, Any] | None:
        """`[tool.abiding]`; None, and a fault, where it is not there or no table."""
        tool = self.typed(self.pyproject.table.get("tool", {}), dict, ("tool",))
        if tool is None:
            return None
        astray = tables_astray(self.pyproject.table)
        if "abiding" not in tool:
            from abiding.project.hints import naming_backend

            # The table alone would declare what no build does.
            wrapped = uses_abiding(self.pyproject.table)
            ask = "which backend is to be wrapped?" if wrapped else "the project does not use abiding"
            hints = naming_backend(self.pyproject, "add it") if wrapped else (_INIT,)
            place: Key = ("build-system", "build-backend")
            for stray in islice(astray, 1):
                place, hints = stray.key, (f"write `[{stray.place}]` for `[{stray.name}]`",)
            self.problem("no-declaration", f"`[tool.abiding]` is missing: {ask}", place, hints=hints)
            return None
        key = ("tool", "abiding")
        for stray in astray:
            message = f"`[{stray.name}]` is no table that is read"
            hints = (f"what is in it belongs under `[{stray.place}]`",)
            self.problem("unknown-key", message, stray.key, hints=hints, recent=True)
        table = self.typed(tool["abiding"], dict, key)
        if table is not None:
            self.known_keys(table, key, _TOP_KEYS, _ASTRAY)
        return table

    def standard_tables(self) -> None:
        sanctions.project_is_table(self)
        backend = self.pyproject.get(("build-system", "build-backend"))
        if backend != OURS and uses_abiding(self.pyproject.table):
            self.problem(
                "bad-value",
                f"`{backend}` has no hooks: the build backend is `{OURS}`",
                ("build-system", "build-backend"),
                hints=(f'write `build-backend = "{OURS}"`',),
            )

    # The keys of [tool.abiding]

    def backend(self, table: Mapping[str, Any]) -> str:
        from abiding.project.hints import naming_backend
        from abiding.project.known_backends import backend_of, similar_to

        key = ("tool", "abiding", "build-backend")
        if "build-backend" not in table:
            if not self.misspelled("build-backend", table, _TOP_KEYS):
                self.problem(
                    "missing-key",
                    "`build-backend` is missing: which backend is to be wrapped?",
                    key,
                    hints=naming_backend(self.pyproject, "write it"),
                )
            return ""
        backend = self.typed(table["build-backend"], str, key)
        if backend is None:
            return ""
        if not _BACKEND.fullmatch(backend):
            suggestion = similar_to(backend) or backend_of(self.pyproject.table)
            hints = (
                f"did you mean `{suggestion}`?" if suggestion else "for example `mesonpy` or `setuptools.build_meta`",
            )
            hints = hints if backend.strip() or not suggestion else (f'write `build-backend = "{suggestion}"`',)
            message = f"`{backend}` is not of the form `module` or `module:object.attribute`"
            self.problem("bad-value", message, key, hints=hints)
        elif backend.partition(":")[0] in ("abiding", OURS):
            self.problem(
                "bad-value",
                f"`{backend}` can't wrap itself",
                key,
                hints=("name the backend that the project had before, for example `setuptools.build_meta`",),
            )
        return backend

    def backend_path(self, table: Mapping[str, Any]) -> tuple[str, ...]:
        key = ("tool", "abiding", "backend-path")
        paths = self.typed(table.get("backend-path", []), list, key) or []
        good = []
        for index, path in enumerate(paths):
            if self.typed(path, str, (*key, index)) is None:
                continue
            if leads_out(path):
                hints = ("name a folder by its path from pyproject.toml; `.` is the one that has it",)
                self.problem(
                    "bad-value", f"`{path}` is not a folder inside the source tree", (*key, index), hints=hints
                )
            else:
                good.append(path)
        return tuple(good)

    def metadata_version(self, table: Mapping[str, Any]) -> str | None:
        key = ("tool", "abiding", "metadata-version")
        number = table.get("metadata-version")
        if isinstance(number, float) and str(number) in _VERSIONS:
            self.wrong_type(Misshapen(key, TYPES[str], number), hint=f'write `metadata-version = "{number}"`')
            return None
        version = self.typed(table.get("metadata-version", ""), str, key)
        if version and version not in _VERSIONS:
            self.problem(
                "bad-value",
                f"`{version}` is not a core metadata version that an sdist may have",
                key,
                hints=(f"the versions are {listed(_VERSIONS)}",),
            )
        return version or None

    def from_sdist(self, table: Mapping[str, Any]) -> FromSdist | None:
        key = ("tool", "abiding", "from-sdist")
        value = self.typed(table.get("from-sdist", ""), str, key)
        return self.member(value, FromSdist, key) if value else None

    def wheels_differ(self, table: Mapping[str, Any]) -> str:
        key = ("tool", "abiding", "wheels-differ")
        reason = self.typed(table.get("wheels-differ", ""), str, key) or ""
        if "wheels-differ" in table and not reason.strip() and isinstance(table["wheels-differ"], str):
            hint = 'for example `wheels-differ = "OpenBLAS only for macOS 11"`'
            self.problem("bad-value", "`wheels-differ` gives no reason", key, hints=(hint,))
        return reason.strip()

    # The entries

    def entries(self, table: Mapping[str, Any]) -> Iterable[Entry]:
        key: Key = ("tool", "abiding", "wheel")
        wheel = self.typed(table.get("wheel", {}), dict, key) or {}
        self.known_keys(wheel, key, _WHEEL_KEYS)
        yield from self.entry_list(wheel.get("dependencies", []), (*key, "dependencies"), "")
        key = (*key, "optional-dependencies")
        extras = self.typed(wheel.get("optional-dependencies", {}), dict, key) or {}
        judge_extras(self, self.project, {extra: (*key, extra) for extra in extras})
        for extra, values in extras.items():
            yield from self.entry_list(values, (*key, extra), extra)

    def entry_list(self, values: object, key: Key, extra: str) -> Iterable[Entry]:
        for index, value in enumerate(self.typed(values, list, key) or []):
            yield from self.entry(value, (*key, index), extra)

    def entry(self, value: object, key: Key, extra: str) -> Iterable[Entry]:
        """Read what stands at `key`: one line, or those of a dependency group."""
        if isinstance(value, str):
            value = {"requires": value}
        elif not isinstance(value, dict):
            hint = 'for example `"numpy>=2"`, or `{ requires = "numpy>=2", note = "why" }`'
            self.wrong_type(Misshapen(key, "a string or a table", value), "an entry", hint)
            return
        self.known_keys(value, key, _ENTRY_KEYS)
        if "requires" in value and "include-group" in value:
            hints = ("make two entries of it",)
            self.problem("bad-value", "an entry has `requires` or `include-group`, not both", key, hints=hints)
        elif "include-group" in value:
            yield from self.included(value, key, extra)
        elif "requires" in value:
            requires = self.requirement(value["requires"], (*key, "requires"), extra)
            yield from self.made(Entry(requires or "", extra, key, **self.options(value, key)))
        elif not any(self.misspelled(name, value, _ENTRY_KEYS) for name in ("requires", "include-group")):
            hint = 'for example `{ requires = "numpy>=2" }`, or `{ include-group = "NAME" }` for a dependency group'
            self.problem("missing-key", "the entry has no `requires`", key, hints=(hint,))

    def included(self, value: Mapping[str, Any], key: Key, extra: str) -> Iterable[Entry]:
        """Make an entry of each line of a dependency group; what else the table at `key` says goes for all of them."""
        name = self.typed(value["include-group"], str, (*key, "include-group"))
        options = self.options(value, key)
        for member in self.groups.members(name, (*key, "include-group")) if name is not None else ():
            requires = self.requirement(member.text, member.key, extra) or ""
            yield from self.made(Entry(requires, extra, member.key, **options))

    def options(self, value: Mapping[str, Any], key: Key) -> dict[str, Any]:
        """Read what the table of an entry says beside the requirement."""
        reason = self.typed(value.get("reason", "abi"), str, (*key, "reason"))
        load = self.typed(value.get("load", "run-path"), str, (*key, "load"))
        exports.hold_to_native(self, value, key, _ENTRY_KEYS)
        return {
            "native": self.typed(value.get("native", False), bool, (*key, "native")) or False,
            "load": (self.member(load, Load, (*key, "load")) if load else None) or Load.RUN_PATH,
            "ignore_exports": self.typed(value.get("ignore-exports", False), bool, (*key, "ignore-exports")) or False,
            "select": self.globs(value.get("select", []), (*key, "select")),
            "variant": self.typed(value.get("variant", ""), str, (*key, "variant")) or "",
            "reason": (self.member(reason, Reason, (*key, "reason")) if reason else None) or Reason.ABI,
            "note": self.typed(value.get("note", ""), str, (*key, "note")) or "",
        }

    def made(self, entry: Entry) -> Iterable[Entry]:
        """Let an entry through that has a requirement, and hold its `select` against the markers there are."""
        if entry.requires:
            if entry.marker:
                sanctions.needless_select(self, entry.requires, entry.marker, entry.key)
            yield entry

    def requirement(self, value: object, key: Key, extra: str) -> str | None:
        text = self.typed(value, str, key)
        return None if text is None else required(self, text.strip(), key, extra)

    def globs(self, value: object, key: Key) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            hint = 'for example `select = "*-win_*"`'
            self.wrong_type(Misshapen(key, "a glob or an array of globs", value), "`select`", hint)
            return ()
        if None in [self.typed(item, str, (*key, index)) for index, item in enumerate(value)]:
            return ()
        for fault in filter(None, map(never, value)):
            self.problem("bad-value", fault.message, key, notes=fault.notes, hints=(fault.hint,), recent=fault.recent)
        return tuple(value)

    # What [project] must say for it

    def sanctions(self, declaration: Declaration) -> None:
        """Hold the ABI level to its field in `project.dynamic`, and to what the API level says."""
        sanctions.not_dynamic(self, self.project, [(entry.extra, entry.key) for entry in declaration.entries])
        sanctions.bad_dynamic(self, self.project)
        bad_requirements(self, self.project)
        if declaration.entries:
            api = ((key, text) for key, text, _ in self.project.requirements())
            abi = ((entry.key, pins.without_pins(entry.requires)) for entry in declaration.entries)
            requires_itself(self, self.project, (*api, *abi))
            declared = (entry.declared() for entry in declaration.entries)
            for finding, recent in contradictions(self.pyproject, self.project, declared):
                self.take([finding], recent=recent)
            self.take(contradictions_of_api(self.pyproject, self.project), recent=True)

    def differences(self, entries: Sequence[Entry]) -> None:
        """Hold the project to say why wheels of one release differ, where they do."""
        if entries:
            means = [key for key in ("select", "variant") if any(getattr(entry, key) for entry in entries)]
            sanctions.unexplained_difference(self, means, [entry.key for entry in entries])
