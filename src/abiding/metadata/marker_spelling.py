"""A marker that can't be parsed, spelled as it is probably meant: its variables, operators and quotes."""

from __future__ import annotations

import re

from abiding.findings.nearest import nearest
from abiding.metadata.marker_values import mistaken
from abiding.metadata.markers import VARIABLES

__all__ = ["respelled", "with_known_values"]


# What people call a variable, where its letters are not like those of the one that is meant.
_CALLED = {
    "arch": "platform_machine",
    "architecture": "platform_machine",
    "machine": "platform_machine",
    "os": "os_name",
    "platform": "sys_platform",
    "platform_arch": "platform_machine",
    "platform_os": "platform_system",
    "python": "python_version",
    "system": "platform_system",
}
_LIKE = 0.7
_WORDS = {"&&": "and", "&": "and", "||": "or", "|": "or", "=": "==", "=>": ">=", "=<": "<=", "=!": "!=", "<>": "!="}
_WORDS |= {"is": "==", "is not": "!="}
_OPERATORS = frozenset({"==", "!=", "<=", ">=", "<", ">", "~=", "===", "in", "not in"})
_KEYWORDS = frozenset({"and", "or", "in", "not"})
# Those of word processors.
_QUOTES = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u201a", "\"\"\"'''")
_TOKEN = re.compile(
    r"""\s*("[^"]*"|'[^']*'|[()]|&&?|\|\|?|[<>=!~]+|(?:not\s+in|is(?:\s+not)?)\b|[^\s()"'<>=!~&|]+)""", re.IGNORECASE
)


# A list, as it is in other languages; in a marker it is a text.
_LIST = re.compile(r"""\[([\w\s"',.-]*)\]|\(((?:\s*["'][\w.-]*["']\s*,?)+)\)""")


def respelled(marker: str) -> str:
    """Return a marker with the slips mended that are known; it need not be one then either."""
    text = _LIST.sub(lambda match: f'"{" ".join(_ITEM.findall(match[1] or match[2]))}"', marker.translate(_QUOTES))
    words = [_word(match[1]) for match in _TOKEN.finditer(text)]
    for index, operator in enumerate(words):
        if operator in _OPERATORS and 0 < index < len(words) - 1:
            words[index - 1], words[index + 1] = _sides(words[index - 1], words[index + 1])
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def with_known_values(marker: str) -> str:
    """Return what `respelled` has written with the values that are meant for those that a variable never has."""
    for slip in mistaken(marker):
        marker = marker.replace(slip.comparison, slip.correction)
    return marker


_ITEM = re.compile(r"[\w.-]+")


def _word(word: str) -> str:
    lower = " ".join(word.lower().split())
    return _WORDS.get(lower, lower if lower in {*_KEYWORDS, *_OPERATORS} else word)


def _sides(left: str, right: str) -> tuple[str, str]:
    """Return the sides of a comparison: a variable, and a text in quotes."""
    for variable, text in ((left, right), (right, left)):
        if variable in VARIABLES and text[0] not in "\"'()":
            return (variable, f'"{text}"') if variable == left else (f'"{text}"', variable)
    words = [word if word[0] in "\"'()" else _variable(word) or word for word in (left, right)]
    if words[0] in VARIABLES and words[1][0] not in "\"'()":
        words[1] = f'"{right}"'
    return words[0], words[1]


def _variable(word: str) -> str:
    """Return the variable that is meant; empty if none is like it."""
    if word.lower() in _CALLED:
        return _CALLED[word.lower()]
    return nearest(word, sorted(VARIABLES), _LIKE) or _CALLED.get(nearest(word, _CALLED, _LIKE), "")
