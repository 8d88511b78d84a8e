"""Parse the Markdown of our own pages: headings, paragraphs, lists and code blocks."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING, Literal

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Block", "blocks", "mark_emphasis"]


# Within an item of a list it has the margin of that.
_FENCE = pattern(r"^ *```.*\n", re.MULTILINE)
# Where a paragraph ends: at an empty line, and before an item of a list.
_BETWEEN = pattern(r"\n(?:\n+|(?=- |\d\. ))")
_ITEM = pattern(r"(?:- |\d\. )")
_HEADING = pattern(r"(##?) (.*)", re.DOTALL)
_EMPHASIS = pattern(r"(?<![*\w`])\*([^*`]+(?:`[^`]*`[^*`]*)*)\*(?!\w)")


class Block(NamedTuple):
    """A part of a page. Code keeps its lines, other text is one line.

    `mark` is its prefix: the signs of a heading, or the bullet or number of an item.
    """

    kind: Literal["heading", "item", "paragraph", "code"]
    text: str
    mark: str = ""


def blocks(markdown: str) -> Iterator[Block]:
    """Parse a page."""
    for number, part in enumerate(_FENCE.split(markdown)):
        if number % 2:
            yield Block("code", dedent(part).rstrip())
        else:
            yield from map(_block, filter(None, _BETWEEN.split(part.strip("\n"))))


def _block(piece: str) -> Block:
    if heading := _HEADING.fullmatch(piece):
        return Block("heading", heading[2], heading[1])
    text = " ".join(piece.split())
    if item := _ITEM.match(text):
        return Block("item", text[item.end() :], item[0])
    return Block("paragraph", text)


def mark_emphasis(text: str, before: str = "", after: str = "") -> str:
    """Return a text with other marks, or none, around emphasised words."""
    return _EMPHASIS.sub(lambda match: f"{before}{match[1]}{after}", text)
