"""The headers of a tar archive, read without trust, and rewritten for members of another size.

Formats: ustar and pax (POSIX.1-2017, pax interchange format), GNU, and older ones. Where the formats are ambiguous, a
header is read as by Python's `tarfile`, which pip uses, and by the library of uv; if these two would find different
members, or none, the archive is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.sparse_files import begins_with_map
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BLOCK",
    "EXTENSIONS",
    "FOLDER",
    "HARD_LINK",
    "KIND",
    "PAX",
    "SYMBOLIC_LINK",
    "AmbiguousError",
    "Extended",
    "TarMember",
    "member_of",
    "padding",
    "size_of",
]


BLOCK = 512
_LARGEST_SIZE = 1 << 96  # twelve bytes of a header can say as much, pax records anything

_FILE, FOLDER = (b"0", b"\0", b"7"), b"5"
HARD_LINK, SYMBOLIC_LINK = b"1", b"2"
_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")  # links, devices, folders, pipes
_PAX, _PAX_FOR_ALL, _LONG_NAME, _LONG_LINK, _SPARSE = (b"x", b"X"), b"g", b"L", b"K", b"S"
PAX = (*_PAX, _PAX_FOR_ALL)
EXTENSIONS = (*PAX, _LONG_NAME, _LONG_LINK)
_NUMBERS = (slice(100, 124), slice(329, 345))  # mode, owner, group; the two of a device: eight bytes each
_USUAL = pattern(rb"(?:[0-7]{7}[ \0]|[0-7]{6}[ \0]{2}|\0{8})+")
_LATEST = 1 << 62  # seconds, before 1970 or after
_SIZE, _TIME, _CHECKSUM, KIND, _LINK, _PREFIX = (
    slice(124, 136),
    slice(136, 148),
    slice(148, 156),
    slice(156, 157),
    slice(157, 257),
    slice(345, 500),
)
_CHARSET = pattern(rb"\d hdrcharset=([^\n]+)\n")
_USTAR, _MAGIC = b"ustar\0", slice(257, 263)
_SAID_ONCE = (b"path", b"linkpath", b"size")  # what tells members apart
_SPARSE_RECORD, _SPARSE_NAME, _SPARSE_FOLDER = b"GNU.sparse.", b"GNU.sparse.name", b"GNUSparseFile."


class TarMember(NamedTuple):
    """One member of an archive.

    `size` is that of its contents. `link` is where a link leads to: a hard one from the top of the archive, a symbolic
    one from its own folder. `extensions` are the headers before its own that
    say more about it (long names, pax records), each with its data; `header` is its own one. All are whole blocks, as
    the archive has them.
    """

    path: str
    kind: bytes
    size: int
    link: str
    extensions: tuple[tuple[bytes, bytes], ...]
    header: bytes

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file: no link, no folder, nothing sparse."""
        return self.kind in _FILE

    @property
    def is_sparse(self) -> bool:
        """Whether it is a file with holes."""
        return self.kind == _SPARSE

    @property
    def blocks(self) -> bytes:
        """All blocks before the contents."""
        return b"".join(part for extension in self.extensions for part in extension) + self.header

    def resized(self, size: int) -> bytes:
        """Return all blocks before contents of another size."""
        parts = []
        for header, data in self.extensions:
            if header[KIND] in _PAX:
                parts += _resized_extension(header, data, size)
            else:
                parts += [header, data]
        return b"".join(parts) + _resized_header(self.header, size)


def padding(size: int, unit: int = BLOCK) -> bytes:
    """Return the zeros that fill up `size` bytes to whole blocks, or to whole units of another size."""
    return bytes(-size % unit)


class AmbiguousError(ValueError):
    """Headers that different readers understand differently."""


class Extended:
    """What the extended headers of a member say about it. None may repeat another, because readers differ about it."""

    def __init__(self) -> None:
        self.path: bytes | None = None
        self.link: bytes | None = None
        self.size: int | None = None
        self.is_sparse = self.is_named_as_sparse = self.begins_with_map = False
        self._kinds: set[bytes] = set()

    def take(self, kind: bytes, data: bytes, size: int) -> None:
        """Read one of them, with `size` bytes in its blocks. Raises `ValueError`."""
        if data[size:].strip(b"\0"):
            raise AmbiguousError("more in the blocks of a header than it has")
        data = data[:size]
        if kind in PAX and (charset := _CHARSET.search(data)):
            charset[1].decode()  # as `tarfile` does, wherever it stands
        if kind == _PAX_FOR_ALL:
            for key, value in _records(data):
                if key in _SAID_ONCE or key.startswith(_SPARSE_RECORD):
                    raise AmbiguousError("a pax header that gives all members one path or one size")
                _hold_record(key, value)
            return
        kind = b"x" if kind in _PAX else kind
        if kind in self._kinds:
            raise AmbiguousError("two headers of one kind")
        self._kinds.add(kind)
        if kind == _LONG_NAME:
            self.path = self._once(self.path, data.partition(b"\0")[0])
        elif kind == _LONG_LINK:
            self.link = self._once(self.link, data.partition(b"\0")[0])
        else:
            self._take_records(data)

    def _take_records(self, data: bytes) -> None:
        records: dict[bytes, bytes] = {}
        for key, value in _records(data):
            if key in _SAID_ONCE and records.get(key, value) != value:
                raise AmbiguousError(f"two records `{key.decode()}`")
            _hold_record(key, value)
            records[key] = value
        self.is_sparse = any(key.startswith(_SPARSE_RECORD) for key in records)
        self.begins_with_map = begins_with_map(records)
        if self.is_sparse and b"size" in records:
            raise AmbiguousError("two sizes")
        for key in (b"path", _SPARSE_NAME):
            if key in records:
                self.path = self._once(self.path, records[key])
        self.is_named_as_sparse = _SPARSE_NAME in records
        if b"linkpath" in records:
            self.link = self._once(self.link, records[b"linkpath"])
        if b"size" in records:
            if not records[b"size"].isdigit():
                raise ValueError(records[b"size"])
            self.size = int(records[b"size"])

    @staticmethod
    def _once(before: bytes | None, new: bytes) -> bytes:
        if not new or before not in (None, new):
            raise AmbiguousError("two names, or an empty one")
        return new


