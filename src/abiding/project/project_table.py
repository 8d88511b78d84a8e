"""The `[project]` table, and which fields it lists as dynamic (PEP 621, PEP 808)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import nearest
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    from abiding.project.keys import Key

__all__ = ["EXTENDABLE", "FIELDS", "ApiLevel", "ApiLine", "Project"]


# Names of `[project]` that may be given and dynamic: arrays and tables, which can grow (PEP 808).
EXTENDABLE = (
    "authors",
    "maintainers",
    "classifiers",
    "dependencies",
    "entry-points",
    "scripts",
    "gui-scripts",
    "keywords",
    "license-files",
    "optional-dependencies",
    "urls",
    "import-names",
    "import-namespaces",
)
_CLOSE = 0.8  # new standards add names, so an unknown name need not be a misspelling
# The fields of core metadata that each name of `[project]` stands for, where there are any.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("Name",),
    "version": ("Version",),
    "description": ("Summary",),
    "readme": ("Description", "Description-Content-Type"),
    "requires-python": ("Requires-Python",),
    "license": ("License", "License-Expression"),
    "license-files": ("License-File",),
    "authors": ("Author", "Author-email"),
    "maintainers": ("Maintainer", "Maintainer-email"),
    "keywords": ("Keywords",),
    "classifiers": ("Classifier",),
    "urls": ("Project-URL", "Home-page", "Download-URL"),
    "dependencies": ("Requires-Dist",),
    "optional-dependencies": ("Requires-Dist", "Provides-Extra"),
    "import-names": ("Import-Name",),
    "import-namespaces": ("Import-Namespace",),
}


class Project(NamedTuple):
    """The `[project]` table of a pyproject.toml; `table` is None where there is none (setup.py, setup.cfg).

    A name of PEP 621 can be `given`, in `dynamic`, both (PEP 808: a wheel may append), or neither.
    """

    table: Mapping[str, Any] | None

    @property
    def dynamic(self) -> frozenset[str]:
        """The names listed in `project.dynamic`; empty if that is not a list of strings."""
        names = (self.table or {}).get("dynamic", [])
        return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()

    def gives(self, name: str) -> bool:
        """Return whether `[project]` has a value for `name`, even an empty one."""
        return self.table is not None and name in self.table and name != "dynamic"

    def may_append(self, name: str) -> bool:
        """Return whether a wheel may say more than the sdist under this name."""
        return self.table is None or name in self.dynamic

    @property
    def extends(self) -> frozenset[str]:
        """The names that are both given and dynamic: the wrapped backend is not shown that they are dynamic."""
        return frozenset(name for name in self.dynamic if self.gives(name))

    @property
    def growing(self) -> tuple[str, ...]:
        """The core metadata fields to which a wheel may add values; requirements have rules of their own."""
        names = [name for name in EXTENDABLE if name in self.extends and "dependencies" not in name]
        return tuple(field for name in names for field in FIELDS.get(name, ())[: 1 if name == "urls" else None])

    @property
    def left_open(self) -> frozenset[str]:
        """The core metadata fields that the wrapped backend computes: those of names that are only dynamic."""
        return frozenset(field for name in self.dynamic - self.extends for field in FIELDS.get(name, ()))

    def wrongly_dynamic(self) -> Iterator[tuple[int, str]]:
        """Find names in `project.dynamic`, with their index, that are not allowed: `name`, and given single values."""
        names = (self.table or {}).get("dynamic", [])
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and (name == "name" or (self.gives(name) and name not in EXTENDABLE)):
                yield index, name

    def misnamed_dynamic(self) -> Iterator[tuple[int, str, str]]:
        """Yield each misspelt name in `project.dynamic`, with its index and the name that was meant."""
        names = (self.table or {}).get("dynamic", [])
        for index, name in enumerate(names[: len(FIELDS)] if isinstance(names, list) else ()):
            if isinstance(name, str) and not self.gives(name) and name not in (*FIELDS, *EXTENDABLE):
                close = nearest(name, (*FIELDS, *EXTENDABLE), _CLOSE)
                if close:
                    yield index, name, close

    def requirements(self) -> Iterator[tuple[Key, str, str]]:
        """Yield each API level requirement: its key path, its text, and its extra (empty for the dependencies).

        Values of the wrong type are skipped: the wrapped backend reports them.
        """
        table = self.table or {}
        dependencies = table.get("dependencies", [])
        if isinstance(dependencies, list):
            for index, text in enumerate(dependencies):
                if isinstance(text, str):
                    yield ("project", "dependencies", index), text, ""
        optional = table.get("optional-dependencies", {})
        for extra, texts in optional.items() if isinstance(optional, dict) else ():
            for index, text in enumerate(texts if isinstance(texts, list) else ()):
                if isinstance(text, str):
                    yield ("project", "optional-dependencies", extra, index), text, extra

    def lines(self) -> Iterator[str]:
        """Return each API level requirement as metadata has it."""
        return (requirements.with_extra(text, extra) if extra else text for _, text, extra in self.requirements())


class ApiLine(NamedTuple):
    """One requirement of `[project]`: its key, its text, its extra, and its meaning."""

    key: Key
    text: str
    extra: str
    requirement: Requirement


class ApiLevel(NamedTuple):
    """The API level by normalised name of distribution. Invalid requirements are left to the wrapped backend."""

    lines: Mapping[str, list[ApiLine]]

    @classmethod
    def of(cls, project: Project) -> ApiLevel:
        """Parse what `[project]` requires."""
        lines: dict[str, list[ApiLine]] = {}
        for key, text, extra in project.requirements():
            if parsed := requirements.try_parse(text):
                lines.setdefault(normalised(parsed.name), []).append(ApiLine(key, text, extra, parsed))
        return cls(lines)

    def specifiers(self, name: str) -> set[SpecifierSet]:
        """Return the specifiers of all lines for a distribution."""
        return {line.requirement.specifier for line in self.lines.get(name, ())}

    def about(self, name: str, extra: str) -> Iterator[ApiLine]:
        """Return what a wheel says about a distribution, with this extra or, where that is empty, without any."""
        return islice((line for line in self.lines.get(name, ()) if line.extra in ("", extra)), bounds.LINES_OF_ONE)
