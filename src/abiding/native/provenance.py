"""`*.dist-info/abiding/provenance.json`: which build of which library the files of a wheel were linked with.

The repair tools keep it, so that a wheel can still be held to it when its build environment is gone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from abiding import requirements
from abiding.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MEMBER", "Provenance", "Shared", "User"]


def __dir__() -> list[str]:
    return __all__


MEMBER = "abiding/provenance.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class User:
    """One file of the wheel that uses the library, by its place below site-packages, and the symbols it takes."""

    file: str
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """One library of another distribution.

    `library` is the name that others know it by (SONAME, install name, DLL name), `file` its place below
    site-packages, `sha256` the digest of that file in hexadecimal digits. `requirement` is the line declared for it,
    `platforms` are the platform tags of the wheel that shipped it.
    """

    library: str
    file: str
    sha256: str
    distribution: str
    version: str
    requirement: str
    platforms: tuple[str, ...]
    users: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a wheel with native entries was built from."""

    backend: str
    backend_version: str
    level: str
    variant: str
    libraries: tuple[Shared, ...]

    def to_json(self) -> bytes:
        """The file: UTF-8, the keys in the order of the documentation, everything else sorted."""
        return (json.dumps({"version": _VERSION, **asdict(self)}, indent=2, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes, artifact: str) -> Provenance:
        """Read the file. Raises `ArchiveError` (`bad-provenance`) if it is of another version, or is none.

        Keys that this version does not know are passed over: a later one may add some.
        """
        try:
            table = json.loads(data)
            version = table["version"]
            if version != _VERSION:
                raise _problem(artifact, f"has a `{MEMBER}` of version {version}; this abiding reads {_VERSION}")
            texts = {key: _text(table, key) for key in ("backend", "backend_version", "level", "variant")}
            return cls(**texts, libraries=tuple(_shared(one) for one in table["libraries"]))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as exc:
            raise _problem(artifact, f"has a `{MEMBER}` that can't be read", f"{type(exc).__name__}: {exc}") from exc


def _shared(table: Mapping[str, Any]) -> Shared:
    keys = ("library", "file", "sha256", "distribution", "version", "requirement")
    users = tuple(User(_text(one, "file"), _texts(one, "symbols")) for one in table["users"])
    requirements.parse(_text(table, "requirement"))  # it is held against versions later
    return Shared(**{key: _text(table, key) for key in keys}, platforms=_texts(table, "platforms"), users=users)


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def _texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise TypeError(key)
    return tuple(values)


def _problem(artifact: str, message: str, note: str = "") -> ArchiveError:
    hint = "the repair tools keep the file as it is: find out what else has edited the wheel"
    return ArchiveError.at(artifact, message, rule="bad-provenance", note=note, hint=hint)
