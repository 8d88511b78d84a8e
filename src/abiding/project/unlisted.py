"""What backends fill into metadata though `[project]` neither gives it nor lists it as dynamic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.project.keys import table_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["filled_in"]


# By the names of `[project]`, from what of `[tool.poetry]` Poetry takes them.
_OF_POETRY = {
    "dependencies": ("dependencies",),
    "optional-dependencies": ("extras",),
    "version": ("version",),
    "description": ("description",),
    "readme": ("readme",),
    "license": ("license",),
    "authors": ("authors",),
    "maintainers": ("maintainers",),
    "keywords": ("keywords",),
    "urls": ("homepage", "repository", "documentation", "urls"),
    "scripts": ("scripts",),
    "entry-points": ("plugins",),
}


def filled_in(backend: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of `[project]` that the backend will fill in, and that it should list in `project.dynamic`."""
    project = table.get("project")
    if not backend.startswith("poetry.") or not isinstance(project, dict):
        return ()
    there = project.get("dynamic")
    known = {*project, *(there if isinstance(there, list) else ())}
    return tuple(name for name in _poetry(table_at(table, ("tool", "poetry"))) if name not in known)


def _poetry(table: Mapping[str, Any]) -> Iterator[str]:
    requires = table_at(table, ("dependencies",))
    for name, keys in _OF_POETRY.items():
        values = [table.get(key) for key in keys]
        if any(set(requires) - {"python"} if name == "dependencies" else value for value in values):
            yield name
    if "python" in requires:
        yield "requires-python"
