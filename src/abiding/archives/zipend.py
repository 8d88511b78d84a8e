"""The end of a ZIP archive (PKWARE APPNOTE 6.3.10), which says where the central directory is."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["REBUILD", "Tail", "end_records"]


REBUILD = "PyPI and uv refuse such wheels; the backend that built it has to write each member once, one after the other"

_END64 = struct.Struct("<4sQ2H2I4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sIQI")  # 4.3.15
_END = struct.Struct("<4s4H2IH")  # 4.3.16
_END64_MARK, _LOCATOR64_MARK, _END_MARK, _LOCAL_MARK = b"PK\6\6", b"PK\6\7", b"PK\5\6", b"PK\3\4"
_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF  # in a field of this size: the value is too large for it and is in a zip64 record
_LIMITS = (_MAX16, _MAX16, _MAX16, _MAX16, _MAX32, _MAX32)  # of the values of an end record
_VERSION_ZIP64 = 45
_LONGEST_COMMENT = 0xFFFF
# Enough to tell what else a file is.
_LOOKED_AT = 64
_LARGEST_DIRECTORY = 32 << 20  # some 300,000 members


def _instead(begins: bytes) -> str:
    """Return a hint for a file that is no ZIP archive, by its beginning."""
    if begins.startswith(b"\x1f\x8b"):
        return "it is compressed as an sdist is: a wheel is built by `python -m build --wheel`"
    if begins.lstrip()[:1] == b"<":
        return "it is a web page: download what that has a link to"
    if begins.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS: `git lfs pull` brings the file itself"
    return "download it again, or build it again" if begins else "it is empty: download it again, or build it again"


class Tail(NamedTuple):
    """The last bytes of a file, from `start` on: of a small archive that is all of it."""

    data: bytes
    start: int

    @classmethod
    def of(cls, file: BinaryIO) -> Tail:
        """Read it. Raises `OSError`."""
        start = max(file.seek(0, 2) - _END.size - _LONGEST_COMMENT, 0)
        file.seek(start)
        return cls(file.read(_END.size + _LONGEST_COMMENT), start)

    def read(self, file: BinaryIO, offset: int, length: int) -> bytes:
        """Read from anywhere in the file, and from the disk only what lies before the tail."""
        if offset >= self.start:
            return self.data[offset - self.start : offset - self.start + length]
        file.seek(offset)
        return file.read(length)

    def directory(self, file: BinaryIO, name: str) -> tuple[bytes, int, int]:
        """Return the bytes of the central directory, its offset, and the number of its records.

        Raises `ArchiveError`, about the archive `name`, if there is none in its place, and `OSError`.
        """
        end, values = self.end(file, name)
        volume, directory_volume, here, count, size, offset = values
        if volume or directory_volume or here != count:
            raise ArchiveError.at(name, "is one part of an archive in several files")
        if size > _LARGEST_DIRECTORY:
            raise ArchiveError.at(name, f"claims {size:,} bytes for its central directory")
        before = end - size - offset
        if before > 0:
            message = f"has {before} bytes before its first member or before its central directory"
            raise ArchiveError.at(name, message, hint=REBUILD)
        if before < 0:
            raise ArchiveError.at(name, "is damaged: it is shorter than its central directory says")
        return self.read(file, offset, size), offset, count

    def end(self, file: BinaryIO, name: str) -> tuple[int, tuple[int, ...]]:
        """Return the end of the central directory, and the end record. Raises as `directory` does."""
        place = self.data.rfind(_END_MARK, 0, max(len(self.data) - _END.size + len(_END_MARK), 0))
        if place < 0:
            file.seek(0)
            begins = file.read(_LOOKED_AT)
            if begins.startswith(_LOCAL_MARK):
                message = "is cut off: its central directory is missing"
                raise ArchiveError.at(name, message, hint="download it again, or build it again")
            raise ArchiveError.at(name, "is not a ZIP archive", hint=_instead(begins))
        _, *values, comment = _END.unpack_from(self.data, place)
        if place + _END.size + comment != len(self.data):
            raise ArchiveError.at(name, "has bytes behind its end, or is cut off there", hint=REBUILD)
        if self._has_end_before(place):
            raise ArchiveError.at(name, "ends twice: one end record is in the comment of another", hint=REBUILD)
        end = self.start + place
        locator = self.read(file, max(end - _LOCATOR64.size, 0), _LOCATOR64.size)
        if end < _LOCATOR64.size + _END64.size or not locator.startswith(_LOCATOR64_MARK):
            return end, tuple(values)
        end -= _LOCATOR64.size + _END64.size
        mark, length, _, _, *values64 = _END64.unpack(self.read(file, end, _END64.size))
        agree = all(value in (true, limit) for value, true, limit in zip(values, values64, _LIMITS, strict=True))
        if (
            mark != _END64_MARK
            or length != _END64.size - 12
            or _LOCATOR64.unpack(locator)[1:] != (0, end, 1)
            or not agree
        ):
            raise ArchiveError.at(name, "is damaged: its zip64 records contradict each other")
        return end, tuple(values64)

    def _has_end_before(self, place: int) -> bool:
        """Return whether another end record could have the rest as its comment, so that readers differ."""
        while (place := self.data.rfind(_END_MARK, 0, place)) >= 0:
            _, *_, comment = _END.unpack_from(self.data, place)
            if place + _END.size + comment == len(self.data):
                return True
        return False


def end_records(count: int, size: int, offset: int) -> bytes:
    """Return what follows a central directory with `count` records in `size` bytes at `offset` of the file."""
    records = b""
    if count >= _MAX16 or size >= _MAX32 or offset >= _MAX32:
        versions = (_VERSION_ZIP64, _VERSION_ZIP64)
        records += _END64.pack(_END64_MARK, _END64.size - 12, *versions, 0, 0, count, count, size, offset)
        records += _LOCATOR64.pack(_LOCATOR64_MARK, 0, offset + size, 1)
        count, size, offset = min(count, _MAX16), min(size, _MAX32), min(offset, _MAX32)
    return records + _END.pack(_END_MARK, 0, 0, count, count, size, offset, 0)
