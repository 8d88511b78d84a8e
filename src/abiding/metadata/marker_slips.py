"""Mistakes in a marker: unknown variables, operators and quotes, and values that never occur.

An unknown value is not reported: it may be that of a system which is not known here.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import nearest
from abiding.findings.patterns import pattern
from abiding.metadata.environments import KINDS_OF_SYSTEM
from abiding.metadata.markers import VARIABLES, comparisons, known_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Mistaken", "mistaken", "respelled", "with_known_values"]


# Wrong names of variables that are not similar to the right ones.
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
# Quotes of word processors.
_QUOTES = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u201a", "\"\"\"'''")
_TOKEN = pattern(
    r"""\s*("[^"]*"|'[^']*'|[()]|&&?|\|\|?|[<>=!~]+|(?:not\s+in|is(?:\s+not)?)\b|[^\s()"'<>=!~&|]+)""", re.IGNORECASE
)


# A list as in Python; in a marker it is a text.
_LIST = pattern(r"""\[([\w\s"',.-]*)\]|\(((?:\s*["'][\w.-]*["']\s*,?)+)\)""")


def respelled(marker: str) -> str:
    """Return a marker with known mistakes corrected; it may still be invalid."""
    text = _LIST.sub(lambda match: f'"{" ".join(_ITEM.findall(match[1] or match[2]))}"', marker.translate(_QUOTES))
    words = [_word(match[1]) for match in _TOKEN.finditer(text)]
    for index, operator in enumerate(words):
        if operator in _OPERATORS and 0 < index < len(words) - 1:
            words[index - 1], words[index + 1] = _sides(words[index - 1], words[index + 1])
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def with_known_values(marker: str) -> str:
    """Return the result of `respelled`, with impossible values of variables replaced by those that are meant."""
    for slip in mistaken(marker):
        marker = marker.replace(slip.comparison, slip.correction)
    return marker


_ITEM = pattern(r"[\w.-]+")


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
    """Return the variable that is meant; empty if none is similar."""
    if word.lower() in _CALLED:
        return _CALLED[word.lower()]
    return nearest(word, sorted(VARIABLES), _LIKE) or _CALLED.get(nearest(word, _CALLED, _LIKE), "")


class Mistaken(NamedTuple):
    """A comparison as written, its impossible values, and the comparison that is meant.

    `always` is whether it is true everywhere, `never` whether it is false everywhere. With possible values in it, it is
    neither.
    """

    comparison: str
    variable: str
    values: tuple[str, ...]
    correction: str
    always: bool
    never: bool


# Other names of systems, by their `sys_platform`.
_CALLED_SYSTEM = {
    "win32": ("win", "win64", "windows32", "windows64", "win_amd64", "win-amd64", "win_arm64", "mswindows"),
    "darwin": ("macos", "mac", "macosx", "mac os", "mac os x", "os x", "osx", "apple"),
    "linux": ("gnu/linux", "gnu-linux", "linux32", "linux64", "linux-gnu", "linux_x86_64", "linux-x86_64", "manylinux"),
}
_SYSTEM = {called: system for system, names in _CALLED_SYSTEM.items() for called in names}
_MACHINE = {"x64": "x86_64", "x86-64": "x86_64", "amd-64": "x86_64", "intel64": "x86_64", "arm-64": "arm64"}
# Parts of values that are not listed completely: `CYGWIN_NT-10.0`, `java1.8.0`.
_PARTS = frozenset({"nt", "java"})
_CLOSE = 0.8


