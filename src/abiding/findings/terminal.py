"""Lines for a terminal: pieces of text with styles, broken at its width."""

from __future__ import annotations

import os
import shutil
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING

from abiding.findings.characters import printable
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from abiding.findings.finding import Severity

__all__ = ["WIDTH", "Colour", "Line", "Span", "Style", "Terminal", "style_of", "text_of"]


# The width for pipes and files; front ends indent the output of a build.
WIDTH = 78
# The minimal width, below which margins leave no room; the terminal then breaks the lines.
_NARROWEST = 20
# Colours of the terminal's palette, which the user has chosen.
_BEGIN, _END = "\x1b[{}m", "\x1b[0m"


class Style(StrEnum):
    """The style of a span. Colour adds no information."""

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
    """When to use colours: on terminals, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]


def text_of(line: Line) -> str:
    """Return the text of a line."""
    return "".join(text for text, _ in line)


def style_of(severity: Severity | None) -> Style:
    """Return the style for a severity; None is for what is good."""
    return Style.GOOD if severity is None else Style[severity.name]


class Terminal(NamedTuple):
    """The width of lines, whether they are coloured, and whether lines of tables and values are wrapped too.

    They are in a terminal, and if COLUMNS is set, but not in pipes and files.
    """

    width: int = WIDTH
    coloured: bool = False
    breaks_lines: bool = False

    @classmethod
    def of(cls, stream: TextIO, colour: Colour = Colour.AUTO) -> Terminal:
        """Return the settings for a stream, by COLUMNS, NO_COLOR, FORCE_COLOR and TERM."""
        columns = os.environ.get("COLUMNS", "")  # shells don't export it by default
        width = max(_NARROWEST, shutil.get_terminal_size((WIDTH, 0)).columns)
        coloured = colour is Colour.ALWAYS or (colour is Colour.AUTO and _wants_colour(stream))
        return cls(width, coloured, stream.isatty() or (columns.isdecimal() and int(columns) > 0))

    @property
    def narrow(self) -> Terminal:
        """The same, with the width for pipes and files."""
        return self._replace(width=WIDTH)

    def written(self, lines: Iterable[Line]) -> str:
        """Return the lines as text, each with a newline; other control characters are escaped."""
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
