"""The records of a ZIP archive (PKWARE APPNOTE 6.3.10): read without trust, written for every reader.

Readers find members in two ways: by the central directory at the end (pip, `zipfile`, `unzip`), or from the first byte
on, one local header after the other (uv over HTTP, PyPI's check of an upload). `Directory.extents` makes sure that both
ways lead to the same members, and that no byte between them is nobody's.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from abiding.errors import ArchiveError
from abiding.zipend import REBUILD, Tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

__all__ = ["Directory", "Extent", "Member", "Packed"]


def __dir__() -> list[str]:
    return __all__


_STORED, _DEFLATED = 0, 8

_LOCAL = struct.Struct("<4s5H3I2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3I5H2I")  # 4.3.12
_CENTRAL_LENGTHS = struct.Struct("<3H")  # of name, extra fields and comment, in the middle of that
_EXTRA = struct.Struct("<2H")  # 4.5.1
_LOCAL_MARK, _CENTRAL_MARK, _DESCRIPTOR_MARK = b"PK\3\4", b"PK\1\2", b"PK\7\x08"

_ENCRYPTED = 0x2041  # bit 0; bits 6 and 13 say how
_DESCRIBED_BEHIND = 0x8  # the local header leaves sizes and checksum to a data descriptor behind the data
_UTF8 = 0x800
_ZIP64 = 1  # the kind of the extra field
_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF  # in a field of this size: the value is too large for it and is in a zip64 record
_VERSION_DEFLATE, _VERSION_ZIP64 = 20, 45

_USUAL_EXTRA = 64
_PIECE = 1 << 20
# What no path below site-packages is: absolute, with `.`, `..` or empty parts, with a backslash or control characters.
_NO_PATH = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|$)")


class Member(NamedTuple):
    """One record of the central directory; a tuple, because a wheel may have tens of thousands of them.

    `stored_size` is the number of bytes in the archive, `size` that of the contents. `offset` is the place of the local
    header in the file; `start` and `stop` enclose the record in the bytes of the central directory.
    """

    name: str
    flags: int
    method: int
    crc: int
    stored_size: int
    size: int
    offset: int
    start: int
    stop: int

    @property
    def raw_name(self) -> bytes:
        """The name as the archive has it."""
        return self.name.encode("utf-8" if self.flags & _UTF8 or self.name.isascii() else "cp437")


class Extent(NamedTuple):
    """Where a member lies: from `member.offset` to `stop`, with its data from `data` on."""

    member: Member
    data: int
    stop: int

    @property
    def described_behind(self) -> bool:
        """Whether sizes and checksum follow the data, in a data descriptor. PyPI refuses that."""
        return bool(self.member.flags & _DESCRIBED_BEHIND)


class Packed(NamedTuple):
    """A member to be written: its local header with the data, and its record of the central directory, for offset 0."""

    local: bytes
    record: bytes

    def record_at(self, offset: int) -> bytes:
        """The record for a member whose local header is at `offset`."""
        return _record_at(self.record, offset)


class Directory(NamedTuple):
    """The central directory of the archive called `name`: its bytes, its offset in the file, its members."""

    name: str
    data: bytes
    offset: int
    members: tuple[Member, ...]

    @classmethod
    def read(cls, file: BinaryIO, name: str) -> Directory:
        """Read it from an unbuffered file.

        Raises `ArchiveError` for what no wheel or sdist has: members that are encrypted, named twice, or named like a
        path that leads elsewhere; bytes behind the archive or before its central directory. Raises `OSError`.
        """
        data, offset, count = Tail.of(file).directory(file, name)
        members = tuple(_members(data, name))
        if len(members) != count:
            raise ArchiveError.at(name, f"lists {len(members)} members and announces {count}")
        names = [member.name.removesuffix("/") for member in members]
        if len(set(names)) != len(names):
            from collections import Counter

            twice = Counter(names).most_common(1)[0][0]
            raise ArchiveError.at(name, f"has two members with the name `{twice}`", hint=REBUILD)
        return cls(name, data, offset, members)

    @classmethod
    def read_one(cls, file: BinaryIO, name: str, ending: str) -> Directory | None:
        """Read it with the only member whose name ends like this, for a small part of the time that all of them take.

        Gives None if there is none or more than one; `read` then finds out what is the matter. Raises as `read` does.
        """
        data, offset, _ = Tail.of(file).directory(file, name)
        wanted = ending.encode()
        place = data.find(wanted)
        start = data.rfind(_CENTRAL_MARK, 0, max(place, 0))
        if start < 0 or data.find(wanted, place + 1) > 0:
            return None
        member = _member(data, start, name)
        return cls(name, data, offset, (member,)) if member.name.endswith(ending) else None

    @staticmethod
    def read_names(file: BinaryIO, name: str) -> list[bytes]:
        """The names of all members, as the archive has them, and nothing else of it. Raises as `read` does."""
        data, _, _ = Tail.of(file).directory(file, name)
        names = []
        at = 0
        try:
            while at < len(data):
                name_length, extra_length, comment = _CENTRAL_LENGTHS.unpack_from(data, at + 28)
                start = at + _CENTRAL.size
                at = start + name_length
                names.append(data[start:at])
                at += extra_length + comment
        except struct.error as exc:
            raise ArchiveError.at(name, f"is damaged: byte {at} of its central directory begins no record") from exc
        return names

    def contents(self, file: BinaryIO, member: Member, limit: int) -> bytes:
        """What a member holds, of which there may be `limit` bytes. Raises `ArchiveError`, and `OSError`."""
        if max(member.size, member.stored_size) > limit:
            message = f"claims {member.size:,} bytes for `{member.name}`, which should not have more than {limit:,}"
            raise ArchiveError.at(self.name, message)
        if member.method not in (_STORED, _DEFLATED):
            message = f"has compressed `{member.name}` by method {member.method}; wheels know only 0 and 8 (deflate)"
            raise ArchiveError.at(self.name, message)
        # Nothing is held twice: the compiled files of some wheels have gigabytes.
        found = io.BytesIO()
        stored = self._stored(file, member)
        for piece in self._inflated(member, stored) if member.method == _DEFLATED else stored:
            found.write(piece)
        data = found.getvalue()
        if len(data) != member.size or zlib.crc32(data) != member.crc:
            raise self._damaged(member)
        return data

    def _stored(self, file: BinaryIO, member: Member) -> Iterator[bytes]:
        """The bytes of a member as they are in the archive; fewer if the file ends before."""
        size = member.stored_size
        piece = self._header_and_more(file, member, min(size, _PIECE))[1][:size]
        while piece:
            yield piece
            size -= len(piece)
            piece = file.read(min(size, _PIECE))

    def _inflated(self, member: Member, stored: Iterable[bytes]) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        left = member.size
        try:
            for piece in stored:
                rest = piece
                # One byte more than announced is enough to know that it is wrong; a bomb gets no further.
                while rest and left >= 0:
                    found = inflater.decompress(rest, min(left + 1, _PIECE))
                    yield found
                    left -= len(found)
                    rest = inflater.unconsumed_tail
                if left < 0 or inflater.unused_data:
                    raise self._damaged(member)
            yield inflater.flush()
        except zlib.error as exc:
            raise ArchiveError.at(self.name, f"is damaged: `{member.name}` can't be decompressed") from exc
        if not inflater.eof:
            raise self._damaged(member)

    def _damaged(self, member: Member) -> ArchiveError:
        message = f"is damaged: the contents of `{member.name}` are not what it announces"
        return ArchiveError.at(self.name, message)

    def local_header(self, file: BinaryIO, member: Member) -> bytes:
        """The local header of a member, with name and extra fields.

        Raises `ArchiveError` if it is about another member than the central directory says, and `OSError`.
        """
        return self._header_and_more(file, member, 0)[0]

    def _header_and_more(self, file: BinaryIO, member: Member, size: int) -> tuple[bytes, bytes]:
        """The local header, and `size` bytes or more of what follows it, unless the file ends before."""
        file.seek(member.offset)
        raw_name = member.raw_name
        found = file.read(_LOCAL.size + len(raw_name) + _USUAL_EXTRA + size)
        if len(found) < _LOCAL.size or not found.startswith(_LOCAL_MARK):
            raise self._mismatch(member)
        _, _, flags, method, _, _, _, _, _, name_length, extra_length = _LOCAL.unpack_from(found)
        name_stop = _LOCAL.size + name_length
        stop = name_stop + extra_length
        if stop + size > len(found):
            found += file.read(stop + size - len(found))
        name = found[_LOCAL.size : name_stop]
        if name != raw_name or method != member.method or (flags ^ member.flags) & (_UTF8 | _DESCRIBED_BEHIND):
            raise self._mismatch(member)
        return found[:stop], found[stop:]

    def _mismatch(self, member: Member) -> ArchiveError:
        message = f"contradicts itself: local header and central directory differ about `{member.name}`"
        return ArchiveError.at(self.name, message, hint=REBUILD)

    def extents(self, file: BinaryIO) -> list[Extent]:
        """Where the members lie, in the order of their places, with every byte of the file accounted for.

        Raises `ArchiveError` if there are bytes before or between members, if two overlap, or if a local header
        contradicts the central directory. Raises `OSError`.
        """
        members = sorted(self.members, key=lambda member: member.offset)
        if members[0].offset:
            raise ArchiveError.at(self.name, f"has {members[0].offset} bytes before its first member", hint=REBUILD)
        stops = [member.offset for member in members[1:]]
        stops.append(self.offset)
        return [self._extent(file, member, stop) for member, stop in zip(members, stops, strict=True)]

    def _extent(self, file: BinaryIO, member: Member, stop: int) -> Extent:
        header = self.local_header(file, member)
        extent = Extent(member, member.offset + len(header), stop)
        behind = stop - extent.data - member.stored_size
        if behind < 0:
            raise ArchiveError.at(self.name, f"has a member that begins within `{member.name}`", hint=REBUILD)
        if extent.described_behind:
            file.seek(stop - behind)
            if file.read(min(behind, _USUAL_EXTRA)) not in _descriptors(member):
                raise ArchiveError.at(self.name, f"has no data descriptor that fits `{member.name}`")
        elif _local_sizes(header, member) != (member.crc, member.stored_size, member.size):
            raise self._mismatch(member)
        elif behind:
            message = f"has {behind} bytes that belong to no member behind `{member.name}`"
            raise ArchiveError.at(self.name, message, hint=REBUILD)
        return extent

    def record_at(self, member: Member, offset: int) -> bytes:
        """The record of a member whose local header is now at `offset`: the same bytes as far as that allows."""
        record = self.data[member.start : member.stop]
        bare = not member.flags & _DESCRIBED_BEHIND and not _CENTRAL.unpack_from(record)[12]
        return record if bare and offset == member.offset else _record_at(record, offset)

    def described_before(self, file: BinaryIO, member: Member) -> bytes:
        """The local header of a member that was described behind its data, now saying it all itself.

        Raises `ArchiveError` if sizes need more than 32 bits, and `OSError`.
        """
        if max(member.size, member.stored_size) >= _MAX32:
            message = f"has a data descriptor behind `{member.name}`, which has more than 4 GiB"
            raise ArchiveError.at(self.name, message, hint=REBUILD)
        old = self.local_header(file, member)
        _, needed, flags, method, time, date, *_ = _LOCAL.unpack_from(old)
        sizes = (member.crc, member.stored_size, member.size)
        extra = _without_zip64(old[_LOCAL.size + len(member.raw_name) :])
        lengths = (len(member.raw_name), len(extra))
        flags &= ~_DESCRIBED_BEHIND
        return _LOCAL.pack(_LOCAL_MARK, needed, flags, method, time, date, *sizes, *lengths) + member.raw_name + extra

    def packed(self, file: BinaryIO, member: Member, data: bytes) -> Packed:
        """A member with new contents: name, time, attributes, extra fields and compression are the old one's.

        Raises `ArchiveError` for a compression that is not supported, and `OSError`.
        """
        if member.method not in (_STORED, _DEFLATED):
            raise ArchiveError.at(
                self.name, f"has compressed `{member.name}` by method {member.method}, not by deflate"
            )
        name = member.raw_name
        local_extra = self.local_header(file, member)[_LOCAL.size + len(name) :]
        return _pack(self.data[member.start : member.stop], name, member.flags & _UTF8, local_extra, data)

    def packed_like(self, member: Member, name: str, data: bytes) -> Packed:
        """A new member called `name`, with time, attributes and compression of another one."""
        values = list(_CENTRAL.unpack_from(self.data, member.start))
        values[4] = _DEFLATED if values[4] else _STORED
        values[10:13] = [0, 0, 0]
        return _pack(_CENTRAL.pack(*values), name.encode(), 0 if name.isascii() else _UTF8, b"", data)


# Reading


def _members(data: bytes, name: str) -> Iterator[Member]:
    at = 0
    while at < len(data):
        member = _member(data, at, name)
        yield member
        at = member.stop


def _member(data: bytes, at: int, name: str) -> Member:
    try:
        values = _CENTRAL.unpack_from(data, at)
        (
            mark,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            stored_size,
            size,
            name_length,
            extra_length,
            comment,
            volume,
            _,
            _,
            offset,
        ) = values
        name_stop = at + _CENTRAL.size + name_length
        stop = name_stop + extra_length + comment
        if mark != _CENTRAL_MARK or stop > len(data) or volume:
            raise ArchiveError.at(name, f"is damaged: byte {at} of its central directory begins no record")
        raw_name = data[at + _CENTRAL.size : name_stop]
        member_name = raw_name.decode("utf-8" if flags & _UTF8 or raw_name.isascii() else "cp437")
        if _MAX32 in (stored_size, size, offset):
            extra = data[name_stop : name_stop + extra_length]
            size, stored_size, offset = _resolved((size, stored_size, offset), extra)
    except (struct.error, UnicodeDecodeError) as exc:
        raise ArchiveError.at(name, f"is damaged: the record at byte {at} of its central directory is broken") from exc
    if flags & _ENCRYPTED:
        raise ArchiveError.at(name, f"has an encrypted member: `{member_name}`")
    if _leads_elsewhere(member_name):
        raise ArchiveError.at(name, f"has a member with a name that no installer should follow: {_quoted(member_name)}")
    return Member(member_name, flags, method, crc, stored_size, size, offset, at, stop)


def _leads_elsewhere(name: str) -> bool:
    # Nearly all names pass here, in a fifth of the time that the expression takes.
    plain = name.isprintable() and "/." not in name and "//" not in name and "\\" not in name and ":" not in name
    if plain and name and name[0] not in "./":
        return False
    return bool(_NO_PATH.search(name.removesuffix("/")))


def _quoted(text: str) -> str:
    return f"`{text.encode('unicode_escape').decode()}`"


def _local_sizes(header: bytes, member: Member) -> tuple[int, int, int]:
    _, _, _, _, _, _, crc, stored_size, size, name_length, _ = _LOCAL.unpack_from(header)
    if _MAX32 in (stored_size, size):
        try:
            size, stored_size = _resolved((size, stored_size), header[_LOCAL.size + name_length :])
        except struct.error:
            return (~member.crc, 0, 0)
    return crc, stored_size, size


def _descriptors(member: Member) -> tuple[bytes, ...]:
    """Spell the data descriptor in the ways that are in use (4.3.9)."""
    bare = [struct.pack("<I2Q", member.crc, member.stored_size, member.size)]
    if max(member.stored_size, member.size) <= _MAX32:
        bare.append(struct.pack("<3I", member.crc, member.stored_size, member.size))
    return (*bare, *(_DESCRIPTOR_MARK + one for one in bare))


# Extra fields


def _find_zip64(extra: bytes) -> tuple[int, int] | None:
    """Find where the zip64 field begins and ends; None also if the extra fields are none."""
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        stop = at + _EXTRA.size + length
        if kind == _ZIP64:
            return (at, stop) if stop <= len(extra) else None
        at = stop
    return None


def _resolved(values: tuple[int, ...], extra: bytes) -> list[int]:
    """Fetch what didn't fit into 32 bits from the zip64 field, where it is in the same order. Raises `struct.error`."""
    found = _find_zip64(extra)
    if found is None:
        raise struct.error
    at = found[0] + _EXTRA.size
    field = extra[at : found[1]]
    large = iter(struct.unpack_from(f"<{values.count(_MAX32)}Q", field))
    return [next(large) if value == _MAX32 else value for value in values]


