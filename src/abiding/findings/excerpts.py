"""Shorten two long values to the lines from where they differ."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from abiding.findings.finding import lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from abiding.findings.finding import Value

__all__ = ["MOST_LINES", "Excerpts", "begin_alike", "cut", "excerpts", "parted"]


# A value with more lines than this is cut: a description, a licence.
MOST_LINES = 6


class Excerpts(NamedTuple):
    """The lines of two values to show, and how many equal ones are left out `before` and `after` them."""

    left: list[str]
    right: list[str]
    before: str = ""
    after: str = ""

    @property
    def signed(self) -> list[str]:
        """The lines as one text has them: `-` of the left value, `+` of the right one."""
        signs = [f"- {line}" for line in self.left] + [f"+ {line}" for line in self.right]
        return [line for line in (self.before, *signs, self.after) if line]


def excerpts(expected: Value, found: Value, most: int | None = MOST_LINES) -> Excerpts:
    """Return the lines of both values, shortened to `most`, with the numbers left out; no lines for None.

    Nothing is left out if `most` is None.
    """
    left, right = map(lines_of, (expected, found))
    if most is None or max(len(left), len(right)) <= most:
        return Excerpts(left, right)
    return parted(left, right, most)


def parted(left: Sequence[str], right: Sequence[str], most: int) -> Excerpts:
    """Return the lines that differ, at most `most` of each."""
    before = begin_alike((left, right))
    left, right = left[before:], right[before:]
    after = begin_alike((left[::-1], right[::-1]))
    ours, theirs = (cut(lines[: len(lines) - after], most) for lines in (left, right))
    return Excerpts(ours, theirs, _equal(before), _equal(after))


def begin_alike(values: Iterable[Sequence[str]]) -> int:
    """Return the number of lines with which all values begin."""
    return sum(1 for _ in takewhile(lambda lines: len(set(lines)) == 1, zip(*values, strict=False)))


def cut(lines: Sequence[str], most: int, known: Collection[str] = ()) -> list[str]:
    """Return `most` lines: from the first on that has words, and is not known, and how many more there are."""
    if len(lines) <= most:
        return list(lines)
    start = next((number for number, line in enumerate(lines) if line not in known and any(map(str.isalnum, line))), 0)
    shown = lines[start:][: most - 1]
    return [*shown, f"… {number_of(len(lines) - len(shown), 'more line')}"]


def _equal(number: int) -> str:
    return f"… {number_of(number, 'equal line')}" if number else ""
