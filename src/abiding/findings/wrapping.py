"""Text in lines as wide as a screen; of a text that would fill the screen by itself, its beginning."""

from __future__ import annotations

import re
import textwrap
from itertools import takewhile

from abiding.findings import bounds
from abiding.findings.words import beginning

__all__ = ["fill", "wrap", "wrap_prose"]


def wrap(
    text: str, width: int, indent: str = "", first: str | None = None, *, break_long_words: bool = False
) -> list[str]:
    """Return the lines, broken at blanks only.

    A name that is longer than a line stays whole, where nothing stands beside it.

    `first` is what the first line begins with, if that is not `indent`.
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
    """Return the same of sentences: what stands between backticks is broken only where it is longer than a line.

    No word stands alone on the last line, if the lines before it can do with less room.
    """
    whole = _LITERAL.sub(lambda match: _kept(match[0], width - len(indent)), text)
    broken = wrap(whole, width, indent, first)
    if len(broken) > 1 and " " not in broken[-1].strip():
        narrower = (wrap(whole, less, indent, first) for less in range(width - 1, max(width * 2 // 3, 1), -1))
        same = takewhile(lambda lines: len(lines) == len(broken), narrower)
        broken = next((lines for lines in same if " " in lines[-1].strip()), broken)
    return [line.replace(_KEPT, " ") for line in broken]


# With what stands at it: punctuation is no word.
_LITERAL = re.compile(r"(?:[^\s`]*`[^`]*`)+[^\s`]*")
# Stands for a blank at which no line is broken. Texts have none: whatever steers a terminal is spelled out in them.
_KEPT = "\x1f"


def _kept(literal: str, room: int) -> str:
    return literal.replace(" ", _KEPT) if len(literal) <= room else literal


def fill(text: str, width: int, indent: str = "") -> str:
    """Sentences as one text; the lines after the first have the indent."""
    return "\n".join(wrap_prose(text, width, indent, ""))
