"""Write members of a ZIP archive anew: moved, replaced or added."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from abiding.archives.zipend import REBUILD
from abiding.archives.ziprecords import (
    DEFLATED,
    DESCRIBED_BEHIND,
    LARGE,
    STORED,
    UTF8,
    CentralRecord,
    LocalHeader,
    without_zip64,
)
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

    from abiding.archives.zipdirectory import Directory, ZipMember

__all__ = ["Packed", "described_before", "packed", "packed_like", "record_at"]


_VERSION_DEFLATE = 20
_COMMENT_LENGTH = slice(32, 34)  # of a record


class Packed(NamedTuple):
    """A member to be written: its local header with the data, and its record of the central directory, for offset 0."""

    local: bytes
    record: CentralRecord

    def record_at(self, offset: int) -> bytes:
        """Return the record for a member whose local header is at `offset`."""
        return self.record.moved(offset).pack()


def record_at(directory: Directory, member: ZipMember, offset: int) -> bytes:
    """Return the record of a member whose local header is now at `offset`: the same bytes as far as that allows.

    Raises `ArchiveError` if its extra fields are broken.
    """
    data = directory.data[member.start : member.stop]
    if offset == member.offset and not member.flags & DESCRIBED_BEHIND and not any(data[_COMMENT_LENGTH]):
        return data
    return CentralRecord.unpack(data).moved(offset).pack()


def described_before(directory: Directory, file: BinaryIO, member: ZipMember) -> bytes:
    """Return the local header of a member that was described behind its data, now saying it all itself.

    Raises `ArchiveError` if sizes need more than 32 bits, and `OSError`.
    """
    if max(member.size, member.stored_size) >= LARGE:
        message = f"has a data descriptor behind `{member.name}`, which has more than 4 GiB"
        raise ArchiveError.at(directory.name, message, hint=REBUILD)
    old = directory.local_header(file, member)
    return old._replace(
        flags=old.flags & ~DESCRIBED_BEHIND,
        crc=member.crc,
        stored_size=member.stored_size,
        size=member.size,
        extra=without_zip64(old.extra),
    ).pack()


def packed(directory: Directory, file: BinaryIO, member: ZipMember, data: bytes) -> Packed:
    """Return a member with new contents: name, time, attributes, extra fields and compression are the old one's.

    Raises `ArchiveError` if its records contradict each other, and `OSError`.
    """
    extra = directory.local_header(file, member).extra
    return _pack(CentralRecord.unpack(directory.data, member.start), extra, data)


def packed_like(directory: Directory, member: ZipMember, name: str, data: bytes) -> Packed:
    """Return a new member called `name`, with time, attributes and compression of another one."""
    record = CentralRecord.unpack(directory.data, member.start)
    flags = 0 if name.isascii() else UTF8
    method = DEFLATED if record.method else STORED
    return _pack(record._replace(name=name.encode(), flags=flags, method=method, extra=b""), b"", data)


def _pack(record: CentralRecord, local_extra: bytes, data: bytes) -> Packed:
    """Compress `data` as the member of `record` was, and write both of its records anew."""
    stored = zlib.compress(data, wbits=-zlib.MAX_WBITS) if record.method else data
    record = record._replace(
        needed=_VERSION_DEFLATE,
        flags=record.flags & UTF8,
        crc=zlib.crc32(data),
        stored_size=len(stored),
        size=len(data),
        volume=0,
        offset=0,
        extra=without_zip64(record.extra),
        comment=b"",
    )
    header = LocalHeader(
        record.needed,
        record.flags,
        record.method,
        record.time,
        record.date,
        record.crc,
        record.stored_size,
        record.size,
        record.name,
        without_zip64(local_extra),
    )
    return Packed(header.pack() + stored, record)
