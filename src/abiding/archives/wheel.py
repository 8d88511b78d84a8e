"""Wheels: read members, and replace metadata without touching another byte (binary distribution format, PEP 427)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.naming import normalised
from abiding.archives.recording import fault_in, line_ends, updated_record
from abiding.archives.tagging import parse, stated, version_in
from abiding.archives.unpacking import is_short_for, landing, quoted
from abiding.archives.wheel_name import NOT_A_NAME, WheelName
from abiding.archives.zipdirectory import Directory
from abiding.archives.zipediting import described_before, packed, packed_like, record_at
from abiding.archives.zipend import REBUILD, end_records
from abiding.archives.zipmembers import hold_members
from abiding.files.placing import commit, copy_range, is_private, new_file, place, speaking_of, write_all
from abiding.files.plain import open_plain
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from abiding.archives.zipdirectory import Extent, Member
    from abiding.archives.zipediting import Packed

__all__ = ["Statement", "Wheel", "directory_of", "metadata_in", "read_metadata", "read_names", "rewrite"]


_LIMIT = 16 << 20
# The bytes behind the first change that are worth moving to and fro in memory rather than copying the whole file.
_LARGEST_TAIL = 4 << 20
_DIST_INFO = ".dist-info"
_READ_BY_ALL = ("METADATA", "RECORD", "WHEEL")
_NOT_A_WHEEL = "the backend that built it did not finish it, or it is not a wheel"


class Wheel(NamedTuple):
    """A wheel on disk: its file, the name of its `.dist-info` folder, and what its central directory says."""

    path: Path
    dist_info: str
    directory: Directory

    @classmethod
    def open(cls, path: Path) -> Wheel:
        """Read what the file contains, and of the contents RECORD alone.

        Raises `ArchiveError` if that is not a wheel: a sound ZIP archive with exactly one `.dist-info` folder, which
        has the name and version of the file name and contains METADATA and RECORD; or if the file can't be read.
        """
        with speaking_of(path), open_plain(path, buffered=False) as file:
            dist_info, directory = _judged_on_disk(file, path.name)
        if not _belongs(dist_info.removesuffix(_DIST_INFO), path.name):
            raise _of_another(dist_info, path.name)
        return cls(path, dist_info, directory)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members in the order of the central directory; those of folders end with `/`."""
        return self.directory.names

    @property
    def metadata_name(self) -> str:
        """The name of the METADATA member."""
        return f"{self.dist_info}/METADATA"

    @property
    def record_name(self) -> str:
        """The name of the RECORD member."""
        return f"{self.dist_info}/RECORD"

    def tags(self) -> tuple[str, ...]:
        """The tags that WHEEL states, none if there is no such file. Raises `ArchiveError`."""
        name = f"{self.dist_info}/WHEEL"
        return stated(self.read(name, bounds.WHEEL)) if name in self.names else ()

    def metadata(self) -> bytes:
        """The contents of METADATA. Raises `ArchiveError`."""
        return self.read(self.metadata_name)

    def read(self, name: str, limit: int = _LIMIT) -> bytes:
        """The contents of a member, at most `limit` bytes.

        Raises `ArchiveError` if there is no such member, or it is larger, damaged, or compressed other than by deflate.
        """
        return self.contents(self.directory.get(name), limit)

    def contents(self, member: Member, limit: int = _LIMIT) -> bytes:
        """Like `read`, for callers that already hold the directory entry."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            return self.directory.contents(file, member, limit)

    def opened(self, members: Iterable[Member]) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Each of some members with its contents in pieces, to be read before the next. Raises `ArchiveError`."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            for member in members:
                yield member, self.directory.pieces(file, member)

    def beginning(self, member: Member, size: int) -> bytes:
        """The first `size` bytes of what a member holds; the rest may be damaged. Raises `ArchiveError`."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            return self.directory.beginning(file, member, size)


