"""Check that a ZIP archive read from its start has the members of its central directory and no others.

uv reads wheels that way while it downloads them, and so did PyPI. Between two listed members there may be another one,
and a local header may have another name than the directory: such a reader would unpack something else.
"""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING

from abiding.archives.ziprecords import CENTRAL, DESCRIBED_BEHIND, LARGE, LOCAL, LOCAL_MARK

if TYPE_CHECKING:
    from typing import BinaryIO

    from abiding.archives.zipdirectory import Directory

__all__ = ["hold_members"]


_EXTRA_LENGTH = struct.Struct("<H")
_OF_CENTRAL = struct.Struct("<8xH10xI4xH12xI")  # flags, stored size, length of the name, offset


def hold_members(directory: Directory, file: BinaryIO) -> None:
    """Raise `ArchiveError` if the members in a file on disk are not those of its directory. Raises `OSError`."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        plain = _are_plain(directory, data)
    if not plain:
        directory.extents(file)


def _are_plain(directory: Directory, data: mmap.mmap) -> bool:
    """Return whether each local header obviously equals its record, and the next follows its contents."""
    begin, unpack = 0, _OF_CENTRAL.unpack_from
    central, offsets = directory.data, directory.offsets
    places = {unpack(central, start)[3]: start for start in directory.starts}
    for offset in offsets:
        start = places.get(offset)
        if start is None or offset != begin:
            return False
        flags, stored, length, _ = unpack(central, start)
        name_at, record = offset + LOCAL.size, start + CENTRAL.size
        if (
            flags & DESCRIBED_BEHIND
            or stored == LARGE
            or data[offset : offset + 4] != LOCAL_MARK
            or data[offset + 4 : offset + 28] != central[start + 6 : start + 30]
            or data[name_at : name_at + length] != central[record : record + length]
        ):
            return False
        begin = name_at + length + _EXTRA_LENGTH.unpack_from(data, offset + 28)[0] + stored
    return begin == directory.offset
