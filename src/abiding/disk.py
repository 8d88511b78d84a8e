"""Artifacts on disk: sdists and wheels among files and folders, each with the metadata that it carries."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal

from abiding.artifact import Artifact
from abiding.errors import AbidingError, ArchiveError, DeclarationError
from abiding.findings import Finding, Severity
from abiding.metadata import CoreMetadata
from abiding.pyproject import Pyproject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["is_artifact", "read_artifacts"]


def __dir__() -> list[str]:
    return __all__


_SDIST = (".tar.gz", ".zip")
# An sdist among the other archives that lie in a folder: name, version, extension.
_SDIST_NAME = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)-(?P<version>v?\d[A-Za-z0-9.!+_-]*)")


def is_artifact(name: str) -> bool:
    """Whether a file with this name is taken for an sdist or a wheel."""
    return name.endswith((".whl", *_SDIST))


def read_artifacts(paths: Iterable[Path]) -> list[Artifact]:
    """Read the metadata of sdists and wheels; of a folder, of those that lie right in it. Nothing is unpacked.

    What can't be read has a `problem` and no `metadata`. Files with identical metadata have one `CoreMetadata` object
    between them. Raises `AbidingError` if a path is not there, can't be listed, or there is no artifact at all.
    """
    files: dict[Path, None] = {}
    for path in paths:
        files.update(dict.fromkeys(_files(path)))
    known: dict[bytes, CoreMetadata] = {}
    return [_read(file, known) for file in files]


def _files(path: Path) -> Iterator[Path]:
    try:
        if not path.is_dir():
            path.lstat()
            yield path
            return
        names = sorted(entry.name for entry in os.scandir(path))
    except OSError as exc:
        raise _not_there(f"`{path}` can't be read: {exc.strerror}") from exc
    found = [name for name in names if name.endswith(".whl") or (name.endswith(_SDIST) and _SDIST_NAME.match(name))]
    if not found:
        raise _not_there(f"`{path}` has no sdist and no wheel in it")
    yield from (path / name for name in found)


def _not_there(message: str) -> AbidingError:
    hint = "give sdists (`.tar.gz`, `.zip`), wheels (`.whl`), folders of them, or NAME==VERSION"
    return AbidingError(Finding("missing-file", Severity.ERROR, message, hints=(hint,)), "Nothing was checked")


def _read(path: Path, known: dict[bytes, CoreMetadata]) -> Artifact:
    kind: Literal["sdist", "wheel"] = "wheel" if path.name.endswith(".whl") else "sdist"
    name, version = path.name, ""
    try:
        name, version = _name_and_version(path.name, kind)
        data, pyproject = _contents(path, kind)
        metadata = known.setdefault(data, CoreMetadata(b"", (), ""))
        if metadata.data != data:
            metadata = known[data] = CoreMetadata.parse(data)
        _hold_to_name(path.name, name, version, metadata)
    except AbidingError as exc:
        return Artifact(path.name, kind, name, version, problem=exc.findings[0])
    return Artifact(path.name, kind, name, version, metadata, pyproject)


def _contents(path: Path, kind: str) -> tuple[bytes, Pyproject | None]:
    if kind == "wheel":
        from abiding.wheel import read_metadata

        return read_metadata(path), None
    from abiding.sdist import read_members

    found = read_members(path, ["PKG-INFO", "pyproject.toml"])
    if "PKG-INFO" not in found:
        raise ArchiveError.at(path.name, "has no PKG-INFO in its top folder", hint="it is no sdist, or a very old one")
    return found["PKG-INFO"], _pyproject(found.get("pyproject.toml"))


def _pyproject(data: bytes | None) -> Pyproject | None:
    """The file, where there is one that can be understood: a release is judged by its metadata in any case."""
    if data is None:
        return None
    try:
        return Pyproject.parse(data.decode("utf-8-sig"))
    except (DeclarationError, UnicodeDecodeError):
        return None


def _name_and_version(filename: str, kind: str) -> tuple[str, str]:
    """Both as the file name has them, the name normalised. Raises `ArchiveError`."""
    if kind == "wheel":
        parts = filename.removesuffix(".whl").split("-")
        if len(parts) not in (5, 6) or not all(parts):
            hint = "a wheel is called `name-version-python-abi-platform.whl`, with at most one build number in between"
            raise ArchiveError.at(filename, "does not have the name of a wheel", hint=hint)
        return _canonical(parts[0]), parts[1]
    for extension in _SDIST:
        if filename.endswith(extension):
            stem = filename.removesuffix(extension)
            found = _SDIST_NAME.fullmatch(stem)
            if found:
                return _canonical(found["name"]), found["version"]
    hint = "an sdist is called `name-version.tar.gz` (or .zip), a wheel `….whl`"
    raise ArchiveError.at(filename, "has the name of neither an sdist nor a wheel", hint=hint)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _hold_to_name(filename: str, name: str, version: str, metadata: CoreMetadata) -> None:
    """Raise `ArchiveError` if the metadata is of another distribution than the file name says."""
    said_name, said_version = metadata.get("Name").strip(), metadata.get("Version").strip()
    if not said_name or not said_version:
        raise ArchiveError.at(filename, "has metadata without `Name` or `Version`")
    if _canonical(said_name) != name:
        raise ArchiveError.at(filename, f"has the metadata of `{said_name}`")
    if said_version != version:
        from packaging.utils import canonicalize_version

        # Old tools wrote `_` for what a file name can't have in a version.
        if canonicalize_version(said_version) not in (
            canonicalize_version(version),
            canonicalize_version(version.replace("_", "-")),
            canonicalize_version(version.replace("_", "+", 1)),
        ):
            raise ArchiveError.at(filename, f"has the metadata of version {said_version}")
