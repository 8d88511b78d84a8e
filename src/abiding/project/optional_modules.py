"""`optional-modules` of `[tool.abiding]`: modules that the package works without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.project.faults import Faults
    from abiding.project.keys import Key

__all__ = ["OptionalModules", "read"]


class OptionalModules(NamedTuple):
    """Modules that may refuse a version which the wheel admits: a glob over their names, and the reason."""

    modules: str
    note: str = ""


# The name of a module, or the place of a library below site-packages, with wildcards.
_MODULES = pattern(r"[A-Za-z0-9_.*?/\[\]!+-]+")
_KEYS = ("modules", "note")
_FOR_EXAMPLE = "for example `spam._strings`, or `spam.*` for all of a package"


def read(faults: Faults, table: Mapping[str, Any]) -> tuple[OptionalModules, ...]:
    """Read the key of `[tool.abiding]`, and add errors to `faults`."""
    key: Key = ("tool", "abiding", "optional-modules")
    values: list[object] = faults.get(table, key, default=[])
    return tuple(guarded for index, value in enumerate(values) for guarded in _one(faults, value, (*key, index)))


def _one(faults: Faults, value: object, key: Key) -> Iterator[OptionalModules]:
    table = {"modules": value} if isinstance(value, str) else faults.typed(value, dict, key)
    if table is None:
        return
    faults.known_keys(table, key, _KEYS)
    place = key if isinstance(value, str) else (*key, "modules")
    modules = faults.typed(table.get("modules", ""), str, place)
    note = faults.typed(table.get("note", ""), str, (*key, "note"))
    if modules is None or note is None:
        return
    if len(modules) > bounds.FILENAME:
        message = f"it has {len(modules):,} characters, and no module has such a name"
        faults.problem("bad-value", message, place, hints=(_FOR_EXAMPLE,))
    elif _MODULES.fullmatch(modules):
        yield OptionalModules(modules, note.strip())
    elif "modules" in table:
        faults.problem("bad-value", f"`{modules}` names no module", place, hints=(_FOR_EXAMPLE,))
    elif not faults.misspelled("modules", table, _KEYS):
        faults.problem("missing-key", "`modules` is missing: which modules are optional?", key, hints=(_FOR_EXAMPLE,))
