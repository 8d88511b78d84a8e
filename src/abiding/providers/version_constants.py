"""Recognise constants that hold the version of a release, which always change."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["is_number_of", "is_stamp", "is_version"]

_PARTS = frozenset({"MAJOR", "MINOR", "MICRO", "PATCH", "PATCHLEVEL", "REVISION", "RELEASE", "COMMIT", "BUILD"})
_FORMS = frozenset(
    ["STRING", "STR", "NUMBER", "NUM", "HEX", "INT", "ID", "TEXT", "FULL", "INFO", "DATE", "SUFFIX", "CODE"]
)
_VERSIONS = frozenset({"VERSION", "VER", "VERNUM"})
# The build or commit.
_BUILT = frozenset({"BUILD", "GIT", "COMMIT", "RELEASE", "COMPILE", "REVISION"})
_STAMPS = frozenset({"DATE", "TIME", "TIMESTAMP", "HASH", "SHA", "SHA1", "COMMIT", "REVISION", "DESCRIBE", "TAG"})
# Things with version numbers of their own.
_OF_ANOTHER = frozenset(
    (
        *("ABI", "BINARY", "CMD", "COMMAND", "DB", "FILE", "FORMAT", "INTERNALS", "LAYOUT", "MAGIC", "MIN", "OP"),
        *("OPCODE", "OPSET", "PICKLE", "PROTO", "PROTOCOL", "SCHEMA", "SERIALIZATION", "SOVERSION", "STRUCT", "WIRE"),
    )
)
_HUMP = pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def is_version(name: str, others: Collection[str]) -> bool:
    """Return whether a constant has the version of the release, by its name.

    `TOY_VERSION`, `TOY_VERSION_MAJOR`, `ToyMajorVersion`; `TOY_MAJOR` beside a `TOY_MINOR`; `TOY_GIT_HASH`. Not
    `TOY_FORMAT_VERSION`.
    """
    return _is_numbered(name, others) and _OF_ANOTHER.isdisjoint(_words(name))


def _words(name: str) -> list[str]:
    return _HUMP.sub("_", name).upper().rpartition("::")[2].strip("_").split("_")


def _is_numbered(name: str, others: Collection[str]) -> bool:
    words = _words(name)
    if len(words) > 1 and words[-1] in _STAMPS and words[-2] in _BUILT:
        return True
    while words and words[-1] in _FORMS | _PARTS and not _VERSIONS.isdisjoint(words):
        words.pop()
    if words and words[-1] in _VERSIONS:
        return True
    front, _, last = name.upper().rpartition("_")
    number = {"MAJOR": "MINOR"}.get(last, "MAJOR")
    return last in _PARTS and f"{front}_{number}" in {other.upper() for other in others}


def is_stamp(name: str) -> bool:
    """Return whether a constant identifies the build of a release, by its name; its value can't be checked."""
    return not _OF_BUILD.isdisjoint(_words(name))


def is_number_of(version: str, name: str, value: str) -> bool:
    """Return whether the value of a constant is the version of a release, or the part in its name."""
    from packaging.version import Version

    words = set(_words(name))
    if words.isdisjoint(_VERSIONS | _PARTS):
        return False
    release = Version(version).release
    if value.startswith('"'):
        dotted = _NUMBERS.search(value)
        numbers = tuple(map(int, dotted[0].split("."))) if dotted else ()
        length = min(len(numbers), len(release))
        return bool(numbers) and numbers[:length] == release[:length] and not any(numbers[length:])
    if not value.isdigit():
        return False
    padded = (*release, 0, 0, 0)
    part = next((place for word, place in _AT.items() if word in words), None)
    if part is not None:
        return int(value) == padded[part]
    return any(int(value) == sum(map(mul, padded, weights)) for weights in _WEIGHTS)


_AT = {"MAJOR": 0, "MINOR": 1, "MICRO": 2, "PATCH": 2, "PATCHLEVEL": 2, "REVISION": 2}
_NUMBERS = pattern(r"\d{1,9}(?:\.\d{1,9}){1,9}")
# Versions as one number: 10203, 0x010203, 102 (with smaller factors, any number could be one).
_WEIGHTS = (
    *(tuple(base**place for place in reversed(range(n))) for base in (10, 16, 100, 256, 1000, 65536) for n in (3, 4)),
    *((base, 1) for base in (100, 256, 1000, 65536)),
    (1000, 10),
    (100_000, 100, 1),
    (1 << 28, 1 << 20, 1 << 4),
)
_OF_BUILD = _STAMPS | {"BUILD", "SUFFIX", "INFO"}
