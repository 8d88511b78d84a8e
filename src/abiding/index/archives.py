"""Metadata of a wheel or an sdist that is an open file somewhere else, read with as few bytes of it as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.errors import ArchiveError
from abiding.tarblocks import TarStream
from abiding.ziprecords import Directory

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["LARGEST_METADATA", "listing_of_wheel", "metadata_of_wheel", "pkg_info_of_tar", "pkg_info_of_zip"]


def __dir__() -> list[str]:
    return __all__


LARGEST_METADATA = 16 << 20


def metadata_of_wheel(file: BinaryIO, filename: str) -> bytes:
    """Read METADATA of a wheel: its directory and this member, of which the checksum is checked.

    Raises `ArchiveError` if there is none or more than one, or if what is read is damaged.
    """
    return _only_member(file, filename, ".dist-info", "METADATA")


def listing_of_wheel(file: BinaryIO, filename: str) -> tuple[tuple[str, ...], bytes]:
    """Read the names of a wheel's members, and METADATA. Raises `ArchiveError` as `metadata_of_wheel` does."""
    directory = Directory.read(file, filename)
    return tuple(member.name for member in directory.members), _contents(directory, file, ".dist-info", "METADATA")


def pkg_info_of_zip(file: BinaryIO, filename: str) -> bytes:
    """Read PKG-INFO of an sdist that is a ZIP archive. Raises `ArchiveError` as `metadata_of_wheel` does."""
    return _only_member(file, filename, "", "PKG-INFO")


def pkg_info_of_tar(file: BinaryIO, filename: str) -> bytes:
    """Read PKG-INFO of an sdist that is a `.tar.gz` file, which is read as far as that.

    What follows, the checksum of the whole included, is therefore not looked at. Raises `ArchiveError`.
    """
    stream = TarStream(file, filename)
    for member in stream.members():
        if member.is_file and _is(member.path.removeprefix("./"), "", "PKG-INFO"):
            if member.size > LARGEST_METADATA:
                message = f"claims {member.size:,} bytes for `{member.path}`"
                raise ArchiveError.at(filename, message, note=f"it should not have more than {LARGEST_METADATA:,}")
            return stream.take(member.size)
    raise ArchiveError.at(filename, "has no PKG-INFO")


def _only_member(file: BinaryIO, filename: str, folder: str, name: str) -> bytes:
    directory = Directory.read_one(file, filename, f"{folder}/{name}")
    if directory is None:
        directory = Directory.read(file, filename)
    return _contents(directory, file, folder, name)


def _contents(directory: Directory, file: BinaryIO, folder: str, name: str) -> bytes:
    members = [member for member in directory.members if _is(member.name, folder, name)]
    if len(members) != 1:
        raise ArchiveError.at(directory.name, f"has {len(members)} files `{name}`" if members else f"has no `{name}`")
    return directory.contents(file, members[0], LARGEST_METADATA)


def _is(path: str, folder: str, name: str) -> bool:
    """Whether a path is that of a file called `name` in a folder at the top whose name ends in `folder`."""
    top, _, rest = path.partition("/")
    return rest == name and top.endswith(folder)
