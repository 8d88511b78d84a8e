"""Artifacts on disk: sdists and wheels among files and folders, each with the metadata that it carries."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from abiding.archives import tagging
from abiding.archives.naming import ENDINGS, SDIST_ENDINGS, WHEEL_ENDING, kind_of, normalised
from abiding.archives.wheel_name import NOT_A_NAME, WheelName
from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.room import Room
from abiding.files.plain import is_folder, is_plain, read_for
from abiding.findings import bounds
from abiding.findings.errors import NO_SUCH_FILE, AbidingError, ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import short
from abiding.metadata.core import CoreMetadata
from abiding.project.meant import release_meant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from abiding.archives.tagging import StatedTags
    from abiding.project.build_record import BuildRecord
    from abiding.project.pyproject import Pyproject

__all__ = ["GIVE", "Identity", "hold_to_name", "is_artifact", "named", "read_artifacts", "unreadable"]


# What there is to be given where something else was.
GIVE = "give sdists (`.tar.gz`, `.zip`), wheels (`.whl`), folders of them, or NAME==VERSION"
_MOST_SHOWN = 100
_MOST_NAMED = 3
# An sdist among the other archives that lie in a folder: name, version, extension.
_VERSION = re.compile(r"v?\d[A-Za-z0-9.!+_-]*")
_SDIST_NAME = re.compile(rf"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*?)-(?P<version>{_VERSION.pattern})")


def is_artifact(name: str) -> bool:
    """Return whether a file with this name is taken for an sdist or a wheel."""
    return name.endswith(ENDINGS)


def read_artifacts(paths: Iterable[Path]) -> list[Artifact | Unreadable]:
    """Read the metadata of sdists and wheels; of a folder, of those that lie right in it. Nothing is unpacked.

    A folder with a PKG-INFO is an sdist that somebody else has unpacked: its file name ends with a slash.

    What can't be read is `Unreadable`, and so is the largest where all are too much to be looked at together. Files
    with identical metadata have one `CoreMetadata` object between them. Raises `AbidingError` if nothing is found at
    all.
    """
    files: dict[str, Path] = {}
    unlisted: list[Unreadable] = []
    for path in paths:
        try:
            files |= _files(path)
        except AbidingError as exc:
            unlisted.append(unreadable(path, exc.findings[0]))
    if unlisted and not files:
        raise AbidingError([file.problem for file in unlisted], "Nothing was checked")
    known = _Known()
    room = Room(sum(map(_size, files.values())))
    read = (_read(file, known, room)._replace(read_from=str(file)) for file in files.values())
    return [*unlisted, *room.hold(read, known.forget)]


def unreadable(path: Path, problem: Finding) -> Unreadable:
    """Return what was given, and leads to no file that could be read."""
    kind = "folder" if is_folder(path) else _kind(path.name)
    return Unreadable(str(path), kind, str(path), "", problem, read_from=str(path))


def _kind(filename: str) -> Literal["sdist", "wheel", "file"]:
    return kind_of(filename) if is_artifact(filename) else "file"


def _size(path: Path) -> int:
    """Return the bytes of a file; of a folder, or what is gone, none."""
    with suppress(OSError):
        if is_plain(path):
            return path.stat().st_size
    return 0


def _files(path: Path) -> dict[str, Path]:
    """Return the files that a path stands for, each by a name that is its own wherever it is given from."""
    own = os.path.abspath(path)  # noqa: PTH100 (a link is a file of its own)
    try:
        if not path.is_dir():
            path.lstat()
            return {own: path}
        if (path / "PKG-INFO").is_file():
            return {own: path}
        children = {child.name: child for child in path.iterdir()}
    except OSError as exc:
        is_missing = isinstance(exc, FileNotFoundError | NotADirectoryError)
        raise _missing(path, NO_SUCH_FILE if is_missing else f"this can't be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise _missing(path, f"this can't be read: {exc}") from exc
    names = [name for name in children if _is_listed(name)]
    if not names:
        raise _missing(path, "the folder has no sdist and no wheel in it", _elsewhere(path, children.values()))
    return {f"{own}{os.sep}{name}": children[name] for name in sorted(names)}


def _is_listed(name: str) -> bool:
    """Return whether a file is taken for an artifact among whatever else is in its folder."""
    return name.endswith(WHEEL_ENDING) or (name.endswith(SDIST_ENDINGS) and _SDIST_NAME.match(name) is not None)


def _elsewhere(path: Path, children: Iterable[Path]) -> str:
    """Return a hint for who names a project, and means what has been built in it; empty where that is not known."""
    folders = []
    for child in children:
        with suppress(OSError):
            if child.is_dir() and any(_is_listed(file.name) for file in child.iterdir()):
                folders.append(f"`{child}`")
    if folders:
        return f"there are some in {', '.join(sorted(folders)[:_MOST_NAMED])}"
    if any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
        return (
            "give what was built: `python -m build` makes an sdist and a wheel, in `dist`; `abiding prove` builds a "
            "project in every way, and compares"
        )
    return ""


def _missing(path: Path, message: str, hint: str = "") -> AbidingError:
    hint = hint or GIVE
    suggestion = release_meant(str(path)) if message == NO_SUCH_FILE else ""
    hints = (f"did you mean `{suggestion}`?", hint) if suggestion else (hint,)
    return AbidingError(Finding("missing-file", Severity.ERROR, message, artifact=str(path), hints=hints))


class Identity(NamedTuple):
    """Metadata, and of which distribution it says that it is."""

    metadata: CoreMetadata
    name: str
    version: str

    @classmethod
    def parse(cls, data: bytes, filename: str) -> Identity:
        """Read the metadata of an archive. Raises `ArchiveError`."""
        return cls.of(CoreMetadata.parse(data, filename))

    @classmethod
    def of(cls, metadata: CoreMetadata) -> Identity:
        """Read off what it says."""
        return cls(metadata, metadata.get("Name").strip(), metadata.get("Version").strip())


class _Known:
    """What has been read. Most files have the metadata of the one before, and to see that takes less than a hash."""

    def __init__(self) -> None:
        self.identities: dict[bytes, Identity] = {}
        self.last: Identity | None = None

    def parse(self, data: bytes, filename: str) -> Identity:
        if self.last is None or self.last.metadata.data != data:
            self.last = self.identities.get(data) or Identity.parse(data, filename)
            self.identities[data] = self.last
        return self.last

    def forget(self, metadata: CoreMetadata) -> None:
        """Keep it no longer."""
        self.identities.pop(metadata.data, None)
        self.last = None


def _read(path: Path, known: _Known, room: Room) -> Artifact | Unreadable:
    filename = path.name
    if not is_artifact(filename) and path.is_dir():
        return _read_unpacked(path)
    kind = kind_of(filename)
    name, version = filename, ""
    try:
        name, version = named(filename, kind)
        contents = _contents(path, kind, room)
        identity = known.parse(contents.metadata, filename)
        name, version = named(filename, kind, identity.name)
        hold_to_name(filename, name, version, identity)
    except AbidingError as exc:
        return Unreadable(filename, _kind(filename), name, version, exc.findings[0])
    return Artifact(
        filename,
        kind,
        name,
        version,
        identity.metadata,
        contents.pyproject,
        stated=contents.stated,
        findings=(*contents.findings, *_of_folder(filename, version, contents.stated, identity)),
        record=contents.record,
        variant=contents.variant,
        variants=_variants(path) if kind == "wheel" else None,
    )


def _of_folder(filename: str, version: str, stated: StatedTags | None, identity: Identity) -> tuple[Finding, ...]:
    """Find the metadata folder of another version; where METADATA says that one, it is told of METADATA."""
    from abiding.archives import dist_info as folders
    from abiding.artifacts.filename import judge_version

    try:
        if stated:
            folders.hold_to_name(stated.dist_info, filename)
    except ArchiveError as exc:
        return () if any(judge_version(filename, version, identity.metadata)) else exc.findings
    return ()


def _variants(wheel: Path) -> bytes | None:
    """Return what an index says of all variants of a release (PEP 825), where it lies beside one of them."""
    split = WheelName.split(wheel.name)
    if split is None or not split.label:
        return None
    with suppress(OSError, ValueError):
        return read_for(wheel.with_name(f"{split.name}-{split.version}-variants.json"), bounds.METADATA)
    return None


def _read_unpacked(folder: Path) -> Artifact | Unreadable:
    filename = f"{folder.resolve().name}/"
    try:
        identity = Identity.parse(read_for(folder / "PKG-INFO", bounds.METADATA), filename)
        if not identity.name or not identity.version:
            raise ArchiveError.at(filename, "has a PKG-INFO without `Name` or `Version`")
        pyproject_toml = folder / "pyproject.toml"
        data = read_for(pyproject_toml, bounds.PYPROJECT) if is_plain(pyproject_toml) else None
        pyproject, findings = _pyproject(data, filename)
    except OSError as exc:
        problem = ArchiveError.at(filename, f"can't be read: {exc.strerror}").findings[0]
        return Unreadable(filename, "sdist", filename, "", problem)
    except ArchiveError as exc:
        return Unreadable(filename, "sdist", filename, "", exc.findings[0])
    return Artifact(
        filename, "sdist", _canonical(identity.name), identity.version, identity.metadata, pyproject, findings=findings
    )


class _Contents(NamedTuple):
    """What is read of an archive, as `Artifact` has it."""

    metadata: bytes
    stated: StatedTags | None = None
    record: BuildRecord | None = None
    variant: bytes | None = None
    pyproject: Pyproject | None = None
    findings: tuple[Finding, ...] = ()


def _contents(path: Path, kind: str, room: Room) -> _Contents:
    if kind == "wheel":
        from abiding.archives.wheel import Statement
        from abiding.artifacts.installers import judge_contents
        from abiding.project.build_record import MEMBERS, BuildRecord

        statement = Statement.open(path, MEMBERS)
        room.admit(path.name, _size(path), statement.metadata)
        findings = judge_contents(path.name, statement.stated.dist_info, statement.names, statement.entry_points)
        record = None
        try:
            record = BuildRecord.from_json(statement.more, path.name) if statement.more else None
        except ArchiveError as exc:
            findings = (*findings, *exc.findings)
        return _Contents(statement.metadata, statement.stated, record, statement.variant, findings=findings)
    from abiding.archives.sdist import Sdist

    sdist = Sdist.open(path)
    pkg_info = sdist.pkg_info
    room.admit(path.name, _size(path), *sdist.files.values())
    pyproject, findings = _pyproject(sdist.files.get("pyproject.toml"), path.name)
    return _Contents(pkg_info, pyproject=pyproject, findings=(*sdist.findings, *findings))


def _pyproject(data: bytes | None, filename: str) -> tuple[Pyproject | None, tuple[Finding, ...]]:
    """Give the file, where there is one that can be understood, else why not: a release is judged by its metadata too.

    Raises `ArchiveError` where nobody means one so large: what is in it would go unseen.
    """
    if data is None:
        return None, ()
    if len(data) > bounds.PYPROJECT:
        raise ArchiveError.at(filename, f"has a pyproject.toml of more than {bounds.PYPROJECT:,} bytes")
    from abiding.findings.errors import DeclarationError
    from abiding.project.pyproject import Pyproject

    try:
        return Pyproject.decode(data)._replace(in_sdist=True), ()
    except DeclarationError as exc:
        return None, tuple(_of_sdist(finding, filename) for finding in exc.findings)


def _of_sdist(finding: Finding, filename: str) -> Finding:
    notes = ("every front end reads it first, so nobody can build or install from this sdist",)
    hints = ("build the sdist anew from a pyproject.toml that is TOML; what it declares was not checked",)
    return finding._replace(artifact=filename, notes=notes, hints=hints)


def named(filename: str, kind: str, project: str = "") -> tuple[str, str]:
    """Return both as the file name has them, the name normalised. Raises `ArchiveError`.

    `project` is whose file it should be, where that is known: old sdists have dashes in names and in versions, and
    `python-3parclient-4.2.11` is then no version `3parclient-4.2.11` of `python`.
    """
    if len(filename) > bounds.FILENAME:
        raise ArchiveError.at(short(filename, _MOST_SHOWN), f"has a name of more than {bounds.FILENAME} characters")
    if kind == "wheel":
        split = WheelName.split(filename)
        if split is None:
            raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME)
        return _canonical(split.name), split.version
    for extension in SDIST_ENDINGS:
        if filename.endswith(extension):
            stem = filename.removesuffix(extension)
            if version := _version(stem, _canonical(project)):
                return _canonical(project), version
            if match := _SDIST_NAME.fullmatch(stem):
                return _canonical(match["name"]), match["version"]
    hint = "an sdist is called `name-version.tar.gz` (or .zip), a wheel `….whl`"
    raise ArchiveError.at(filename, "has the name of neither an sdist nor a wheel", hint=hint)


def _version(stem: str, project: str) -> str:
    """Return what the name of an sdist has behind that of its project; empty if that is not what it begins with."""
    ends = (dash.start() for dash in re.finditer("-", stem))
    rest = next((stem[end + 1 :] for end in ends if normalised(stem[:end]) == project), "")
    return rest if _VERSION.fullmatch(rest) else ""


_canonical = lru_cache(maxsize=64)(normalised)


def hold_to_name(filename: str, name: str, version: str, identity: Identity) -> None:
    """Raise `ArchiveError` if the metadata is of another project than the file name says, or of no version at all."""
    if filename.endswith(".whl") and tagging.number(filename) > bounds.TAGS:
        message = f"has a name that stands for {tagging.number(filename):,} tags"
        raise ArchiveError.at(filename, message, note=f"no wheel is for more than {bounds.TAGS:,}")
    if not identity.name or not identity.version:
        raise ArchiveError.at(filename, "has metadata without `Name` or `Version`")
    if _canonical(identity.name) != name:
        raise ArchiveError.at(filename, f"has the metadata of `{identity.name[:_MOST_SHOWN]}`")
    if identity.version != version:
        from packaging.utils import canonicalize_version

        try:
            canonicalize_version(identity.version)
        except ValueError as exc:  # a number of thousands of digits
            raise ArchiveError.at(filename, f"has the metadata of version {identity.version[:_MOST_SHOWN]}") from exc
