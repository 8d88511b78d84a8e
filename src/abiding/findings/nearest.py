"""The known name that is nearest to a misspelt one."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Slips", "nearest"]


_BETWEEN = re.compile(r"[-_. ]+")
# Characters. What is longer is no slip in a name, and takes its time to be compared.
_LONGEST = 64


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known name that is spelled most like a word; empty if none is like it.

    Capitals, and what stands between the parts of a name, make no other name. `cutoff` is how like it has to be, from
    0 to 1.
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
    """Names that others become by one slip: a letter too many, too few or wrong, or two swapped.

    Other capitals, and something else between the parts, are slips as well. For names that anybody may have chosen:
    short ones are like each other by chance, and other digits are meant.
    """

    def __init__(self, names: Iterable[str]) -> None:
        # Two that are one slip apart are the same somewhere without a letter. So nothing is compared with everything.
        self._by_rest: dict[tuple[str, str], list[str]] = {}
        for name in names:
            for rest in _rests(name):
                self._by_rest.setdefault(rest, []).append(name)

    def suggestion(self, name: str) -> str:
        """Return the name that another one is but for a slip; empty if it is none."""
        like = (known for rest in _rests(name) for known in self._by_rest.get(rest, ()) if known != name)
        return next((known for known in like if _is_slip(_fold(name), _fold(known))), "")


_SHORTEST = 5


def _rests(name: str) -> Iterator[tuple[str, str]]:
    """Yield what is left of a name without one letter, and itself; each with its digits."""
    folded = _fold(name)
    digits = "".join(filter(str.isdigit, folded))
    if _SHORTEST <= len(folded) <= _LONGEST:
        yield digits, folded
        yield from ((digits, folded[:place] + folded[place + 1 :]) for place in range(len(folded)))


def _is_slip(name: str, other: str) -> bool:
    """Return whether no more than a letter of each is left between what they begin and end with, or two swapped."""
    if name == other:
        return True
    begin = _alike(name, other)
    name, other = name[begin:], other[begin:]
    end = _alike(name[::-1], other[::-1])
    name, other = name[: len(name) - end], other[: len(other) - end]
    longest = max(len(name), len(other))
    return longest == len("a") or (longest == len("ab") and name == other[::-1])


def _alike(name: str, other: str) -> int:
    """Return with how many letters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, other, strict=False)))


def _fold(name: str) -> str:
    return _BETWEEN.sub("-", name.strip().strip("-")).lower()
