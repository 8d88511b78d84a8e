"""Sdists: read metadata without unpacking, and replace it in one pass (source distribution format, PEP 517)."""

from __future__ import annotations

import os
import re
import struct
import zlib
from typing import TYPE_CHECKING

from abiding.errors import ArchiveError
from abiding.placing import commit, new_file, place, speaking_of, write_all
from abiding.tarblocks import TarStream, padding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from typing import BinaryIO

    from abiding.tarblocks import Member

__all__ = ["read_members", "read_pkg_info", "rewrite"]


def __dir__() -> list[str]:
    return __all__


_LIMIT = 16 << 20
_BLOCK = 512
_TAR_RECORD = 20 * _BLOCK
_MOST_SUPERSEDED = 4
_TOP_LEVEL = ("PKG-INFO", "pyproject.toml")
_GZIP_HEADER = struct.Struct("<2s2BI2B")  # mark, method, flags, time, effort, system
_GZIP_CHECKSUM, _GZIP_EXTRA, _GZIP_NAME, _GZIP_COMMENT = 2, 4, 8, 16
_LEVELS = {2: 9, 4: 1}  # zlib's level by the effort that the gzip header tells
_NAMED_HINT = "an sdist is called `name-version.tar.gz` and has all its files in the folder `name-version`"


def read_pkg_info(path: Path) -> bytes:
    """Read PKG-INFO of the sdist `path`, a `.tar.gz` or `.zip` file. Raises `ArchiveError`, also if it has none."""
    found = read_members(path, ["PKG-INFO"])
    if "PKG-INFO" not in found:
        raise _no_pkg_info(path)
    return found["PKG-INFO"]


