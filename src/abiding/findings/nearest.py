"""The name that is meant by one that there is not: for an option, a value, a key, a rule, a backend alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["nearest"]


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


def _plain(name: str) -> str:
    return _BETWEEN.sub("-", name.strip().strip("-")).lower()
