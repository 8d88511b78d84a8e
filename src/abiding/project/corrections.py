"""Guess the requirement that was meant by a text that is not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.patterns import pattern
from abiding.findings.words import short
from abiding.metadata import pins, requirements

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    _Spelling = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

__all__ = ["COMPARED", "EXAMPLES", "release_meant", "requirement_meant", "ways_out"]


EXAMPLES = "for example `libgmp==6.3.0` or `numpy>=2.1,<2.5`"
COMPARED = "compare a variable with a string, as in `sys_platform == 'win32'` or `python_version >= '3.11'`"
# A name, and then a version without an operator.
_NAME = pattern(r"([\w.-]*\w(?:\s*\[[^]]*\])?)(?:\s+v?(\d.*)|\s*([<>=!~^].*))?")
_FILLED = "a build fills in `x` under `[tool.abiding.wheel]` alone: declare it there, or write a version"
# Operators of other languages and typing errors, each with the right operator.
_OPERATORS = (
    (pattern(r"=([<>~!])"), r"\1="),
    (pattern(r"\s*(?<![<>=!~])=(?!=)\s*"), "=="),
)
_VERSIONS = (
    (pattern(r"(?<=[\w.*])\s+(?=[<>=!~])"), ","),
    (pattern(r"\^\s*([1-9]\d{0,8})((?:\.\w+)*)"), lambda match: f">={match[1]}{match[2]},<{int(match[1]) + 1}"),
    (pattern(r"((?:[<>]=?|~=)\s*[\w.]+)\.\*"), r"\1"),
    # Other letters that are used for a pin.
    (pattern(r"(?<=[=<>~.])(\s*)[XyYzZnN](?=[.,\s]|$)"), r"\1x"),
)


def ways_out(text: str, *, fills_pins: bool) -> tuple[str, ...]:
    """Return hints for an invalid requirement; `fills_pins` is whether an `x` pin is allowed there."""
    if not fills_pins and pins.has_pins(text) and requirements.try_parse(pins.sample(text)):
        return (_FILLED,)
    if suggestion := requirement_meant(text, fills_pins=fills_pins):
        return (f"write `{short(suggestion)}`",)
    before, _, marker = text.partition(";")
    is_of_marker = marker and requirements.try_parse(pins.sample(before) if fills_pins else before)
    return (COMPARED if is_of_marker else EXAMPLES,)


def requirement_meant(text: str, *, fills_pins: bool = False) -> str:
    """Return the requirement that was probably meant by an invalid one; empty if there is no good guess."""
    for candidate in _candidates(text):
        if requirements.try_parse(pins.sample(candidate) if fills_pins else candidate):
            return _with_known_values(candidate)
    return ""


def _with_known_values(text: str) -> str:
    """Return a requirement with a corrected marker, if that is then valid."""
    from abiding.metadata.marker_slips import with_known_values

    before, semicolon, marker = text.partition(";")
    return f"{before}{semicolon} {with_known_values(marker.strip())}" if semicolon else text


def release_meant(text: str) -> str:
    """Return the `NAME==VERSION` that was probably meant; empty if there is no good guess."""
    if "/" in text or "\\" in text:
        return ""
    close = (candidate for candidate in _candidates(text) if _ONE_RELEASE.fullmatch(candidate))
    release = next((candidate for candidate in close if candidate != text and requirements.try_parse(candidate)), "")
    return release if len(release) <= bounds.EXCERPT else ""


_ONE_RELEASE = pattern(r"[\w.-]+==[\w.!+-]+")


def _candidates(text: str) -> Iterator[str]:
    """Yield the text with more and more mistakes corrected, in operators, versions and marker."""
    versions, semicolon, marker = text.strip().partition(";")
    match = _NAME.fullmatch(versions.strip())
    if not match:
        return
    name, bare, specifiers = match.groups()
    if not marker.strip():
        semicolon = ""
    elif len(marker) <= bounds.EXCERPT:
        from abiding.metadata.marker_slips import respelled

        marker = f" {respelled(marker)}"
    clauses = f"=={bare}" if bare else specifiers or ""
    for index in range(len(_VERSIONS) + 1):
        yield f"{name}{_mend(clauses, (*_OPERATORS, *_VERSIONS[:index]))}{semicolon}{marker}"


def _mend(text: str, spellings: tuple[_Spelling, ...]) -> str:
    for spelling, instead in spellings:
        text = spelling.sub(instead, text)
    return text
