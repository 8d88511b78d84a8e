"""The central directory of a ZIP archive, read without trust and checked once for all readers.

Readers find members in two ways: by the central directory at the end (pip, `zipfile`, `unzip`), or from the start, one
local header after the other (uv over HTTP, PyPI when it checks an upload). A member is read only if both ways agree
about it. `Directory.extents` checks that they agree about all members, and that each byte belongs to exactly one.
"""

from __future__ import annotations

import io
import struct
import zlib
from bisect import bisect_right
from stat import S_ISLNK
from typing import TYPE_CHECKING

from abiding.archives.member_paths import literal
from abiding.archives.zipend import REBUILD, Tail
from abiding.archives.ziprecords import (
    CENTRAL,
    DEFLATED,
    DESCRIBED_BEHIND,
    ENCRYPTED,
    LARGE,
    LOCAL,
    UTF8,
    LocalHeader,
    descriptors,
    resolved,
)
from abiding.archives.zipscan import BROKEN, cut, judge_extra, names_of
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

__all__ = ["Directory", "Extent", "ZipMember"]


_LARGE = b"\xff" * 4
_USUAL_EXTRA = 64  # bytes of the extra fields of a local header
_PIECE = 1 << 20


class ZipMember(NamedTuple):
    """One record of the central directory; a tuple, because a wheel may have tens of thousands of them.

    `stored_size` is the number of bytes in the archive, `size` that of the contents; `attributes` are those of the file
    system, in the upper half the mode. `offset` is the place of the local header in the file; `start` and `stop`
    enclose the record in the bytes of the central directory.
    """

    name: str
    flags: int
    method: int
    crc: int
    stored_size: int
    size: int
    attributes: int
    offset: int
    start: int
    stop: int

    @property
    def raw_name(self) -> bytes:
        """The name as the archive has it."""
        return self.name.encode("utf-8" if self.flags & UTF8 or self.name.isascii() else "cp437")


class Extent(NamedTuple):
    """Where a member lies: from `member.offset` to `stop`, with its data from `data` on."""

    member: ZipMember
    data: int
    stop: int

    @property
    def described_behind(self) -> bool:
        """Whether sizes and checksum follow the data, in a data descriptor. PyPI refuses that."""
        return bool(self.member.flags & DESCRIBED_BEHIND)