class Statement(NamedTuple):
    """What a wheel says of itself: METADATA, the tags in WHEEL, one more member, and the names of all.

    `variant` is variant.json and `entry_points` entry_points.txt, None if it has none.
    """

    metadata: bytes
    tags: tuple[str, ...]
    more: bytes
    dist_info: str
    names: tuple[str, ...]
    variant: bytes | None
    entry_points: bytes | None

    @classmethod
    def open(cls, path: Path, more: Iterable[str] = ()) -> Statement:
        """Read a wheel, opening it only once; also one that was renamed to another version. Raises `ArchiveError`.

        Of the members of `.dist-info` that are named in `more` the first that is there is read too.
        """
        with speaking_of(path), open_plain(path, buffered=False) as file:
            dist_info, directory = _judged_on_disk(file, path.name)
            metadata = directory.contents(file, directory.get(f"{dist_info}/METADATA"), _LIMIT)
            about = directory.contents(file, directory.get(f"{dist_info}/WHEEL"), bounds.WHEEL)
            _hold_to_version(about, path.name)
            other = next(filter(None, (directory.find(f"{dist_info}/{name}") for name in more)), None)
            more_of_it = directory.contents(file, other, bounds.PROVENANCE) if other else b""
            beside = [directory.find(f"{dist_info}/{name}") for name in ("variant.json", "entry_points.txt")]
            rest = [directory.contents(file, member, bounds.VARIANT) if member else None for member in beside]
            return cls(metadata, stated(about), more_of_it, dist_info, directory.names, *rest)


def metadata_in(file: BinaryIO, filename: str) -> tuple[bytes, tuple[str, ...]]:
    """Read METADATA of an open wheel, on disk or elsewhere, and the names of all members. Raises `ArchiveError`."""
    dist_info, directory = _judged(file, filename)
    return directory.contents(file, directory.get(f"{dist_info}/METADATA"), _LIMIT), directory.names


def directory_of(file: BinaryIO, filename: str) -> tuple[str, Directory]:
    """Read the directory of an open wheel, and the name of its `.dist-info` folder. Raises `ArchiveError`."""
    return _judged(file, filename)


def read_metadata(path: Path) -> bytes:
    """Read METADATA of a wheel, also of one that was renamed to another version. Raises `ArchiveError`."""
    with speaking_of(path), open_plain(path, buffered=False) as file:
        dist_info, directory = _judged_on_disk(file, path.name)
        return directory.contents(file, directory.get(f"{dist_info}/METADATA"), _LIMIT)


def read_names(path: Path) -> list[str]:
    """Read the names of the members of what may not be a sound wheel, in half the time. Raises `ArchiveError`."""
    with speaking_of(path), open_plain(path, buffered=False) as file:
        return b"\0".join(Directory.read_names(file, path.name)).decode("utf-8", "replace").split("\0")


def _hold_to_version(wheel_file: bytes, filename: str) -> None:
    """Raise `ArchiveError` if WHEEL is not of a version that installers know (binary distribution format)."""
    version = version_in(wheel_file)
    if version is None:
        raise ArchiveError.at(
            filename, "has a WHEEL without a `Wheel-Version`: no installer takes it", hint=_NOT_A_WHEEL
        )
    if version[0] != 1:
        shown = ".".join(map(str, version))
        raise ArchiveError.at(filename, f"has `Wheel-Version: {shown}`: installers know version 1", hint=_NOT_A_WHEEL)


# The one judgement


def _judged(file: BinaryIO, filename: str) -> tuple[str, Directory]:
    """Judge an open wheel: the name of its `.dist-info` folder, and its directory.

    Raises `ArchiveError` as `Wheel.open` does, but for the version, and `OSError`.
    """
    directory = Directory.read(file, filename)
    dist_info = _dist_info(directory.names, filename)
    for name in ("METADATA", "RECORD"):  # of which neither is a link
        directory.get(f"{dist_info}/{name}")
    return dist_info, directory


def _judged_on_disk(file: BinaryIO, filename: str) -> tuple[str, Directory]:
    """As `_judged`, with what over a network would take too much: members where they should be, and a good RECORD.

    Without one that they can read, installers install nothing.
    """
    dist_info, directory = _judged(file, filename)
    hold_members(directory, file)
    fault = fault_in(_record(directory, file, f"{dist_info}/RECORD"))
    if fault:
        raise ArchiveError.at(filename, f"has a RECORD that {fault}", hint=_NOT_A_WHEEL)
    return dist_info, directory


