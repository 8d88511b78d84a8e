"""What `[project]` says, and which of it is a sanction: PEP 621 and PEP 808."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Project"]


def __dir__() -> list[str]:
    return __all__


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
        """Whether `[project]` has a value for `name`, be it empty."""
        return self.table is not None and name in self.table and name != "dynamic"

    def may_append(self, name: str) -> bool:
        """Whether a wheel may say more than the sdist under this name."""
        return self.table is None or name in self.dynamic

    @property
    def extends(self) -> frozenset[str]:
        """The names that are both given and dynamic: the wrapped backend is not shown that they are dynamic."""
        return frozenset(name for name in self.dynamic if self.gives(name))

    def requirements(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """Each API level requirement: its key path, its text, and its extra (empty for the dependencies).

        Values of the wrong type are passed over: the wrapped backend has the word on them.
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
