"""Screens as pictures: what the tests hold to be printed in colour, as SVG for pages that show no colours otherwise.

`python -m tests.pictures` writes them anew; a test holds them to the screens.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import NamedTuple

SCREENS = Path(__file__).resolve().parent / "screens"
DOCS = SCREENS.parents[1] / "docs"
PICTURES = {
    "refused.svg": (SCREENS / "colour" / "undeclared-requirement.txt", "A build that abiding refuses"),
    "check.svg": (SCREENS / "check" / "eight-and-seven-colour.txt", "What abiding check says of a release"),
}

# Pixels. A browser has some monospaced font; that its letters are so wide is said for each piece of text.
LETTER, LINE, MARGIN = 8.0, 19, 18
COLOURS = {"31": "#ff8f87", "32": "#86d992", "33": "#f0c66a", "34": "#8ab8ff", "36": "#6fd6dd"}
STYLE = """\
text { font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e3e7ee; }
.b { font-weight: 600; } .f { fill: #98a2b3; }"""


class Piece(NamedTuple):
    """Text at a column, and what it looks like, as SGR parameters."""

    column: int
    text: str
    codes: str


def pieces(line: str) -> list[Piece]:
    """The pieces of a line in which `␛` stands for ESC."""
    found, column, codes = [], 0, ""
    for part in re.split(r"(␛\[[\d;]*m)", line):
        if part.startswith("␛"):
            codes = part[2:-1]
        elif part:
            found.append(Piece(column, part, codes))
            column += len(part)
    return found


def picture(screen: str, title: str) -> str:
    """The SVG of a screen."""
    lines = [pieces(line) for line in screen.rstrip("\n").split("\n")]
    width = max(sum(len(one.text) for one in line) for line in lines) * LETTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    body = "\n".join(_piece(one, MARGIN + LINE * (row + 0.75)) for row, line in enumerate(lines) for one in line)
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n<title>{escape(title)}</title>\n'
        f'<style>{STYLE}</style>\n<rect width="100%" height="100%" rx="8" fill="#171b23"/>\n{body}\n</svg>\n'
    )


def _piece(piece: Piece, y: float) -> str:
    codes = piece.codes.split(";")
    kinds = " ".join(kind for code, kind in (("1", "b"), ("2", "f")) if code in codes)
    colour = next((COLOURS[code] for code in codes if code in COLOURS), "")
    # White space at both ends would be taken away.
    text = piece.text.strip(" ")
    if not text:
        return ""
    x = MARGIN + (piece.column + len(piece.text) - len(piece.text.lstrip(" "))) * LETTER
    style = (f' class="{kinds}"' if kinds else "") + (f' style="fill:{colour}"' if colour else "")
    return f'<text x="{x:g}" y="{y:g}" textLength="{len(text) * LETTER:g}" xml:space="preserve"{style}>{escape(text)}</text>'


def main() -> None:
    """Write all pictures."""
    for name, (source, title) in PICTURES.items():
        (DOCS / name).write_text(picture(source.read_text("utf-8"), title), "utf-8")


if __name__ == "__main__":
    main()
