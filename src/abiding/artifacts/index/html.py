"""Read the links of an HTML page in one pass, in time and memory proportional to its size."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Element", "elements"]


class Element(NamedTuple):
    """An `a`, `base` or `meta` element: its name and attributes; of a link, the text up to its end or the next one.

    `doubt` is empty, or what makes some readers of HTML see the element, or another target of it, and others not.
    """

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    doubt: str = ""


# No backtracking: each part is possessive. The value of an attribute may be missing after its `=`, so its group is not
# possessive by itself: see `metadata/plain_lines.py`.
_TAG = pattern(
    rb"""</?([A-Za-z][^\s/>]*+)((?:[\s/]++|[^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+))?|=)*+)>"""
)
_ATTRIBUTE = pattern(rb"""([^\s=>/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?""")
# Elements without tags inside: to all readers, and to those that know HTML 5, such as uv and later Pythons.
_RAW = (b"script", b"style")
_RAW_TO_SOME = (b"textarea", b"title", b"iframe", b"noembed", b"noframes", b"xmp", b"plaintext")
_TWO_TARGETS = "it has two targets"


def elements(page: bytes) -> Iterator[Element]:
    """Find the links of a page, and what else is said about them, in their order."""
    link: Element | None = None
    pieces: list[bytes] = []
    at = 0
    for start, name, attributes, end, doubt in _Tags(page):
        if link and start > at:
            pieces.append(page[at:start])
        at = end
        if link and name in (b"a", b"/a"):
            yield link._replace(text=_text(b"".join(pieces)).strip())
            link = None
        if name == b"a":
            link, pieces = _link(attributes, doubt), []
        elif name in (b"base", b"meta"):
            yield Element(name.decode(), _attributes(attributes), doubt=doubt)
    if link:
        yield link._replace(text=_text(b"".join((*pieces, page[at:]))).strip())


class _Tag(NamedTuple):
    """A tag: where it begins, its name with the slash of an end tag, its attributes, where it ends; see `Element`."""

    start: int
    name: bytes
    attributes: bytes
    end: int
    doubt: str = ""


class _Tags:
    """The tags of a page. Where readers differ about what is one, those that only some see are in doubt."""

    def __init__(self, page: bytes) -> None:
        self._page = page
        self._doubt = ""
        self._doubted_to = 0
        # The end of a comment, as Python has it before 3.13.6, and as HTML 5 does.
        self._early, self._late = _Ahead(page, rb"--\s*+>"), _Ahead(page, rb"--!?+>")

    def __iter__(self) -> Iterator[_Tag]:
        page, at = self._page, 0
        while (start := page.find(b"<", at)) >= 0:
            if page.startswith((b"<!", b"<?"), start):
                at = self._behind_remark(start)
                if not at:
                    return  # an unterminated element ends the page
                yield _Tag(start, b"!", b"", at)
                continue
            if not page[start + 1 : start + 3].lstrip(b"/")[:1].isalpha():
                at = start + 1
                continue
            match = _TAG.match(page, start)
            if not match:
                return
            name, ends = match[1].lower(), page.startswith(b"</", start)
            doubt = self._doubt if start < self._doubted_to else ""
            at = match.end() if ends else self._behind_raw(name, match)
            yield _Tag(start, b"/" + name if ends else name, match[2], at, doubt)

    def _behind_remark(self, start: int) -> int:
        """Return where a comment, or the like, ends to the first who reads it; 0 if it never does."""
        page = self._page
        if not page.startswith(b"<!--", start):
            return page.find(b">", start) + 1
        short = next((len(mark) for mark in (b"<!-->", b"<!--->") if page.startswith(mark, start)), 0)
        ends = (self._early.after(start + 4), start + short if short else self._late.after(start + 4))
        known = [end for end in ends if end]
        if known and ends[0] != ends[1]:
            self._doubt_to(max(ends) if all(ends) else len(page), "a comment before it ends in an odd way")
        return min(known, default=0)

    def _behind_raw(self, name: bytes, match: re.Match[bytes]) -> int:
        """Return where there are tags again after the beginning of an element, to any reader."""
        at = match.end()
        if at < self._doubted_to or name not in (*_RAW, *_RAW_TO_SOME):
            return at
        closing = None if name == b"plaintext" else re.compile(rb"(?i)</" + name).search(self._page, at)
        end = closing.start() if closing else len(self._page)
        if name in _RAW and not match[2].endswith(b"/"):
            _, comment, text = self._page[at:end].partition(b"<!--")
            if comment and name == b"script" and b"<script" in text.lower():
                self._doubt_to(len(self._page), "a script before it has another one in a comment")
            return end
        self._doubt_to(end, f"it stands in `<{name.decode()}>`")
        return at

    def _doubt_to(self, end: int, why: str) -> None:
        if end > self._doubted_to:
            self._doubt, self._doubted_to = why, end


class _Ahead:
    """What a pattern finds next in a text, looked for once: asked for places in their order, it takes linear time."""

    def __init__(self, text: bytes, pattern: bytes) -> None:
        self._text = text
        self._pattern = re.compile(pattern)
        self._found = (-1, 0)

    def after(self, place: int) -> int:
        """Return the end of what is found from a place on; 0 if there is none."""
        start, end = self._found
        if start < place and (end or start < 0):
            match = self._pattern.search(self._text, place)
            self._found = (match.start(), match.end()) if match else (len(self._text), 0)
        return self._found[1]


def _link(text: bytes, doubt: str) -> Element:
    attributes = _attributes(text)
    targets = {_text(b"".join(values)) for name, *values in _ATTRIBUTE.findall(text) if name.lower() == b"href"}
    return Element("a", attributes, doubt=doubt or (_TWO_TARGETS if len(targets) > 1 else ""))


def _attributes(text: bytes) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        attributes.setdefault(_text(name).lower(), _text(b"".join(values)))
    return attributes


def _text(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))
