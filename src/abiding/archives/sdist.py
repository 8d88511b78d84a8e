"""Sdists: read metadata without unpacking, and replace it in one pass (source distribution format, PEP 517)."""

from __future__ import annotations

import os
import struct
import zlib
from typing import TYPE_CHECKING

from abiding.archives.sdist_layout import TOP_LEVEL, Layout
from abiding.archives.tarblocks import TarStream
from abiding.archives.tarheaders import padding
from abiding.files.placing import commit, new_file, place, speaking_of, write_all
from abiding.files.plain import open_plain
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from typing import BinaryIO

    from abiding.archives.tarheaders import TarMember

__all__ = ["Sdist", "bytes_behind", "read_members", "read_pkg_info", "rewrite"]


_BLOCK = 512
_TAR_RECORD = 20 * _BLOCK
_MOST_SUPERSEDED = 4
_GZIP_HEADER = struct.Struct("<2s2BI2B")  # mark, method, flags, time, effort, system
_GZIP_CHECKSUM, _GZIP_EXTRA, _GZIP_NAME, _GZIP_COMMENT = 2, 4, 8, 16
_LEVELS = {2: 9, 4: 1}  # zlib's level by the effort that the gzip header tells


class Sdist(NamedTuple):
    """The files directly in the folder of an sdist, by name, and findings on the archive.

    `missing` is the error to raise where PKG-INFO is needed, if there is none.
    """

    files: dict[str, bytes]
    findings: tuple[Finding, ...] = ()
    missing: ArchiveError | None = None

    @classmethod
    def open(cls, path: Path, names: Collection[str] = TOP_LEVEL) -> Sdist:
        """Read the requested files, PKG-INFO or pyproject.toml, that exist. Raises as `read` does."""
        with speaking_of(path), open_plain(path, buffered=not path.name.endswith(".zip")) as file:
            return cls.read(file, path.name, names)

    @classmethod
    def read(cls, file: BinaryIO, filename: str, names: Collection[str] = TOP_LEVEL) -> Sdist:
        """Read an open `.tar.gz` or `.zip` file, on disk or elsewhere; each of the files may have 16 MiB.

        All of it is read: what comes last may be what is unpacked. Raises `ArchiveError` for any other kind of file,
        and if it is damaged, hostile, or unpacked differently by different tools; and `OSError`.
        """
        layout = Layout(filename)
        return (_read_zip if filename.endswith(".zip") else _read_tar)(file, filename, layout, names)

    @property
    def pkg_info(self) -> bytes:
        """The contents of PKG-INFO, if it was requested. Raises `ArchiveError` if there is none."""
        if self.missing:
            raise self.missing
        return self.files["PKG-INFO"]


def read_pkg_info(path: Path) -> bytes:
    """Read PKG-INFO of the sdist `path`, a `.tar.gz` or `.zip` file. Raises `ArchiveError`, also if it has none."""
    return Sdist.open(path, ["PKG-INFO"]).pkg_info


def read_members(path: Path, names: Collection[str]) -> dict[str, bytes]:
    """Read the named files of an sdist, PKG-INFO or pyproject.toml. Raises as `Sdist.open` does."""
    return Sdist.open(path, names).files


def _read_tar(file: BinaryIO, filename: str, layout: Layout, names: Collection[str]) -> Sdist:
    files: dict[str, bytes] = {}
    stream = TarStream(file, filename)
    for member in stream.members():
        below = layout.place(member)
        if below in TOP_LEVEL:
            layout.find(below)
            if below in names:
                files[below] = _contents(stream, member)
    stream.ending()
    findings = [bytes_behind(filename)] if stream.has_bytes_behind else []
    findings += [_refused_by_uv(filename, stream.refusal_by_uv)] if stream.refusal_by_uv else []
    return Sdist(files, tuple(findings), layout.missing())


def _read_zip(file: BinaryIO, filename: str, layout: Layout, names: Collection[str]) -> Sdist:
    from abiding.archives.zipdirectory import Directory

    files: dict[str, bytes] = {}
    directory = Directory.read(file, filename)
    for member in directory.members():
        below = layout.place_path(member.name, is_file=not member.name.endswith("/"))
        if below in TOP_LEVEL:
            layout.find(below)
            if below in names:
                files[below] = directory.contents(file, member, bounds.MEMBER)
    return Sdist(files, missing=layout.missing())


def bytes_behind(filename: str) -> Finding:
    """Return the finding on an sdist with bytes after its compressed data."""
    return Finding(
        "bytes-behind",
        Severity.WARNING,
        "has bytes behind its compressed data",
        artifact=filename,
        notes=("pip and uv ignore them, other tools refuse the file, and nobody can tell what they are",),
        hints=("upload the file as the backend wrote it",),
    )


