"""Declare the bounds that compiled files ask for, each with a note that names the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from abiding.edits.document import Document, not_understood
from abiding.edits.draft import hold
from abiding.edits.file import NOTHING
from abiding.edits.wrapping import Edited, without_example
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.metadata.ranges import range_of
from abiding.project.declaration import Declaration
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.project.entry import Entry
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["LineToDeclare", "declare"]


_WHEEL: Key = ("tool", "abiding", "wheel")
_LINES: Key = (*_WHEEL, "dependencies")


class LineToDeclare(NamedTuple):
    """A line to be declared, and the evidence for it in a few words."""

    line: str
    note: str

    @property
    def entry(self) -> str:
        """The entry, as TOML."""
        return f"{{ requires = {as_toml(self.line)}, note = {as_toml(self.note)} }}"


def declare(pyproject: Pyproject, lines: Sequence[LineToDeclare]) -> Edited:
    """Return pyproject.toml with these lines declared; those that are there already are kept.

    If an entry requires a distribution only in some wheels, no line is added beside it: the entry is narrowed instead.
    Raises `DeclarationError` if the declaration is wrong, before or after the edit, or the file can't be edited.
    """
    declaration = Declaration.read(pyproject, NOTHING)
    there = {entry.requires for entry in declaration.entries if not entry.extra}
    narrowed: dict[Entry, str] = {}
    new = []
    for bound in lines:
        if own := _conditional(pyproject, bound, declaration):
            narrowed |= {own: text} if (text := _narrow(own, bound)) != own.requires else {}
        elif bound.line not in there:
            new.append(bound)
    if not new and not narrowed:
        return Edited(pyproject.text, ())
    document = Document(pyproject)
    _make_dynamic(document)
    for entry, text in narrowed.items():
        document.replace_string((*entry.key, "requires"), entry.requires, text)
    if new:
        _add(document, new)
    edited = document.edited()
    hold(pyproject, document.table)
    return Edited(without_example(edited.text) if new else edited.text, ())


def _add(document: Document, new: Sequence[LineToDeclare]) -> None:
    """Add entries before the existing ones. Raises `DeclarationError` if there is no place for them."""
    if document.has(_LINES):
        document.insert_items(_LINES, [bound.entry for bound in new])
    elif document.has(_WHEEL):
        message = "`[tool.abiding.wheel]` has no `dependencies` that could be added to"
        hint = "write `dependencies = []` there, and run the command again"
        raise document.refusal(message, _WHEEL, hint)
    else:
        entries = "".join(f"    {bound.entry},\n" for bound in new)
        added = [{"requires": bound.line, "note": bound.note} for bound in new]
        text = f"[tool.abiding.wheel]\ndependencies = [\n{entries}]\n"
        document.append(text, {"tool": {"abiding": {"wheel": {"dependencies": added}}}})


def _conditional(pyproject: Pyproject, bound: LineToDeclare, declaration: Declaration) -> Entry | None:
    """Return the entry that decides where a distribution is required: a native one, or one for some wheels only.

    Returns None if it is required everywhere, or nowhere. Raises `DeclarationError` if there are several such entries,
    or it can't be narrowed.
    """
    name = requirements.name_of(bound.line)
    own = [entry for entry in declaration.entries if entry.name == name and not entry.extra]
    everywhere = {requirements.name_of(text) for _, text, extra in declaration.project.requirements() if not extra}
    everywhere |= {entry.name for entry in own if not (entry.native or entry.select or entry.variant)}
    conditional = [entry for entry in own if entry.native] or (own if name not in everywhere else [])
    if not conditional:
        return None
    entry = conditional[0]
    why = (
        f"{len(conditional)} entries say where it is required"
        if len(conditional) > 1
        else "what its entry requires is filled in each build"
        if pins.has_pins(entry.requires)
        else "its entry includes a dependency group"
        if entry.key[: len(_LINES)] != _LINES
        else ""
    )
    if why:
        message = f"what is required of `{name}` has to be narrowed by hand: {why}"
        hint = f"let it lie within `{bound.line}`, wherever it is required; a line beside would require it everywhere"
        raise not_understood(pyproject, message, entry.key, hint)
    return entry


def _narrow(entry: Entry, bound: LineToDeclare) -> str:
    """Return what an entry requires, narrowed to a line: the clauses of both, without those that others imply."""
    own, wanted = requirements.parse(entry.requires), requirements.parse(bound.line)
    clauses = [str(clause) for clause in (*own.specifier, *sorted(wanted.specifier, key=str, reverse=True))]
    for clause in tuple(clauses):
        others = list(clauses)
        others.remove(clause)
        if range_of(SpecifierSet(",".join(others))).is_subset(range_of(SpecifierSet(clause))):
            clauses = others
    if SpecifierSet(",".join(clauses)) == own.specifier:
        return entry.requires
    extras = f"[{','.join(sorted(own.extras))}]" if own.extras else ""
    marker = f"; {own.marker}" if own.marker else ""
    return f"{own.name}{extras}{','.join(clauses)}{marker}"


def _make_dynamic(document: Document) -> None:
    """Add `dependencies` to `project.dynamic`, if there is a `[project]` and it is not listed."""
    project = document.table.get("project")
    if not isinstance(project, dict) or "dependencies" in project.get("dynamic", []):
        return
    if "dynamic" in project:
        document.insert_first(("project", "dynamic"), "dependencies")
    else:
        anchor = next(name for name in ("dependencies", "version", "name") if name in project)
        text = '["dependencies"]  # wheels may add to them'
        document.add_after(("project", anchor), "dynamic", text, ["dependencies"])
