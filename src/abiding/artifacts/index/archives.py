"""Metadata of a wheel or an sdist that is an open file somewhere else; of a wheel as few bytes of it as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.sdist import Sdist
from abiding.archives.wheel import metadata_in

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["listing_of_wheel", "metadata_of_wheel", "pkg_info_of_sdist"]


def metadata_of_wheel(file: BinaryIO, filename: str) -> bytes:
    """Read METADATA of a wheel: its directory and this member. Raises `ArchiveError` as that does."""
    return listing_of_wheel(file, filename)[1]


def listing_of_wheel(file: BinaryIO, filename: str) -> tuple[tuple[str, ...], bytes]:
    """Read the names of a wheel's members, and METADATA. Raises as `metadata_of_wheel` does."""
    metadata, names = metadata_in(file, filename)
    return names, metadata


def pkg_info_of_sdist(file: BinaryIO, filename: str) -> Sdist:
    """Read an sdist, a `.tar.gz` or `.zip` file, for its PKG-INFO. Raises `ArchiveError`, also if it has none."""
    sdist = Sdist.read(file, filename, ["PKG-INFO"])
    if sdist.missing:
        raise sdist.missing
    return sdist
