"""The constants of an enumeration in C or C++: their values, and how many bytes one takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.providers.constants import integer, spelled
from abiding.providers.tokens import ATTRIBUTE, split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["constants", "is_longer", "shown", "size"]

_USUAL = 32


def constants(
    words: Sequence[str], ends: Mapping[int, int], values: dict[str, int], at: tuple[int, int]
) -> dict[str, str]:
    """Return what stands in a range as values by names, and add them to the `values` that are known.

    A value that can't be worked out is the words of it.
    """
    found: dict[str, str] = {}
    value: int | None = -1
    base, steps = "", 0
    for first, last in split(words, ends, *at):
        name, *rest = [word for word in words[first:last] if not word.startswith(ATTRIBUTE)] or [""]
        if rest[:1] == ["="]:
            value, base, steps = integer(rest[1:], values), spelled(rest[1:], values), 0
        else:
            value, steps = None if value is None else value + 1, steps + 1
        if name.isidentifier():
            found[name] = str(value) if value is not None else f"{base} + {steps}"
            values |= {} if value is None else {name: value}
    return found


def size(found: Mapping[str, str], *, packed: bool) -> str:
    """Return how many bits an enumeration takes, if that is not as usual."""
    numbers = [int(value) for value in found.values() if value.lstrip("-").isdigit()]
    least, most = min(numbers, default=0), max(numbers, default=0)
    bits = max(most.bit_length() + (least < 0), (~least).bit_length() + 1 if least < 0 else 0)
    bits = next((each for each in (8, 16, 32, 64) if bits <= each), 64)
    return f"{bits} bits" if packed or bits > _USUAL else ""


def shown(found: Mapping[str, str]) -> str:
    """Write the constants as one text, whatever their order."""
    return "; ".join(f"{name} = {value}" for name, value in sorted(found.items()))


def is_longer(old: str, new: str) -> bool:
    """Whether an enumeration has got constants besides those that it had, which changes none of them."""
    first, second = (text.partition("{")[::2] for text in (old, new))
    ends = [body.rpartition("}")[::2] for _, body in (first, second)]
    same = first[0] == second[0] and ends[0][1] == ends[1][1]
    return same and set(filter(None, ends[0][0].split("; "))) <= set(ends[1][0].split("; "))
