"""Build HTML in which all input is escaped."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from abiding._version import __version__
from abiding.findings import bounds
from abiding.findings.characters import visible
from abiding.findings.patterns import pattern
from abiding.findings.words import beginning
from abiding.report.markdown import blocks, mark_emphasis
from abiding.report.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from abiding.findings.finding import Severity
    from abiding.report.markdown import Block

__all__ = [
    "Side",
    "badge",
    "breakable",
    "document",
    "explain_button",
    "files",
    "lines",
    "page",
    "prose",
    "sides",
    "text",
]


# A longer value is shown from the first line that differs.
_MOST_LINES = 2000
_LINES_BEFORE = 2


def document(title: str, style: str, body: str) -> str:
    """Return a whole page, which loads no files and has no scripts."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="abiding {__version__}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{STYLE}{style}</style>
</head>
<body>
{body}</body>
</html>
"""


def text(plain: str) -> str:
    """Return a short text, escaped."""
    # What is no HTML might still be a command to the service of a CI, in whose log the page is written.
    return escape(visible(beginning(plain, bounds.SHOWN_ON_PAGE))).replace("##", "&#35;#").replace("::", "&#58;:")


# Where one tag of a compressed set ends, another one begins: no line needs to break in a word of them.
_BETWEEN_TAGS = pattern(r"\.(?=(?:manylinux|musllinux|linux|macosx|win|cp|pp|py)[\d_])")


def breakable(name: str) -> str:
    """Return the name of a file, or the tags of several, with possible line breaks."""
    return _BETWEEN_TAGS.sub(".<wbr>", text(name))


def prose(plain: str) -> str:
    """Return a message, with the text in backticks as code."""
    return _code(text(plain))


def _code(html: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html)


def badge(word: str, severity: Severity | None, page: str = "") -> str:
    """Return a word in the colour of a severity, or of None for good; as a button if a page explains it."""
    style = f"badge {severity or 'good'}"
    if page:
        return f'<button class="{style}" popovertarget="explain-{page}">{prose(word)}</button>'
    return f'<span class="{style}">{prose(word)}</span>'


def explain_button(name: str, word: str = "") -> str:
    """Return the name of a rule, or of a word, as a button that opens its page."""
    return f'<button class="explained" popovertarget="explain-{name}">{text(word or name)}</button>'


def page(markdown: str) -> str:
    """Return a page of ours: headings, paragraphs, lists and blocks of code."""
    return "\n".join(map(_block, blocks(markdown)))


def _block(block: Block) -> str:
    match block.kind:
        case "code":
            return f"<pre>{text(block.text)}</pre>"
        case "heading":
            level = len(block.mark) + 1
            return f"<h{level}>{prose(block.text)}</h{level}>"
        case "item":
            return f'<p class="item">{"• " if block.mark == "- " else block.mark}{_emphasise(block.text)}</p>'
    return f"<p>{_emphasise(block.text)}</p>"


def _emphasise(words: str) -> str:
    return _code(mark_emphasis(text(words), "<em>", "</em>"))


def files(names: Iterable[str], classes: Iterable[str]) -> str:
    """Return the names of files as a list, each with the classes that filters know it by."""
    items = "".join(f'<li class="{kind}">{breakable(name)}</li>' for name, kind in zip(names, classes, strict=True))
    return f'<ul class="names">{items}</ul>'


class Side:
    """The lines of a value, with a heading; `own` are the lines that only this side has.

    `without` is the text if there are no lines.
    """

    def __init__(
        self, heading: str, values: Sequence[str], own: Sequence[str] = (), *, without: str = "nothing"
    ) -> None:
        self.heading = heading
        self.without = without
        self.is_text = any("\n" in value for value in values)
        self.lines = [line for value in values for line in value.strip("\n").split("\n")]
        self.own = set(own)


def sides(left: Side, right: Side, *, field: str) -> str:
    """Return two values, side by side."""
    start = 0
    if left.is_text or right.is_text:
        both = set(left.lines) & set(right.lines)
        left.own, right.own = set(left.lines) - both, set(right.lines) - both
        if max(len(left.lines), len(right.lines)) > _MOST_LINES:
            pairs = enumerate(zip(left.lines, right.lines, strict=False))
            start = max(
                next((number for number, (line, other_line) in pairs if line != other_line), 0) - _LINES_BEFORE, 0
            )
    else:
        for side in (left, right):
            side.lines.sort(key=lambda line: line not in side.own)
    parts = "".join(
        f'<div class="side {name}"><h3>{prose(side.heading)}</h3>{lines(side, start)}</div>'
        for name, side in (("left", left), ("right", right))
    )
    return f'<div class="sides" aria-label="{text(field)}">{parts}</div>'


def lines(side: Side, start: int = 0) -> str:
    """Return the lines of one value."""
    if not side.lines:
        return f'<p class="nothing">{text(side.without)}</p>'
    shown = side.lines[start : start + _MOST_LINES]
    more = len(side.lines) - start - len(shown)
    values = "".join(
        f"<mark>{text(line)}</mark>\n" if line in side.own else f"<span>{text(line)}</span>\n" for line in shown
    )
    before = f"<i>… {start} lines before</i>\n" if start else ""
    after = f"<i>… {more} more lines</i>\n" if more > 0 else ""
    return f'<pre tabindex="0">{before}{values}{after}</pre>'
