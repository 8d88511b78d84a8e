"""Phrases for messages: counted, joined, shortened and wrapped."""

from __future__ import annotations

import textwrap
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = [
    "all_of",
    "beginning",
    "fill",
    "first_of",
    "joined_literals",
    "literals",
    "number_of",
    "short",
    "wrap",
    "wrap_prose",
]


def number_of(number: int, noun: str) -> str:
    """Return the number and the noun: `1 file`, `2 files`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def all_of(names: Iterable[str]) -> str:
    """Join names as in a sentence: `a, b and c`; empty if there are none."""
    *others, last = list(names) or [""]
    return f"{', '.join(others)} and {last}" if others else last


def first_of(names: Collection[str], most: int) -> str:
    """Join the first names, with the number of others: `a, b and 3 more`; empty if there are none."""
    return ", ".join(islice(names, most)) + _others(names, most)


def literals(names: Collection[str], most: int = bounds.LISTED) -> str:
    """Join names in backticks, as `first_of` does."""
    return ", ".join(f"`{name}`" for name in islice(names, most)) + _others(names, most)


def joined_literals(names: Iterable[str]) -> str:
    """Join few names in backticks, all by `and`."""
    return " and ".join(f"`{name}`" for name in names)


def _others(names: Collection[str], most: int) -> str:
    return f" and {len(names) - most:,} more" if len(names) > most else ""


def short(text: str, most: int = bounds.EXCERPT) -> str:
    """Return a text, shortened for a message."""
    return text if len(text) <= most else f"{text[:most]}…"


def beginning(text: str, most: int) -> str:
    """Return a text, or the beginning of a longer one with the number of further characters."""
    more = len(text) - most
    return f"{text[:most]}… ({more:,} more)" if more > 0 else text


def wrap(
    text: str, width: int, indent: str = "", first: str | None = None, *, break_long_words: bool = False
) -> list[str]:
    """Return the lines of a text, wrapped at spaces only. A longer name is alone on its line.

    `first` is the beginning of the first line, by default `indent`.
    """
    return textwrap.wrap(
        beginning(text, bounds.SHOWN),
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=break_long_words,
        break_on_hyphens=False,
    )


def wrap_prose(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Return the lines of sentences; text in backticks is broken only if it is longer than a line.

    A single word on the last line is avoided, if narrower lines allow it.
    """
    whole = _LITERAL.sub(lambda match: _unbroken(match[0], width - len(indent)), text)
    broken = wrap(whole, width, indent, first)
    if len(broken) > 1 and " " not in broken[-1].strip():
        narrower = (wrap(whole, less, indent, first) for less in range(width - 1, max(width * 2 // 3, 1), -1))
        same = takewhile(lambda lines: len(lines) == len(broken), narrower)
        broken = next((lines for lines in same if " " in lines[-1].strip()), broken)
    return [line.replace(_KEPT, " ") for line in broken]


# With adjacent punctuation.
_LITERAL = pattern(r"(?:[^\s`]*`[^`]*`)+[^\s`]*")
# Stands for a space at which no line is broken. Texts don't contain it, because control characters are escaped.
_KEPT = "\x1f"


def _unbroken(literal: str, room: int) -> str:
    return literal.replace(" ", _KEPT) if len(literal) <= room else literal


def fill(text: str, width: int, indent: str = "") -> str:
    """Wrap sentences, and return them as one text; the lines after the first have the indent."""
    return "\n".join(wrap_prose(text, width, indent, ""))
