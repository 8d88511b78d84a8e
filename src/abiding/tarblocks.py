"""The blocks of a compressed tar archive: walked in little memory and without trust.

Formats: ustar and pax (POSIX.1-2017, pax interchange format), GNU, and what came before them. Where they leave room, an
archive means here what it means to Python's `tarfile`, with which pip unpacks it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["Member", "TarStream", "padding"]


def __dir__() -> list[str]:
    return __all__


_BLOCK = 512
_IN, _OUT = 64 << 10, 512 << 10  # bytes at a time; the second keeps a decompression bomb small
_LARGEST_HEADER = 1 << 20  # a long name, or the pax records of one member
_MOST_EXTENSIONS = 100  # a file needs three: two long names, and pax records
_LARGEST_SIZE = 1 << 96  # twelve bytes of a header can say as much, pax records anything
_MOST_ZEROS = 16 << 20  # at the end; usually 10 KiB
_MOST_HEADERS = 200_000  # a file of 1 MiB can have half a million, each of which takes its time

_FILE = (b"0", b"\0", b"7")
_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")  # links, devices, folders, pipes: their size means nothing
_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK, _SPARSE = (b"x", b"X"), b"g", b"L", b"K", b"S"
_EXTENSIONS = (*_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK)
_GZIP_MARK = b"\x1f\x8b"
_SIZE, _CHECKSUM, _KIND, _PREFIX = slice(124, 136), slice(148, 156), slice(156, 157), slice(345, 500)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive.

    `size` is that of its contents. `extensions` are the headers before its own that say more about it (long names, pax
    records), each with its data; `header` is its own one. All are whole blocks, as the archive has them.
    """

    path: str
    kind: bytes
    size: int
    extensions: tuple[tuple[bytes, bytes], ...]
    header: bytes

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file: no link, no folder, nothing sparse."""
        return self.kind in _FILE and not self.path.endswith("/")

    @property
    def blocks(self) -> bytes:
        """All blocks before the contents."""
        return b"".join(part for extension in self.extensions for part in extension) + self.header

    def resized(self, size: int) -> bytes:
        """All blocks before contents of another size."""
        parts = []
        for header, data in self.extensions:
            if header[_KIND] in _PAX:
                parts += _resized_extension(header, data, size)
            else:
                parts += [header, data]
        return b"".join(parts) + _resized_header(self.header, size)


def padding(size: int, unit: int = _BLOCK) -> bytes:
    """What fills up `size` bytes to whole blocks, or whole units of another size."""
    return bytes(-size % unit)


class TarStream:
    """The decompressed bytes of a `.tar.gz` file, taken one after the other.

    `name` is that of the archive, for errors. All methods raise `ArchiveError` if it is damaged, and `OSError`.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.position = 0
        self._chunks = _inflated(file, name)
        self._chunk = memoryview(b"")
        self._ending = 0
        self._headers = 0

    def pieces(self, size: int) -> Iterator[memoryview]:
        """The next `size` bytes, in pieces."""
        while size:
            if not self._more():
                raise ArchiveError.at(self.name, f"is cut off: {size:,} bytes are missing at its end")
            piece = self._chunk[:size]
            self._chunk = self._chunk[size:]
            self.position += len(piece)
            size -= len(piece)
            yield piece

    def take(self, size: int) -> bytes:
        """The next `size` bytes at once."""
        return b"".join(self.pieces(size))

    def _more(self) -> bool:
        if not self._chunk:
            self._chunk = memoryview(next(self._chunks, b""))
        return bool(self._chunk)

    def members(self) -> Iterator[Member]:
        """The members, in order. What has not been taken of the contents of one is passed over before the next.

        The contents are `size` bytes and their `padding`.
        """
        while self._more() and (member := self._member()):
            stop = self.position + member.size + -member.size % _BLOCK
            yield member
            for _ in self.pieces(stop - self.position):
                pass

    def ending(self) -> int:
        """How many bytes follow the last member. Raises `ArchiveError` if they are not all zero."""
        count = self._ending
        while self._more():
            # As bytes, because a memoryview is compared byte by byte.
            if bytes(self._chunk) != bytes(len(self._chunk)):
                raise ArchiveError.at(self.name, "has bytes behind the end of its archive")
            count += len(self._chunk)
            if count > _MOST_ZEROS:
                raise ArchiveError.at(self.name, f"has more than {_MOST_ZEROS:,} zeros behind the end of its archive")
            self.position += len(self._chunk)
            self._chunk = self._chunk[:0]
        return count

    def _member(self) -> Member | None:
        """Read all headers of the next member; None where a block of zeros says that there is none."""
        extensions: list[tuple[bytes, bytes]] = []
        long_name, records = b"", dict[bytes, bytes]()
        while True:
            at, header = self.position, self.take(_BLOCK)
            kind = header[_KIND]
            if not extensions and not any(header):
                self._ending = _BLOCK
                return None
            self._headers += 1
            if self._headers > _MOST_HEADERS:
                raise ArchiveError.at(
                    self.name, f"has more than {_MOST_HEADERS:,} members and headers that belong to them"
                )
            try:
                _check(header)
                size = _number(header[_SIZE])
                if kind not in _EXTENSIONS:
                    return self._plain(header, long_name, records, tuple(extensions))
                extensions.append((header, self._extension(size, extensions)))
                data = extensions[-1][1][:size]
                if kind == _LONG_NAME:
                    long_name = data.partition(b"\0")[0]
                elif kind in _PAX:
                    records = dict(_records(data))
                elif kind == _PAX_FOR_ALL and not {b"path", b"size"}.isdisjoint(dict(_records(data))):
                    raise ArchiveError.at(self.name, "has a pax header that gives all members one path or one size")
            except ValueError as exc:
                raise ArchiveError.at(self.name, f"is damaged: there is no tar header at byte {at:,}") from exc

    def _extension(self, size: int, before: list[tuple[bytes, bytes]]) -> bytes:
        if len(before) == _MOST_EXTENSIONS:
            raise ArchiveError.at(self.name, f"has more than {_MOST_EXTENSIONS} blocks for the headers of one member")
        total = size + sum(_BLOCK + len(data) for _, data in before)
        if total > _LARGEST_HEADER:
            raise ArchiveError.at(self.name, f"claims {total:,} bytes for the headers of one member")
        return self.take(size + -size % _BLOCK)

    def _plain(
        self, header: bytes, long_name: bytes, records: dict[bytes, bytes], extensions: tuple[tuple[bytes, bytes], ...]
    ) -> Member:
        kind = header[_KIND]
        path = records.get(b"GNU.sparse.name") or records.get(b"path") or long_name or _path(header)
        size = int(records[b"size"]) if b"size" in records else _number(header[_SIZE])
        if not 0 <= size < _LARGEST_SIZE:
            raise ValueError(size)
        if kind in _WITHOUT_DATA or (kind == b"\0" and path.endswith(b"/")):
            size = 0
        if b"GNU.sparse.name" in records:
            return Member(path.decode(errors="surrogateescape"), _SPARSE, size, extensions, header)
        if kind == _SPARSE:
            # The map of an old GNU sparse file goes on in further blocks.
            more = header[482]
            while more:
                header += self.take(_BLOCK)
                if len(header) > _LARGEST_HEADER:
                    raise ValueError(header)
                more = header[-8]
        return Member(path.decode(errors="surrogateescape"), kind, size, extensions, header)


