"""Declare what compiled files ask for: lines of the ABI level, each with a note that names the evidence."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.edits.document import Document, not_understood
from abiding.edits.draft import hold
from abiding.edits.file import NOTHING
from abiding.edits.wrapping import Edited
from abiding.project.declaration import Declaration
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["Declared", "declare"]


_WHEEL: Key = ("tool", "abiding", "wheel")
_LINES: Key = (*_WHEEL, "dependencies")


class Declared(NamedTuple):
    """A line to be declared, and the evidence for it in a few words."""

    line: str
    note: str

    @property
    def entry(self) -> str:
        """The entry, as TOML."""
        return f"{{ requires = {as_toml(self.line)}, note = {as_toml(self.note)} }}"


def declare(pyproject: Pyproject, lines: Sequence[Declared]) -> Edited:
    """Make the new text; lines that are declared already stay as they are.

    Raises `DeclarationError` if the declaration is wrong, before or after, or the file is not to be edited.
    """
    declaration = Declaration.read(pyproject, NOTHING)
    there = {entry.requires for entry in declaration.entries if not entry.extra}
    new = [bound for bound in lines if bound.line not in there]
    if not new:
        return Edited(pyproject.text, ())
    document, expected = Document(pyproject), deepcopy(dict(pyproject.table))
    _make_dynamic(document, expected)
    wheel = expected["tool"]["abiding"].setdefault("wheel", {})
    if document.has(_LINES):
        for bound in reversed(new):
            document.insert_item(_LINES, bound.entry)
    elif document.has(_WHEEL):
        message = "`[tool.abiding.wheel]` has no `dependencies` that could be added to"
        hint = "write `dependencies = []` there, and run the command again"
        raise not_understood(pyproject, message, _WHEEL, hint)
    else:
        entries = "".join(f"    {bound.entry},\n" for bound in new)
        document.append(f"[tool.abiding.wheel]\ndependencies = [\n{entries}]\n")
    added = [tomllib.loads(f"x = {bound.entry}")["x"] for bound in new]
    wheel["dependencies"] = [*added, *wheel.get("dependencies", [])]
    edited = document.edited(expected)
    hold(pyproject, expected)
    return Edited(edited.text, ())


def _make_dynamic(document: Document, expected: dict[str, Any]) -> None:
    """List `dependencies` in `project.dynamic`, where there is a `[project]` and it does not."""
    project = expected.get("project")
    if not isinstance(project, dict) or "dependencies" in project.get("dynamic", []):
        return
    if "dynamic" in project:
        document.insert_first(("project", "dynamic"), "dependencies")
    else:
        anchor = next(name for name in ("dependencies", "version", "name") if name in project)
        document.add_after(("project", anchor), "dynamic", '["dependencies"]  # wheels may add to them')
    project["dynamic"] = ["dependencies", *project.get("dynamic", [])]
