"""The values of constant expressions in C and C++: `0x10`, `(1 << 4)` and `16` are one."""

from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["integer", "literal", "spelled"]

# What is longer, or has more bits, is no number that anybody has written.
_MOST_WORDS, _MOST_BITS = 60, 128
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)(?:[uU]?(?:[lL]{0,2}|[zZ])|(?:[lL]{1,2}|[zZ])[uU])")
_CHARACTER = re.compile(r"'(?:\\(?P<escape>[0abfnrtv\\'\"?])|(?P<one>[^\\']))'")
_ESCAPES = {"0": 0, "a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_FLOAT = re.compile(r"(?=.*[.eE])(?!0[xX])[\d.]+(?:[eE][+-]?\d+)?[fFlL]?")

_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1),
    ast.Mod: lambda one, other: abs(one) % abs(other) * (-1 if one < 0 else 1),
    ast.LShift: lambda one, other: one << other if other < _MOST_BITS else 1 << _MOST_BITS,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[int], int]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}


def integer(words: Sequence[str], known: Mapping[str, int] = {}) -> int | None:
    """Work out an expression of whole numbers and of names that are known; None for any other."""
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    spelled = [_number(word, known) for word in _without_casts(words, known)]
    if None in spelled:
        return None
    text = " ".join(filter(None, spelled)).replace("< <", "<<").replace("> >", ">>")
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None


def literal(words: Sequence[str], known: Mapping[str, int] = {}) -> str:
    """Return the one spelling of a constant: a whole number, a floating one or a text; empty for anything else."""
    value = integer(words, known)
    if value is not None:
        return str(value)
    while len(words) > 2 and words[0] == "(" and words[-1] == ")":  # noqa: PLR2004
        words = words[1:-1]
    sign = "-" if words[:1] == ["-"] else ""
    if len(words) == 1 + len(sign) and _FLOAT.fullmatch(words[-1]):
        return f"{sign}{float(words[-1].rstrip('fFlL'))!r}"
    if words and all(word.endswith('"') for word in words):
        return " ".join(words).replace('" "', "")
    return ""


def spelled(words: Sequence[str], known: Mapping[str, int] = {}) -> str:
    """Return the value of an expression, or the words of it where that is not to be worked out."""
    value = integer(words, known)
    return " ".join(words) if value is None else str(value)


def _without_casts(words: Sequence[str], known: Mapping[str, int]) -> list[str]:
    """Leave out `(size_t)` before what it is for: what it makes of a value depends on the platform."""
    kept: list[str] = []
    place = 0
    while place < len(words):
        stop = place + 1
        while stop < len(words) and (words[stop].isidentifier() or words[stop] == "*") and words[stop] not in known:
            stop += 1
        cast = words[place] == "(" and stop > place + 1 and words[stop : stop + 1] == [")"]
        if cast and stop + 1 < len(words) and words[stop + 1] not in {")", "+", "*", "/", "%", "&", "|", "^", "<", ">"}:
            place = stop + 1
            continue
        kept.append(words[place])
        place += 1
    return kept


def _number(word: str, known: Mapping[str, int]) -> str | None:
    if word in known:
        return f"({known[word]})"
    if len(word) == 1 and word in "+-*/%&|^~<>()":
        return word
    bare = word.replace("'", "") if word[:1].isdigit() else word
    if number := _NUMBER.fullmatch(bare):
        digits = number[1]
        is_octal = digits.startswith("0") and digits.isdigit()
        try:
            return str(int(digits, 8 if is_octal else 0)) if len(digits) < _MOST_BITS else None
        except ValueError:
            return None
    if character := _CHARACTER.fullmatch(word):
        escape = character["escape"]
        return str(ord(character["one"]) if escape is None else _ESCAPES.get(escape, ord(escape)))
    return None


def _value(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(number)):
            value = number
        case ast.BinOp(left, operation, right):
            value = _BINARY[type(operation)](_value(left), _value(right))
        case ast.UnaryOp(operation, operand):
            value = _UNARY[type(operation)](_value(operand))
        case _:
            raise ValueError
    if value.bit_length() > _MOST_BITS:
        raise ValueError
    return value
