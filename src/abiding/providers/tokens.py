"""The words of preprocessed C and C++: attributes that change no binary are left out, others are one word each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ATTRIBUTE", "closing", "split", "tokens"]

# The first character of a word that stands for an attribute.
ATTRIBUTE = "@"

_TOKEN = re.compile(
    r"""[A-Za-z_]\w*|(?:u8|[uUL])?"(?:[^"\\]|\\.)*"|(?:u8|[uUL])?'(?:[^'\\]|\\.)*'"""
    r"""|\.?\d(?:[eEpP][+-]|[\w.]|'\w)*|::|\.\.\.|->|&&|\|\||[-+*/%&|^=!<>]=|\S"""
)
_OPENING = {"(": ")", "[": "]", "{": "}"}

# What may stand between the words of a declaration, with something in parentheses.
_WITH_WORDS = frozenset(
    {
        "__attribute__",
        "__attribute",
        "__declspec",
        "alignas",
        "_Alignas",
        "__asm__",
        "__asm",
        "asm",
        "noexcept",
        "throw",
    }
)
# Those that say where fields lie, and how a function is called; compilers take them with underscores around them too.
_OF_WEIGHT = frozenset(
    {"alignas", "Alignas", "packed", "aligned", "align", "mode", "vector_size", "ms_struct", "gcc_struct"}
    | {"transparent_union", "scalar_storage_order", "no_unique_address"}
    | {"cdecl", "stdcall", "fastcall", "thiscall", "vectorcall", "regparm", "ms_abi", "sysv_abi"}
)
_WITHOUT_WEIGHT = frozenset(
    {"__extension__", "noexcept", "restrict", "__restrict", "__restrict__", "__inline", "__inline__", "__forceinline"}
    | {"inline", "register", "constinit", "_Noreturn", "noreturn"}
)
_OTHER_NAMES = {"alignas": "aligned", "Alignas": "aligned", "align": "aligned"}
# Each is also written with underscores around it.
_SPELLINGS = {
    **{f"__{word}__": word for word in ("const", "volatile", "signed", "typeof", "complex")},
    **{f"__{word}": word for word in ("const", "volatile", "signed", "typeof")},
    "_Bool": "bool",
    "_Complex": "complex",
    "_Static_assert": "static_assert",
    "__thread": "thread_local",
    "_Thread_local": "thread_local",
}


def tokens(text: str) -> list[str]:
    """Return the words of a text."""
    words = [_SPELLINGS.get(word, word) for word in _TOKEN.findall(text)]
    ends = closing(words)
    kept: list[str] = []
    place = 0
    while place < len(words):
        word, stop = words[place], place + 1
        if word in _WITH_WORDS and words[stop : stop + 1] == ["("]:
            start, stop = stop, ends.get(stop, len(words) - 1) + 1
            kept += _telling(words[start + 1 : stop - 1], word)
        elif word == "[" and words[stop : stop + 1] == ["["]:
            stop = ends.get(place, len(words) - 1) + 1
            kept += _telling(words[place + 2 : stop - 2])
        elif word.strip("_") in _OF_WEIGHT and word.startswith("_"):  # `__stdcall`, as MSVC has it
            kept.append(_attribute(word, ()))
        elif word not in _WITHOUT_WEIGHT:
            kept.append(word)
        place = stop
    return kept


def closing(words: Sequence[str]) -> dict[int, int]:
    """Return for each bracket that opens where the one is that closes it; one that nothing closes has none."""
    ends: dict[int, int] = {}
    waiting: list[int] = []
    for place, word in enumerate(words):
        if word in _OPENING:
            waiting.append(place)
        elif word in {")", "]", "}"}:
            # What is open within it is closed by nothing.
            while waiting and _OPENING[words[waiting[-1]]] != word and word == "}":
                waiting.pop()
            if waiting and _OPENING[words[waiting[-1]]] == word:
                ends[waiting.pop()] = place
    return ends


def split(
    words: Sequence[str], ends: Mapping[int, int], start: int, stop: int, *, angles: bool = False
) -> Iterator[tuple[int, int]]:
    """Give the parts of a range between its commas: from where to where. What is in brackets is one.

    With `angles` these are brackets too, as those of templates are.
    """
    place, depth = start, 0
    while place < stop:
        if angles and words[place] in {"<", ">"}:
            depth = max(depth + (1 if words[place] == "<" else -1), 0)
        if words[place] == "," and not depth:
            yield start, place
            start = place + 1
        place = ends.get(place, place) + 1
    if start < stop:
        yield start, stop


def _telling(inner: Sequence[str], word: str = "") -> Iterator[str]:
    """Give those attributes of a list that weigh: `packed, aligned(8)`."""
    if word in {"alignas", "_Alignas"}:
        yield _attribute(word, inner)
        return
    ends = closing(inner)
    if inner[:1] == ["("] and ends.get(0) == len(inner) - 1:
        inner, ends = inner[1:-1], closing(inner[1:-1])
    for first, last in split(inner, ends, 0, len(inner)):
        names = [place for place in range(first, last) if inner[place].strip("_") in _OF_WEIGHT]
        if names:
            yield _attribute(inner[names[0]], inner[names[0] + 1 : last])


def _attribute(name: str, arguments: Sequence[str]) -> str:
    bare = name.strip("_")
    words = [word for word in arguments if word not in {"(", ")"}]
    return f"{ATTRIBUTE}{_OTHER_NAMES.get(bare, bare)}({' '.join(words)})"
