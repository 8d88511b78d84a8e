"""Wheels: check them, and read their members (binary distribution format, PEP 427)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.dist_info import NOT_A_WHEEL, dist_info_in, hold_to_name
from abiding.archives.record import fault_in, read_record
from abiding.archives.wheel_tags import StatedTags, version_in
from abiding.archives.zipdirectory import Directory
from abiding.archives.zipmembers import hold_members
from abiding.files.placing import speaking_of
from abiding.files.plain import open_plain
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from abiding.archives.zipdirectory import ZipMember

__all__ = ["Statement", "Wheel", "directory_of", "listing_of", "read_metadata", "read_names"]


class Wheel(NamedTuple):
    """A wheel on disk: its file, the name of its `.dist-info` folder, and its central directory."""

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
        hold_to_name(dist_info, path.name)
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

    def stated(self) -> StatedTags:
        """Return the contents of WHEEL; empty if there is no such file. Raises `ArchiveError`."""
        name = f"{self.dist_info}/WHEEL"
        return StatedTags.read(self.read(name, bounds.WHEEL) if name in self.names else b"", self.dist_info)

    def metadata(self) -> bytes:
        """Return the contents of METADATA. Raises `ArchiveError`."""
        return self.read(self.metadata_name)

    def read(self, name: str, limit: int = bounds.MEMBER) -> bytes:
        """Return the contents of a member, at most `limit` bytes.

        Raises `ArchiveError` if there is no such member, or it is larger, damaged, or compressed other than by deflate.
        """
        return self.contents(self.directory.get(name), limit)

    def contents(self, member: ZipMember, limit: int = bounds.MEMBER) -> bytes:
        """Like `read`, for callers that already hold the directory entry."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            return self.directory.contents(file, member, limit)

    def opened(self, members: Iterable[ZipMember]) -> Iterator[tuple[ZipMember, Iterator[bytes]]]:
        """Yield each of some members with its contents in pieces, to be read before the next. Raises `ArchiveError`."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            for member in members:
                yield member, self.directory.pieces(file, member)

    def beginning(self, member: ZipMember, size: int) -> bytes:
        """Return the first `size` bytes of a member, whose rest may be damaged. Raises `ArchiveError`."""
        with speaking_of(self.path), open_plain(self.path, buffered=False) as file:
            return self.directory.beginning(file, member, size)


class Statement(NamedTuple):
    """The metadata of a wheel: METADATA, WHEEL, one more member, and the names of all members.

    `variant` is variant.json and `entry_points` entry_points.txt, None if it has none.
    """

    metadata: bytes
    stated: StatedTags
    more: bytes
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
            metadata = directory.contents(file, directory.get(f"{dist_info}/METADATA"), bounds.MEMBER)
            about = directory.contents(file, directory.get(f"{dist_info}/WHEEL"), bounds.WHEEL)
            _hold_to_version(about, path.name)
            other = next(filter(None, (directory.find(f"{dist_info}/{name}") for name in more)), None)
            more_of_it = directory.contents(file, other, bounds.BUILD_RECORD) if other else b""
            beside = [directory.find(f"{dist_info}/{name}") for name in ("variant.json", "entry_points.txt")]
            rest = [directory.contents(file, member, bounds.VARIANT) if member else None for member in beside]
            return cls(metadata, StatedTags.read(about, dist_info), more_of_it, directory.names, *rest)


def listing_of(file: BinaryIO, filename: str) -> tuple[tuple[str, ...], bytes]:
    """Read the names of all members of an open wheel, on disk or elsewhere, and METADATA. Raises `ArchiveError`."""
    dist_info, directory = directory_of(file, filename)
    return directory.names, directory.contents(file, directory.get(f"{dist_info}/METADATA"), bounds.MEMBER)


def read_metadata(path: Path) -> bytes:
    """Read METADATA of a wheel, also of one that was renamed to another version. Raises `ArchiveError`."""
    with speaking_of(path), open_plain(path, buffered=False) as file:
        dist_info, directory = _judged_on_disk(file, path.name)
        return directory.contents(file, directory.get(f"{dist_info}/METADATA"), bounds.MEMBER)


def read_names(path: Path) -> list[str]:
    """Read the names of members without further checks, in half the time. Raises `ArchiveError`."""
    with speaking_of(path), open_plain(path, buffered=False) as file:
        return b"\0".join(Directory.read_names(file, path.name)).decode("utf-8", "replace").split("\0")


def _hold_to_version(wheel_file: bytes, filename: str) -> None:
    """Raise `ArchiveError` if the version in WHEEL is unknown to installers (binary distribution format)."""
    version = version_in(wheel_file)
    if version is None:
        raise ArchiveError.at(
            filename, "has a WHEEL without a `Wheel-Version`: no installer takes it", hint=NOT_A_WHEEL
        )
    if version[0] != 1:
        shown = ".".join(map(str, version))
        raise ArchiveError.at(filename, f"has `Wheel-Version: {shown}`: installers know version 1", hint=NOT_A_WHEEL)


# The check of a wheel


def directory_of(file: BinaryIO, filename: str) -> tuple[str, Directory]:
    """Check an open wheel, on disk or elsewhere. Returns the name of its `.dist-info` folder, and its directory.

    Raises `ArchiveError` as `Wheel.open` does, but for the version, and `OSError`.
    """
    directory = Directory.read(file, filename)
    dist_info = dist_info_in(directory.names, filename)
    for name in ("METADATA", "RECORD"):  # of which neither is a link
        directory.get(f"{dist_info}/{name}")
    return dist_info, directory


def _judged_on_disk(file: BinaryIO, filename: str) -> tuple[str, Directory]:
    """Do the same as `directory_of`, and check what is too slow over a network: the places of members, and RECORD.

    Installers install nothing without a RECORD that they can read.
    """
    dist_info, directory = directory_of(file, filename)
    hold_members(directory, file)
    fault = fault_in(read_record(directory, file, f"{dist_info}/RECORD"))
    if fault:
        raise ArchiveError.at(filename, f"has a RECORD that {fault}", hint=NOT_A_WHEEL)
    return dist_info, directory
