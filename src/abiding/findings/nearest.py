"""The name that is meant by one that there is not: for an option, a value, a key, a rule, a backend alike."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest", "one_slip_off"]


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
        spelled.setdefault(_plain(name), name)
    close = get_close_matches(_plain(word), spelled, n=1, cutoff=cutoff)
    return spelled[close[0]] if close else ""


def one_slip_off(name: str, known: Iterable[str]) -> str:
    """Return the known name that another becomes by one slip: a letter too many, too few or wrong, or two swapped.

    For names that anybody may have chosen: short ones are like each other by chance, and other digits are meant.
    """
    like = (one for one in known if min(len(one), len(name)) >= _SHORTEST and _digits(one) == _digits(name))
    return next((one for one in like if _is_slip(_plain(name), _plain(one))), "")


_SHORTEST = 5


def _is_slip(one: str, other: str) -> bool:
    """Return whether no more than a letter of each is left between what they begin and end with, or two swapped."""
    begin = _alike(one, other)
    one, other = one[begin:], other[begin:]
    end = _alike(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    longest = max(len(one), len(other))
    return longest == len("a") or (longest == len("ab") and one == other[::-1])


def _alike(one: str, other: str) -> int:
    """Return with how many letters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def _plain(name: str) -> str:
    return _BETWEEN.sub("-", name.strip().strip("-")).lower()
