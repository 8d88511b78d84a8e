"""The environments in which a marker is true: two markers mean the same if no environment tells them apart.

An environment has one Python: `python_version` is the beginning of its `python_full_version`, and of CPython
`implementation_version` is that too. `sys_platform`, `platform_system` and `os_name` hang together, and so do the two
names of an implementation; extras are asked for one by one. Versions are compared as `packaging` compares them, and two
strings as PEP 508 has it. What has no value that all tools agree on (versions that are none, an order of names) is true
or false as it likes, and means the same as itself alone.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from abiding.archives.naming import normalised
from abiding.metadata.environments import KINDS_OF_SYSTEM, Environments, Question, QuestionKind, Steps, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packaging.version import Version

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
    """Return where a marker is true, which is written as `str(Marker)` writes it; an empty one is true everywhere.

    The time for that grows no faster than the marker. One that would take more is compared as text.
    """
    if not marker:
        return Environments.all()
    try:
        return _Reader(marker).either()
    except (UndecidedError, RecursionError):
        return _as_text(marker)


@functools.lru_cache(maxsize=8192)
def of_releases(marker: str) -> Environments:
    """Return where a marker is true as far as released interpreters go.

    Two that share it differ by pre-releases at most.
    """
    try:
        return environments(marker).mapped(_of_release)
    except (UndecidedError, RecursionError):
        return _as_text(marker)


def asks_for(extra: str) -> Question:
    """Return the question whether an extra is asked for, by its normalised name."""
    return _free_question("extra", "==", f'"{extra}"')


def asks_for_extras(marker: str) -> bool:
    """Return whether a marker asks for extras at all."""
    return not {"extra", "extras"}.isdisjoint(_TOKEN.findall(marker))


def asks_by_name_only(marker: str) -> bool:
    """Return whether all that a marker asks of extras is `extra == NAME`: tools do not answer anything else alike."""
    words = _TOKEN.findall(marker)
    beside = [{*words[max(i - 1, 0) : i], *words[i + 1 : i + 2]} for i, word in enumerate(words) if word == "extra"]
    return "extras" not in words and all("==" in operators for operators in beside)


def comparisons(marker: str) -> Iterator[tuple[str, str, str]]:
    """Yield each comparison of a marker that is written as `str(Marker)` writes it: a side, the operator, a side."""
    words = iter([word for word in _TOKEN.findall(marker) if word not in ("(", ")", "and", "or")])
    for left in words:
        operator = next(words)
        if operator == "not":
            operator = f"not {next(words)}"
        yield left, operator, next(words)


def is_compared_as_text(marker: str) -> bool:
    """Return whether it would take too long to work out where the marker is true."""
    return _as_text(marker) in (environments(marker), of_releases(marker))


def _as_text(marker: str) -> Environments:
    return _free(marker)


def _of_release(question: Question) -> Question:
    if question.kind is not QuestionKind.AT_LEAST:
        return question
    return question._replace(value=question.value[:3] + _FINAL)


# The whole

_TOKEN = re.compile(r""""[^"]*"|'[^']*'|[()]|[<>=!~]+|[^\s()"'<>=!~]+""")
# For each word of a marker: ten times what those need that people write.
_STEPS = 40


class _Reader:
    """The words of a marker that are not read yet."""

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


# The variables that a marker can ask for.
VARIABLES = frozenset(
    {*_PYTHONS, *_NAMES, "platform_release", "platform_version", "extra", "extras", "dependency_groups"}
)


@functools.lru_cache(maxsize=8192)
def _comparison(left: str, operator: str, right: str) -> Environments:
    """Return where one comparison is true, each side of which is a variable or a quoted string."""
    quoted = left[0] in "\"'"
    variable, value = (right, left[1:-1]) if quoted else (left, right[1:-1])
    if quoted is (right[0] in "\"'"):
        known = _of_texts(left[1:-1], operator, right[1:-1]) if quoted else None
        return _free(left, operator, right) if known is None else Environments.all() if known else ~Environments.all()
    # Names of extras are compared normalised (PEP 685), which not every `packaging` does for us.
    if variable == "extra" and value != (name := normalised(value)):
        return _comparison(f'"{name}"', operator, right) if quoted else _comparison(left, operator, f'"{name}"')
    # Of what is no version, as a `platform_release` may be, neither is true.
    if operator in _NEGATED and (variable, operator) != ("platform_release", "!="):
        return ~_comparison(left, _NEGATED[operator], right)
    environments = None
    if variable in _PYTHONS:
        environments = _of_pythons(variable, operator, value, quoted=quoted)
    elif variable in _NAMES:
        environments = _of_names(variable, operator, value, quoted=quoted)
    if environments is None and quoted and (operator in ("==", "!=") or (operator in _FLIPPED and _is_release(value))):
        return _free(variable, _FLIPPED[operator], left)
    return _free(left, operator, right) if environments is None else environments


