"""The records of a ZIP archive about one member (PKWARE APPNOTE 6.3.10): unpack, change and pack them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "CENTRAL",
    "CENTRAL_MARK",
    "DEFLATED",
    "DESCRIBED_BEHIND",
    "ENCRYPTED",
    "LARGE",
    "LOCAL",
    "LOCAL_MARK",
    "STORED",
    "UTF8",
    "ZIP64",
    "CentralRecord",
    "LocalHeader",
    "descriptors",
    "fields",
    "resolved",
    "without_zip64",
]


STORED, DEFLATED = 0, 8  # methods
ENCRYPTED = 0x2061  # flags: bit 0; bits 6 and 13 say how; bit 5 is of patches, which are as unreadable
DESCRIBED_BEHIND = 0x8  # the local header leaves sizes and checksum to a data descriptor behind the data
UTF8 = 0x800  # the name is UTF-8
ZIP64 = 1  # the kind of an extra field
LARGE = 0xFFFFFFFF  # a size or an offset that is too large for its field, and is in the zip64 field

LOCAL = struct.Struct("<4s5H3I2H")  # 4.3.7
_LOCAL_SHAPE = struct.Struct("<4s22x2H")  # of that: mark, two lengths
CENTRAL = struct.Struct("<4s6H3I5H2I")  # 4.3.12
_EXTRA = struct.Struct("<2H")  # 4.5.1
LOCAL_MARK, CENTRAL_MARK, _DESCRIPTOR_MARK = b"PK\3\4", b"PK\1\2", b"PK\7\x08"


class LocalHeader(NamedTuple):
    """What stands before the data of a member. Sizes are as they are written: `LARGE`, where the zip64 field has them.

    `needed` is the version of the format that it takes to read it.
    """

    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    stored_size: int
    size: int
    name: bytes
    extra: bytes

    @staticmethod
    def measure(data: bytes) -> int:
        """Return how long the header is with which `data` begins. Raises `struct.error` if that is none."""
        mark, name_length, extra_length = _LOCAL_SHAPE.unpack_from(data)
        if mark != LOCAL_MARK:
            raise struct.error
        return LOCAL.size + int(name_length) + int(extra_length)

    @classmethod
    def unpack(cls, data: bytes) -> LocalHeader:
        """Read it from the beginning of `data`, which has all of it. Raises `struct.error`."""
        _, *values, name_length, extra_length = LOCAL.unpack_from(data)
        name_stop = LOCAL.size + name_length
        return cls._make((*values, data[LOCAL.size : name_stop], data[name_stop : name_stop + extra_length]))

    def pack(self) -> bytes:
        """Return the bytes of it."""
        *values, name, extra = self
        return LOCAL.pack(LOCAL_MARK, *values, len(name), len(extra)) + name + extra


class CentralRecord(NamedTuple):
    """What the central directory says of a member. Sizes and offset are as they are written, as in `LocalHeader`."""

    made_by: int
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    stored_size: int
    size: int
    volume: int
    internal: int
    external: int
    offset: int
    name: bytes
    extra: bytes
    comment: bytes

    @classmethod
    def unpack(cls, data: bytes, at: int = 0) -> CentralRecord:
        """Read it from `data`, which has all of it. Raises `struct.error`."""
        _, *values = CENTRAL.unpack_from(data, at)
        name_length, extra_length, comment_length = values[9:12]
        name_at = at + CENTRAL.size
        extra_at = name_at + name_length
        comment_at = extra_at + extra_length
        texts = (data[name_at:extra_at], data[extra_at:comment_at], data[comment_at : comment_at + comment_length])
        return cls._make([*values[:9], *values[12:], *texts])

    def pack(self) -> bytes:
        """Return the bytes of it."""
        *values, name, extra, comment = self
        lengths = (len(name), len(extra), len(comment))
        return CENTRAL.pack(CENTRAL_MARK, *values[:9], *lengths, *values[9:]) + name + extra + comment

    def moved(self, offset: int) -> CentralRecord:
        """Return the record of a member whose local header is at `offset`.

        It has no comment and no data descriptor: PyPI refuses both. Raises `struct.error` if the zip64 field is broken.
        """
        sizes = (self.size, self.stored_size)
        large = [true for size, true in zip(sizes, resolved(sizes, self.extra), strict=True) if size == LARGE]
        if offset >= LARGE:
            large.append(offset)
        extra = without_zip64(self.extra)
        if large:
            extra = struct.pack(f"<2H{len(large)}Q", ZIP64, 8 * len(large), *large) + extra
        return self._replace(
            needed=max(self.needed, 45 if large else 0),
            flags=self.flags & ~DESCRIBED_BEHIND,
            offset=min(offset, LARGE),
            extra=extra,
            comment=b"",
        )


def fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Split extra fields into kinds and contents, as `zipfile` does. Raises `struct.error` if one reaches too far."""
    at = 0
    while at + _EXTRA.size <= len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        if at + length > len(extra):
            raise struct.error
        yield kind, extra[at : at + length]
        at += length


def resolved(values: Sequence[int], extra: bytes) -> Sequence[int]:
    """Fetch what is `LARGE` from the zip64 field, where it is in the same order. Raises `struct.error`."""
    if LARGE not in values:
        return values
    field = next((data for kind, data in fields(extra) if kind == ZIP64), b"")
    large = iter(struct.unpack_from(f"<{values.count(LARGE)}Q", field))
    return [next(large) if value == LARGE else value for value in values]


def without_zip64(extra: bytes) -> bytes:
    """Return extra fields without the zip64 field. Raises `struct.error`."""
    if all(kind != ZIP64 for kind, _ in fields(extra)):
        return extra
    return b"".join(_EXTRA.pack(kind, len(data)) + data for kind, data in fields(extra) if kind != ZIP64)


def descriptors(crc: int, stored_size: int, size: int) -> tuple[bytes, ...]:
    """Spell a data descriptor in the ways that are in use (4.3.9)."""
    bare = [struct.pack("<I2Q", crc, stored_size, size)]
    if max(stored_size, size) <= LARGE:
        bare.append(struct.pack("<3I", crc, stored_size, size))
    return (*bare, *(_DESCRIPTOR_MARK + descriptor for descriptor in bare))
