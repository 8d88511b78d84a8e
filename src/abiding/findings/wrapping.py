"""Text in lines as wide as a screen; of a text that would fill the screen by itself, its beginning."""

from __future__ import annotations

import textwrap
from itertools import takewhile

from abiding.findings import bounds

__all__ = ["fill", "shortened", "wrap", "wrap_prose"]


def wrap(
    text: str, width: int, indent: str = "", first: str | None = None, *, break_long_words: bool = False
) -> list[str]:
    """The lines, broken at blanks only: a name that is longer than a line stays whole, where nothing stands beside it.

    `first` is what the first line begins with, if that is not `indent`.
    """
    return textwrap.wrap(
        shortened(text, bounds.SHOWN),
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=break_long_words,
        break_on_hyphens=False,
    )


def shortened(text: str, most: int) -> str:
    """The text, or the beginning of one that has more characters, and how many more."""
    more = len(text) - most
    return f"{text[:most]}… ({more:,} more)" if more > 0 else text


def wrap_prose(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """The same of sentences: no word stands alone on the last line, if the lines before it can do with less room."""
    found = wrap(text, width, indent, first)
    if len(found) == 1 or " " in found[-1].strip():
        return found
    narrower = (wrap(text, less, indent, first) for less in range(width - 1, max(width * 2 // 3, 1), -1))
    same = takewhile(lambda lines: len(lines) == len(found), narrower)
    return next((lines for lines in same if " " in lines[-1].strip()), found)


def fill(text: str, width: int, indent: str = "") -> str:
    """Sentences as one text; the lines after the first have the indent."""
    return "\n".join(wrap_prose(text, width, indent, ""))