def _dist_info(names: Sequence[str], filename: str) -> str:
    """The one folder that every reader takes for that of the metadata. Raises `ArchiveError` if there is none."""
    if WheelName.split(filename) is None:
        raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME)
    usual = "-".join(filename.split("-", 2)[:2]) + _DIST_INFO
    if _is_plain(names, usual):
        return usual
    tops = {name.partition("/")[0] for name in names}
    tell = partial(_is_dist_info, usual=usual)
    installed = _into_dist_info(names, {top for top in tops if landing(top).endswith(".data")}, tell)
    folders = sorted((*filter(tell, tops), *installed))
    if len(folders) != 1 or not folders[0].endswith(_DIST_INFO):
        several = " and ".join(map(quoted, folders))
        message = f"has more than one metadata folder: {several}" if len(folders) > 1 else "has no `.dist-info` folder"
        raise ArchiveError.at(filename, message, hint=_NOT_A_WHEEL)
    (folder,) = folders
    if not _is_of_project(folder.removesuffix(_DIST_INFO), filename):
        raise _of_another(folder, filename)
    for name in (f"{folder}/{file}" for file in _READ_BY_ALL):
        spelled = [other for other in names if other.startswith(f"{folder}/") and landing(other) == landing(name)]
        if name not in spelled and name != f"{folder}/WHEEL":
            raise ArchiveError.at(filename, f"has no `{name}`", hint=_NOT_A_WHEEL)
        if len(spelled) > 1:
            message = f"has members that are one file on some systems: {' and '.join(map(quoted, spelled))}"
            raise ArchiveError.at(filename, message, hint=REBUILD)
    return folder


def _is_plain(names: Sequence[str], folder: str) -> bool:
    """Whether it can be seen at a glance that this is the folder: so with nearly all wheels, in a tenth of the time."""
    text = "\0".join(("", *names, ""))
    if "~" in text:  # it may be the short name of another
        return False
    start, lower = f"\0{folder}/", text.lower()
    first = start.lower()
    return (
        text.isascii()
        and lower.count(_DIST_INFO) == text.count(start)
        and f"{start}METADATA\0" in text
        and f"{start}RECORD\0" in text
        and lower.count(f"{first}metadata") == lower.count(f"{first}record") == 1
        and lower.count(f"{first}wheel") <= 1
    )


def _is_dist_info(folder: str, usual: str) -> bool:
    """Whether it is a metadata folder on some system, or the short name of the usual one on Windows."""
    return landing(folder).endswith(_DIST_INFO) or is_short_for(folder, usual)


def _into_dist_info(names: Sequence[str], data: Collection[str], tell: Callable[[str], bool]) -> Iterator[str]:
    """The members of `.data` folders that are installed into a metadata folder, over the wheel's own files."""
    for name in names if data else ():
        top, _, rest = name.partition("/")
        if top in data and any(map(tell, rest.split("/"))):
            yield name


def _of_another(folder: str, filename: str) -> ArchiveError:
    return ArchiveError.at(filename, f"has the metadata folder of another distribution: {quoted(folder)}")


def _is_of_project(folder: str, filename: str) -> bool:
    """Whether a folder called `name-version` is of the project that a wheel is called after, in any version."""
    parts = filename.split("-")
    if folder.startswith(f"{parts[0]}-"):
        return True
    if len(folder) > bounds.FILENAME:
        return False
    dashes = [i for i, letter in enumerate(folder) if letter == "-"]
    return any(normalised(folder[:i]) == normalised(parts[0]) for i in dashes)


