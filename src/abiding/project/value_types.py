"""The types that values of a pyproject.toml must have, `[project]` by PEP 621, and the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.project.pyproject import BARE_KEY, as_toml, key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from abiding.project.keys import Key

    Shape = Callable[[Key, Any], Iterator["Misshapen"]]

__all__ = ["TYPES", "Misshapen", "misshapen", "type_of"]


TYPES = {str: "a string", bool: "a boolean", list: "an array", dict: "a table", int: "an integer", float: "a float"}
_TABLES = "an array of tables"


def type_of(value: object) -> str:
    """Return the type of a TOML value, in words."""
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return _TABLES
    return TYPES.get(type(value), "a date or time")


class Misshapen(NamedTuple):
    """A value at a key that has the wrong type."""

    key: Key
    shape: str
    value: object

    def message(self, name: str = "") -> str:
        """Return the message; `name` is used instead of the key."""
        has = "several" if self.shape == "one line" else type_of(self.value)
        return f"{name or f'`{key_text(self.key)}`'} has to be {self.shape}, and is {has}"

    @property
    def hint(self) -> str:
        """Return an example of the right type, with the existing value if it fits."""
        return (self._item if isinstance(self.key[-1], int) else self._of_key)(self.shape)

    def _item(self, shape: str) -> str:
        forms = {"a string": 'in quotes, `"…"`', "a table": 'in braces, `{ name = "…" }`'}
        return f"{'a table' if shape == 'a table' else 'an item'} of an array is written {forms.get(shape, shape)}"

    def _of_key(self, shape: str) -> str:
        name = str(self.key[-1])
        name = name if BARE_KEY.fullmatch(name) else as_toml(name)
        if shape == "a table":
            in_brackets = f"a table is written `[{key_text(self.key)}]`"
            several = type_of(self.value) == _TABLES
            return (
                f"{in_brackets}, in single brackets" if several else f"{in_brackets}, and its keys on the lines below"
            )
        if shape == "a boolean":
            return f"write `{name} = true` or `{name} = false`, without quotes"
        if shape == "an array":
            return f"write `{name} = [{self._kept(self.value)}]`"
        if shape == "a string" and type(self.value) in (int, float):
            return f'write it in quotes: `{name} = "…"`'
        if shape == "a string":
            only = self.value[0] if isinstance(self.value, list) and len(self.value) == 1 else None
            return f"write `{name} = {self._kept(only)}`"
        return "write it on one line" if shape == "one line" else f'for example `{name} = "…"`'

    @staticmethod
    def _kept(value: object) -> str:
        whole = isinstance(value, str) and len(value) <= bounds.EXCERPT and "\n" not in value
        return as_toml(str(value)) if whole else '"…"'


def misshapen(table: Mapping[str, Any]) -> Iterator[Misshapen]:
    """Find each value of `[project]` that has the wrong type."""
    for name, shape in _SHAPES.items():
        if name in table:
            yield from shape(("project", name), table[name])


def _line(key: Key, value: object) -> Iterator[Misshapen]:
    if not isinstance(value, str):
        yield Misshapen(key, "a string", value)
    elif "\n" in value or "\r" in value:
        yield Misshapen(key, "one line", value)


def _array(shape: Shape) -> Shape:
    def array(key: Key, value: object) -> Iterator[Misshapen]:
        if not isinstance(value, list):
            yield Misshapen(key, "an array", value)
            return
        for index, item in enumerate(value):
            yield from shape((*key, index), item)

    return array


def _table(shape: Shape) -> Shape:
    def table(key: Key, value: object) -> Iterator[Misshapen]:
        if not isinstance(value, dict):
            yield Misshapen(key, "a table", value)
            return
        for name, item in value.items():
            yield from shape((*key, name), item)

    return table


def _only(names: Container[str], shape: Shape) -> Shape:
    """Return the check of a table in which some backends (hatchling, uv_build) take any other name, with any value."""

    def table(key: Key, value: object) -> Iterator[Misshapen]:
        known = {name: item for name, item in value.items() if name in names} if isinstance(value, dict) else value
        yield from shape(key, known)

    return table


def _readme(key: Key, value: object) -> Iterator[Misshapen]:
    if isinstance(value, dict):
        names = ("text" if "text" in value else "file", "content-type")
        yield from (misfit for misfit in _only(names, _TEXTS)(key, value) if misfit.shape != "one line")
    elif not isinstance(value, str):
        yield Misshapen(key, "a string or a table", value)


_TEXTS = _table(_line)
_PEOPLE = _array(_only(("name", "email"), _TEXTS))
_SHAPES: Mapping[str, Shape] = {
    "name": _line,
    "version": _line,
    "description": _line,
    "readme": _readme,
    "requires-python": _line,
    "authors": _PEOPLE,
    "maintainers": _PEOPLE,
    "keywords": _array(_line),
    "classifiers": _array(_line),
    "urls": _TEXTS,
    "dependencies": _array(_line),
    "optional-dependencies": _table(_array(_line)),
}