def read_members(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Read the files called `names`, for example `pyproject.toml`, in the folder `name-version` of an sdist.

    `path` is a `.tar.gz` or `.zip` file; a member may have 16 MiB. Those that are not there are left out of the result.
    Raises `ArchiveError` for any other kind of file, and if it is damaged, hostile, or has one of them twice.
    """
    found: dict[str, bytes] = {}
    top = _Top(path)
    with speaking_of(path):
        if path.name.endswith(".zip"):
            return _read_zip(path, top, names)
        with path.open("rb") as file:
            stream = TarStream(file, path.name)
            for member in stream.members():
                below = top.below(member.path)
                if below in names:
                    top.claim(below, is_file=member.is_file)
                    found[below] = _contents(stream, member)
            stream.ending()
    return found


def _read_zip(path: Path, top: _Top, names: Collection[str]) -> dict[str, bytes]:
    from abiding.ziprecords import Directory

    found: dict[str, bytes] = {}
    with path.open("rb", buffering=0) as file:
        directory = Directory.read(file, path.name)
        for member in directory.members:
            below = top.below(member.name)
            if below in names:
                top.claim(below, is_file=True)
                found[below] = directory.contents(file, member, _LIMIT)
    return found


def rewrite(source: Path, target: Path, edit: Callable[[str, bytes], bytes]) -> bool:
    """Make `target` the sdist `source` (`.tar.gz`) with other metadata. The result says whether anything has changed.

    `edit(name, contents)` gives the new contents for each of these files, in the order of the archive, with names
    relative to the folder `name-version`: PKG-INFO and pyproject.toml right there, and PKG-INFO in the project's own
    `.egg-info` folders anywhere. Whatever it raises stops the work. Every other member keeps its contents and headers,
    these keep all but the size. Compression effort and gzip header are those of `source`, except that the time is
    SOURCE_DATE_EPOCH where that is set. If nothing changes, `target` is `source` to the byte.

    `source` is given away: it may have been moved. `target` becomes the whole new sdist, or stays what it was.

    Raises `ArchiveError` if `source` is not a sound sdist, or a file can't be read or written.
    """
    if not source.name.endswith(".tar.gz"):
        raise ArchiveError.at(source.name, "is no .tar.gz file", hint=_NAMED_HINT)
    superseded: list[str] = []
    changed = False
    while True:
        try:
            with speaking_of(target), source.open("rb") as original, new_file(target, source) as file:
                changed = _edit(original, file, source, edit, tuple(superseded))
                if changed:
                    commit(file, target)
            break
        except _SupersededError as exc:
            if superseded.count(exc.name) == _MOST_SUPERSEDED:
                # Each would cost a pass over all of the archive.
                message = f"has more than {_MOST_SUPERSEDED + 1} members with the name `{exc.name}`"
                raise ArchiveError.at(source.name, message) from exc
            superseded.append(exc.name)
    if not changed:
        place(source, target)
    return changed


class _SupersededError(Exception):
    """A file comes a second time, and unpacking leaves the later one.

    meson-python archives a PKG-INFO that is under version control besides the one that it writes. The first is left
    out; that it is the first is known only when the second has come.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _edit(
    original: BinaryIO, file: BinaryIO, source: Path, edit: Callable[[str, bytes], bytes], superseded: tuple[str, ...]
) -> bool:
    top = _Top(source)
    output = _Gzip(file, *_gzip_header(original, source.name))
    stream = TarStream(original, source.name)
    left_out = list(superseded)
    changed = False
    members = stream.members()
    for member in members:
        below = top.below(member.path)
        if below in _TOP_LEVEL:
            if below in left_out:
                left_out.remove(below)
                changed = True
                continue
            if below in top.claimed:
                raise _SupersededError(below)
            top.claim(below, is_file=member.is_file)
        elif not (member.is_file and top.is_own_egg_info(below)):
            output.write(member.blocks)
            for piece in stream.pieces(member.size + -member.size % _BLOCK):
                output.write(piece)
            continue
        old = _contents(stream, member)
        try:
            new = edit(below, old)
        except Exception:
            if any(top.below(later.path) == below for later in members):
                raise _SupersededError(below) from None
            raise
        changed |= new != old
        output.write(member.blocks if new == old else member.resized(len(new)))
        output.write(new + padding(len(new)))
    if "PKG-INFO" not in top.claimed:
        raise _no_pkg_info(source)
    _end(stream, output)
    return changed


def _contents(stream: TarStream, member: Member) -> bytes:
    if member.size > _LIMIT:
        message = f"claims {member.size:,} bytes for `{member.path}`, which should not have more than {_LIMIT:,}"
        raise ArchiveError.at(stream.name, message)
    return stream.take(member.size)


def _end(stream: TarStream, output: _Gzip) -> None:
    """Fill up the archive as it was: by as many zeros, or to whole records where it had these (20 blocks)."""
    zeros = stream.ending()
    if stream.position % _TAR_RECORD == 0 and zeros:
        zeros = 2 * _BLOCK + len(padding(output.size + 2 * _BLOCK, _TAR_RECORD))
    output.write(bytes(zeros))
    output.end()


def _no_pkg_info(path: Path) -> ArchiveError:
    folder = path.name.removesuffix(".tar.gz").removesuffix(".zip")
    return ArchiveError.at(path.name, f"has no PKG-INFO in the folder `{folder}`", hint=_NAMED_HINT)


class _Top:
    """The folder `name-version` of an sdist, however spelled, and which of its files have been met."""

    def __init__(self, path: Path) -> None:
        self._archive = path.name
        self._folder = path.name.removesuffix(".tar.gz").removesuffix(".zip")
        if self._folder == path.name:
            raise ArchiveError.at(path.name, "is neither a .tar.gz nor a .zip file", hint=_NAMED_HINT)
        self._egg_info = _normalized(self._folder.rpartition("-")[0]) + ".egg-info"
        self.claimed: set[str] = set()

    def below(self, path: str) -> str:
        """The part of a path that is below the folder; empty for what is elsewhere.

        Raises `ArchiveError` for a path that leads out of every folder.
        """
        if path.startswith("/") or (".." in path and ".." in path.split("/")):
            quoted = path.encode("unicode_escape").decode()
            raise ArchiveError.at(self._archive, f"has a member with a name that nobody should follow: `{quoted}`")
        folder, _, rest = path.removeprefix("./").partition("/")
        return rest if folder == self._folder or _normalized(folder) == _normalized(self._folder) else ""

    def claim(self, name: str, *, is_file: bool) -> None:
        """Take note of a file. Raises `ArchiveError` if it is none, or the second of its name."""
        if not is_file:
            raise ArchiveError.at(self._archive, f"has a `{name}` that is not a plain file")
        if name in self.claimed:
            raise ArchiveError.at(self._archive, f"has two members with the name `{self._folder}/{name}`")
        self.claimed.add(name)

    def is_own_egg_info(self, below: str) -> bool:
        """Whether this is the PKG-INFO that setuptools copies, and not that of another project in the tree."""
        folder, _, name = below.rpartition("/")
        folder = folder.rpartition("/")[2]
        if name != "PKG-INFO" or not folder.endswith(".egg-info"):
            return False
        return _normalized(folder.removesuffix(".egg-info")) + ".egg-info" == self._egg_info


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class _Gzip:
    """A gzip file with one member (RFC 1952), written behind the `header` given."""

    def __init__(self, file: BinaryIO, header: bytes, level: int) -> None:
        self._file = file
        self._deflater = zlib.compressobj(level, wbits=-zlib.MAX_WBITS)
        self._checksum = 0
        self.size = 0
        write_all(file, header)

    def write(self, data: bytes | memoryview) -> None:
        self._checksum = zlib.crc32(data, self._checksum)
        self.size += len(data)
        write_all(self._file, self._deflater.compress(data))

    def end(self) -> None:
        write_all(self._file, self._deflater.flush() + struct.pack("<2I", self._checksum, self.size & 0xFFFFFFFF))


def _gzip_header(file: BinaryIO, name: str) -> tuple[bytes, int]:
    """Read the header that the new file is to begin with, and the level that was compressed at."""
    start = file.read(1 << 16)
    file.seek(0)
    if len(start) < _GZIP_HEADER.size or not start.startswith(b"\x1f\x8b\x08"):
        raise ArchiveError.at(name, "is not a .tar.gz file")
    mark, method, flags, time, effort, system = _GZIP_HEADER.unpack_from(start)
    at = _GZIP_HEADER.size
    if flags & _GZIP_EXTRA:
        at += 2 + int.from_bytes(start[at : at + 2], "little")
    for flag in (_GZIP_NAME, _GZIP_COMMENT):
        if flags & flag:
            at = start.find(b"\0", at) + 1 or len(start)
    # The checksum of the header, which nobody writes, would have to be another one.
    header = _GZIP_HEADER.pack(mark, method, flags & ~_GZIP_CHECKSUM, _time(time), effort, system)
    return header + start[_GZIP_HEADER.size : at], _LEVELS.get(effort, 6)


def _time(otherwise: int) -> int:
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not said:
        return otherwise
    if not said.isdecimal():
        raise ArchiveError.at("SOURCE_DATE_EPOCH", f"`{said}` is no number of seconds")
    return min(int(said), 0xFFFFFFFF)
