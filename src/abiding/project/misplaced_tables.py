"""Tables that are meant for `[tool.abiding]`, and are in a place where nothing reads them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.project.pyproject import BARE_KEY, as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.project.keys import Key

__all__ = ["Astray", "tables_astray"]


_CLOSE = 0.82
_APART = pattern(r"[\s._-]+")
_OURS = "abiding"
_OTHER_FORMS = ("abide", "abides", "abided")
_STANDARD = ("project", "build-system")


class Astray(NamedTuple):
    """A table by its key, and the place that is meant."""

    key: Key
    place: str

    @property
    def name(self) -> str:
        """Write the key as the head of a table has it."""
        return ".".join(part if BARE_KEY.fullmatch(part) else as_toml(part) for part in map(str, self.key))


def tables_astray(table: Mapping[str, object]) -> Iterator[Astray]:
    """Find them in the table of a pyproject.toml: at its top, below another standard one, or with a slip."""
    yield from _in(table, ())
    tool = table.get("tool")
    # With `[tool.abiding]` beside it, such a table is that of another tool.
    if isinstance(tool, dict) and _OURS not in tool:
        yield from (
            Astray(("tool", name), f"tool.{_OURS}") for name in _OTHER_FORMS if isinstance(tool.get(name), dict)
        )


def _in(table: Mapping[str, object], around: Key) -> Iterator[Astray]:
    for name, inner in islice(table.items(), bounds.CLOSE_NAMES):
        key = (*around, name)
        if key == ("tool", _OURS) or not _is_table(inner, around):
            continue
        if place := _meant(name):
            yield Astray(key, place)
        elif isinstance(inner, dict) and ((not around and name in _STANDARD) or _is_close(name, "tool")):
            yield from _in(inner, key)


def _is_table(value: object, around: Key) -> bool:
    """Return whether a value is a table, or an array of tables; a dependency group of that name is an array too."""
    if isinstance(value, list) and around != ("dependency-groups",):
        return bool(value) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict)


def _meant(name: str) -> str:
    """Return the table that is meant by a name: `abiding`, or one in it, `abiding-wheel`; empty for all others."""
    parts = [word for word in _APART.split(name) if word]
    if len(parts) > 1 and _is_close(parts[0], "tool"):
        del parts[0]
    if not parts or not _is_close(parts[0], _OURS):
        return ""
    inner = next((table for table in ("wheel", "exports") if len(parts) > 1 and _is_close(parts[1], table)), "")
    return f"tool.{_OURS}.{inner}" if inner else f"tool.{_OURS}"


def _is_close(name: str, known: str) -> bool:
    """Return whether a name is another one, or that with a slip."""
    if name == known:
        return True
    # Nearly all names are told apart without the module that takes longer to import than the rest of this.
    if abs(len(name) - len(known)) > 1 or len(set(name.lower()) & set(known)) < len(set(known)) - 1:
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, name.lower(), known).ratio() > _CLOSE
