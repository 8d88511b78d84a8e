"""A page of ours for a terminal: headings, paragraphs, lists and blocks of code, without the marks of Markdown."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.terminal import Line, Terminal

__all__ = ["render"]


# Within an item of a list it has the margin of that.
_FENCE = re.compile(r"^ *```.*\n", re.MULTILINE)
# Where a paragraph ends: at an empty line, and before an item of a list.
_BETWEEN = re.compile(r"\n(?:\n+|(?=- |\d\. ))")
_ITEM = re.compile(r"(?:- |\d\. )")
_EMPHASIS = re.compile(r"(?<![*\w`])\*([^*`]+(?:`[^`]*`[^*`]*)*)\*(?!\w)")


def render(markdown: str, to: Terminal) -> str:
    """Return the page as text, with a newline at its end."""
    return to.written(_lines(markdown, to.width))


def _lines(markdown: str, width: int) -> Iterator[Line]:
    """Code is behind a margin and never broken; what belongs together is apart from what does not by an empty line."""
    before = ""
    for number, part in enumerate(_FENCE.split(markdown)):
        for piece in [part] if number % 2 else filter(None, _BETWEEN.split(part.strip("\n"))):
            if before and not (_ITEM.match(before) and _ITEM.match(piece)):
                yield ()
            yield from _code(piece) if number % 2 else _paragraph(piece, width)
            before = piece


def _code(piece: str) -> Iterator[Line]:
    yield from ((Span(f"    {line}".rstrip()),) for line in dedent(piece).rstrip("\n").split("\n"))


def _paragraph(piece: str, width: int) -> Iterator[Line]:
    marks, _, heading = piece.partition("# ")
    if marks in ("", "#"):
        yield (Span(heading, Style.STRONG),)
        return
    item = _ITEM.match(piece)
    text = _EMPHASIS.sub(r"\1", " ".join(piece.split()))
    yield from labelled(Span(text), width, margin=len(item[0]) if item else 0)