def _of_texts(left: str, operator: str, right: str) -> bool | None:
    """Return what a comparison of two strings comes to (PEP 508), which is the same everywhere.

    None if they have no order.

    The name of a variable, though it is quoted, is taken for that variable by `packaging`.
    """
    from packaging.specifiers import Specifier
    from packaging.version import Version

    if not VARIABLES.isdisjoint((left, right)):
        return None
    if operator.endswith("in"):
        return (left in right) is (operator == "in")
    try:
        return Specifier(operator + right).contains(str(Version(left)), prereleases=True)
    except ValueError:  # no versions, or of thousands of digits
        return {"==": left == right, "===": left == right, "!=": left != right}.get(operator)


def _free(*words: str) -> Environments:
    return Environments.where(_free_question(*words))


def _free_question(*words: str) -> Question:
    return Question("free", "", QuestionKind.FREE, words)


def _is_release(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text.strip()))


# What is listed in a text, as in `sys_platform in "linux darwin"`: where it is more, it is compared as text.
_MOST_LISTED = 40

# Names

# Also other systems than those that we know have it.
_SHARED = ("os_name", "posix")


def _of_names(variable: str, operator: str, value: str, *, quoted: bool) -> Environments | None:
    if operator == "==":
        return Environments.where(_name(variable, value))
    if operator != "in":
        return None
    if quoted:
        return Environments.where(Question(_NAMES[variable], variable, QuestionKind.CONTAINS, (len(value), value)))
    # A fragment of a word is no name, unless there are systems that have it: nobody means the others.
    names = {*re.findall(r"[^\s,;|]+", value), *(name for name in known_values(variable) if name in value)}
    if len(names) > _MOST_LISTED:
        return None
    environments = ~Environments.all()
    for question in sorted((_name(variable, name) for name in names), reverse=True):
        environments = Environments.either(question, Environments.all(), environments)
    return environments


def _name(variable: str, name: str) -> Question:
    """Return the question whether a value has this name; of what one kind of system alone has, whether it is that."""
    topic = _NAMES[variable]
    systems = [system for system, values in KINDS_OF_SYSTEM.get(topic, {}).items() if values[variable] == name]
    if len(systems) == 1 and (variable, name) != _SHARED:
        return Question(topic, "", QuestionKind.IS, (systems[0],))
    return Question(topic, variable, QuestionKind.IS, (name,))


def known_values(variable: str) -> frozenset[str]:
    """Return the values that a variable is known to have, by name; none of what has others, as versions are."""
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


# Versions of Python: `X.Y.Z`, and before it `X.Y.Za0`, `…b0`, `…rc0`. Each is five numbers, in their order.

_Python: TypeAlias = tuple[int, int, int, int, int]
_STAGES = ("a", "b", "rc")
_FINAL = (len(_STAGES), 0)
_FIRST = (0, 0, 0, 0, 0)


def _of_pythons(variable: str, operator: str, value: str, *, quoted: bool) -> Environments | None:
    """Return where a comparison with a version is true; None if it has no value."""
    writing = _Short() if variable == "python_version" else _Full()
    if operator == "in":
        states = None if quoted or variable == "implementation_version" else _listed(value, writing)
    elif operator == "===":
        states = _to_the_letter(value.lower(), writing)
    else:
        states = _compared(operator, value, writing, quoted=quoted)
    if states is None:
        return None
    if variable != "implementation_version":
        return _within("python", states)
    of_cpython = Question("implementation", "", QuestionKind.IS, ("cpython",))
    return Environments.either(of_cpython, _within("python", states), _within(variable, states))


def _within(topic: str, states: Mapping[_Python, bool]) -> Environments:
    """Say where the version is one for which it is true: what is said of one holds until the next that is spoken of."""
    nowhere, everywhere = ~Environments.all(), Environments.all()
    edges = sorted(states)
    environments = everywhere if states[edges[-1]] else nowhere
    for below, edge in reversed(list(pairwise(edges))):
        question = Question(topic, topic, QuestionKind.AT_LEAST, edge)
        environments = Environments.either(question, environments, everywhere if states[below] else nowhere)
    return environments


