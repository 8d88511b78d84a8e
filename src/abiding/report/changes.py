"""The lines in which two texts differ, found in linear time."""

from __future__ import annotations

from bisect import bisect_left
from difflib import Match, SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["changes"]


def changes(before: Sequence[str], after: Sequence[str], context: int) -> Iterator[str]:
    """Yield lines as `difflib.unified_diff` does, with `context` equal ones around, without its header."""
    for group in _Matcher(before, after).get_grouped_opcodes(context):
        (_, i1, _, j1, _), (_, _, i2, _, j2) = group[0], group[-1]
        yield f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@"
        for tag, start, end, from_, to in group:
            if tag == "equal":
                yield from (f" {line}" for line in before[start:end])
                continue
            yield from (f"-{line}" for line in before[start:end])
            yield from (f"+{line}" for line in after[from_:to])


def _range(start: int, stop: int) -> str:
    length = stop - start
    if length == 1:
        return str(start + 1)
    return f"{start + bool(length)},{length}"


class _Matcher(SequenceMatcher[str]):
    """Finds the common lines of two texts: by difflib if they are small, else by lines that are unique."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self.is_small = max(len(before), len(after)) <= bounds.DIFF_LINES
        self.before, self.after = before, after
        super().__init__(None, before if self.is_small else (), after if self.is_small else ())

    def get_matching_blocks(self) -> list[Match]:
        if self.is_small:
            return super().get_matching_blocks()
        return _common(self.before, self.after)


def _common(before: Sequence[str], after: Sequence[str]) -> list[Match]:
    """Return the lines that are unique in both, in the same order, with equal lines around each."""
    ends = [(-1, -1), *_in_order(_once_in_both(before, after)), (len(before), len(after))]
    matches: list[Match] = []
    for (i, j), (next_i, next_j) in pairwise(ends):
        size = 1
        while i + size < next_i and j + size < next_j and before[i + size] == after[j + size]:
            size += 1
        back = 0
        while next_i - back - 1 >= i + size and next_j - back - 1 >= j + size:
            if before[next_i - back - 1] != after[next_j - back - 1]:
                break
            back += 1
        matches += [Match(i, j, size), Match(next_i - back, next_j - back, back)]
    # Without the two lines of the header.
    first = matches[0]
    matches[0] = Match(first.a + 1, first.b + 1, first.size - 1)
    return [*_join(match for match in matches if match.size), Match(len(before), len(after), 0)]


def _join(blocks: Iterable[Match]) -> Iterator[Match]:
    """Yield the blocks, with adjacent ones joined."""
    last = Match(0, 0, 0)
    for block in blocks:
        if (last.a + last.size, last.b + last.size) == (block.a, block.b):
            last = Match(last.a, last.b, last.size + block.size)
        else:
            yield last
            last = block
    yield last


def _once_in_both(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    places: list[dict[str, int]] = []
    for lines in (before, after):
        lines_of: dict[str, int] = {}
        for number, line in enumerate(lines):
            lines_of[line] = -1 if line in lines_of else number
        places.append(lines_of)
    return [(i, places[1][line]) for line, i in places[0].items() if i >= 0 and places[1].get(line, -1) >= 0]


def _in_order(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence of pairs that ascends on both sides; the input ascends on the left."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(tops, j)
        before.append(ends[place - 1] if place else -1)
        tops[place : place + 1] = [j]
        ends[place : place + 1] = [number]
    longest = []
    at = ends[-1] if ends else -1
    while at >= 0:
        longest.append(pairs[at])
        at = before[at]
    return longest[::-1]
