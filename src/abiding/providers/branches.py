"""Changes in parts of a header that are under a condition, and may not be compiled here.

If it is compiled, its declarations are compared anyway. To find out, each such branch is made to define a macro.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.findings.words import short
from abiding.providers.header_files import MARK
from abiding.providers.macros import CONDITION, guard_of, without_comments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Branch", "differing_branches", "mark", "skipped_conditions"]

# Directives without effect on compiled code.
_SAYING = pattern(rb"^[ \t]*#[ \t]*(?:error|warning|pragma[ \t]+message)\b(?:[^\n\\]|\\\r?\n|\\.)*", re.MULTILINE)
_NEVER = "#if 0"
# Not behind `#elif`: only C23 knows `#elifdef`.
_DEFINED = pattern(r"#if (!?) ?defined ?(?:\( ?(\w+) ?\)|(?<= )(\w+))")
_MOST = 2000
# Length of a quoted condition.
_LONGEST = 60
# The maximum depth of nested conditions, and the length of earlier ones that identify a branch.
_DEEPEST, _FARTHEST = 100, 2000


class Branch(NamedTuple):
    """The text under a condition: all its conditions, the text, and its start."""

    conditions: tuple[str, ...]
    text: bytes
    start: int


def differing_branches(texts: Mapping[str, bytes], others: Mapping[str, bytes]) -> dict[str, list[Branch]]:
    """Return the branches of headers that have another text in another release, by header.

    Branches that only one release has are not compared.
    """
    changed = {place: text for place, text in texts.items() if others.get(place) != text}
    known = {branch[:2] for place, text in others.items() if texts.get(place) != text for branch in _branches(text)}
    differing = {
        place: [branch for branch in _branches(text) if branch[:2] not in known]
        for place, text in changed.items()
        if place in others
    }
    return {place: its for place, its in differing.items() if its}


class _Open(NamedTuple):
    """An open branch: its condition, its start, and the parts of its text."""

    condition: str
    start: int
    parts: list[bytes]


def _branches(text: bytes) -> Iterator[Branch]:
    """Yield the branches, except for the one of an include guard."""
    bare = without_comments(text)
    is_guard = guard_of(text) is not None
    opened: list[_Open] = []
    end = 0
    for directive in CONDITION.finditer(bare):
        if opened:
            opened[-1].parts.append(bare[end : directive.start()])
        end = directive.end()
        word, condition = directive[1], "" if is_guard else _condition(directive[0])
        is_guard = False  # it is the first of all
        if not word.startswith(b"if"):
            if not opened:
                return  # an end without a beginning
            yield from _ended(opened)
            condition = f"{condition} of {opened.pop().condition[:_FARTHEST]}"
        if len(opened) > _DEEPEST:
            return
        if word != b"endif":
            opened.append(_Open(condition, bare.find(b"\n", end) + 1, []))


def _condition(directive: bytes) -> str:
    """Return a condition in canonical form: `#if defined(A)` as `#ifdef A`."""
    words = directive.decode("utf-8", "replace").replace("#", " ", 1).replace("\\\n", " ").split()
    condition = f"#{' '.join(words)}"
    asked = _DEFINED.fullmatch(condition)
    return f"#if{'n' if asked[1] else ''}def {asked[2] or asked[3]}" if asked else condition


def _ended(opened: list[_Open]) -> Iterator[Branch]:
    """Yield the branch that ends, if it has any code."""
    text = b" ".join(_SAYING.sub(b"", b"".join(opened[-1].parts)).split())
    conditions = tuple(branch.condition for branch in opened if branch.condition)
    if text and conditions and _NEVER not in conditions:
        yield Branch(conditions, text, opened[-1].start)


def mark(texts: Mapping[str, bytes], branches: Mapping[str, list[Branch]]) -> dict[str, bytes]:
    """Return headers in which each of some branches defines a macro, which shows whether it is compiled."""
    marked = dict(texts)
    for name, place, branch in reversed(list(_number(branches))):
        text, line = marked[place], f"#define {name} 1\n".encode()
        marked[place] = text[: branch.start] + line + text[branch.start :]
    return marked


def _number(branches: Mapping[str, list[Branch]]) -> Iterator[tuple[str, str, Branch]]:
    ordered = ((place, each) for place, its in branches.items() for each in sorted(its, key=lambda each: each.start))
    for number, (place, branch) in zip(range(_MOST), ordered, strict=False):
        yield f"{MARK}{number}", place, branch


def skipped_conditions(branches: Mapping[str, list[Branch]], taken: set[str]) -> dict[str, str]:
    """Return the headers with branches that were not compiled, each with a condition."""
    skipped: dict[str, str] = {}
    for name, place, branch in _number(branches):
        if name not in taken:
            word, _, others = branch.conditions[-1].partition(" of ")
            skipped.setdefault(
                place, short(f"{word} of {others.rpartition(' of ')[2]}" if word == "#else" else word, _LONGEST)
            )
    return skipped
