"""declared(lines) -> what C and C++ text declares: types with their bodies, functions with their arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.providers.preprocessing import PACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["declared", "words_of"]


_KINDS = ("struct", "union", "class", "enum")
_TOKEN = re.compile(r"""[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\.?\d[\w.]*|\S""")
# Of a longer declaration nothing is known: the longest enumerations that people write have a tenth of it.
_LONGEST = 200_000


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a text: names, numbers, strings and signs."""
    return (match[0] for match in _TOKEN.finditer(text))


def declared(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each declaration of a text that went through the preprocessor: its name, and what it says."""
    packing = [""]
    for tokens in _statements(word for line in lines for word in words_of(line)):
        if tokens[:1] == [PACK]:
            _pack(packing, tokens[1:])
            continue
        named = _named(_bare(tokens))
        if named:
            says = _bare(tokens, _OF_WEIGHT)
            has_body = "{" in says
            text = " ".join(says if has_body or "(" not in says else _without_names(says))
            yield named, f"{text} #pragma pack {packing[-1]}" if has_body and packing[-1] else text


def _pack(packing: list[str], words: Sequence[str]) -> None:
    """Follow `#pragma pack`: what holds now stands last."""
    number = next((word for word in words if word.isdigit()), "")
    if "pop" in words:
        packing[:] = packing[:-1] or [""]
    elif "push" in words:
        packing.append(number or packing[-1])
    else:
        packing[-1] = number


# What may stand between the words of a declaration, with something in parentheses, and names nothing.
_ATTRIBUTES = frozenset(
    {"__attribute__", "__attribute", "__declspec", "alignas", "_Alignas", "__asm__", "__asm", "asm", "noexcept"}
)
# Those that say where fields lie, and how a function is called; compilers take them with underscores around them too.
_OF_WEIGHT = frozenset(
    {"alignas", "Alignas", "packed", "aligned", "align", "mode", "vector_size", "ms_struct", "gcc_struct"}
    | {"transparent_union", "scalar_storage_order", "no_unique_address"}
    | {"cdecl", "stdcall", "fastcall", "thiscall", "vectorcall", "regparm", "ms_abi", "sysv_abi"}
)
_WITHOUT_WEIGHT = frozenset({"__extension__", "noexcept", "final", "restrict", "__restrict", "__restrict__"})


def _bare(tokens: Sequence[str], telling: frozenset[str] = frozenset()) -> list[str]:
    """A declaration without attributes, but for those with a word that is `telling`."""
    kept: list[str] = []
    place = 0
    while place < len(tokens):
        stop = place + 1
        if tokens[place] in _ATTRIBUTES and tokens[stop : stop + 1] == ["("]:
            stop = _closed(tokens, stop)
        elif list(tokens[place : place + 2]) == ["[", "["]:
            stop = _closed(tokens, place)
        attribute = stop > place + 1 or tokens[place] in _WITHOUT_WEIGHT
        if not attribute or not telling.isdisjoint(token.strip("_") for token in tokens[place:stop]):
            kept += tokens[place:stop]
        place = stop
    return kept


def _closed(tokens: Sequence[str], start: int) -> int:
    """The place behind the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(tokens[place], 0)
        if depth == 0:
            return place + 1
    return len(tokens)


_TYPES = frozenset(
    {"void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool", "bool", "size_t"}
    | {"struct", "union", "enum", "const"}
)


def _without_names(tokens: list[str]) -> list[str]:
    """A function without the names of its arguments, which are nobody's concern."""
    start = tokens.index("(")
    head = [word for word in tokens[: start + 1] if word != "extern"]  # which a function is anyhow
    for place, token in enumerate(tokens[start + 1 :], start + 1):
        before, after = tokens[place - 1], tokens[place + 1] if place + 1 < len(tokens) else ""
        named = token.isidentifier() and token not in _TYPES and after in {",", ")", "["}
        if not (named and before not in {"(", ",", "struct", "union", "enum", "const"}):
            head.append(token)
    return head


def _statements(tokens: Iterable[str]) -> Iterator[list[str]]:
    """The declarations at the top of a file; what stands within `extern "C"` or a namespace is at the top as well."""
    statement: list[str] = []
    depth = 0
    called = opened = is_value = False  # whether there was a parenthesis before a brace, a brace, a sign of equality
    for word in tokens:
        opens = word == "{" and depth == 0 and (statement[:1] == ["namespace"] or statement == ["extern", '"C"'])
        if opens or (word == "}" and depth == 0):  # the end of such a one
            statement = []
            continue
        if not statement:
            called = opened = is_value = False
        called = called or (word == "(" and not opened)
        opened = opened or word == "{"
        is_value = is_value or word == "="
        depth += {"{": 1, "}": -1}.get(word, 0)
        is_over = word == ";" and depth == 0
        if not is_over and len(statement) <= _LONGEST:
            statement.append(word)
        # The definition of a function has no semicolon.
        if is_over or (word == "}" and depth == 0 and called and not is_value):
            if len(statement) <= _LONGEST:
                yield statement
            statement = []


def _named(tokens: list[str]) -> str:
    """What a declaration is of: `struct toy_point`, `toy_make()`; empty for one that says nothing of an interface."""
    own = [token for token in tokens if token not in {"typedef", "extern", "static", "inline", "const"}]
    kind = own[0] if own and own[0] in _KINDS else ""
    is_type = tokens[:1] == ["typedef"]
    if kind and "{" in own:
        words = own[2:] if own[:2] in (["enum", "class"], ["enum", "struct"]) else own[1:]
        name = words[0] if words[0] not in {"{", ":"} else tokens[-1] if is_type else ""
        return f"{kind} {name}" if name.isidentifier() else ""
    if "{" in own or own[:1] in (["_Static_assert"], ["static_assert"]):
        return ""
    name = _declarator(own)
    if not name.isidentifier():
        return ""
    if is_type:
        return f"typedef {name}"
    if "(" in own and not _is_pointer(own):
        return f"{name}()"
    return name if tokens[:1] == ["extern"] and len(own) > 1 else ""


def _is_pointer(own: list[str]) -> bool:
    """Whether what is declared is a pointer to a function, `int (*name)(void)`, and no function."""
    return "(" in own and own[own.index("(") + 1 :][:1] == ["*"]


def _declarator(own: list[str]) -> str:
    """The name that a declaration gives."""
    if _is_pointer(own):
        return next((token for token in own[own.index("(") + 1 :] if token.isidentifier()), "")
    stop = next((place for place, token in enumerate(own) if token in {"(", "[", "=", ","}), len(own))
    return own[stop - 1] if stop else ""
