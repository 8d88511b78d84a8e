"""Read `[tool.abiding]`, and report all its errors together."""

from __future__ import annotations

from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.files.plain import leads_out
from abiding.findings.errors import DeclarationError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import literals
from abiding.metadata import pins
from abiding.project import exports, optional_modules, sanctions
from abiding.project.contradictions import contradictions, contradictions_of_api
from abiding.project.entry import EntryReader
from abiding.project.faults import Faults
from abiding.project.known_backends import OURS, backend_of, similar_to, uses_abiding
from abiding.project.misplaced_tables import tables_astray
from abiding.project.project_table import Project
from abiding.project.project_values import bad_values
from abiding.project.requirement_checks import bad_requirements, requires_itself
from abiding.project.value_types import TYPES, Misshapen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abiding.findings.finding import Finding
    from abiding.project.entry import Entry
    from abiding.project.exports import Export
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["Declaration", "FromSdist"]


class FromSdist(StrEnum):
    """What a build from an unpacked sdist makes if no level is requested."""

    ABI = "abi"
    API = "api"
    REFUSE = "refuse"


class Declaration(NamedTuple):
    """What `[tool.abiding]` says, and the `[project]` beside it."""

    project: Project
    backend: str
    backend_path: tuple[str, ...] = ()
    from_sdist: FromSdist | None = None
    metadata_version: str | None = None
    wheels_differ: str = ""
    optional_modules: tuple[optional_modules.OptionalModules, ...] = ()
    entries: tuple[Entry, ...] = ()
    exports: Export | None = None
    warnings: tuple[Finding, ...] = ()

    @classmethod
    def read(cls, pyproject: Pyproject, closing: str = "Nothing was built") -> Declaration:
        """Read the declaration. Raises one `DeclarationError` with all errors, and with this closing line.

        A published sdist must build with newer versions of this package too: in an sdist, errors that earlier versions
        accepted are `warnings`.
        """
        return _Reader(pyproject).read(closing)

    @property
    def may_append(self) -> bool:
        """Whether wheels may require more than the sdist, which then has `Dynamic: Requires-Dist`."""
        if self.project.table is None:
            return bool(self.entries)
        return bool({"dependencies", "optional-dependencies"} & self.project.dynamic)

    @property
    def differing(self) -> tuple[Entry, ...]:
        """The entries by which wheels of one release differ, and that no marker could replace."""
        return tuple(entry for entry in self.entries if entry.variant or entry.is_selected)

    def check_variant(self, pyproject: Pyproject, variant: str, option: str, closing: str) -> None:
        """Raise `DeclarationError` if no entry has this variant; `option` requested it: `-C abiding.variant=cuda`."""
        if not variant or variant in self.variants:
            return
        known = literals(self.variants)
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


_BACKEND = pattern(r"[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*)?")
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


class _Reader(Faults):
    """Reads the declaration, and collects its errors."""

    def __init__(self, pyproject: Pyproject) -> None:
        super().__init__(pyproject)
        table = pyproject.get(("project",))
        self.project = Project(table if isinstance(table, dict) else None)

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
            optional_modules=optional_modules.read(self, table),
            entries=tuple(EntryReader(self, self.project).entries(table)),
            exports=exports.declared(self, table, self.project),
        )
        self.sanctions(declaration)
        if "wheels-differ" not in table and not self.misspelled("wheels-differ", table, _TOP_KEYS):
            self.differences(declaration.differing)
        if self.problems:
            more = f"{self.untold:,} more faults are not shown; {closing[0].lower()}{closing[1:]}"
            raise DeclarationError(self.problems, more if self.untold else closing)
        return declaration._replace(warnings=tuple(self.warnings))

    def table(self) -> Mapping[str, Any] | None:
        """Return `[tool.abiding]`; None, with an error added, if it is missing or no table."""
        tool = self.typed(self.pyproject.table.get("tool", {}), dict, ("tool",))
        if tool is None:
            return None
        astray = tables_astray(self.pyproject.table)
        if "abiding" not in tool:
            from abiding.project.hints import naming_backend

            # A `[tool.abiding]` without the build backend would have no effect.
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
            message = f"`[{stray.name}]` is not a table that is read"
            hints = (f"what is in it belongs under `[{stray.place}]`",)
            self.problem("unknown-key", message, stray.key, hints=hints, recent=True)
        table = self.typed(tool["abiding"], dict, key)
        if table is not None:
            self.known_keys(table, key, _TOP_KEYS, _ASTRAY)
        return table

    def standard_tables(self) -> None:
        if self.pyproject.is_marked:
            from abiding.project.toml_errors import marked

            self.take([marked(in_sdist=self.pyproject.in_sdist)], recent=True)
        project = self.pyproject.table.get("project", {})
        if not isinstance(project, dict):
            self.wrong_type(Misshapen(("project",), "a table", project), recent=True)
        backend = self.pyproject.get(("build-system", "build-backend"))
        if backend != OURS and uses_abiding(self.pyproject.table):
            message = f"`{backend}` has no hooks: the build backend is `{OURS}`"
            hint = f'write `build-backend = "{OURS}"`'
            self.problem("bad-value", message, ("build-system", "build-backend"), hints=(hint,))

    # The keys of [tool.abiding]

    def backend(self, table: Mapping[str, Any]) -> str:
        key = ("tool", "abiding", "build-backend")
        if "build-backend" not in table:
            from abiding.project.hints import naming_backend

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
        paths: list[Any] = self.get(table, key, default=[])
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
        version = self.get(table, key, default="")
        if version and version not in _VERSIONS:
            self.problem(
                "bad-value",
                f"`{version}` is not a core metadata version that an sdist may have",
                key,
                hints=(f"the versions are {literals(_VERSIONS)}",),
            )
        return version or None

    def from_sdist(self, table: Mapping[str, Any]) -> FromSdist | None:
        key = ("tool", "abiding", "from-sdist")
        value = self.get(table, key, default="")
        return self.member(value, FromSdist, key) if value else None

    def wheels_differ(self, table: Mapping[str, Any]) -> str:
        key = ("tool", "abiding", "wheels-differ")
        reason = self.get(table, key, default="")
        if "wheels-differ" in table and not reason.strip() and isinstance(table["wheels-differ"], str):
            hint = 'for example `wheels-differ = "OpenBLAS only for macOS 11"`'
            self.problem("bad-value", "`wheels-differ` gives no reason", key, hints=(hint,))
        return reason.strip()

    # Checks of [project]

    def sanctions(self, declaration: Declaration) -> None:
        """Check that the ABI level is listed in `project.dynamic`, and does not contradict the API level."""
        sanctions.not_dynamic(self, self.project, [(entry.extra, entry.key) for entry in declaration.entries])
        sanctions.bad_dynamic(self, self.project)
        bad_values(self, self.project, declaration.backend)
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
        """Check that `wheels-differ` gives the reason if wheels of one release differ."""
        if entries:
            means = [key for key in ("select", "variant") if any(getattr(entry, key) for entry in entries)]
            sanctions.unexplained_difference(self, means, [entry.key for entry in entries])
