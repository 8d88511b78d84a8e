"""What of a header stands under a condition, and has another text in another release: does the compiler read it at all?

Where it does, it is compared as everything is. To find that out, each such branch defines a macro of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings.words import short
from abiding.providers.macros import CONDITION, guard_of, without_comments
from abiding.providers.places import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Branch", "differing", "marked", "skipped"]

# What stops the compiler, or only speaks to people: nothing that is compiled has it.
_SAYING = re.compile(rb"^[ \t]*#[ \t]*(?:error|warning|pragma[ \t]+message)\b(?:[^\n\\]|\\\r?\n|\\.)*", re.MULTILINE)
_NEVER = "#if 0"
_DEFINED = re.compile(r"#(if|elif) (!?) ?defined ?(?:\( ?(\w+) ?\)|(?<= )(\w+))")
_MOST = 2000
# Of a condition so much is quoted.
_LONGEST = 60
# Conditions in each other that are looked at, and how much of those before one tells it apart.
_DEEPEST, _FARTHEST = 100, 2000


class Branch(NamedTuple):
    """What stands between two conditions: these, what it says itself, and where that begins."""

    conditions: tuple[str, ...]
    text: bytes
    start: int


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> dict[str, list[Branch]]:
    """Return the branches that headers of one release have, and no header of another one; each by its header.

    One that only one of them has is new, or gone: that takes nothing away.
    """
    texts = {place: text for place, text in one.items() if other.get(place) != text}
    there = {branch[:2] for place, text in other.items() if one.get(place) != text for branch in _branches(text)}
    found = {
        place: [branch for branch in _branches(text) if branch[:2] not in there]
        for place, text in texts.items()
        if place in other
    }
    return {place: some for place, some in found.items() if some}


class _Open(NamedTuple):
    """A branch that has not ended: its condition, where it begins, and what it says."""

    condition: str
    start: int
    said: list[bytes]


def _branches(text: bytes) -> Iterator[Branch]:
    """Yield what is under conditions, but not under that of a guard alone."""
    bare = without_comments(text)
    is_guard = guard_of(text) is not None
    opened: list[_Open] = []
    end = 0
    for found in CONDITION.finditer(bare):
        if opened:
            opened[-1].said.append(bare[end : found.start()])
        end = found.end()
        word, condition = found[1], "" if is_guard else _shown(found[0])
        is_guard = False  # it is the first of all
        if not word.startswith(b"if"):
            if not opened:
                return  # it ends what has not begun
            yield from _closed(opened)
            condition = f"{condition} of {opened.pop().condition[:_FARTHEST]}"
        if len(opened) > _DEEPEST:
            return
        if word != b"endif":
            opened.append(_Open(condition, bare.find(b"\n", end) + 1, []))


def _shown(directive: bytes) -> str:
    """Write a condition in one way, `#if defined(A)` as `#ifdef A`."""
    words = directive.decode("utf-8", "replace").replace("#", " ", 1).replace("\\\n", " ").split()
    shown = f"#{' '.join(words)}"
    asked = _DEFINED.fullmatch(shown)
    return f"#{asked[1]}{'n' if asked[2] else ''}def {asked[3] or asked[4]}" if asked else shown


def _closed(opened: list[_Open]) -> Iterator[Branch]:
    """Yield the branch that ends, if it says something that anybody may read."""
    text = b" ".join(_SAYING.sub(b"", b"".join(opened[-1].said)).split())
    conditions = tuple(one.condition for one in opened if one.condition)
    if text and conditions and _NEVER not in conditions:
        yield Branch(conditions, text, opened[-1].start)


def marked(texts: Mapping[str, bytes], branches: Mapping[str, list[Branch]]) -> dict[str, bytes]:
    """Return headers in which each of some branches defines a macro, by which the compiler says that it reads it."""
    found = dict(texts)
    for name, place, branch in reversed(list(_named(branches))):
        text, line = found[place], f"#define {name} 1\n".encode()
        found[place] = text[: branch.start] + line + text[branch.start :]
    return found


def _named(branches: Mapping[str, list[Branch]]) -> Iterator[tuple[str, str, Branch]]:
    every = ((place, one) for place, some in branches.items() for one in sorted(some, key=lambda one: one.start))
    for number, (place, one) in zip(range(_MOST), every, strict=False):
        yield f"{MARK}{number}", place, one


def skipped(branches: Mapping[str, list[Branch]], taken: set[str]) -> dict[str, str]:
    """Return which headers have branches that no compiler has read here, each with its condition."""
    found: dict[str, str] = {}
    for name, place, branch in _named(branches):
        if name not in taken:
            word, _, others = branch.conditions[-1].partition(" of ")
            found.setdefault(
                place, short(f"{word} of {others.rpartition(' of ')[2]}" if word == "#else" else word, _LONGEST)
            )
    return found
