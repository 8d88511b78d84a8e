"""The types of the values in `[project]` (PEP 621), held against them where metadata is written from the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from abiding.project.pyproject import Key

    Shape = Callable[[Key, Any], Iterator[tuple[Key, str]]]

__all__ = ["misshapen"]


def misshapen(table: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """Find each value of `[project]` that is not what it has to be: its key, and what that is."""
    for name, shape in _SHAPES.items():
        if name in table:
            yield from shape(("project", name), table[name])


def _line(key: Key, value: object) -> Iterator[tuple[Key, str]]:
    if not isinstance(value, str):
        yield key, "a string"
    elif "\n" in value or "\r" in value:
        yield key, "one line"


def _array(shape: Shape) -> Shape:
    def array(key: Key, value: object) -> Iterator[tuple[Key, str]]:
        if not isinstance(value, list):
            yield key, "an array"
            return
        for index, item in enumerate(value):
            yield from shape((*key, index), item)

    return array


def _table(shape: Shape) -> Shape:
    def table(key: Key, value: object) -> Iterator[tuple[Key, str]]:
        if not isinstance(value, dict):
            yield key, "a table"
            return
        for name, item in value.items():
            yield from shape((*key, name), item)

    return table


def _readme(key: Key, value: object) -> Iterator[tuple[Key, str]]:
    if isinstance(value, dict):
        yield from ((_key, what) for _key, what in _TEXTS(key, value) if what != "one line")
    elif not isinstance(value, str):
        yield key, "a string or a table"


_TEXTS = _table(_line)
_SHAPES: Mapping[str, Shape] = {
    "name": _line,
    "version": _line,
    "description": _line,
    "readme": _readme,
    "requires-python": _line,
    "authors": _array(_TEXTS),
    "maintainers": _array(_TEXTS),
    "keywords": _array(_line),
    "classifiers": _array(_line),
    "urls": _TEXTS,
    "dependencies": _array(_line),
    "optional-dependencies": _table(_array(_line)),
}
