"""Find and read sdists and wheels on disk."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from abiding.archives.names import ENDINGS, kind_of
from abiding.archives.wheel_name import WheelName
from abiding.artifacts.artifact import Artifact, Unreadable, member_of
from abiding.artifacts.identity import Identity, canonical, hold_to_name, is_distribution, project_and_version
from abiding.artifacts.memory_limit import Room
from abiding.files.plain import is_folder, is_plain, read_for
from abiding.findings import bounds
from abiding.findings.errors import NO_SUCH_FILE, AbidingError, ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.project.corrections import release_meant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from abiding.archives.wheel_tags import StatedTags
    from abiding.metadata.core import CoreMetadata
    from abiding.project.build_record import BuildRecord
    from abiding.project.pyproject import Pyproject

__all__ = ["GIVE", "is_artifact", "read_artifacts", "unreadable"]


# The hint for other arguments.
GIVE = "give sdists (`.tar.gz`, `.zip`), wheels (`.whl`), folders of them, or NAME==VERSION"
_MOST_NAMED = 3


def is_artifact(name: str) -> bool:
    """Return whether a file has the name of an sdist or a wheel."""
    return name.endswith(ENDINGS)


def read_artifacts(paths: Iterable[Path]) -> list[Artifact | Unreadable]:
    """Read the metadata of sdists and wheels, also of those directly in a folder. Nothing is unpacked.

    A folder with a PKG-INFO is an unpacked sdist, whose file name ends with a slash.

    Files that can't be read are `Unreadable`, and so are the largest if all together need too much memory. Files with
    identical metadata share one `CoreMetadata` object. Raises `AbidingError` if nothing is found at all.
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
    """Return an argument that leads to no readable file, as an unreadable one."""
    kind = "folder" if is_folder(path) else _kind(path.name)
    return Unreadable(str(path), kind, str(path), "", problem, read_from=str(path))


def _kind(filename: str) -> Literal["sdist", "wheel", "file"]:
    return kind_of(filename) if is_artifact(filename) else "file"


def _size(path: Path) -> int:
    """Return the size of a file; 0 for a folder, or a file that is gone."""
    with suppress(OSError):
        if is_plain(path):
            return path.stat().st_size
    return 0


def _files(path: Path) -> dict[str, Path]:
    """Return the files at a path, by their absolute paths."""
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
    names = [name for name in children if is_distribution(name)]
    if not names:
        raise _missing(path, "the folder has no sdist and no wheel in it", _elsewhere(path, children.values()))
    return {f"{own}{os.sep}{name}": children[name] for name in sorted(names)}


def _elsewhere(path: Path, children: Iterable[Path]) -> str:
    """Return a hint for a folder of a project, whose `dist` is probably meant; empty for other folders."""
    folders = []
    for child in children:
        with suppress(OSError):
            if child.is_dir() and any(is_distribution(file.name) for file in child.iterdir()):
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


class _Known:
    """The metadata read so far. Most files have the same as the one before, which is compared faster than hashed."""

    def __init__(self) -> None:
        self.identities: dict[bytes, Identity] = {}
        self.last: Identity | None = None

    def parse(self, data: bytes, filename: str) -> Identity:
        if self.last is None or self.last.metadata.data != data:
            self.last = self.identities.get(data) or Identity.parse(data, filename)
            self.identities[data] = self.last
        return self.last

    def forget(self, metadata: CoreMetadata) -> None:
        """Forget metadata."""
        self.identities.pop(metadata.data, None)
        self.last = None


def _read(path: Path, known: _Known, room: Room) -> Artifact | Unreadable:
    filename = path.name
    if not is_artifact(filename) and path.is_dir():
        return _read_unpacked(path)
    kind = kind_of(filename)
    name, version = filename, ""
    try:
        name, version = project_and_version(filename, kind)
        contents = _contents(path, kind, room)
        identity = known.parse(contents.metadata, filename)
        name, version = project_and_version(filename, kind, identity.name)
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
    """Find a metadata folder of another version; METADATA with that version is reported instead."""
    from abiding.archives import dist_info as folders
    from abiding.artifacts.filename import judge_version

    try:
        if stated:
            folders.hold_to_name(stated.dist_info, filename)
    except ArchiveError as exc:
        return () if any(judge_version(filename, version, identity.metadata)) else exc.findings
    return ()


def _variants(wheel: Path) -> bytes | None:
    """Return the index's file of all variants of a release (PEP 825), if it is beside one of them."""
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
        filename, "sdist", canonical(identity.name), identity.version, identity.metadata, pyproject, findings=findings
    )


class _Contents(NamedTuple):
    """What was read of an archive, as in `Artifact`."""

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
    """Read pyproject.toml, if there is one; None and a finding if it is invalid. Raises `ArchiveError` for its size."""
    if data is None:
        return None, ()
    if len(data) > bounds.PYPROJECT:
        raise ArchiveError.at(filename, f"has a pyproject.toml of more than {bounds.PYPROJECT:,} bytes")
    from abiding.findings.errors import DeclarationError
    from abiding.project.pyproject import Pyproject
    from abiding.project.toml_errors import marked

    name = member_of(filename, "pyproject.toml")
    try:
        pyproject = Pyproject.decode(data)._replace(in_sdist=True)
        # A warning, because one of the installers accepts it. Reading the declaration would report it again.
        mark = [marked(in_sdist=True)] if pyproject.is_marked else []
        findings = tuple(finding._replace(artifact=name, severity=Severity.WARNING) for finding in mark)
        return pyproject._replace(is_marked=False), findings
    except DeclarationError as exc:
        notes = ("every front end reads it first, so nobody can build or install from this sdist",)
        hints = ("build the sdist anew from a pyproject.toml that is TOML; what it declares was not checked",)
        return None, tuple(finding._replace(artifact=name, notes=notes, hints=hints) for finding in exc.findings)
