"""Wheels and sdists read member by member, without any code of ours: what the tests hold the backend against."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import tarfile
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# setuptools-scm notes the commit; two variants of a project are two commits.
_COMMIT = re.compile(rb'"node": "g[0-9a-f]{40}"')


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive; `properties` is all that its container says about it, time excepted."""

    name: str
    data: bytes
    time: object
    properties: tuple[object, ...]


def read_wheel(path: Path) -> list[Member]:
    with zipfile.ZipFile(path) as archive:
        return [
            Member(info.filename, archive.read(info), info.date_time, (oct(info.external_attr), info.compress_type))
            for info in archive.infolist()
        ]


def read_sdist(path: Path, *, started: float = float("inf")) -> list[Member]:
    """Read the members of an sdist.

    Backends give files that they write themselves the time of the build, SOURCE_DATE_EPOCH or not (setuptools).
    Every time since `started` therefore reads as the same word; times before it, which are those of the tree, stay.
    """
    with tarfile.open(path) as archive:
        members = []
        for info in archive.getmembers():
            file = archive.extractfile(info) if info.isfile() else None
            members.append(
                Member(
                    info.name,
                    file.read() if file else b"",
                    info.mtime if info.mtime < started else "during the build",
                    (info.type, oct(info.mode), info.uid, info.gid, info.uname, info.gname, info.linkname),
                )
            )
        return members


def metadata_of_wheel(path: Path) -> bytes:
    return _one(read_wheel(path), ".dist-info/METADATA")


def metadata_of_sdist(path: Path) -> bytes:
    return _one([member for member in read_sdist(path) if member.name.count("/") == 1], "/PKG-INFO")


def pyproject_of_sdist(path: Path) -> bytes:
    return _one([member for member in read_sdist(path) if member.name.count("/") == 1], "/pyproject.toml")


def headers(metadata: bytes) -> list[str]:
    """Split the head of a metadata file into fields; a folded one stays together."""
    fields: list[str] = []
    for line in metadata.decode().replace("\r\n", "\n").partition("\n\n")[0].splitlines():
        if line[:1] in " \t":
            fields[-1] += "\n" + line
        else:
            fields.append(line)
    return fields


def values(metadata: bytes, field: str) -> list[str]:
    return [value for name, _, value in (header.partition(": ") for header in headers(metadata)) if name == field]


def requires(metadata: bytes) -> list[str]:
    return values(metadata, "Requires-Dist")


def differences_of_wheels(bare: Path, wrapped: Path, added: Sequence[str]) -> list[str]:
    """Say in which ways `wrapped` is not `bare` plus the requirement lines `added`; nothing, when all is well."""
    if bare.name != wrapped.name:
        return [f"the wheels are {bare.name} and {wrapped.name}"]
    ours = read_wheel(wrapped)
    plain = [member for member in ours if not member.name.endswith(".dist-info/abiding.json")]
    return [
        *_differences(read_wheel(bare), plain, but=(".dist-info/METADATA", ".dist-info/RECORD")),
        *_differences_of_metadata(metadata_of_wheel(bare), metadata_of_wheel(wrapped), added),
        *_faults_of_record(ours),
    ]


def has_record(wheel: Path) -> bool:
    """Whether the wheel says what it was built as."""
    return any(member.name.endswith(".dist-info/abiding.json") for member in read_wheel(wheel))


def differences_of_sdists(bare: Path, wrapped: Path, *, started: tuple[float, float]) -> list[str]:
    """Say in which ways `wrapped` is not `bare` with its Dynamic field and the version for it; nothing, if it is."""
    if bare.name != wrapped.name:
        return [f"the sdists are {bare.name} and {wrapped.name}"]
    ours = read_sdist(wrapped, started=started[1])
    found = _differences(read_sdist(bare, started=started[0]), ours, but=("/PKG-INFO", "/pyproject.toml"))
    found += _differences_of_pkg_info(metadata_of_sdist(bare), metadata_of_sdist(wrapped))
    copies = {member.data for member in ours if member.name.endswith("/PKG-INFO")}
    if len(copies) != 1:
        found.append(f"{len(copies)} different PKG-INFO in the sdist")
    return found


def _one(members: list[Member], ending: str) -> bytes:
    (data,) = (member.data for member in members if member.name.endswith(ending))
    return data