def _inflated(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Decompress the one gzip member that the file has to consist of (RFC 1952), checksum and length checked."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    while not inflater.eof:
        data = inflater.unconsumed_tail or file.read(_IN)
        try:
            chunk = inflater.decompress(data, _OUT)
        except zlib.error as exc:
            raise ArchiveError.at(name, "is damaged, or is not a .tar.gz file: it can't be decompressed") from exc
        if chunk:
            yield chunk
        elif not data:
            raise ArchiveError.at(name, "is cut off: its compressed data has no end")
    behind = inflater.unused_data or file.read(len(_GZIP_MARK))
    if behind:
        what = "more than one gzip member" if behind.startswith(_GZIP_MARK) else "bytes behind its compressed data"
        raise ArchiveError.at(name, f"has {what}")


def _check(header: bytes) -> None:
    """Raise `ValueError` if the checksum is wrong: the sum of the bytes, with the field itself taken as spaces."""
    said = _number(header[_CHECKSUM])
    rest = header[: _CHECKSUM.start] + header[_CHECKSUM.stop :]
    if said != sum(rest) + 256 and said != sum(rest) - 256 * sum(byte > 127 for byte in rest) + 256:  # noqa: PLR2004
        raise ValueError(said)


def _number(field: bytes) -> int:
    """Read octal digits, or, behind a first byte of 128, the binary number of GNU tar. Raises `ValueError`."""
    if field[0] == 0x80:  # noqa: PLR2004
        return int.from_bytes(field[1:], "big")
    return int(field.partition(b"\0")[0].strip() or b"0", 8)


def _path(header: bytes) -> bytes:
    prefix, path = header[_PREFIX].partition(b"\0")[0], header[:100].partition(b"\0")[0]
    return prefix + b"/" + path if prefix and header[_KIND] != _SPARSE else path


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Split pax data into keys and values: each record is `length key=value` and a line break. Raises `ValueError`."""
    at = 0
    while at < len(data) and data[at]:
        digits = data[at : at + 10].partition(b" ")[0]
        stop = at + int(digits) if digits.isdigit() else at
        key, equals, value = data[at + len(digits) + 1 : stop - 1].partition(b"=")
        if not equals or stop > len(data) or data[stop - 1 : stop] != b"\n":
            raise ValueError(data[at:stop])
        yield key, value
        at = stop


def _resized_header(header: bytes, size: int) -> bytes:
    """Put another size into a header, and the checksum that this needs, in the spelling that it had."""
    end = header[_SIZE][-1:]
    header = header[: _SIZE.start] + b"%011o" % size + (end if end in (b" ", b"\0") else b"\0") + header[_SIZE.stop :]
    checksum = sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" ")
    end = header[_CHECKSUM][-2:]
    field = b"%06o" % checksum + end if end in (b"\0 ", b" \0") else b"%07o\0" % checksum
    return header[: _CHECKSUM.start] + field + header[_CHECKSUM.stop :]


def _resized_extension(header: bytes, data: bytes, size: int) -> list[bytes]:
    """Put another size into pax records that give one."""
    records = dict(_records(data[: _number(header[_SIZE])]))
    if b"size" not in records:
        return [header, data]
    records[b"size"] = b"%d" % size
    new = b"".join(_record(key, value) for key, value in records.items())
    return [_resized_header(header, len(new)), new + padding(len(new))]


def _record(key: bytes, value: bytes) -> bytes:
    text = b" " + key + b"=" + value + b"\n"
    length = len(text)
    # The length counts its own digits.
    while len(str(length)) + len(text) != length:
        length = len(str(length)) + len(text)
    return b"%d" % length + text
