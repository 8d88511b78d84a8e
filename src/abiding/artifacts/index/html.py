"""Read the links of an HTML page in one pass, in time and memory proportional to its size."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Element", "elements"]


class Element(NamedTuple):
    """An `a`, `base` or `meta` element: its name and attributes; of a link, the text up to its end or the next one."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


# No backtracking: each part is possessive. The value of an attribute may be missing after its `=`, so its group is not
# possessive by itself: see `metadata/plain_lines.py`.
_TAG = re.compile(
    rb"""</?([A-Za-z][^\s/>]*+)((?:[\s/]++|[^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+))?|=)*+)>"""
)
_ATTRIBUTE = re.compile(rb"""([^\s=>/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?""")
# Elements without tags inside.
_RAW = (b"script", b"style", b"textarea", b"title")


def elements(page: bytes) -> Iterator[Element]:
    """Find the links of a page, and what else is said about them, in their order."""
    link: Element | None = None
    pieces: list[bytes] = []
    at = 0
    for start, name, attributes, end in _tags(page):
        if link and start > at:
            pieces.append(page[at:start])
        at = end
        if link and name in (b"a", b"/a"):
            yield link._replace(text=_text(b"".join(pieces)).strip())
            link = None
        if name == b"a":
            link, pieces = Element("a", _attributes(attributes)), []
        elif name in (b"base", b"meta"):
            yield Element(name.decode(), _attributes(attributes))
    if link:
        yield link._replace(text=_text(b"".join((*pieces, page[at:]))).strip())


def _tags(page: bytes) -> Iterator[tuple[int, bytes, bytes, int]]:
    """Find the tags: where each begins, its name with the slash of an end tag, its attributes, where it ends."""
    at = 0
    while (start := page.find(b"<", at)) >= 0:
        if page.startswith((b"<!", b"<?"), start):
            mark = b"-->" if page.startswith(b"<!--", start) else b">"
            at = page.find(mark, start) + len(mark)
            if at < len(mark):
                return  # an unterminated element ends the page
            yield start, b"!", b"", at
            continue
        if not page[start + 1 : start + 3].lstrip(b"/")[:1].isalpha():
            at = start + 1
            continue
        match = _TAG.match(page, start)
        if not match:
            return
        name = match[1].lower()
        at = match.end()
        ends = page.startswith(b"</", start)
        if name in _RAW and not ends:
            closing = re.compile(rb"(?i)</" + name).search(page, at)
            at = closing.start() if closing else len(page)
        yield start, b"/" + name if ends else name, match[2], at


def _attributes(text: bytes) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        attributes.setdefault(_text(name).lower(), _text(b"".join(values)))
    return attributes


def _text(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))
