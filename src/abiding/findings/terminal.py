"""Lines for a terminal: pieces of text with styles, broken at its width."""

from __future__ import annotations

import os
import shutil
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from abiding.findings.finding import Severity

__all__ = ["WIDTH", "Colour", "Line", "Span", "Style", "Terminal", "style_of", "text_of"]


# Of what is not written to a terminal; front ends indent what a build says.
WIDTH = 78
# Of a screen that is narrower nothing is left beside the margins: its own terminal has to break the lines.
_NARROWEST = 20
# The terms of the palette of the terminal, which its owner has chosen.
_BEGIN, _END = "\x1b[{}m", "\x1b[0m"


class Style(StrEnum):
    """How a span is to be shown: what is in colour says the same without it."""

    PLAIN = ""
    STRONG = "1"
    FAINT = "2"
    ERROR = "1;31"
    WARNING = "1;33"
    NOTE = "1;34"
    HINT = "1;36"
    GOOD = "1;32"
    GONE = "31"
    NEW = "32"


class Colour(StrEnum):
    """Whether colours are used: where the output is a terminal, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


def text_of(line: Line) -> str:
    """Return what a line says."""
    return "".join(text for text, _ in line)


def style_of(severity: Severity | None) -> Style:
    """Return the style of what weighs as much as a finding of this severity; None is for what is good."""
    return Style.GOOD if severity is None else Style[severity.name]


class Terminal(NamedTuple):
    """How wide lines may be, whether they are coloured, and whether those of tables and values are broken too.

    They are in a terminal, and wherever COLUMNS says how wide it is; any other pipe or file has them whole.
    """

    width: int = WIDTH
    coloured: bool = False
    breaks_lines: bool = False

    @classmethod
    def of(cls, stream: TextIO, colour: Colour = Colour.AUTO) -> Terminal:
        """Look at a stream, and at COLUMNS, NO_COLOR, FORCE_COLOR and TERM."""
        columns = os.environ.get("COLUMNS", "")  # shells set it for themselves alone, unless it is exported
        width = max(_NARROWEST, shutil.get_terminal_size((WIDTH, 0)).columns)
        coloured = colour is Colour.ALWAYS or (colour is Colour.AUTO and _wants_colour(stream))
        return cls(width, coloured, stream.isatty() or (columns.isdecimal() and int(columns) > 0))

    @property
    def narrow(self) -> Terminal:
        """The same, with lines as wide as those of what is no terminal."""
        return self._replace(width=WIDTH)

    def written(self, lines: Iterable[Line]) -> str:
        """Return the lines as text, each with a newline; nothing in them but the styles steers the terminal."""
        text = StringIO()  # which keeps no string for each line
        text.writelines(f"{self._line(line)}\n" for line in lines)
        return text.getvalue()

    def _line(self, line: Line) -> str:
        plain = text_of(line)
        safe = printable(plain).replace("\n", "\\n")
        if not self.coloured or safe != plain:
            return safe.rstrip()
        return "".join(f"{_BEGIN.format(style)}{text}{_END}" if style and text else text for text, style in line)


def _wants_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
