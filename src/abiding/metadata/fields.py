"""The fields of a metadata file, with or without their positions in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["OF_THE_FILE", "Fields", "Header", "beginning_of_body", "headers_of", "is_of_the_file", "text", "values_of"]


# Fields about the file, not the project: a wheel and an sdist may differ in them.
OF_THE_FILE = ("Metadata-Version", "Dynamic")
_FOLDED = frozenset(map(str.lower, OF_THE_FILE))


class Fields(NamedTuple):
    """Header fields in order, names as written, and the text after the headers."""

    fields: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, in order; its name is case-insensitive."""
        return values_of(self.fields, name)

    def get(self, name: str) -> str:
        """Return the first value of a field; empty if it has none."""
        return next(iter(self.all(name)), "")


def values_of(fields: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    """Return the values of one field, in order; its name is case-insensitive."""
    return tuple(value for field, value in fields if field.lower() == name.lower())


def is_of_the_file(field: str) -> bool:
    """Return whether a field, in any case, is about the file and not the project."""
    return field.lower() in _FOLDED


# One header field with its continuation lines. A lone CR before the line's end belongs to the line's end.
_FIELD = pattern(rb"([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)\n?")
_LINE_END = pattern(rb"\r?\n")


class Header(NamedTuple):
    """One field: its name as written, its value with the line ends and the indentation of continuation lines.

    `start` is its first byte, `end` the one behind its last.
    """

    name: str
    value: str
    start: int
    end: int


def headers_of(data: bytes) -> list[Header]:
    """Read the fields, in order, up to the first line that neither is a field nor continues one."""
    headers = []
    end = 0
    while field := _FIELD.match(data, end):
        end = field.end()
        headers.append(Header(text(field[1]), text(field[2]).rstrip("\r"), field.start(), end))
    return headers


def beginning_of_body(data: bytes, headers: Sequence[Header]) -> int:
    """Return the start of the text after the fields and an empty line."""
    end = headers[-1].end if headers else 0
    empty = _LINE_END.match(data, end)
    return empty.end() if empty else end


def text(data: bytes) -> str:
    """Decode UTF-8; invalid bytes are kept as surrogates."""
    return data.decode("utf-8", "surrogateescape")
