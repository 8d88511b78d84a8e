"""The versions of Python for which a comparison in a marker is true, pre-releases included.

A version is represented by five numbers.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from abiding.metadata.environments import Environments, Question, QuestionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.version import Version

__all__ = ["MOST_LISTED", "of_release", "where_true"]


# Items of a list such as `sys_platform in "linux darwin"`; longer ones are compared as text.
MOST_LISTED = 40

_Python: TypeAlias = tuple[int, int, int, int, int]
_STAGES = ("a", "b", "rc")
_FINAL = (len(_STAGES), 0)
_FIRST = (0, 0, 0, 0, 0)


def of_release(question: Question) -> Question:
    """Return a question about a pre-release as one about its release."""
    if question.kind is not QuestionKind.AT_LEAST:
        return question
    return question._replace(value=question.value[:3] + _FINAL)


def where_true(variable: str, operator: str, value: str, *, quoted: bool) -> Environments | None:
    """Return the environments in which a comparison with a version is true; None if it can't be evaluated."""
    writing = _Short() if variable == "python_version" else _Full()
    if operator == "in":
        states = None if quoted or variable == "implementation_version" else _states_of_list(value, writing)
    elif operator == "===":
        states = _states_of_text(value.lower(), writing)
    else:
        states = _states_of_comparison(operator, value, writing, quoted=quoted)
    if states is None:
        return None
    if variable != "implementation_version":
        return _within("python", states)
    of_cpython = Question("implementation", "", QuestionKind.IS, ("cpython",))
    return Environments.either(of_cpython, _within("python", states), _within(variable, states))


def _within(topic: str, states: Mapping[_Python, bool]) -> Environments:
    """Return the environments by versions with answers; each answer holds up to the next version."""
    nowhere, everywhere = ~Environments.all(), Environments.all()
    edges = sorted(states)
    environments = everywhere if states[edges[-1]] else nowhere
    for below, edge in reversed(list(pairwise(edges))):
        question = Question(topic, topic, QuestionKind.AT_LEAST, edge)
        environments = Environments.either(question, environments, everywhere if states[below] else nowhere)
    return environments


def _states_of_comparison(operator: str, value: str, writing: _Full, *, quoted: bool) -> Mapping[_Python, bool] | None:
    """Return the answers of `packaging` for the versions at which its answer can change."""
    from packaging.specifiers import Specifier
    from packaging.version import Version

    try:
        specifier = Specifier(operator + value) if not quoted else None
        version = Version(specifier.version.removesuffix(".*") if specifier else value)
        if version.local:
            return None
        return {
            edge: (specifier or Specifier(operator + writing.text(edge))).contains(
                writing.text(edge) if specifier else value, prereleases=True
            )
            for edge in writing.edges(version)
        }
    except ValueError:  # an invalid version, or one with thousands of digits
        return None


def _states_of_text(value: str, writing: _Full) -> Mapping[_Python, bool] | None:
    """Return the answers to `==` by versions: true for the one that is written like this; None for a custom build."""
    python = _parse(re.fullmatch(writing.pattern, value))
    if python and writing.text(python) == value:
        return {_FIRST: python == _FIRST, python: True, writing.next(python): False}
    return None if "+" in value else {_FIRST: False}


class _Full:
    """Form of Python's version in most variables."""

    pattern = r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:(a|b|rc)(\d{1,3}))?"

    def text(self, python: _Python) -> str:
        """Return a version as text."""
        major, minor, micro, stage, serial = python
        return f"{major}.{minor}.{micro}" + (f"{_STAGES[stage]}{serial}" if stage < len(_STAGES) else "")

    def next(self, python: _Python) -> _Python:
        """Return the next later version with another text."""
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
    """Form of `python_version`: without the part after the minor version."""

    pattern = r"(\d{1,3})\.(\d{1,3})"

    def text(self, python: _Python) -> str:
        return f"{python[0]}.{python[1]}"

    def next(self, python: _Python) -> _Python:
        return (python[0], python[1] + 1, 0, 0, 0)

    def edges(self, version: Version) -> Iterator[_Python]:
        major, minor = (*version.release, 0)[:2]
        yield from (_FIRST, (major, 0, 0, 0, 0), (major, minor, 0, 0, 0), (major, minor + 1, 0, 0, 0))
        yield (major + 1, 0, 0, 0, 0)


# No installer runs on it, and `3.10` contains it as text.
_NOT_MEANT = "3.1"


def _states_of_list(text: str, writing: _Full) -> Mapping[_Python, bool] | None:
    """Return the versions that a text contains, even as part of another one."""
    if re.search(r"\d{4}|\+", text):
        return None
    longest = (match[1] for match in re.finditer(f"(?=({writing.pattern}))", text))
    parts = {text[:end] for text in longest for end in range(1, len(text) + 1)}
    if _NOT_MEANT not in re.findall(r"[^\s,;|]+", text):
        parts.discard(_NOT_MEANT)
    if len(parts) > MOST_LISTED:
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
