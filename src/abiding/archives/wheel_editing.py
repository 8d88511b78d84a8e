"""Rewrite a wheel with other contents for some members, without changing another byte (PEP 427)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.record import read_record, updated_record
from abiding.archives.zipediting import described_before, packed, packed_like, record_at
from abiding.archives.zipend import end_records
from abiding.files.placing import commit, copy_range, is_private, new_file, place, speaking_of, write_all
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from abiding.archives.wheel import Wheel
    from abiding.archives.zipdirectory import Directory, Extent
    from abiding.archives.zipediting import Packed

__all__ = ["rewrite"]


# The bytes behind the first change that are worth moving to and fro in memory rather than copying the whole file.
_LARGEST_TAIL = 4 << 20


def rewrite(wheel: Wheel, target: Path, contents: Mapping[str, bytes]) -> None:
    """Make `target` the same wheel with new contents for the members named in `contents`.

    A member that is there keeps its name, place, time, mode and compression; one that is not comes right before RECORD.
    RECORD is brought up to date for these alone, and its signatures (RECORD.jws, RECORD.p7s), which no longer fit it,
    are left out. The bytes of every other member stay what they are, local header included. If nothing changes,
    `target` is the old file to the byte.

    The old file may be edited and moved. If the changes are near its end, only these are written, whatever the size of
    the wheel. `target` becomes the complete new wheel, or stays as it is.

    Raises `ArchiveError` if the old file is not a sound wheel throughout, or a file can't be read or written.
    """
    source = wheel.path
    with speaking_of(source), source.open("rb", buffering=0) as file:
        changed = _changed(wheel, file, contents)
        plan = _Plan.make(wheel, file, changed) if changed else None
        tail = plan.tail(file) if plan and is_private(source) else None
    if plan is None:
        place(source, target)
    elif tail is not None:
        with speaking_of(source), source.open("r+b", buffering=0) as file:
            file.seek(plan.kept)
            write_all(file, tail)
            file.truncate()
        place(source, target)
    else:
        with speaking_of(target), source.open("rb", buffering=0) as original, new_file(target, source) as file:
            plan.write(original, file)
            commit(file, target)


def _changed(wheel: Wheel, file: BinaryIO, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return those of `contents` that are new or differ."""
    changed = {}
    for name, data in contents.items():
        member = wheel.directory.find(name)
        ours = name.startswith(f"{wheel.dist_info}/")
        if name == wheel.record_name:
            raise ValueError(name)
        # Compiled files may be larger than anything that is read of metadata.
        same_size = ours or (member is not None and member.size == len(data))
        limit = max(bounds.MEMBER, len(data))
        if member is None or not same_size or wheel.directory.contents(file, member, limit) != data:
            changed[name] = data
    return changed


class _Span(NamedTuple):
    """Bytes of the old file that the new one repeats."""

    start: int
    stop: int


class _Plan:
    """The parts of the new file, in order: spans of the old one, and new bytes."""

    __slots__ = ("directory", "pieces", "records", "size")

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.pieces: list[_Span | bytes] = []
        self.records: dict[str, bytes] = {}
        self.size = 0

    @classmethod
    def make(cls, wheel: Wheel, file: BinaryIO, contents: Mapping[str, bytes]) -> _Plan:
        directory = wheel.directory
        there = set(directory.names)
        dropped = {name for name in (f"{wheel.record_name}.jws", f"{wheel.record_name}.p7s") if name in there}
        record = read_record(directory, file, wheel.record_name)
        members = {**contents, wheel.record_name: updated_record(record, contents, dropped, wheel.record_name)}
        added = [name for name in contents if name not in there]
        plan = cls(directory)
        for extent in directory.extents(file):
            name = extent.member.name
            for new in added if name == wheel.record_name else ():
                plan.pack(new, packed_like(directory, directory.get(wheel.metadata_name), new, members[new]))
            if name in members:
                plan.pack(name, packed(directory, file, extent.member, members[name]))
            elif name not in dropped:
                plan.keep(extent, file)
        plan.end(
            name
            for existing in directory.names
            for name in (*(added if existing == wheel.record_name else ()), existing)
        )
        return plan

    def pack(self, name: str, packed: Packed) -> None:
        self.records[name] = packed.record_at(self.size)
        self.append(packed.local)

    def keep(self, extent: Extent, file: BinaryIO) -> None:
        member = extent.member
        self.records[member.name] = record_at(self.directory, member, self.size)
        if extent.described_behind:
            self.append(described_before(self.directory, file, member))
            self.append(_Span(extent.data, extent.data + member.stored_size))
        else:
            self.append(_Span(member.offset, extent.stop))

    def append(self, piece: _Span | bytes) -> None:
        if isinstance(piece, bytes):
            self.size += len(piece)
        else:
            self.size += piece.stop - piece.start
            last = self.pieces[-1] if self.pieces else None
            if isinstance(last, _Span) and last.stop == piece.start:
                piece = _Span(last.start, piece.stop)
                self.pieces.pop()
        self.pieces.append(piece)

    def end(self, names: Iterable[str]) -> None:
        """Close with the central directory, in this order."""
        records = [self.records[name] for name in names if name in self.records]
        central = b"".join(records)
        self.append(central + end_records(len(records), len(central), self.size))

    @property
    def kept(self) -> int:
        """The number of bytes at the start of the old file that stay in place."""
        first = self.pieces[0]
        return first.stop if isinstance(first, _Span) and not first.start else 0

    def tail(self, file: BinaryIO) -> bytes | None:
        """Return everything after `kept`, or None if that is too much of the old file."""
        pieces = self.pieces[1:] if self.kept else self.pieces
        if sum(piece.stop - piece.start for piece in pieces if isinstance(piece, _Span)) > _LARGEST_TAIL:
            return None
        return b"".join(piece if isinstance(piece, bytes) else _read(file, piece) for piece in pieces)

    def write(self, original: BinaryIO, file: BinaryIO) -> None:
        """Write the new file."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                write_all(file, piece)
            else:
                copy_range(original, file, piece.start, piece.stop - piece.start)


def _read(file: BinaryIO, span: _Span) -> bytes:
    file.seek(span.start)
    return file.read(span.stop - span.start)
