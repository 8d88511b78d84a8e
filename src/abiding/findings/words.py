"""Sentences about things of any number and length: how they are counted, joined and cut."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["all_of", "beginning", "first_of", "literals", "number_of", "short"]


def number_of(number: int, noun: str) -> str:
    """Return the number and the noun: `1 file`, `2 files`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def all_of(names: Iterable[str]) -> str:
    """Join all names as a sentence does: `a, b and c`; empty if there are none."""
    *others, last = list(names) or [""]
    return f"{', '.join(others)} and {last}" if others else last


def first_of(names: Collection[str], most: int) -> str:
    """Join the first names and say how many others there are: `a, b and 3 more`; empty if there are none."""
    return ", ".join(islice(names, most)) + _others(names, most)


def literals(names: Collection[str], most: int = bounds.LISTED) -> str:
    """Join names in backticks, as `first_of` does."""
    return ", ".join(f"`{name}`" for name in islice(names, most)) + _others(names, most)


def _others(names: Collection[str], most: int) -> str:
    return f" and {len(names) - most:,} more" if len(names) > most else ""


def short(text: str, most: int = bounds.EXCERPT) -> str:
    """Return as much of a text as is quoted in a message."""
    return text if len(text) <= most else f"{text[:most]}…"


def beginning(text: str, most: int) -> str:
    """Return a text, or the beginning of a longer one and how many characters follow."""
    more = len(text) - most
    return f"{text[:most]}… ({more:,} more)" if more > 0 else text