def _differences(bare: list[Member], wrapped: list[Member], *, but: tuple[str, ...]) -> list[str]:
    names, our_names = ([member.name for member in members] for members in (bare, wrapped))
    if names != our_names:
        return [f"members, in order: {names} and {our_names}"]
    found = []
    for theirs, ours in zip(bare, wrapped, strict=True):
        data, our_data = (_COMMIT.sub(b"", member.data) for member in (theirs, ours))
        if data != our_data and not theirs.name.endswith(but):
            found.append(f"{theirs.name}: {_first_difference(data, our_data)}")
        if theirs.time != ours.time:
            found.append(f"{theirs.name}: time {theirs.time} and {ours.time}")
        if theirs.properties != ours.properties:
            found.append(f"{theirs.name}: {theirs.properties} and {ours.properties}")
    return found


def _first_difference(theirs: bytes, ours: bytes) -> str:
    at = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), min(len(theirs), len(ours)))
    around = slice(max(at - 40, 0), at + 40)
    return f"{len(theirs)} and {len(ours)} bytes, from byte {at} on: {theirs[around]!r} and {ours[around]!r}"


def _differences_of_metadata(bare: bytes, wrapped: bytes, added: Sequence[str]) -> list[str]:
    """Compare METADATA: every byte of the bare one, and the added lines right after its last Requires-Dist."""
    theirs, ours = bare.splitlines(keepends=True), wrapped.splitlines(keepends=True)
    places = [i for i, line in enumerate(theirs) if line.startswith(b"Requires-Dist:") and i < theirs.index(b"\n")]
    if places:
        at = places[-1] + 1
        inserted = ours[at : at + len(added)]
        rest = ours[:at] + ours[at + len(added) :]
    else:
        # Where lines go when there are none yet is the backend's to choose.
        inserted = [line for line in ours if line not in theirs]
        rest = [line for line in ours if line in theirs]
    found = []
    if rest != theirs:
        found.append(f"METADATA besides the added lines: {_first_difference(bare, b''.join(rest))}")
    lines = [line.decode().removeprefix("Requires-Dist: ").rstrip("\r\n") for line in inserted]
    if len(lines) != len(added) or not all(map(_same_requirement, lines, added)):
        found.append(f"added to METADATA: {lines}, declared: {list(added)}")
    return found


def _same_requirement(line: str, declared: str) -> bool:
    # The marker of an extra is composed by the backend; its spelling is not the project's.
    return Requirement(line) == Requirement(declared) if "extra ==" in declared else line == declared


def _differences_of_pkg_info(bare: bytes, wrapped: bytes) -> list[str]:
    found = []
    theirs, ours = headers(bare), headers(wrapped)
    old, new = (Version(lines[0].removeprefix("Metadata-Version: ")) for lines in (theirs, ours))
    if new < max(old, Version("2.2")):
        found.append(f"Metadata-Version {new}, from {old}")
    added = [line for line in ours[1:] if line not in theirs]
    if set(added) - {"Dynamic: Requires-Dist", "Dynamic: Provides-Extra"} or "Dynamic: Requires-Dist" not in ours:
        found.append(f"added to PKG-INFO: {added}")
    if [line for line in ours[1:] if line not in added] != theirs[1:]:
        found.append(f"fields of PKG-INFO: {theirs} and {ours}")
    if bare.partition(b"\n\n")[2] != wrapped.partition(b"\n\n")[2]:
        found.append("the description in PKG-INFO")
    return found


def _faults_of_record(members: list[Member]) -> list[str]:
    data = {member.name: member.data for member in members}
    rows = list(csv.reader(_one(members, ".dist-info/RECORD").decode().splitlines()))
    found = []
    if sorted(row[0] for row in rows) != sorted(name for name in data if not name.endswith("/")):
        found.append("RECORD does not list the members")
    for name, digest, size in rows:
        if name.endswith(".dist-info/RECORD"):
            continue
        expected = base64.urlsafe_b64encode(hashlib.sha256(data[name]).digest()).decode().rstrip("=")
        if (digest, size) != (f"sha256={expected}", str(len(data[name]))):
            found.append(f"RECORD of {name}: {digest}, {size}")
    return found
