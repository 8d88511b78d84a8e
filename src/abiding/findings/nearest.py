"""The known name that is nearest to a misspelt one."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Slips", "nearest"]


_BETWEEN = pattern(r"[-_. ]+")
# Characters. Longer words are no misspelt names, and slow to compare.
_LONGEST = 64


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that is most similar to a word; empty if none is.

    Case, and characters between the parts of a name, don't matter. `cutoff` is the required similarity, from 0 to 1.
    """
    from difflib import get_close_matches

    if len(word) > _LONGEST:
        return ""
    spelled: dict[str, str] = {}
    for name in known:
        spelled.setdefault(_fold(name), name)
    close = get_close_matches(_fold(word), spelled, n=1, cutoff=cutoff)
    return spelled[close[0]] if close else ""


class Slips:
    """Finds names by one typing error: a letter too many, too few or wrong, or two swapped.

    Wrong case, and wrong characters between the parts, count as errors too. For names that anyone may choose: short
    ones are not matched, since they are similar by chance, and neither are names with other digits.
    """

    def __init__(self, names: Iterable[str]) -> None:
        # Two names with one error between them are equal without some letter, so not all pairs have to be compared.
        self._by_rest: dict[tuple[str, str], list[str]] = {}
        for name in names:
            for rest in _rests(name):
                self._by_rest.setdefault(rest, []).append(name)

    def suggestion(self, name: str) -> str:
        """Return the name that is meant by a misspelt one; empty if there is none."""
        like = (known for rest in _rests(name) for known in self._by_rest.get(rest, ()) if known != name)
        return next((known for known in like if _is_slip(_fold(name), _fold(known))), "")


_SHORTEST = 5


def _rests(name: str) -> Iterator[tuple[str, str]]:
    """Yield a name, and the name without each of its letters; each with its digits."""
    folded = _fold(name)
    digits = "".join(filter(str.isdigit, folded))
    if _SHORTEST <= len(folded) <= _LONGEST:
        yield digits, folded
        yield from ((digits, folded[:place] + folded[place + 1 :]) for place in range(len(folded)))


def _is_slip(name: str, other: str) -> bool:
    """Return whether two names differ by at most one letter, or by two that are swapped."""
    if name == other:
        return True
    begin = _alike(name, other)
    name, other = name[begin:], other[begin:]
    end = _alike(name[::-1], other[::-1])
    name, other = name[: len(name) - end], other[: len(other) - end]
    longest = max(len(name), len(other))
    return longest == len("a") or (longest == len("ab") and name == other[::-1])


def _alike(name: str, other: str) -> int:
    """Return the number of letters with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, other, strict=False)))


def _fold(name: str) -> str:
    return _BETWEEN.sub("-", name.strip().strip("-")).lower()
