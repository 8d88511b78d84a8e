"""Sparse files in tar archives of GNU tar: a map says where the stored parts belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["begins_with_map", "hold_map", "read_map"]


_LARGEST_MAP = 1 << 20
_LARGEST = 1 << 40  # with its holes; file systems end somewhere


def begins_with_map(records: Mapping[bytes, bytes]) -> bool:
    """Return whether the contents of a file begin with its map (version 1.0), by its pax records."""
    return (
        not {b"GNU.sparse.map", b"GNU.sparse.size"} & set(records)
        and records.get(b"GNU.sparse.major") == b"1"
        and records.get(b"GNU.sparse.minor") == b"0"
    )


def read_map(take: Callable[[], bytes]) -> bytes:
    """Read the blocks of such a map: lines with the number of parts, and each offset and size. Raises `ValueError`."""
    block = take()
    lines = 1 + 2 * int(block.partition(b"\n")[0])
    while block.count(b"\n") < lines:
        if len(block) >= _LARGEST_MAP:
            raise ValueError(block)
        block += take()
    return block


def hold_map(blocks: bytes, stored: int) -> None:
    """Raise `ValueError` if the map that `tarfile` reads in `blocks` does not fit `stored` bytes of contents."""
    import io
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(blocks), mode="r:") as archive:
            info = archive.next()
    except (tarfile.TarError, EOFError, IndexError) as exc:
        raise ValueError(blocks) from exc
    parts = getattr(info, "sparse", None)
    if info is None or parts is None:
        return
    end = 0
    for offset, size in parts:
        if offset < end or size < 0:
            raise ValueError(parts)
        end = offset + size
    if sum(size for _, size in parts) > stored or not end <= info.size <= _LARGEST:
        raise ValueError(parts)