def member_of(header: bytes, extended: Extended, extensions: tuple[tuple[bytes, bytes], ...]) -> TarMember:
    """Return the member of a header and those before it, a map of its holes left out. Raises `ValueError`."""
    kind = header[KIND]
    if kind == b"\0" and header[:100].partition(b"\0")[0].endswith(b"/"):
        kind = FOLDER  # as it was written before there were kinds
    path = extended.path if extended.path is not None else _path(header)
    link = extended.link if extended.link is not None else header[_LINK].partition(b"\0")[0]
    size = extended.size if extended.size is not None else _number(header[_SIZE])
    if size >= _LARGEST_SIZE:
        raise ValueError(size)
    if size and kind in _WITHOUT_DATA:
        raise AmbiguousError("contents, which is of a kind that has none")
    if extended.is_named_as_sparse and path != _path(header) and _SPARSE_FOLDER not in _path(header):
        # Only a part of the readers knows this record; GNU tar makes the other name up.
        raise AmbiguousError("two names")
    path_text, link_text = (raw.decode(errors="surrogateescape") for raw in (path, link))
    return TarMember(path_text, _SPARSE if extended.is_sparse else kind, size, link_text, extensions, header)


def size_of(header: bytes) -> int:
    """Return the size in a header. Raises `ValueError` if `tarfile` does not take it for one."""
    checksum = _number(header[_CHECKSUM])
    for numbers in _NUMBERS:
        if not _USUAL.fullmatch(header, numbers.start, numbers.stop):
            for at in range(numbers.start, numbers.stop, 8):
                _number(header[at : at + 8])
    _hold_time(_number(header[_TIME]))
    size = _number(header[_SIZE])
    if size < 0:
        raise ValueError(size)
    rest = header[: _CHECKSUM.start] + header[_CHECKSUM.stop :]
    if checksum != sum(rest) + 256 and checksum != sum(rest) - 256 * sum(byte > 127 for byte in rest) + 256:  # noqa: PLR2004
        raise ValueError(checksum)
    return size


def _hold_time(time: float) -> None:
    """Raise `ValueError` for a time that no file can be given: not a number, or without end."""
    if not -_LATEST < time < _LATEST:
        raise AmbiguousError("a time that there is not")


def _number(field: bytes) -> int:
    """Read octal digits, or, behind a first byte of 128 or 255, a binary number of GNU tar. Raises `ValueError`."""
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], "big") - (field[0] == 0xFF) * (1 << 8 * (len(field) - 1))  # noqa: PLR2004
    return int(field.partition(b"\0")[0].strip() or b"0", 8)


def _path(header: bytes) -> bytes:
    prefix, path = header[_PREFIX].partition(b"\0")[0], header[:100].partition(b"\0")[0]
    if not prefix or header[KIND] == _SPARSE:
        return path
    if header[_MAGIC] != _USTAR:
        raise AmbiguousError("a name in two parts, in a format that has no such names")
    return prefix + b"/" + path


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


def _hold_record(key: bytes, value: bytes) -> None:
    """Raise `ValueError` for a record that `tarfile` fails to read. It takes what is not a number for 0."""
    if key == b"mtime":
        try:
            time = float(value.decode("utf-8", "surrogateescape"))
        except ValueError:
            return
        _hold_time(time)


def _resized_header(header: bytes, size: int) -> bytes:
    """Return a header with another size and its new checksum, both spelled as before."""
    end = header[_SIZE][-1:]
    header = header[: _SIZE.start] + b"%011o" % size + (end if end in (b" ", b"\0") else b"\0") + header[_SIZE.stop :]
    checksum = sum(header) - sum(header[_CHECKSUM]) + 8 * ord(" ")
    end = header[_CHECKSUM][-2:]
    field = b"%06o" % checksum + end if end in (b"\0 ", b" \0") else b"%07o\0" % checksum
    return header[: _CHECKSUM.start] + field + header[_CHECKSUM.stop :]


def _resized_extension(header: bytes, data: bytes, size: int) -> list[bytes]:
    """Return an extended header with another size, if its records give one."""
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