def _belongs(folder: str, filename: str) -> bool:
    """Whether a folder called `name-version` is of the distribution that a wheel is called after, however spelled."""
    if folder == "-".join(filename.split("-")[:2]):
        return True
    if len(folder) > bounds.FILENAME:
        return False
    from packaging.utils import InvalidWheelFilename, canonicalize_version

    try:
        name, version, _ = parse(filename)
    except InvalidWheelFilename as exc:
        raise ArchiveError.at(filename, "does not have the name of a wheel", hint=NOT_A_NAME) from exc
    # Old backends left dashes in names, so that any dash may be the one before the version.
    dashes = [i for i, letter in enumerate(folder) if letter == "-"]
    wanted = (name, canonicalize_version(version))
    return any((normalised(folder[:i]), canonicalize_version(folder[i + 1 :])) == wanted for i in dashes)


# Editing


def rewrite(wheel: Wheel, target: Path, put: Mapping[str, bytes]) -> None:
    """Make `target` the same wheel with new contents for the members named in `put`.

    A member that is there keeps its name, place, time, mode and compression; one that is not comes right before RECORD.
    RECORD is brought up to date for these alone, and its signatures (RECORD.jws, RECORD.p7s), which no longer fit it,
    are left out. The bytes of every other member stay what they are, local header included. If nothing changes,
    `target` is the old file to the byte.

    The old file is given away: it may have been edited and moved. Where the changes are near its end nothing else is
    written, whatever the size of the wheel. `target` becomes the whole new wheel, or stays what it was.

    Raises `ArchiveError` if the old file is not a sound wheel throughout, or a file can't be read or written.
    """
    source = wheel.path
    with speaking_of(source), source.open("rb", buffering=0) as file:
        changed = _changed(wheel, file, put)
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


def _changed(wheel: Wheel, file: BinaryIO, put: Mapping[str, bytes]) -> dict[str, bytes]:
    """Narrow `put` to what is not there, or not with these contents."""
    changed = {}
    for name, data in put.items():
        member = wheel.directory.find(name)
        ours = name.startswith(f"{wheel.dist_info}/")
        if name == wheel.record_name:
            raise ValueError(name)
        # Compiled files may be larger than anything that is read of metadata.
        same_size = ours or (member is not None and member.size == len(data))
        limit = max(_LIMIT, len(data))
        if member is None or not same_size or wheel.directory.contents(file, member, limit) != data:
            changed[name] = data
    return changed


class _Span(NamedTuple):
    """Bytes of the old file that the new one repeats."""

    start: int
    stop: int


class _Plan:
    """What the new file consists of, from the first byte to the last: spans of the old one, and new bytes."""

    __slots__ = ("directory", "pieces", "records", "size")

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.pieces: list[_Span | bytes] = []
        self.records: dict[str, bytes] = {}
        self.size = 0

    @classmethod
    def make(cls, wheel: Wheel, file: BinaryIO, put: Mapping[str, bytes]) -> _Plan:
        directory = wheel.directory
        there = set(directory.names)
        dropped = {name for name in (f"{wheel.record_name}.jws", f"{wheel.record_name}.p7s") if name in there}
        record = _record(directory, file, wheel.record_name)
        contents = {**put, wheel.record_name: updated_record(record, put, dropped, wheel.record_name)}
        added = [name for name in put if name not in there]
        plan = cls(directory)
        for extent in directory.extents(file):
            name = extent.member.name
            for new in added if name == wheel.record_name else ():
                plan.pack(new, packed_like(directory, directory.get(wheel.metadata_name), new, put[new]))
            if name in contents:
                plan.pack(name, packed(directory, file, extent.member, contents[name]))
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
        """How many bytes at the beginning of the old file stay where they are."""
        first = self.pieces[0]
        return first.stop if isinstance(first, _Span) and not first.start else 0

    def tail(self, file: BinaryIO) -> bytes | None:
        """Everything behind `kept`, or None if it has too much of the old file in it."""
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


def _record(directory: Directory, file: BinaryIO, name: str) -> bytes:
    record = directory.contents(file, directory.get(name), _LIMIT)
    rows = line_ends(record)
    if rows > 1000 + bounds.RECORD_ROWS * len(directory.names):
        message = f"has {rows:,} rows in RECORD for {len(directory.names):,} files"
        raise ArchiveError.at(directory.name, message)
    return record


def _read(file: BinaryIO, span: _Span) -> bytes:
    file.seek(span.start)
    return file.read(span.stop - span.start)
