"""What is probably meant by a text that is no requirement: it is proposed only if it is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.metadata import pins, requirements
from abiding.project.faults import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Spelling = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

__all__ = ["EXAMPLES", "release_meant", "ways_out"]


EXAMPLES = "for example `libgmp==6.3.0` or `numpy>=2.1,<2.5`"
# A name, and then a version without any operator, or what begins with one.
_NAME = re.compile(r"([\w.-]*\w(?:\s*\[[^]]*\])?)(?:\s+v?(\d.*)|\s*([<>=!~^].*))?")
_FILLED = "a build fills in `x` under `[tool.abiding.wheel]` alone: declare it there, or write a version"
# Of other languages, and of a slip: what is written, and what it is in a requirement.
_OPERATORS = (
    (re.compile(r"=([<>~!])"), r"\1="),
    (re.compile(r"\s*(?<![<>=!~])=(?!=)\s*"), "=="),
)
_VERSIONS = (
    (re.compile(r"(?<=[\w.*])\s+(?=[<>=!~])"), ","),
    (re.compile(r"\^\s*([1-9]\d{0,8})((?:\.\w+)*)"), lambda match: f">={match[1]}{match[2]},<{int(match[1]) + 1}"),
    (re.compile(r"((?:[<>]=?|~=)\s*[\w.]+)\.\*"), r"\1"),
    # Other letters for a pin.
    (re.compile(r"(?<=[=<>~.])(\s*)[XyYzZnN](?=[.,\s]|$)"), r"\1x"),
)


def ways_out(text: str, *, fills_pins: bool) -> tuple[str, ...]:
    """The hints for a text that is no requirement; `fills_pins` is whether an `x` in it would be filled by a build."""
    if not fills_pins and pins.has_pins(text) and _is_requirement(pins.sample(text)):
        return (_FILLED,)
    for candidate in _candidates(text):
        if _is_requirement(pins.sample(candidate) if fills_pins else candidate):
            return (f"write `{short(candidate)}`",)
    return (EXAMPLES,)


def release_meant(text: str) -> str:
    """Return the `NAME==VERSION` that is probably meant by a text that is none; empty if nobody can tell."""
    if "/" in text or "\\" in text:
        return ""
    close = (candidate for candidate in _candidates(text) if _ONE_RELEASE.fullmatch(candidate))
    meant = next((candidate for candidate in close if candidate != text and _is_requirement(candidate)), "")
    return meant if len(meant) <= bounds.EXCERPT else ""


_ONE_RELEASE = re.compile(r"[\w.-]+==[\w.!+-]+")


def _is_requirement(text: str) -> bool:
    from packaging.requirements import InvalidRequirement

    try:
        requirements.parse(text)
    except InvalidRequirement:
        return False
    return True


def _candidates(text: str) -> Iterator[str]:
    """Yield the text with its operators and versions spelled otherwise, one slip mended after the other."""
    versions, *marker = text.strip().split(";", 1)
    match = _NAME.fullmatch(versions.strip())
    if not match:
        return
    name, bare, specifiers = match.groups()
    marker = [_mended(part, _OPERATORS) for part in marker]
    clauses = f"=={bare}" if bare else specifiers or ""
    for index in range(len(_VERSIONS) + 1):
        yield ";".join([name + _mended(clauses, (*_OPERATORS, *_VERSIONS[:index])), *marker])


def _mended(text: str, spellings: tuple[_Spelling, ...]) -> str:
    for spelling, instead in spellings:
        text = spelling.sub(instead, text)
    return text
