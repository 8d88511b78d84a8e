"""`[tool.abiding.exports]`: the requirement that a provider asks of wheels linked with its libraries."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from abiding.archives.names import normalised
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.project.requirement_checks import required

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.project_table import Project

__all__ = ["Export", "declared", "hold_to_native", "of_table"]


_KEYS = ("requires", "libraries", "note")


class Export(NamedTuple):
    """The requirement that a provider asks of its consumers; its pins are filled in a wheel, and not in a declaration.

    `libraries` are the names of the libraries that it is about, empty for all that the provider ships.
    """

    requires: str
    libraries: tuple[str, ...] = ()
    note: str = ""

    def is_for(self, libraries: Collection[str]) -> bool:
        """Return whether it applies to a wheel that uses these libraries of the provider."""
        return not self.libraries or any(posixpath.basename(library) in self.libraries for library in libraries)

    def filled(self, name: str, version: str) -> Export:
        """Fill the pins from the provider's own version. Raises `LookupError`, `ValueError` as `filling.fill` does."""
        if not pins.has_pins(self.requires):
            return self
        from abiding.metadata import filling

        with filling.installed_as(name, version):
            return self._replace(requires=filling.fill(self.requires).line)

    def line_for(self, requires: str) -> str:
        """Return the export with the extras and marker of a consumer's requirement, which has no versions.

        The clauses are in the order in which they are declared. Raises as `requirements.parse` does.
        """
        specifier = ",".join(map(str, pins.clauses_of(self.requires)))
        own = requirements.parse(requires)
        extras = f"[{','.join(sorted(own.extras))}]" if own.extras else ""
        marker = f"; {own.marker}" if own.marker else ""
        return f"{own.name}{extras}{specifier}{marker}"


def declared(faults: Faults, table: Mapping[str, Any], project: Project) -> Export | None:
    """Read the table of a pyproject.toml; None if it is missing, or has errors."""
    key: Key = ("tool", "abiding", "exports")
    value = faults.typed(table["exports"], dict, key) if "exports" in table else None
    if value is None:
        return None
    faults.known_keys(value, key, _KEYS)
    if "requires" not in value:
        if not faults.misspelled("requires", value, _KEYS):
            name = (project.table or {}).get("name", "NAME")
            hint = f'say what consumers have to require, for example `requires = "{name}>=x.x,<x+1"`'
            faults.problem("missing-key", "`[tool.abiding.exports]` has no `requires`", key, hints=(hint,))
        return None
    text = faults.typed(value["requires"], str, (*key, "requires"))
    note = faults.get(value, (*key, "note"), default="")
    libraries: list[Any] = faults.get(value, (*key, "libraries"), default=[])
    for index, library in enumerate(libraries):
        place = (*key, "libraries", index)
        if faults.typed(library, str, place) is not None and (not library or "/" in library or "\\" in library):
            hint = "for example `libtoy.so.1`, its SONAME"
            faults.problem("bad-value", f"`{library}` is not the name of a library", place, hints=(hint,))
    if text is None or required(faults, text.strip(), (*key, "requires"), "") is None:
        return None
    own = (project.table or {}).get("name")
    _bare(faults, text.strip(), own if isinstance(own, str) else "", (*key, "requires"))
    return Export(text.strip(), tuple(library for library in libraries if isinstance(library, str)), note)


def _bare(faults: Faults, text: str, own: str, key: Key) -> None:
    """Check that an export requires the project itself, in some versions."""
    parsed = requirements.parse(pins.sample(text))
    if own and normalised(parsed.name) != normalised(own):
        faults.problem(
            "bad-value",
            f"`{text}` is about `{parsed.name}`, and a project exports what is to be required of itself",
            key,
            hints=(f"write `{own}>=x.x,<x+1`, for example",),
        )
    elif parsed.extras or parsed.marker or not parsed.specifier:
        message = f"`{text}` is not a name with versions alone"
        hint = f"write `{parsed.name}>=x.x,<x+1`, for example: extras and markers are those of the consumer's line"
        faults.problem("bad-value", message, key, hints=(hint,))


def hold_to_native(faults: Faults, value: Mapping[str, Any], key: Key, known: Collection[str]) -> None:
    """Check that an entry is native if it has keys that only native entries can have; `known` are its valid keys."""
    only = [name for name in ("load", "ignore-exports") if name in value]
    if only and value.get("native", False) is False:
        if not faults.misspelled("native", value, known):
            first, *others = only
            hint = "set `native = true` if the wheel is linked with a library of it, else leave it out"
            message = f"`{'` and `'.join(only)}` {'are' if others else 'is'} for native entries"
            faults.problem("bad-value", message, (*key, first), hints=(hint,))
    elif value.get("ignore-exports") is True and not _has_note(faults, value, known):
        message = "`ignore-exports` goes with a `note` that says why"
        faults.problem("bad-value", message, (*key, "ignore-exports"), hints=('add `note = "..."` to the entry',))


def _has_note(faults: Faults, value: Mapping[str, Any], known: Collection[str]) -> bool:
    """Return whether an entry has a note, even under a misspelt key."""
    return bool(str(value.get("note", "")).strip()) or faults.misspelled("note", value, known)


def of_table(table: object, name: str) -> Export:
    """Return an export from data, for example of an entry point. Raises `TypeError`, `ValueError`, `LookupError`.

    `name` is the distribution that it must require.
    """
    if not isinstance(table, dict):
        raise TypeError("exports")
    requires, libraries, note = table["requires"], table.get("libraries", []), table.get("note", "")
    if not isinstance(requires, str) or not isinstance(note, str):
        raise TypeError("requires")
    if not isinstance(libraries, list | tuple) or not all(isinstance(item, str) for item in libraries):
        raise TypeError("libraries")
    parsed = requirements.parse(pins.sample(requires))
    if name and normalised(parsed.name) != normalised(name):
        raise ValueError(f"it is about `{parsed.name}`")
    if parsed.extras or parsed.marker or parsed.url or not parsed.specifier:
        raise ValueError(f"`{requires}` is not a name with versions alone")
    return Export(requires, tuple(libraries), note)
