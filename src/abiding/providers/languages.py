"""Which headers are for both C and C++: those that test for it, directly or by a macro."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["headers_of_both"]

_ASKED = b"__cplusplus"
_DIRECTIVE = pattern(rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif|define)\b([^\n]*)", re.MULTILINE)
_WORD = pattern(rb"[A-Za-z_]\w*")
# Macros that are defined by macros, in turn.
_ROUNDS = 4
# Conditions in conditions that are looked at.
_DEEPEST = 50


def headers_of_both(texts: Mapping[str, bytes]) -> frozenset[str]:
    """Return the headers among some that are not the same in both languages, by what they say."""
    both = {place for place, text in texts.items() if _ASKED in text}
    asked = {_ASKED}
    for _ in range(_ROUNDS):
        more = {name for place in both for name in _defined(texts[place], asked)} - asked
        if not more:
            break
        asked |= more
        both |= {place for place, text in texts.items() if place not in both and _asks(text, asked)}
    return frozenset(both)


def _asks(text: bytes, names: Collection[bytes]) -> bool:
    """Return whether what a header says depends on one of some macros."""
    return any(
        name in names
        for word, rest in _DIRECTIVE.findall(text)
        if word not in {b"define", b"else", b"endif"}
        for name in _WORD.findall(rest)
    )


def _defined(text: bytes, asked: Collection[bytes]) -> set[bytes]:
    """Return the macros that a header defines in one of the languages alone, where some names tell them apart."""
    defined: set[bytes] = set()
    within: list[bool] = []
    for word, rest in _DIRECTIVE.findall(text):
        if word == b"define":
            defined.update(_WORD.findall(rest)[:1] if any(within[-_DEEPEST:]) else ())
        elif word == b"endif":
            del within[-1:]
        else:
            is_asking = any(name in asked for name in _WORD.findall(rest))
            if word.startswith(b"el"):
                is_asking = is_asking or within[-1:] == [True]
                del within[-1:]
            within.append(is_asking)
    return defined
