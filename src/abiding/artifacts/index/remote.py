"""A file on a server, read by HTTP range requests (RFC 9110, section 14) as if it were open."""

from __future__ import annotations

import io
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from abiding.artifacts.index.failures import public_url
from abiding.artifacts.index.hashing import Announced
from abiding.findings import bounds
from abiding.findings.errors import IndexAccessError
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import WriteableBuffer

    from abiding.artifacts.index.web import Body, Web

__all__ = ["RemoteFile", "missing"]


# A ZIP reader first reads the end record, with a comment of any length. This piece also contains most central
# directories, and METADATA, which is right before that in most wheels.
_TAIL = 66 << 10
_AHEAD = 16 << 10
# Largest whole file from a server without ranges; pieces of larger files are far smaller.
_LARGEST = 20 << 20
# Answers of servers that support ranges, but not from the end.
_NO_SUFFIXES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    HTTPStatus.NOT_IMPLEMENTED,
)
_CONTENT_RANGE = pattern(r"bytes (?P<first>\d{1,18})-(?P<last>\d{1,18})/(?P<size>\d{1,18})", re.ASCII)


class RemoteFile(io.RawIOBase):
    """A file on a server, for reading. Pieces are fetched when needed; a server without ranges sends it whole.

    `size` is the number of bytes, if known, which saves a request with some servers. All methods raise
    `IndexAccessError` if the file does not exist, if it is larger than 20 MiB and the server has no ranges, or if it is
    sent whole and has another hash than `digests`, which the index announces.
    """

    def __init__(
        self, web: Web, url: str, filename: str, size: int | None = None, digests: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._announced = Announced(digests or {})
        self._web = web
        self._url = url
        self._filename = filename
        self._pieces: list[tuple[int, bytes]] = []
        self._place = 0
        self._asked = 0
        self._received = 0
        self._size = self._open(size)
        self._kept = len(self._pieces)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position."""
        self._place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence])
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes, as many as there is room for, fewer only at the end of the file."""
        room = memoryview(buffer).cast("B")
        size = min(len(room), max(0, self._size - self._place))
        filled = 0
        while filled < size:
            part = self._at_hand(self._place, size - filled)
            if not part:
                self._fetch_from(self._place, size - filled)
                part = self._at_hand(self._place, size - filled)
            if not part:
                raise self._error("comes in other parts than those that its server is asked for")
            room[filled : filled + len(part)] = part
            filled += len(part)
            self._place += len(part)
        return filled

    def prefetch(self, start: int, stop: int) -> None:
        """Fetch ranges that will be read, in few pieces; earlier pieces are dropped, except for the end of the file."""
        self._pieces[self._kept :] = []
        stop = min(stop, self._size)
        while start < stop:
            piece = self._at_hand(start, stop - start)
            if not piece:
                until = min(
                    start + _LARGEST, stop, min((begin for begin, _ in self._pieces if begin > start), default=stop)
                )
                self._fetch(f"{start}-{until - 1}")
                piece = self._at_hand(start, stop - start)
            if not piece:
                return  # reported by the reader
            start += len(piece)

    def _at_hand(self, place: int, most: int) -> bytes:
        for start, piece in self._pieces:
            if start <= place < start + len(piece):
                return piece[place - start : place - start + most]
        return b""

    def _fetch_from(self, place: int, size: int) -> None:
        """Fetch a piece from a position up to the next known piece at most."""
        next_piece = min((start for start, _ in self._pieces if start > place), default=self._size)
        stop = min(place + max(size, _AHEAD), next_piece)
        self._fetch(f"{place}-{stop - 1}")

    def _open(self, size: int | None) -> int:
        """Fetch the end of the file, and its size."""
        tail = f"-{_TAIL}" if size is None else _tail_of(size)
        try:
            actual = self._fetch(tail)
        except _RangeRefusedError as exc:
            actual = self._ask_size() if exc.size is None else exc.size
        # The index may have given a wrong size. An empty file has no range at all.
        return actual if not actual or self._at_hand(actual - 1, 1) else self._fetch(_tail_of(actual))

    def _ask_size(self) -> int:
        def use(body: Body) -> int | None:
            return body.length if body.status == HTTPStatus.OK else None

        size = self._web.read(self._url, use, limit=0, method="HEAD")
        if size is None:
            raise self._error("has a size that its server does not tell", note="so it can't be read in parts")
        return size

    def _fetch(self, span: str) -> int:
        """Fetch one range and keep it. Returns the size of the file."""
        self._asked += 1
        # At most one request for each megabyte, besides those for the directory.
        if self._asked > bounds.RANGES + (self._received >> 20):
            raise self._error("comes in parts too small to be read", note=f"{self._asked - 1} of them were not enough")
        first, _, last = span.partition("-")
        most = int(last) - int(first) + 1 if first else int(last)
        start, piece, size = self._web.read(
            self._url, lambda body: self._piece(body, most), limit=_LARGEST, headers={"Range": f"bytes={span}"}
        )
        if not piece and size:
            raise self._error("is not sent by its server")
        if len(piece) == size:
            self._announced.hold(self._filename, piece)
        self._pieces.append((start, piece))
        self._received += len(piece)
        return size

    def _piece(self, body: Body, most: int) -> tuple[int, bytes, int]:
        """Return from an answer: the start of the piece, its bytes, and the size of the file."""
        if body.status == HTTPStatus.OK:
            if (body.length or 0) > _LARGEST:
                raise self._error(
                    f"has {body.length:,} bytes, and its server gives no part of it",
                    note=f"files are read whole up to {_LARGEST:,} bytes",
                )
            data = body.readall()
            return 0, data, len(data)
        if body.status in _NO_SUFFIXES:
            raise _RangeRefusedError(body.headers.get("Content-Range", ""), self._filename, body.status, body.url)
        if body.status != HTTPStatus.PARTIAL_CONTENT:
            raise missing(self._filename, body.status, body.url)
        match = _CONTENT_RANGE.fullmatch(body.headers.get("Content-Range", "").strip())
        if not match:
            raise self._error("comes in parts that its server does not describe")
        first, last, size = (int(number) for number in match.groups())
        length = last - first + 1
        # One more byte, to see that it is the last.
        data = body.read(length + 1) if first <= last < size and length <= most else b""
        if len(data) != length or not data:
            raise self._error("comes in parts that are not what its server says")
        return first, data, size

    def _error(self, message: str, note: str = "") -> IndexAccessError:
        about = f"it is at {public_url(self._url)}" + (f"; {note}" if note else "")
        return IndexAccessError.of(message, artifact=self._filename, note=about)


def _tail_of(size: int) -> str:
    """Return the range of the last bytes of a file; never an empty one, which can't be expressed."""
    return f"{max(0, size - _TAIL)}-{max(0, size - 1)}"


class _RangeRefusedError(IndexAccessError):
    """The server does not support this kind of range; it may have given the size of the file."""

    def __init__(self, content_range: str, filename: str, status: int, url: str) -> None:
        super().__init__(missing(filename, status, url).findings)
        size = content_range.removeprefix("bytes */")
        self.size = int(size) if re.fullmatch(r"\d{1,18}", size, re.ASCII) else None


def missing(filename: str, status: int, url: str) -> IndexAccessError:
    """Return the error for a file that a page lists, and its server does not have."""
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return IndexAccessError.of(
            "is listed by the index, and is not there",
            rule="missing-file",
            artifact=filename,
            note=f"there is no {public_url(url)}: the upload is not complete, or the file has been deleted",
        )
    about = f"it is at {public_url(url)}"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return IndexAccessError.of(f"may not be read: its server answers {status}", artifact=filename, note=about)
    return IndexAccessError.of(f"can't be read: its server answers {status}", artifact=filename, note=about)
