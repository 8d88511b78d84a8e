"""A reader of ZIP archives that refuses what PyPI and uv refuse, and all that a wheel has no business to contain.

It goes through the file once from the first byte to the last, without any code of the project. Everything must be
announced twice, by a local header and by the central directory, in the same words, and nothing else may be there.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path


class Refused(Exception):  # noqa: N818
    """What is wrong with the archive."""


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    flags: int
    method: int
    crc: int
    stored_size: int
    size: int
    offset: int
    extra: bytes
    attributes: tuple[int, ...] = ()
    version: int = 0
    time: tuple[int, int] = (0, 0)


def read(path: Path, *, inflate: bool = True) -> list[Entry]:
    """Read the entries of the central directory. Raises `Refused`."""
    with path.open("rb") as file:
        try:
            return _read(file, inflate=inflate)
        except struct.error as exc:
            raise Refused("cut off") from exc


def _read(file: BinaryIO, *, inflate: bool) -> list[Entry]:
    locals_: dict[str, Entry] = {}
    while (mark := file.read(4)) == b"PK\3\4":
        entry = _local(file, inflate=inflate)
        if entry.name in locals_:
            raise Refused(f"two local headers for {entry.name}")
        locals_[entry.name] = entry
    start = file.tell() - 4
    entries: list[Entry] = []
    while mark == b"PK\1\2":
        entries.append(_central(file))
        mark = file.read(4)
    _end(file, mark, start, len(entries))
    if len({entry.name for entry in entries}) != len(entries):
        raise Refused("a name twice in the central directory")
    if {entry.name for entry in entries} != set(locals_):
        raise Refused("local headers and central directory list different members")
    for entry in entries:
        _agree(entry, locals_[entry.name])
    return entries


def _agree(entry: Entry, local: Entry) -> None:
    for field in ("flags", "method", "crc", "stored_size", "size", "offset", "time"):
        if getattr(entry, field) != getattr(local, field):
            raise Refused(f"{entry.name}: {field} is {getattr(local, field)} and {getattr(entry, field)}")


def _local(file: BinaryIO, *, inflate: bool) -> Entry:
    offset = file.tell() - 4
    version, flags, method, *time, crc, stored, size, name_length, extra_length = struct.unpack(
        "<5H3I2H", file.read(26)
    )
    name, extra = file.read(name_length), file.read(extra_length)
    stored_size, size = _large({"size": size, "stored": stored}, extra)
    _common(flags, name)
    if inflate:
        _contents(file, name, method, crc, stored_size, size)
    else:
        file.seek(stored_size, 1)
    text = name.decode("utf-8")
    return Entry(text, flags, method, crc, stored_size, size, offset, extra, (), version, (time[0], time[1]))


def _contents(file: BinaryIO, name: bytes, method: int, crc: int, stored_size: int, size: int) -> None:
    data = file.read(stored_size)
    if len(data) != stored_size:
        raise Refused("cut off")
    if method == 8:
        inflater = zlib.decompressobj(-15)
        data = inflater.decompress(data)
        if not inflater.eof or inflater.unused_data:
            raise Refused(f"deflate stream of {name!r}")
    elif method:
        raise Refused(f"compression method {method}")
    if len(data) != size or zlib.crc32(data) != crc:
        raise Refused(f"contents of {name!r}")


def _central(file: BinaryIO) -> Entry:
    made, version, flags, method, time, date, crc, stored, size, n, x, c, disk, inner, outer, offset = struct.unpack(
        "<6H3I5H2I", file.read(42)
    )
    name, extra = file.read(n), file.read(x)
    if c or disk:
        raise Refused("a comment, or several files")
    fields = {"size": size, "stored": stored, "offset": offset}
    large = 0xFFFFFFFF in fields.values()
    if large and version < 45:
        raise Refused("zip64 without its version")
    stored, size, offset = _large(fields, extra)
    _common(flags, name)
    attributes = (made, inner, outer)
    return Entry(name.decode(), flags, method, crc, stored, size, offset, extra, attributes, version, (time, date))


def _large(fields: dict[str, int], extra: bytes) -> list[int]:
    """Resolve what is in the zip64 field. The result has the stored size before the size."""
    kinds: dict[int, bytes] = {}
    while extra:
        kind, length = struct.unpack_from("<2H", extra)
        if kind in kinds or len(extra) < 4 + length:
            raise Refused("extra fields")
        kinds[kind], extra = extra[4 : 4 + length], extra[4 + length :]
    wanted = [name for name, value in fields.items() if value == 0xFFFFFFFF]
    field = kinds.get(1, b"")
    if len(field) < 8 * len(wanted) or (wanted and len(field) not in (8, 16, 24, 28)):
        raise Refused("zip64 field")
    resolved = fields | dict(zip(wanted, struct.unpack_from(f"<{len(wanted)}Q", field), strict=True))
    return [resolved[name] for name in ("stored", "size", "offset") if name in resolved]


def _common(flags: int, name: bytes) -> None:
    if flags & 0x8:
        raise Refused("a data descriptor")
    if flags & ~0x806:
        raise Refused(f"flags {flags:#x}")
    if not name.isascii() and not flags & 0x800:
        raise Refused("a name that is not ASCII and does not say that it is UTF-8")
    if any(byte < 0x20 or byte == 0x7F for byte in name):
        raise Refused("a control character in a name")
    parts = name.decode().removesuffix("/").split("/")
    if b"\\" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise Refused("a name that leads elsewhere")


def _end(file: BinaryIO, mark: bytes, start: int, count: int) -> None:
    stop = file.tell() - 4
    said = None
    if mark == b"PK\6\6":
        length, _, _, disk, first, here, entries, size, offset = struct.unpack("<Q2H2I4Q", file.read(52))
        said = (entries, size, offset)
        if length != 44 or disk or first or here != entries or file.read(4) != b"PK\6\7":
            raise Refused("zip64 records")
        if struct.unpack("<IQI", file.read(16)) != (0, stop, 1):
            raise Refused("zip64 locator")
        mark = file.read(4)
    if mark != b"PK\5\6":
        raise Refused(f"{mark!r} where a record should begin, at byte {file.tell() - 4}")
    disk, first, here, entries, size, offset, comment = struct.unpack("<4H2IH", file.read(18))
    if said is None:
        said = (entries, size, offset)
    elif (entries, size, offset) != (min(said[0], 0xFFFF), min(said[1], 0xFFFFFFFF), min(said[2], 0xFFFFFFFF)):
        raise Refused("the two end records differ")
    if disk or first or here != entries or said != (count, stop - start, start):
        raise Refused("the end record is about another central directory")
    if comment or file.read(1):
        raise Refused("bytes behind the end")
