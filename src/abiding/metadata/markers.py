"""The set of environments in which a marker is true; markers with equal sets mean the same.

An environment has one Python: `python_version` is the start of its `python_full_version`, and on CPython
`implementation_version` is equal to that. `sys_platform`, `platform_system` and `os_name` depend on each other, and so
do the two names of an implementation; each extra is a question of its own. Versions are compared as by `packaging`, and
strings as PEP 508 says. A comparison on which tools disagree (with an invalid version, or by order of names) counts as
unknown: it may be true or false, and is equal only to itself.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.patterns import pattern
from abiding.metadata import pythons
from abiding.metadata.environments import KINDS_OF_SYSTEM, Environments, Question, QuestionKind, Steps, UndecidedError
from abiding.metadata.pythons import MOST_LISTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "VARIABLES",
    "asks_for",
    "asks_for_extras",
    "comparisons",
    "environments",
    "is_compared_as_text",
    "known_values",
    "of_releases",
]


@functools.lru_cache(maxsize=8192)
def environments(marker: str) -> Environments:
    """Return the environments in which a marker, given as `str(Marker)`, is true; an empty one is always true.

    The time is proportional to the marker. A marker that would take longer is compared as text.
    """
    if not marker:
        return Environments.all()
    try:
        return _Reader(marker).either()
    except (UndecidedError, RecursionError):
        return _as_text(marker)


@functools.lru_cache(maxsize=8192)
def of_releases(marker: str) -> Environments:
    """Return the environments with a released interpreter in which a marker is true."""
    try:
        return environments(marker).mapped(pythons.of_release)
    except (UndecidedError, RecursionError):
        return _as_text(marker)


def asks_for(extra: str) -> Question:
    """Return the question whether an extra is requested, by its normalised name."""
    return _free_question("extra", "==", f'"{extra}"')


def asks_for_extras(marker: str) -> bool:
    """Return whether a marker uses extras."""
    return not {"extra", "extras"}.isdisjoint(_TOKEN.findall(marker))


def asks_by_name_only(marker: str) -> bool:
    """Return whether a marker uses extras only as `extra == NAME`, the only form on which tools agree."""
    words = _TOKEN.findall(marker)
    beside = [{*words[max(i - 1, 0) : i], *words[i + 1 : i + 2]} for i, word in enumerate(words) if word == "extra"]
    return "extras" not in words and all("==" in operators for operators in beside)


def comparisons(marker: str) -> Iterator[tuple[str, str, str]]:
    """Yield each comparison of a marker, given as `str(Marker)`: left side, operator, right side."""
    words = iter([word for word in _TOKEN.findall(marker) if word not in ("(", ")", "and", "or")])
    for left in words:
        operator = next(words)
        if operator == "not":
            operator = f"not {next(words)}"
        yield left, operator, next(words)


def is_compared_as_text(marker: str) -> bool:
    """Return whether a marker would take too long to evaluate for all environments."""
    return _as_text(marker) in (environments(marker), of_releases(marker))


def _as_text(marker: str) -> Environments:
    return _free(marker)


# The whole

_TOKEN = pattern(r""""[^"]*"|'[^']*'|[()]|[<>=!~]+|[^\s()"'<>=!~]+""")
# Steps for each token of a marker: ten times as many as real markers need.
_STEPS = 40


class _Reader:
    """The tokens of a marker that are not parsed yet."""

    def __init__(self, marker: str) -> None:
        self.tokens = _TOKEN.findall(marker)[::-1]
        self.steps = Steps(_STEPS * len(self.tokens))

    def either(self) -> Environments:
        return self._joined("or", self.both)

    def both(self) -> Environments:
        return self._joined("and", self.single)

    def single(self) -> Environments:
        if self.tokens[-1] == "(":
            self.tokens.pop()
            inner = self.either()
            self.tokens.pop()
            return inner
        left, operator = self.tokens.pop(), self.tokens.pop()
        if operator == "not":
            operator = f"not {self.tokens.pop()}"
        return _comparison(left, operator, self.tokens.pop())

    def _joined(self, word: str, operand: Callable[[], Environments]) -> Environments:
        parts = [operand()]
        while self.tokens and self.tokens[-1] == word:
            self.tokens.pop()
            parts.append(operand())
        return Environments.joined(word, parts, self.steps)


# One comparison

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"!=": "==", "not in": "in"}
_PYTHONS = {
    "python_version": "python",
    "python_full_version": "python",
    "implementation_version": "implementation_version",
}
_NAMES = {name: name for name in ("platform_machine", "variant_label")} | {
    variable: topic
    for topic, kinds in KINDS_OF_SYSTEM.items()
    for variables in kinds.values()
    for variable in variables
}