class Directory(NamedTuple):
    """The central directory of the archive called `name`: its bytes, and its offset in the file.

    `names` are those of the members, `starts` the places of their records in the bytes, both in the order of these;
    `offsets` are the places of their local headers in the file, from first to last.
    """

    name: str
    data: bytes
    offset: int
    names: tuple[str, ...]
    starts: Sequence[int]
    offsets: Sequence[int]

    @classmethod
    def read(cls, file: BinaryIO, name: str) -> Directory:
        """Read and judge it, from an unbuffered file.

        Raises `ArchiveError` for what readers don't agree about, and for what no wheel or sdist has: members that are
        encrypted, named twice, or named like a path that leads elsewhere; bytes behind the archive or before its
        central directory. Raises `OSError`.
        """
        data, offset, count = Tail.of(file).directory(file, name)
        starts, raw_names, offsets = cut(data, name)
        if len(starts) != count:
            raise ArchiveError.at(name, f"lists {len(starts)} members and announces {count}")
        directory = cls(name, data, offset, names_of(raw_names, starts, data, name), starts, offsets)
        if _LARGE in data:
            offsets[:] = [member.offset for member in directory.members()]
        offsets.sort()
        return directory

    @staticmethod
    def read_names(file: BinaryIO, name: str) -> list[bytes]:
        """Read the names of all members, as the archive has them, and judge none of them. Raises as `read` does."""
        return cut(Tail.of(file).directory(file, name)[0], name)[1]

    def members(self) -> Iterator[ZipMember]:
        """Return all members, each made anew."""
        return map(self._member, self.names, self.starts)

    def find(self, name: str) -> ZipMember | None:
        """Return the member with this name; None if there is none."""
        try:
            return self._member(name, self.starts[self.names.index(name)])
        except ValueError:
            return None

    def get(self, name: str) -> ZipMember:
        """Return the file with this name. Raises `ArchiveError` if there is none, or a link."""
        member = self.find(name)
        if member is None:
            raise ArchiveError.at(self.name, f"has no {literal(name)}")
        if S_ISLNK(member.attributes >> 16):
            raise ArchiveError.at(self.name, f"has a {literal(name)} that is a symbolic link")
        return member

    def _member(self, name: str, start: int) -> ZipMember:
        values = CENTRAL.unpack_from(self.data, start)
        (
            _, _, _, flags, method, _, _, crc, stored_size, size,
            name_length, extra_length, comment, _, _, attributes, offset,
        ) = values  # fmt: skip
        stop = start + CENTRAL.size + name_length + extra_length + comment
        if LARGE in (stored_size, size, offset):
            try:
                extra = self.data[start + CENTRAL.size + name_length : stop - comment]
                size, stored_size, offset = resolved((size, stored_size, offset), extra)
            except struct.error as exc:
                raise ArchiveError.at(self.name, BROKEN.format(start)) from exc
        return ZipMember(name, flags, method, crc, stored_size, size, attributes, offset, start, stop)

    def contents(self, file: BinaryIO, member: ZipMember, limit: int) -> bytes:
        """Return the contents of a member, at most `limit` bytes. Raises `ArchiveError`, and `OSError`."""
        if max(member.size, member.stored_size) > limit:
            message = f"claims {member.size:,} bytes for `{member.name}`, which should not have more than {limit:,}"
            raise ArchiveError.at(self.name, message)
        # Nothing is held twice: the compiled files of some wheels have gigabytes.
        buffer = io.BytesIO()
        for piece in self.pieces(file, member):
            buffer.write(piece)
        data = buffer.getvalue()
        if len(data) != member.size or zlib.crc32(data) != member.crc:
            raise self._damaged(member)
        return data

    def beginning(self, file: BinaryIO, member: ZipMember, size: int) -> bytes:
        """Return the first `size` bytes of a member, without a look at the rest. Raises as `contents` does."""
        contents = io.BytesIO()
        for piece in self.pieces(file, member):
            contents.write(piece)
            if contents.tell() >= size:
                break
        return contents.getvalue()[:size]

    def pieces(self, file: BinaryIO, member: ZipMember) -> Iterator[bytes]:
        """Yield the contents of a member, in pieces of up to a megabyte. Raises as `contents` does."""
        stored = self._stored(file, member)
        return self._inflated(member, stored) if member.method == DEFLATED else stored

    def _stored(self, file: BinaryIO, member: ZipMember) -> Iterator[bytes]:
        """Yield the bytes of a member as they are in the archive; fewer if the file ends before."""
        size = member.stored_size
        piece = self._header_and_more(file, member, min(size, _PIECE))[1][:size]
        while piece:
            yield piece
            size -= len(piece)
            piece = file.read(min(size, _PIECE)) if size else b""

    def _inflated(self, member: ZipMember, stored: Iterable[bytes]) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left = member.size
        try:
            for piece in stored:
                rest = piece
                # One byte more than announced is enough to know that it is wrong; a bomb gets no further.
                while rest and left >= 0:
                    unpacked = inflater.decompress(rest, min(left + 1, _PIECE))
                    yield unpacked
                    left -= len(unpacked)
                    rest = inflater.unconsumed_tail
                if left < 0 or inflater.unused_data:
                    raise self._damaged(member)
            yield inflater.flush()
        except zlib.error as exc:
            raise ArchiveError.at(self.name, f"is damaged: `{member.name}` can't be decompressed") from exc
        if not inflater.eof:
            raise self._damaged(member)

    def _damaged(self, member: ZipMember) -> ArchiveError:
        message = f"is damaged: the contents of `{member.name}` are not what it announces"
        return ArchiveError.at(self.name, message)

    def local_header(self, file: BinaryIO, member: ZipMember) -> LocalHeader:
        """Return the local header of a member. Raises `ArchiveError` if it contradicts the directory, and `OSError`."""
        return self._header_and_more(file, member, 0)[0]

    def _header_and_more(self, file: BinaryIO, member: ZipMember, size: int) -> tuple[LocalHeader, bytes]:
        """Return the local header, and at least the next `size` bytes, or all that there are."""
        if member.offset >= self.offset:
            message = f"is damaged: `{member.name}` lies behind the members"
            raise ArchiveError.at(self.name, message)
        place = bisect_right(self.offsets, member.offset)
        stop = self.offsets[place] if place < len(self.offsets) else self.offset
        file.seek(member.offset)
        start = file.read(LOCAL.size + _USUAL_EXTRA + len(member.name) + size)
        try:
            length = LocalHeader.measure(start)
            if length + size > len(start):
                start += file.read(length + size - len(start))
            header = LocalHeader.unpack(start)
            agree = self._agree(header, member)
        except struct.error as exc:
            raise self._contradiction(member) from exc
        if not agree:
            raise self._contradiction(member)
        if member.offset + length + member.stored_size > stop:
            raise self._overlapped(member)
        return header, start[length:]

    def _contradiction(self, member: ZipMember) -> ArchiveError:
        message = f"contradicts itself: local header and central directory differ about `{member.name}`"
        return ArchiveError.at(self.name, message, hint=REBUILD)

    def _overlapped(self, member: ZipMember) -> ArchiveError:
        return ArchiveError.at(self.name, f"has a member that begins within `{member.name}`", hint=REBUILD)

    def _agree(self, header: LocalHeader, member: ZipMember) -> bool:
        """Return whether a local header agrees with its record. Raises `struct.error` and `ArchiveError`."""
        if header.extra:
            judge_extra(header.extra, header.name, member.flags, self.name)
        sizes = resolved((header.size, header.stored_size), header.extra)
        return (
            header.name == member.raw_name
            and header.method == member.method
            and not (header.flags ^ member.flags) & (UTF8 | DESCRIBED_BEHIND | ENCRYPTED)
            and (
                bool(member.flags & DESCRIBED_BEHIND)
                or (header.crc, *sizes) == (member.crc, member.size, member.stored_size)
            )
        )

    def extents(self, file: BinaryIO) -> list[Extent]:
        """Return where the members lie, in the order of their places, with every byte of the file accounted for.

        Raises `ArchiveError` if there are bytes before or between members, if two overlap, or if a local header
        contradicts the central directory. Raises `OSError`.
        """
        members = sorted(self.members(), key=lambda member: member.offset)
        if members[0].offset:
            raise ArchiveError.at(self.name, f"has {members[0].offset} bytes before its first member", hint=REBUILD)
        stops = [member.offset for member in members[1:]]
        stops.append(self.offset)
        return [self._extent(file, member, stop) for member, stop in zip(members, stops, strict=True)]

    def _extent(self, file: BinaryIO, member: ZipMember, stop: int) -> Extent:
        header = self.local_header(file, member)
        extent = Extent(member, member.offset + LOCAL.size + len(header.name) + len(header.extra), stop)
        behind = stop - extent.data - member.stored_size
        if behind < 0:
            raise self._overlapped(member)
        if extent.described_behind:
            file.seek(stop - behind)
            if file.read(min(behind, 64)) not in descriptors(member.crc, member.stored_size, member.size):
                raise ArchiveError.at(self.name, f"has no data descriptor that fits `{member.name}`")
        elif behind:
            message = f"has {behind} bytes that belong to no member behind `{member.name}`"
            raise ArchiveError.at(self.name, message, hint=REBUILD)
        return extent
