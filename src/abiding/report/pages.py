"""Print one of our Markdown pages on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style
from abiding.report.markdown import blocks, mark_emphasis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.terminal import Line, Terminal
    from abiding.report.markdown import Block

__all__ = ["render"]


def render(markdown: str, to: Terminal) -> str:
    """Return the page as text, with a newline at its end."""
    return to.written(_lines(markdown, to.width))


def _lines(markdown: str, width: int) -> Iterator[Line]:
    """Yield parts, separated by empty lines; code has a margin and is never wrapped."""
    before = ""
    for block in blocks(markdown):
        if before and not before == block.kind == "item":
            yield ()
        yield from _block(block, width)
        before = block.kind


def _block(block: Block, width: int) -> Iterator[Line]:
    match block.kind:
        case "code":
            yield from ((Span(f"    {line}".rstrip()),) for line in block.text.split("\n"))
        case "heading":
            yield (Span(block.text, Style.STRONG),)
        case _:
            text = Span(block.mark + mark_emphasis(block.text))
            yield from labelled(text, width, margin=len(block.mark))