# The variables of markers.
VARIABLES = frozenset(
    {*_PYTHONS, *_NAMES, "platform_release", "platform_version", "extra", "extras", "dependency_groups"}
)


@functools.lru_cache(maxsize=8192)
def _comparison(left: str, operator: str, right: str) -> Environments:
    """Return the environments in which a comparison is true; each side is a variable or a quoted string."""
    quoted = left[0] in "\"'"
    variable, value = (right, left[1:-1]) if quoted else (left, right[1:-1])
    if quoted is (right[0] in "\"'"):
        known = _of_texts(left[1:-1], operator, right[1:-1]) if quoted else None
        return _free(left, operator, right) if known is None else Environments.all() if known else ~Environments.all()
    # Names of extras are compared normalised (PEP 685), which not every `packaging` does for us.
    if variable == "extra" and value != (name := normalised(value)):
        return _comparison(f'"{name}"', operator, right) if quoted else _comparison(left, operator, f'"{name}"')
    # For an invalid version, which a `platform_release` may be, neither is true.
    if operator in _NEGATED and (variable, operator) != ("platform_release", "!="):
        return ~_comparison(left, _NEGATED[operator], right)
    environments = None
    if variable in _PYTHONS:
        environments = pythons.where_true(variable, operator, value, quoted=quoted)
    elif variable in _NAMES:
        environments = _of_names(variable, operator, value, quoted=quoted)
    if environments is None and quoted and (operator in ("==", "!=") or (operator in _FLIPPED and _is_release(value))):
        return _free(variable, _FLIPPED[operator], left)
    return _free(left, operator, right) if environments is None else environments


def _of_texts(left: str, operator: str, right: str) -> bool | None:
    """Return the constant result of a comparison of two strings (PEP 508); None if they have no order.

    `packaging` reads the name of a variable as that variable even in quotes.
    """
    from packaging.specifiers import Specifier
    from packaging.version import Version

    if not VARIABLES.isdisjoint((left, right)):
        return None
    if operator.endswith("in"):
        return (left in right) is (operator == "in")
    try:
        return Specifier(operator + right).contains(str(Version(left)), prereleases=True)
    except ValueError:  # invalid versions, or with thousands of digits
        return {"==": left == right, "===": left == right, "!=": left != right}.get(operator)


def _free(*words: str) -> Environments:
    return Environments.where(_free_question(*words))


def _free_question(*words: str) -> Question:
    return Question("free", "", QuestionKind.FREE, words)


def _is_release(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text.strip()))


# Unknown systems may have it, too.
_SHARED = ("os_name", "posix")


def _of_names(variable: str, operator: str, value: str, *, quoted: bool) -> Environments | None:
    if operator == "==":
        return Environments.where(_name(variable, value))
    if operator != "in":
        return None
    if quoted:
        return Environments.where(Question(_NAMES[variable], variable, QuestionKind.CONTAINS, (len(value), value)))
    # A fragment stands for the known systems whose names contain it, not for unknown ones.
    names = {*re.findall(r"[^\s,;|]+", value), *(name for name in known_values(variable) if name in value)}
    if len(names) > MOST_LISTED:
        return None
    environments = ~Environments.all()
    for question in sorted((_name(variable, name) for name in names), reverse=True):
        environments = Environments.either(question, Environments.all(), environments)
    return environments


def _name(variable: str, name: str) -> Question:
    """Return the question whether a variable has this value; or whether it is that kind of system."""
    topic = _NAMES[variable]
    systems = [system for system, values in KINDS_OF_SYSTEM.get(topic, {}).items() if values[variable] == name]
    if len(systems) == 1 and (variable, name) != _SHARED:
        return Question(topic, "", QuestionKind.IS, (systems[0],))
    return Question(topic, variable, QuestionKind.IS, (name,))


def known_values(variable: str) -> frozenset[str]:
    """Return the known values of a variable, by name; none for variables with unknown ones, such as versions."""
    if variable == "platform_machine":
        return _MACHINES
    kinds = KINDS_OF_SYSTEM.get(_NAMES.get(variable, ""), {})
    return frozenset(values[variable] for values in kinds.values()) | _OTHERS.get(variable, frozenset())


_MACHINES = frozenset(
    {"AMD64", "ARM64", "aarch64", "amd64", "arm", "arm64", "armv6l", "armv7l", "armv8l", "i386", "i486", "i586", "i686"}
    | {"loongarch64", "mips", "mips64", "ppc", "ppc64", "ppc64le", "riscv64", "s390x", "wasm32", "x86", "x86_64"}
)
_OTHERS = {
    "os_name": frozenset({"java"}),
    "sys_platform": frozenset({"cygwin", "ios", "linux2", "msys", "wasi"}),
    "platform_system": frozenset({"FreeBSD", "Java", "NetBSD", "OpenBSD", "SunOS", "iOS", "iPadOS"}),
}
