"""What a metadata file says, apart from the file: to be compared with one."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["OF_THE_FILE", "Fields", "is_of_the_file", "values_of"]


# They speak of the file, not of the project: a wheel and an sdist need not say the same there.
OF_THE_FILE = ("Metadata-Version", "Dynamic")
_FOLDED = frozenset(map(str.lower, OF_THE_FILE))


class Fields(NamedTuple):
    """Header fields in order, names as written, and the text after the headers."""

    fields: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, in order; its name is compared without regard to case."""
        return values_of(self.fields, name)

    def get(self, name: str) -> str:
        """Return the first value of a field; empty if it has none."""
        return next(iter(self.all(name)), "")


def values_of(fields: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    """Return the values of one field, in order; its name is compared without regard to case."""
    return tuple(value for field, value in fields if field.lower() == name.lower())


def is_of_the_file(field: str) -> bool:
    """Return whether a field, in letters of any case, speaks of the file and not of the project."""
    return field.lower() in _FOLDED