def _compared(operator: str, value: str, writing: _Full, *, quoted: bool) -> Mapping[_Python, bool] | None:
    """Return what `packaging` says of those versions at which its answer can change."""
    from packaging.specifiers import Specifier
    from packaging.version import Version

    try:
        specifier = Specifier(operator + value) if not quoted else None
        version = Version(specifier.version.removesuffix(".*") if specifier else value)
        if operator == "===" or version.local:
            return None
        return {
            edge: (specifier or Specifier(operator + writing.text(edge))).contains(
                writing.text(edge) if specifier else value, prereleases=True
            )
            for edge in writing.edges(version)
        }
    except ValueError:  # no version, or one of thousands of digits
        return None


def _to_the_letter(value: str, writing: _Full) -> Mapping[_Python, bool] | None:
    """Return the one version that is written like this, if any is; None of what may be that of a build of its own."""
    python = _parse(re.fullmatch(writing.pattern, value))
    if python and writing.text(python) == value:
        return {_FIRST: python == _FIRST, python: True, writing.next(python): False}
    return None if "+" in value else {_FIRST: False}


class _Full:
    """How most variables have a version of Python."""

    pattern = r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:(a|b|rc)(\d{1,3}))?"

    def text(self, python: _Python) -> str:
        """Write a version."""
        major, minor, micro, stage, serial = python
        return f"{major}.{minor}.{micro}" + (f"{_STAGES[stage]}{serial}" if stage < len(_STAGES) else "")

    def next(self, python: _Python) -> _Python:
        """Return the first version that is written otherwise than this one, which is before it."""
        major, minor, micro, stage, serial = python
        return (major, minor, micro, stage, serial + 1) if stage < len(_STAGES) else (major, minor, micro + 1, 0, 0)

    def edges(self, version: Version) -> Iterator[_Python]:
        """Yield the versions at which the answer to a comparison can change."""
        major, minor, micro = (*version.release, 0, 0)[:3]
        yield from _Short().edges(version)
        yield from ((major, minor, micro, 0, 0), (major, minor, micro, *_FINAL), (major, minor, micro + 1, 0, 0))
        if version.pre:
            stage, serial = _STAGES.index(version.pre[0]), version.pre[1]
            yield from ((major, minor, micro, stage, serial), (major, minor, micro, stage, serial + 1))


class _Short(_Full):
    """How `python_version` has it: without what is behind its minor version."""

    pattern = r"(\d{1,3})\.(\d{1,3})"

    def text(self, python: _Python) -> str:
        return f"{python[0]}.{python[1]}"

    def next(self, python: _Python) -> _Python:
        return (python[0], python[1] + 1, 0, 0, 0)

    def edges(self, version: Version) -> Iterator[_Python]:
        major, minor = (*version.release, 0)[:2]
        yield from (_FIRST, (major, 0, 0, 0, 0), (major, minor, 0, 0, 0), (major, minor + 1, 0, 0, 0))
        yield (major + 1, 0, 0, 0, 0)


# No installer has ever read a marker on it, and it is in every `3.10`.
_NOT_MEANT = "3.1"


def _listed(text: str, writing: _Full) -> Mapping[_Python, bool] | None:
    """Return the versions that are written in a text, be it as a part of another one."""
    if re.search(r"\d{4}|\+", text):
        return None
    longest = (match[1] for match in re.finditer(f"(?=({writing.pattern}))", text))
    parts = {text[:end] for text in longest for end in range(1, len(text) + 1)}
    if _NOT_MEANT not in re.findall(r"[^\s,;|]+", text):
        parts.discard(_NOT_MEANT)
    if len(parts) > _MOST_LISTED:
        return None
    states = {_FIRST: False}
    for part in parts:
        python = _parse(re.fullmatch(writing.pattern, part))
        if python and writing.text(python) == part:
            states.setdefault(writing.next(python), False)
            states[python] = True
    return states


def _parse(match: re.Match[str] | None) -> _Python | None:
    if not match:
        return None
    major, minor, micro, stage, serial = (*match.groups(), *(None,) * 5)[:5]
    numbers = int(major or 0), int(minor or 0), int(micro or 0)
    if micro is None:
        return (*numbers, 0, 0)
    return (*numbers, _STAGES.index(stage), int(serial or 0)) if stage else (*numbers, *_FINAL)
