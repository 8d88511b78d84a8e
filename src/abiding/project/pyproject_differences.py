"""Compare two pyproject.toml files by the values that a build depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.project.keys import at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from abiding.project.keys import Key

__all__ = ["PyprojectDifference", "pyproject_differences"]


class PyprojectDifference(NamedTuple):
    """A value that two files have otherwise; None where one has none."""

    key: Key
    own: object
    other: object


# What installers and resolvers go by.
_RESOLVED = ("name", "version", "requires-python", "dependencies", "optional-dependencies")


def pyproject_differences(own: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[PyprojectDifference, ...]:
    """Return the values of two files that are not the same, of those by which a build goes, each as small as can be.

    A name in `[project]` that the first does not give is left to the backend, which may have filled it in there.
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
