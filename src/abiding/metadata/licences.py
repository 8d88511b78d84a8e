"""Changes to licence fields that are allowed to a tool which copies libraries into a wheel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from abiding.metadata.difference import Difference

__all__ = ["only_extended"]


_LONGEST = 10_000  # longer expressions don't occur


def only_extended(difference: Difference) -> bool:
    """Return whether a difference only adds licences: License-File added, License-Expression extended with AND."""
    match difference.field.lower():
        case "license-file":
            return not difference.left
        case "license-expression" if len(difference.left) == len(difference.right) == 1:
            before, after = (_terms(*values) for values in (difference.left, difference.right))
            return before is not None and after is not None and before <= after
    return False


def _terms(expression: str) -> frozenset[str] | None:
    """Return the normalised terms that an SPDX expression joins with AND; None if it is invalid.

    AND binds more tightly than OR, so `MIT OR X11 AND Zlib` is one term, and no extension of `MIT OR X11`.
    """
    if len(expression) > _LONGEST:
        return None
    text = re.sub(r"\s+with\s+", "~", expression.lower().strip())
    open_ones: list[list[set[str]]] = [[set()]]  # for each open parenthesis: alternatives, each a set of terms
    complete = False  # whether a term may be followed by AND, OR or the end
    for word in re.findall(r"[()]|[^\s()]+", text):
        if complete == (word not in (")", "and", "or")):
            return None
        match word:
            case "(":
                open_ones.append([set()])
            case ")":
                inner = _join(open_ones.pop())
                if not open_ones:
                    return None
                open_ones[-1][-1] |= inner
            case "or":
                open_ones[-1].append(set())
            case "and":
                pass
            case _:
                open_ones[-1][-1].add(word)
        complete = word not in ("(", "and", "or")
    return _join(open_ones[0]) if complete and len(open_ones) == 1 else None


def _join(alternatives: list[set[str]]) -> frozenset[str]:
    """Return the terms within parentheses; alternatives are one term together."""
    if len(alternatives) == 1:
        return frozenset(alternatives[0])
    return frozenset({f"({' or '.join(sorted({' and '.join(sorted(terms)) for terms in alternatives}))})"})
