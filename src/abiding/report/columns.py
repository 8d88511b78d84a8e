"""Tables for a terminal: columns if they fit, else a few lines for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line
from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.terminal import Line, Terminal

__all__ = ["NOTHING", "columns"]


# The text of an empty cell.
NOTHING = "-"
_BETWEEN = "  "


def columns(head: Sequence[str], rows: Sequence[Sequence[Span]], to: Terminal, indent: str = "") -> Iterator[Line]:
    """Yield the rows below a header, or on a narrow terminal a few lines for each row."""
    lines = [
        tuple(Span(name.upper(), Style.FAINT) for name in head),
        *(tuple(Span(on_one_line(text), style) for text, style in row) for row in rows),
    ]
    if not head:
        del lines[0]
    widths = [max(len(cell.text) for cell in column) for column in zip(*lines, strict=True)]
    if to.breaks_lines and len(indent) + sum(widths) + len(_BETWEEN) * (len(widths) - 1) > to.width:
        yield from _stack(head, lines[1:] if head else lines, to, indent)
        return
    for line in lines:
        yield tuple(_in_columns(line, widths, indent))


def _in_columns(line: Line, widths: Sequence[int], indent: str) -> Iterator[Span]:
    yield Span(indent)
    last = max((place for place, cell in enumerate(line) if cell.text), default=0)
    for (text, style), width in zip(line[:last], widths, strict=False):
        yield Span(text, style)
        yield Span(" " * (width - len(text)) + _BETWEEN)
    yield line[last]


def _stack(head: Sequence[str], rows: Sequence[Line], to: Terminal, indent: str) -> Iterator[Line]:
    below = len(indent) + 2
    for first, *others in rows:
        yield from labelled(first, to.width, Span(indent), margin=below)
        for place, cell in enumerate(others, 1):
            if cell.text not in ("", NOTHING):
                label = f"{head[place].lower()}: " if head else ""
                yield from labelled(cell, to.width, Span(" " * below), Span(label, Style.FAINT), margin=below + 2)
