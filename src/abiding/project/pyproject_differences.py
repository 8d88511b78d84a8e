"""Compare two pyproject.toml files by the values that a build depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.project.keys import at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from abiding.project.keys import Key

__all__ = ["PyprojectDifference", "pyproject_differences"]


class PyprojectDifference(NamedTuple):
    """A value that differs between two files; None if one of them does not have it."""

    key: Key
    own: object
    other: object


# What installers and resolvers read.
_RESOLVED = ("name", "version", "requires-python", "dependencies", "optional-dependencies")


def pyproject_differences(own: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[PyprojectDifference, ...]:
    """Return the smallest values that differ between two files, among those that a build depends on.

    A name of `[project]` that the first file does not have is skipped: the backend may have computed it.
    """
    keys: list[Key] = [("build-system",), ("tool", "abiding")]
    keys += [("project", name) for name in _RESOLVED if at(own, ("project", name)) is not None]
    return tuple(value for key in keys for value in _within(key, at(own, key), at(other, key)))


def _within(key: Key, own: object, other: object) -> Iterator[PyprojectDifference]:
    if isinstance(own, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*own, *other)):
            yield from _within((*key, name), own.get(name), other.get(name))
    elif own != other:
        yield PyprojectDifference(key, own, other)
