"""The lines of two values that a screen has room for: those from where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import lines_of
from abiding.findings.words import number_of

if TYPE_CHECKING:
    from abiding.findings.finding import Value

__all__ = ["MOST_LINES", "excerpts"]


# A value with more lines than this is cut: a description, a licence.
MOST_LINES = 6


def excerpts(expected: Value, found: Value, most: int | None = MOST_LINES) -> tuple[list[str], list[str]]:
    """Return the lines of both values, cut where there are more than `most`, with how many were left out; none of None.

    Nothing is cut if `most` is None.
    """
    left, right = map(lines_of, (expected, found))
    if most is None or max(len(left), len(right)) <= most:
        return left, right
    pairs = enumerate(zip(left, right, strict=False))
    same = next((number for number, (line, other_line) in pairs if line != other_line), min(len(left), len(right)))
    return _cut(left, same, most), _cut(right, same, most)


def _cut(lines: list[str], start: int, most: int) -> list[str]:
    before = [f"… {number_of(start, 'equal line')}"] if start else []
    room = most - len(before)
    rest = lines[start:]
    if len(rest) > room:
        rest = [*rest[: room - 1], f"… {number_of(len(rest) - room + 1, 'more line')}"]
    return [*before, *rest]