def mistaken(marker: str) -> Iterator[Mistaken]:
    """Yield the mistakes in a marker, given as `str(Marker)`."""
    for left, operator, right in comparisons(marker):
        quoted = left[0] in "\"'"
        variable, text = (right, left[1:-1]) if quoted else (left, right[1:-1])
        if quoted is (right[0] in "\"'") or not known_values(variable) or operator not in ("==", "!=", "in", "not in"):
            continue
        has_in = operator.endswith("in")
        values = _LISTED.findall(text) if has_in and not quoted else [text]
        slips = _in_list(variable, values) if has_in and not quoted else _alone(variable, text, is_part=has_in)
        if slips:
            better = next(iter(slips.values()))[0]
            named = {value: name for value, (_, name) in slips.items()}
            corrected = _replace(text, named) if has_in and not quoted else named[text]
            meant = f'"{corrected}" {operator} {better}' if quoted else f'{better} {operator} "{corrected}"'
            all_wrong, negated = set(values) <= set(slips), operator in ("!=", "not in")
            comparison = f"{left} {operator} {right}"
            yield Mistaken(comparison, variable, tuple(slips), meant, all_wrong and negated, all_wrong and not negated)


# Impossible values of a variable, with the variable and the value that are meant.
_Slips: TypeAlias = "dict[str, tuple[str, str]]"


def _alone(variable: str, value: str, *, is_part: bool) -> _Slips:
    """Return the mistake in a single value. `in` tests for a part of a text: `win` is in `win32`."""
    known = known_values(variable)
    if value in known or (is_part and (value.lower() in _PARTS or any(value in name for name in known))):
        return {}
    slip = _meant(variable, value)
    return {value: slip} if slip else {}


def _in_list(variable: str, values: list[str]) -> _Slips:
    """Return the mistakes in a list. `in` tests for a part of it: `linux` is in `linux-gnu`."""
    known = known_values(variable)
    slips: _Slips = {}
    for value in values:
        slip = None if any(name in value for name in known) else _meant(variable, value)
        # A list that also contains the right value is complete, and its other values belong to its own variable.
        if slip and slip[1] not in values and (slip[0] == variable or len(values) == 1):
            slips[value] = slip
    return slips


_LISTED = pattern(r"[^\s,|]+")
_WORDS_AND_BETWEEN = pattern(r"[^\s,|]+|[\s,|]+")


def _replace(text: str, names: Mapping[str, str]) -> str:
    """Return a list with some values replaced, without duplicates."""
    parts: list[str] = []
    for part in _WORDS_AND_BETWEEN.findall(text):
        if part in names and names[part] in parts:
            del parts[-1]  # what stands between it and the one before
        else:
            parts.append(names.get(part, part))
    return "".join(parts)


def _meant(variable: str, value: str) -> tuple[str, str] | None:
    """Return the variable and the value that are meant by an impossible value; None if unknown."""
    known, name = sorted(known_values(variable)), value.strip().lower()
    same = next((spelling for spelling in known if spelling.lower() == name), None)
    if same:
        return variable, same
    if variable == "platform_machine":
        return (variable, _MACHINE[name]) if name in _MACHINE else None
    of_system = _of_system(variable, _SYSTEM.get(name, name))
    if of_system:
        return of_system
    if variable == "sys_platform" and value in known_values("platform_system") | known_values("os_name"):
        return ("os_name" if value in known_values("os_name") else "platform_system"), value
    return _close(variable, name, known)


def _of_system(variable: str, name: str) -> tuple[str, str] | None:
    """Return the value of a variable on the system that another variable names."""
    for kinds in KINDS_OF_SYSTEM.values():
        for values in kinds.values():
            if variable in values and name in {text.lower() for text in values.values()} - {"posix"}:
                # Many systems are `posix`, but a name of one of them means only that one.
                by_name = "sys_platform" if values[variable] == "posix" else variable
                return by_name, values[by_name]
    return None


def _close(variable: str, name: str, known: list[str]) -> tuple[str, str] | None:
    """Return the most similar value. Other numbers are no mistake: `freebsd13`, `linux3`."""
    close = nearest(name, (candidate for candidate in known if _digits(candidate) == _digits(name)), _CLOSE)
    return (variable, close) if close else None


def _digits(text: str) -> Counter[str]:
    return Counter(filter(str.isdigit, text))