def _refused_by_uv(filename: str, why: str) -> Finding:
    return Finding(
        "not-installable",
        Severity.WARNING,
        f"uv refuses the sdist: {why}",
        artifact=filename,
        notes=("pip unpacks it; uv, from 0.13 on, reads an archive by the letter of its format",),
        hints=("let the backend write the archive anew, and change nothing of it afterwards",),
    )


def rewrite(source: Path, target: Path, edit: Callable[[str, bytes], bytes]) -> bool:
    """Make `target` the sdist `source` (`.tar.gz`) with other metadata. The result says whether anything has changed.

    `edit(name, contents)` gives the new contents for each of these files, in the order of the archive, with names
    relative to the folder `name-version`: PKG-INFO and pyproject.toml right there, and PKG-INFO in the project's own
    `.egg-info` folders anywhere. Whatever it raises stops the work. Every other member keeps its contents and headers,
    these keep all but the size. Compression effort and gzip header are those of `source`, except that the time is
    SOURCE_DATE_EPOCH where that is set. If nothing changes, `target` is `source` to the byte.

    `source` may be moved. `target` becomes the complete new sdist, or stays as it is.

    Raises `ArchiveError` if `source` is not a sound sdist, or a file can't be read or written.
    """
    if not source.name.endswith(".tar.gz"):
        raise ArchiveError.at(source.name, "is not a .tar.gz file", hint="an sdist is called `name-version.tar.gz`")
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
                # Each costs a pass over the whole archive.
                message = f"has more than {_MOST_SUPERSEDED + 1} members with the name `{exc.name}`"
                raise ArchiveError.at(source.name, message) from exc
            superseded.append(exc.name)
    if not changed:
        place(source, target)
    return changed


class _SupersededError(Exception):
    """A file is in the archive twice, and unpacking keeps the later one.

    meson-python archives a PKG-INFO that is under version control besides the one that it writes. The first is left
    out; that it is the first is known only when the second has come.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _edit(
    original: BinaryIO, file: BinaryIO, source: Path, edit: Callable[[str, bytes], bytes], superseded: tuple[str, ...]
) -> bool:
    layout = Layout(source.name)
    output = _Gzip(file, *_gzip_header(original, source.name))
    stream = TarStream(original, source.name)
    left_out = list(superseded)
    changed = False
    members = stream.members()
    for member in members:
        below = layout.place(member)
        if below in TOP_LEVEL:
            if below in left_out:
                left_out.remove(below)
                changed = True
                continue
            if below in layout.names:
                raise _SupersededError(below)
            layout.find(below)
        elif not (member.is_file and layout.is_own_egg_info(below)):
            output.write(member.blocks)
            for piece in stream.pieces(member.size + -member.size % _BLOCK):
                output.write(piece)
            continue
        old = _contents(stream, member)
        try:
            new = edit(below, old)
        except Exception:
            if any(layout.place(later) == below for later in members):
                raise _SupersededError(below) from None
            raise
        changed |= new != old
        output.write(member.blocks if new == old else member.resized(len(new)))
        output.write(new + padding(len(new)))
    if missing := layout.missing():
        raise missing
    _end(stream, output)
    return changed


def _contents(stream: TarStream, member: TarMember) -> bytes:
    if member.size > bounds.MEMBER:
        message = f"claims {member.size:,} bytes for `{member.path}`, which should not have more than {bounds.MEMBER:,}"
        raise ArchiveError.at(stream.name, message)
    return stream.take(member.size)


def _end(stream: TarStream, output: _Gzip) -> None:
    """Pad the archive as before: by as many zeros, or to whole records (20 blocks) if it had these.

    There are at least two blocks of zeros, without which uv refuses an archive.
    """
    zeros = stream.ending()
    if stream.has_bytes_behind:
        raise ArchiveError.at(stream.name, "has bytes behind its compressed data")
    if stream.position % _TAR_RECORD == 0 and zeros:
        zeros = 2 * _BLOCK + len(padding(output.size + 2 * _BLOCK, _TAR_RECORD))
    output.write(bytes(max(zeros, 2 * _BLOCK)))
    output.end()


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
    """Return the header for the new file, and the compression level."""
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
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return otherwise
    if not epoch.isdecimal():
        raise ArchiveError.at("SOURCE_DATE_EPOCH", f"`{epoch}` is not a number of seconds")
    return min(int(epoch), 0xFFFFFFFF)
