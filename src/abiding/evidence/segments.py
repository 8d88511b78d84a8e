"""The parts of a compiled file that may contain texts it uses: neither machine code nor debug data.

Only ELF files are divided, by their program headers; any other file is searched as a whole.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["with_texts"]


_LOADED, _EXECUTABLE, _READABLE = 1, 1, 4
# Real files have a dozen.
_MOST = 64


class _Layout(NamedTuple):
    """The layout of ELF headers for one word size.

    It has the fields for the offset, the size and the number of program headers, each as `struct` format and position;
    then the format of a header, with the positions of its kind, flags, offset and size.
    """

    place: tuple[str, int]
    table: tuple[str, int]
    header: str
    fields: tuple[int, int, int, int]


_LAYOUTS = {
    1: _Layout(("I", 28), ("HH", 42), "7I", (0, 6, 1, 4)),
    2: _Layout(("Q", 32), ("HH", 54), "2I4Q", (0, 1, 2, 5)),
}
_ORDERS = {1: "<", 2: ">"}


class _Segment(NamedTuple):
    flags: int
    start: int
    stop: int


def with_texts(data: bytes | bytearray) -> tuple[tuple[int, int], ...]:
    """Return the parts of a file that may contain texts, as pairs of start and end.

    Old linkers put code and texts into one segment, so code is included if there is no read-only segment. If segments
    overlap, or extend beyond the end, the whole file is returned.
    """
    try:
        segments = sorted(_segments(data), key=lambda segment: segment.start)
    except (struct.error, KeyError, IndexError):
        segments = []
    ends = [*(segment.start for segment in segments[1:]), len(data)]
    if not segments or any(segment.stop > end for segment, end in zip(segments, ends, strict=True)):
        return ((0, len(data)),)
    apart = any(segment.flags == _READABLE for segment in segments)
    return tuple((segment.start, segment.stop) for segment in segments if not (apart and segment.flags & _EXECUTABLE))


def _segments(data: bytes | bytearray) -> Iterator[_Segment]:
    """Yield the loaded segments of an ELF file; none for other files."""
    if not data.startswith(b"\x7fELF"):
        return
    order, layout = _ORDERS[data[5]], _LAYOUTS[data[4]]
    (place,) = struct.unpack_from(order + layout.place[0], data, layout.place[1])
    size, number = struct.unpack_from(order + layout.table[0], data, layout.table[1])
    there = number <= _MOST and place + number * size <= len(data)
    for i in range(number if there else 0):
        header = struct.unpack_from(order + layout.header, data, place + i * size)
        kind, flags, start, length = (header[at] for at in layout.fields)
        if kind == _LOADED:
            yield _Segment(flags, start, start + length)
