"""Add and remove items of TOML arrays of strings, in the style of each array."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["comments", "with_first", "with_item", "with_other", "without"]


# What may have a `#` or a quote in it: strings of each kind, and comments.
_TOKEN = pattern(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*",
    re.DOTALL,
)


def comments(text: str) -> Iterator[str]:
    """Return the comments in a text of TOML."""
    return (token[0].rstrip() for token in _TOKEN.finditer(text) if token[0].startswith("#"))


def with_first(array: str, value: str) -> str:
    """Return the text of an array with a string added at the start: on its own line if the first item has one."""
    quote = next((char for char in re.sub(r"#.*", "", array) if char in "\"'"), '"')
    return with_item(array, f"{quote}{value}{quote}")


def with_item(array: str, item: str) -> str:
    """Return the text of an array with an item, given as TOML, added at the start."""
    first_line, newline, rest = array[1:].partition("\n")
    if newline and not re.sub(r"#.*", "", first_line).strip():
        below = next((line for line in rest.split("\n") if line.strip()), "]")
        indent = "    " if below.strip().startswith("]") else below[: len(below) - len(below.lstrip())]
        return f"[{first_line}\n{indent}{item},\n{rest}"
    inside = array[1:].lstrip(" \t")
    space = array[1 : len(array) - len(inside)]
    return f"[{space}{item}{'' if inside.startswith(']') else ', '}{inside}"


def with_other(array: str, old: str, new: str) -> str:
    """Return the text of an array with a string replaced wherever it occurs, in nested values too."""
    for token in reversed(list(_TOKEN.finditer(array))):
        if not token[0].startswith("#") and tomllib.loads(f"x = {token[0]}")["x"] == old:
            quote = token[0][0]
            array = f"{array[: token.start()]}{quote}{new}{quote}{array[token.end() :]}"
    return array


def without(array: str, values: Collection[str]) -> str:
    """Return the text of an array without some strings; the line of a string that is alone on it is removed too."""
    for token in reversed(list(_TOKEN.finditer(array))):
        if not token[0].startswith("#") and tomllib.loads(f"x = {token[0]}")["x"] in values:
            array = _without(array, *token.span())
    return array


def _without(array: str, start: int, end: int) -> str:
    behind = re.compile(r"[ \t]*,[ \t]*").match(array, end)
    line = re.compile(r"[ \t]*(?:#[^\n]*)?\n").match(array, behind.end() if behind else end)
    begin = array.rfind("\n", 0, start) + 1
    if begin and line and not array[begin:start].strip():
        return array[:begin] + array[line.end() :]
    if behind:
        return array[:start] + array[behind.end() :]
    return re.sub(r"[ \t]*,[ \t]*\Z", "", array[:start]) + array[end:]