def _without_zip64(extra: bytes) -> bytes:
    found = _find_zip64(extra)
    return extra[: found[0]] + extra[found[1] :] if found else extra


# Writing


def _record_at(record: bytes, offset: int) -> bytes:
    """Make a record say another offset, without a comment and without a data descriptor: PyPI refuses both."""
    values = list(_CENTRAL.unpack_from(record))
    needed, flags, stored_size, size, name_length, extra_length = (values[i] for i in (2, 3, 8, 9, 10, 11))
    name_stop = _CENTRAL.size + name_length
    extra = record[name_stop : name_stop + extra_length]
    large = []
    if _MAX32 in (stored_size, size):
        sizes = (size, stored_size)
        large = [true for said, true in zip(sizes, _resolved(sizes, extra), strict=True) if said == _MAX32]
    if offset >= _MAX32:
        large.append(offset)
    extra = _without_zip64(extra)
    if large:
        extra = struct.pack(f"<2H{len(large)}Q", _ZIP64, 8 * len(large), *large) + extra
        needed = max(needed, _VERSION_ZIP64)
    values[2:4] = [needed, flags & ~_DESCRIBED_BEHIND]
    values[11:13] = [len(extra), 0]
    values[16] = min(offset, _MAX32)
    return _CENTRAL.pack(*values) + record[_CENTRAL.size : name_stop] + extra


def _pack(record: bytes, name: bytes, utf8: int, local_extra: bytes, data: bytes) -> Packed:
    """Compress `data` as the member of `record` was, and write both of its records anew."""
    values = _CENTRAL.unpack_from(record)
    made_by, method, time, date, name_length, extra_length, attributes = (
        *(values[i] for i in (1, 4, 5, 6, 10, 11)),
        values[14:16],
    )
    stored = _deflated(data) if method else data
    common = (_VERSION_DEFLATE, utf8, method, time, date, zlib.crc32(data), len(stored), len(data), len(name))
    name_stop = _CENTRAL.size + name_length
    local_extra = _without_zip64(local_extra)
    extra = _without_zip64(record[name_stop : name_stop + extra_length])
    return Packed(
        _LOCAL.pack(_LOCAL_MARK, *common, len(local_extra)) + name + local_extra + stored,
        _CENTRAL.pack(_CENTRAL_MARK, made_by, *common, len(extra), 0, 0, *attributes, 0) + name + extra,
    )


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()
