"""Scan the records of a central directory in one pass, fast enough for thousands of wheels."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from abiding.archives.member_paths import leads_elsewhere, literal
from abiding.archives.zipend import REBUILD
from abiding.archives.ziprecords import CENTRAL, CENTRAL_MARK, DEFLATED, ENCRYPTED, LARGE, STORED, UTF8, ZIP64, fields
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BROKEN", "cut", "judge_extra", "names_of"]

BROKEN = "is damaged: the record at byte {} of its central directory is broken"
# Of a record: mark, flags, method, two sizes, three lengths, volume, offset.
_SHAPE = struct.Struct("<4s4x2H8x2I4H6xI")
_UNICODE_PATH = struct.Struct("<BI")  # 4.6.9: version 1, checksum of the name that it is about
_UNICODE_PATH_KIND = 0x7075
_MOST_QUOTED = 200
_USUAL = bytes(set(range(0x20, 0x7F)) - set(b"\\:"))  # in a name
_METHODS = "pip and uv both unpack 8 (deflate) and 0 (not compressed at all), and agree about no other method"


def cut(data: bytes, archive: str) -> tuple[list[int], list[bytes], list[int]]:
    """Return where each record begins, and the name and the offset in it. Raises `ArchiveError` for a bad one."""
    starts, names, offsets = [], [], []
    at, stop = 0, len(data)
    unpack, size = _SHAPE.unpack_from, CENTRAL.size
    try:
        while at < stop:
            mark, flags, method, stored, whole, name_length, extra_length, comment, volume, offset = unpack(data, at)
            name_at = at + size
            extra_at = name_at + name_length
            name = data[name_at:extra_at]
            if mark != CENTRAL_MARK or volume:
                raise ArchiveError.at(archive, f"is damaged: byte {at} of its central directory begins no record")
            if flags & ENCRYPTED:
                raise ArchiveError.at(archive, f"has an encrypted member: {literal(_decode(name, flags))}")
            if method != DEFLATED and (method != STORED or stored != whole):
                _judge_packing(_decode(name, flags), method, stored, whole, archive)
            if extra_length:
                judge_extra(data[extra_at : extra_at + extra_length], name, flags, archive)
            starts.append(at)
            names.append(name)
            offsets.append(offset)
            at = extra_at + extra_length + comment
    except (struct.error, UnicodeDecodeError) as exc:
        raise ArchiveError.at(archive, BROKEN.format(at)) from exc
    if at > stop:
        raise ArchiveError.at(archive, BROKEN.format(starts[-1]))
    return starts, names, offsets


def _judge_packing(name: str, method: int, stored: int, whole: int, archive: str) -> None:
    """Raise `ArchiveError` for a member that installers can't unpack, whatever it holds."""
    if method != STORED:
        message = f"has compressed {literal(name)} by method {method}, not by deflate"
        raise ArchiveError.at(archive, message, note=_METHODS, hint="pack it with deflate, as build backends do")
    if LARGE not in (stored, whole):  # which are in the zip64 field
        message = f"is damaged: {literal(name)} is not compressed, with {stored:,} bytes of {whole:,}"
        raise ArchiveError.at(archive, message)


def judge_extra(extra: bytes, name: bytes, flags: int, archive: str) -> None:
    """Raise `struct.error` for fields that readers stumble over, and `ArchiveError` for a second name."""
    large = 0
    for kind, data in fields(extra):
        large += kind == ZIP64
        if kind == _UNICODE_PATH_KIND:
            version, checksum = _UNICODE_PATH.unpack_from(data)
            other = data[_UNICODE_PATH.size :].decode()
            if version != 1 or checksum != zlib.crc32(name) or other != _decode(name, flags):
                message = f"has a member with two names, {literal(_decode(name, flags))} and {literal(other)}"
                note = "the second is in its field 0x7075, and Python's `zipfile` goes by that one from 3.12 on"
                raise ArchiveError.at(archive, message, note=note, hint=REBUILD)
    if large > 1:
        raise struct.error


def _decode(name: bytes, flags: int) -> str:
    return name.decode("utf-8" if flags & UTF8 or name.isascii() else "cp437")


def names_of(raw_names: list[bytes], starts: list[int], data: bytes, archive: str) -> tuple[str, ...]:
    """Return the names as text. Raises `ArchiveError` if one leads elsewhere, or two are the same."""
    joined = b"\0".join((b"", *raw_names, b""))
    if _are_plain(joined, len(raw_names)):
        names = tuple(joined.decode().split("\0")[1:-1])
    else:
        names = tuple(_name(raw, data, start, archive) for raw, start in zip(raw_names, starts, strict=True))
    known = set(names)
    one_each = {name.removesuffix("/") for name in names} if b"/\0" in joined else known
    if len(one_each) != len(names):
        from collections import Counter

        twice = Counter(name.removesuffix("/") for name in names).most_common(1)[0][0]
        raise ArchiveError.at(archive, f"has two members with the name {literal(twice)}", hint=REBUILD)
    if not joined.isascii() or len(max(raw_names, key=len, default=b"")) > bounds.FILENAME:
        _hold_lengths(names, archive)
    for folder in {name.rpartition("/")[0] for name in names}:
        place = folder
        while place:
            if place in known:
                raise ArchiveError.at(archive, f"has a file {literal(place)}, and others below it", hint=REBUILD)
            place = place.rpartition("/")[0]
    return names


def _hold_lengths(names: Iterable[str], archive: str) -> None:
    """Raise `ArchiveError` if there is a name that no file can have."""
    from abiding.archives.tree import UnpackingError, hold_name

    for name in names:
        try:
            hold_name(name)
        except UnpackingError as exc:
            raise ArchiveError.at(archive, f"has a member that {exc}: {literal(name[:_MOST_QUOTED])}") from exc


def _are_plain(joined: bytes, count: int) -> bool:
    """Return whether nothing can be wrong with any of the names, which zeros set off: true of nearly all, and quick."""
    return (
        joined.translate(None, _USUAL) == bytes(count + 1)
        and b"/." not in joined
        and b"//" not in joined
        and b"\0/" not in joined
        and b"\0." not in joined
        and b"\0\0" not in joined
    )


def _name(raw: bytes, data: bytes, start: int, archive: str) -> str:
    try:
        name = _decode(raw, _SHAPE.unpack_from(data, start)[1])
    except UnicodeDecodeError as exc:
        raise ArchiveError.at(archive, BROKEN.format(start)) from exc
    if leads_elsewhere(name):
        raise ArchiveError.at(archive, f"has a member with an unsafe name: {literal(name)}")
    return name
