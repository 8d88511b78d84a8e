"""The blocks of a compressed tar archive, read in little memory and without trust."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from abiding.archives.sparse_files import hold_map, read_map
from abiding.archives.strict_tar import StrictReader
from abiding.archives.tarheaders import BLOCK, EXTENSIONS, KIND, AmbiguousError, Extended, member_of, size_of
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from abiding.archives.tarheaders import TarMember

__all__ = ["TarStream"]


_IN, _OUT = 64 << 10, 512 << 10  # bytes at a time; the second keeps a decompression bomb small
_LARGEST_HEADER = 1 << 20  # a long name, or the pax records of one member
_MOST_EXTENSIONS = 100  # a file needs three: two long names, and pax records
_MOST_ZEROS = 16 << 20  # at the end; usually 10 KiB
_MOST_HEADERS = 200_000  # a file of 1 MiB can have half a million, each of which takes its time
_GZIP_MARK = b"\x1f\x8b"


class TarStream:
    """The decompressed bytes of a `.tar.gz` file, taken one after the other.

    `name` is that of the archive, for errors. All methods raise `ArchiveError` if it is damaged, and `OSError`.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self.position = 0
        self._strict = StrictReader()
        self._inflated = _Inflated(file, name)
        self._chunks = iter(self._inflated)
        self._chunk = memoryview(b"")
        self._ending = 0
        self._headers = 0

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Yield the next `size` bytes, in pieces."""
        while size:
            if not self._more():
                raise ArchiveError.at(self.name, f"is cut off: {size:,} bytes are missing at its end")
            piece = self._chunk[:size]
            self._chunk = self._chunk[size:]
            self.position += len(piece)
            size -= len(piece)
            yield piece

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes at once."""
        return b"".join(self.pieces(size))

    def _more(self) -> bool:
        if not self._chunk:
            self._chunk = memoryview(next(self._chunks, b""))
        return bool(self._chunk)

    def members(self) -> Iterator[TarMember]:
        """Yield the members in order; unread contents of one are skipped before the next."""
        while self._more() and (member := self._member()):
            stop = self.position + member.size + -member.size % BLOCK
            yield member
            for _ in self.pieces(stop - self.position):
                pass

    def ending(self) -> int:
        """Return how many bytes follow the last member. Raises `ArchiveError` if they are not all zero."""
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
        if self._inflated.behind and not count:
            # Python's `gzip` would be asked for more, and stumble.
            raise ArchiveError.at(self.name, "is cut off: it has no end, and bytes behind its compressed data")
        self._strict.end(count)
        return count

    @property
    def refusal_by_uv(self) -> str:
        """Why uv refuses the archive, in words; empty if it does not, as far as is known. Complete at the end."""
        return self._strict.refusal

    @property
    def has_bytes_behind(self) -> bool:
        """Whether something follows the compressed data; known at the end."""
        return self._inflated.behind

    def _member(self) -> TarMember | None:
        """Read all headers of the next member; None where a block of zeros says that there is none."""
        extensions: list[tuple[bytes, bytes]] = []
        extended = Extended()
        while True:
            at, header = self.position, self.take(BLOCK)
            if not extensions and not any(header):
                self._ending = BLOCK
                return None
            if not any(header):
                message = "ends with a header that belongs to no member"
                raise ArchiveError.at(self.name, message, note="pip refuses such an archive")
            self._headers += 1
            if self._headers > _MOST_HEADERS:
                raise ArchiveError.at(
                    self.name, f"has more than {_MOST_HEADERS:,} members and headers that belong to them"
                )
            try:
                size = size_of(header)
                kind = header[KIND]
                self._strict.header(header)
                if kind not in EXTENSIONS:
                    member = self._plain(header, extended, tuple(extensions))
                    self._strict.member(member)
                    return member
                data = self._extension(size, extensions)
                extensions.append((header, data))
                extended.take(kind, data, size)
                self._strict.extension(kind, data[:size])
            except AmbiguousError as exc:
                note = "readers would find different members, so what this one is can't be told"
                raise ArchiveError.at(self.name, f"has, at byte {at:,}, a member with {exc}", note=note) from exc
            except ValueError as exc:
                raise ArchiveError.at(self.name, f"is damaged: there is no tar header at byte {at:,}") from exc

    def _extension(self, size: int, before: list[tuple[bytes, bytes]]) -> bytes:
        if len(before) == _MOST_EXTENSIONS:
            raise ArchiveError.at(self.name, f"has more than {_MOST_EXTENSIONS} blocks for the headers of one member")
        total = size + sum(BLOCK + len(data) for _, data in before)
        if total > _LARGEST_HEADER:
            raise ArchiveError.at(self.name, f"claims {total:,} bytes for the headers of one member")
        return self.take(size + -size % BLOCK)

    def _plain(self, header: bytes, extended: Extended, extensions: tuple[tuple[bytes, bytes], ...]) -> TarMember:
        member = member_of(header, extended, extensions)
        if not member.is_sparse:
            return member
        map_ahead = self._map(header, extended)
        size = member.size - (len(map_ahead) if extended.is_sparse else 0)  # the map is part of the contents
        member = member._replace(header=header + map_ahead, size=size)
        hold_map(member.blocks, size)
        return member

    def _map(self, header: bytes, extended: Extended) -> bytes:
        """Read the blocks behind a header that hold the map of a sparse file, or the rest of it."""
        if extended.is_sparse:
            return read_map(lambda: self.take(BLOCK)) if extended.begins_with_map else b""
        blocks, more = b"", header[482]
        while more:
            blocks += self.take(BLOCK)
            if len(blocks) > _LARGEST_HEADER:
                raise ValueError(header)
            more = blocks[-8]
        return blocks


class _Inflated:
    """The decompressed bytes of the one gzip member of a file (RFC 1952), checksum and length checked.

    `behind` is, at the end, whether bytes follow it. Raises `ArchiveError`, also for another gzip member: some readers
    go on with that.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.behind = False

    def __iter__(self) -> Iterator[bytes]:
        inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        while not inflater.eof:
            data = inflater.unconsumed_tail or self._file.read(_IN)
            try:
                chunk = inflater.decompress(data, _OUT)
            except zlib.error as exc:
                message = "is damaged, or is not a .tar.gz file: it can't be decompressed"
                raise ArchiveError.at(self._name, message) from exc
            if chunk:
                yield chunk
            elif not data:
                raise ArchiveError.at(self._name, "is cut off: its compressed data has no end")
        self._look_behind(inflater.unused_data)

    def _look_behind(self, data: bytes) -> None:
        """Note whether bytes follow the compressed data. Raises `ArchiveError` if another gzip member does."""
        self.behind = bool(data)
        while len(data := data.lstrip(b"\0")) < len(_GZIP_MARK) and (more := self._file.read(_IN)):
            self.behind = True
            data += more
        if data.startswith(_GZIP_MARK):
            raise ArchiveError.at(self._name, "has more than one gzip member")
