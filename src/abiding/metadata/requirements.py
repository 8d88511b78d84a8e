"""Compare requirements by meaning: which are equal, and which exclude each other.

A requirement is a PEP 508 string. `packaging` is imported inside the functions, for builds that don't need it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.patterns import pattern
from abiding.metadata.ranges import range_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from packaging.requirements import Requirement

__all__ = [
    "applies",
    "applies_wherever",
    "asks_by_name_only",
    "asks_for_extras",
    "differ_by_pre_releases",
    "in_force",
    "is_beyond_bounds",
    "is_compared_as_text",
    "is_editable_mechanism",
    "marker_of",
    "meaning",
    "name_of",
    "parse",
    "refused",
    "split_extra",
    "try_parse",
    "with_extra",
    "with_marker",
    "without_answer",
]


@functools.lru_cache(maxsize=512)  # parsing a long one is slow, and needed several times
def parse(text: str) -> Requirement:
    """Parse one requirement. Raises `packaging.requirements.InvalidRequirement`."""
    from packaging.requirements import InvalidRequirement

    if len(text) > bounds.REQUIREMENT:
        raise InvalidRequirement(f"it has {len(text):,} characters, which is too many")
    try:
        requirement = _read(text)
    except RecursionError as exc:
        raise InvalidRequirement("its marker is nested too deeply") from exc
    if len(requirement.specifier) > bounds.SPECIFIERS:
        raise InvalidRequirement(f"it has {len(requirement.specifier):,} specifiers, which is too many")
    _read_versions(requirement)
    try:
        str(requirement.marker)
    except ValueError as exc:
        raise InvalidRequirement("a string of its marker has both kinds of quotes") from exc
    return requirement


def try_parse(text: str) -> Requirement | None:
    """Parse one requirement; None if it is invalid."""
    try:
        return parse(text)
    except ValueError:
        return None


def _read_versions(requirement: Requirement) -> None:
    """Parse the versions of its specifiers, which `packaging` may delay, and did not check before 22.0."""
    from packaging.requirements import InvalidRequirement
    from packaging.version import InvalidVersion, Version

    for clause in requirement.specifier:
        try:
            _ = clause.operator == "===" or Version(clause.version.removesuffix(".*"))
        except InvalidVersion as exc:
            raise InvalidRequirement(f"`{clause}` has no version (PEP 440)") from exc
        except ValueError as exc:  # Python makes no integer of thousands of digits
            raise InvalidRequirement("a number in its versions has too many digits") from exc


def refused(text: str) -> str:
    """Return why installers refuse a requirement, in the words of `packaging`; empty if they don't."""
    from packaging.requirements import InvalidRequirement

    if len(text) > bounds.REQUIREMENT:
        return ""
    try:
        _read(text)
    except RecursionError:
        return ""
    except InvalidRequirement as exc:
        return str(exc).partition("\n")[0]
    return ""


def _read(text: str) -> Requirement:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text)
    except InvalidRequirement:
        if "variant_" not in text:
            raise
        from abiding.metadata import variant_markers

        return variant_markers.parse(text)


def name_of(text: str) -> str:
    """Return the normalised name of a line's distribution; the line itself if it is invalid."""
    requirement = try_parse(text)
    return normalised(requirement.name) if requirement else text


@functools.lru_cache(maxsize=20_480)  # wheels of a release have the same lines
def meaning(text: str) -> Hashable:
    """Return a value that two requirements share exactly when they mean the same to every released Python.

    Spelling does not matter: spaces, quotes, parentheses, normalisation of name and extras, the order of specifiers,
    `==1.0` or `==1.0.0`, and the form of a marker. The meaning of an invalid requirement is its own text.
    """
    try:
        requirement = parse(text)
    except ValueError:  # or a number of thousands of digits, or an endless marker
        return " ".join(text.split())
    from abiding.metadata import markers

    extras = frozenset(normalised(extra) for extra in requirement.extras)
    versions, where = range_of(requirement.specifier), markers.of_releases(_marker(requirement))
    return (normalised(requirement.name), extras, versions, requirement.url, where)


def differ_by_pre_releases(first: str, second: str) -> bool:
    """Return whether two requirements differ only for pre-releases of Python."""
    from abiding.metadata import markers

    if first == second or meaning(first) != meaning(second):
        return False
    try:
        left, right = (markers.environments(_marker(parse(text))) for text in (first, second))
    except ValueError:
        return False
    return left != right


def is_beyond_bounds(text: str) -> bool:
    """Return whether a requirement is not parsed here, because it would take too long."""
    try:
        parse(text)
    except ValueError:
        return not refused(text)
    return False


def is_compared_as_text(text: str) -> bool:
    """Return whether the marker of a requirement is too complex to evaluate for all environments."""
    from abiding.metadata import markers

    try:
        return markers.is_compared_as_text(_marker(parse(text)))
    except ValueError:
        return False


def applies_wherever(first: Requirement, second: Requirement) -> bool:
    """Return whether the first applies in each environment in which the second does; false if unknown."""
    if first.marker is None:
        return True
    from abiding.metadata import markers

    wider, narrower = (markers.environments(_marker(requirement)) for requirement in (first, second))
    return narrower.lies_within(wider)


def asks_for_extras(requirement: Requirement) -> bool:
    """Return whether its marker uses extras."""
    if requirement.marker is None:
        return False
    from abiding.metadata import markers

    return markers.asks_for_extras(_marker(requirement))


def asks_by_name_only(requirement: Requirement) -> bool:
    """Return whether its marker uses extras only as `extra == NAME`."""
    from abiding.metadata import markers

    return markers.asks_by_name_only(_marker(requirement))


_UNDEFINED = pattern(r"Undefined <Op\('(.*?)'\)> on (.*?) and (.*?)\.?", re.DOTALL)
# PEP 660 allows an editable wheel further requirements for its mechanism; this is the only such library.
_EDITABLE_MECHANISM = "editables"


def is_editable_mechanism(text: str) -> bool:
    """Return whether it requires the library that backends use for editable wheels, and not by URL."""
    requirement = try_parse(text)
    return requirement is not None and requirement.name == _EDITABLE_MECHANISM and not requirement.url


def without_answer(requirement: Requirement) -> str:
    """Return why its marker can't be evaluated, in the words of `packaging`; empty if it can."""
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

    try:
        if requirement.marker:
            requirement.marker.evaluate({"extra": ""})
    except UndefinedComparison as exc:
        return _UNDEFINED.sub(r"`\1` says nothing of \2 and \3", str(exc))
    except UndefinedEnvironmentName as exc:
        return f"no environment has a value for {exc}"
    return ""


def applies(requirement: Requirement, environment: Mapping[str, str] | None = None, extra: str = "") -> bool:
    """Return whether it applies in an environment, by default this one, with an extra; true if unknown."""
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

    try:
        return requirement.marker is None or requirement.marker.evaluate({**(environment or {}), "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName):  # installers report it
        return True


def in_force(
    lines: Iterable[str], environment: Mapping[str, str] | None = None, extras: Iterable[str] = ()
) -> Iterator[Requirement]:
    """Yield the requirements of lines that apply in an environment (by default this one) with some extras."""
    extras = ("", *extras)
    for requirement in filter(None, map(try_parse, lines)):
        if any(applies(requirement, environment, extra) for extra in extras):
            yield requirement


def _marker(requirement: Requirement) -> str:
    return str(requirement.marker or "")


def with_extra(text: str, extra: str) -> str:
    """Return the requirement as core metadata writes it under an extra: `a; b` becomes `a; b and extra == "name"`."""
    return with_marker(text, f'extra == "{extra}"')


# After a URL, a semicolon needs a space before it, or it would be part of the URL (PEP 508).
_PARTS = pattern(r"(?P<what>[^;@]*@\s*\S+|[^;]*)\s*(?:;(?P<marker>.*))?", re.DOTALL)


def with_marker(text: str, condition: str) -> str:
    """Return the requirement under one more condition, which is a marker."""
    match = _PARTS.fullmatch(text.strip())
    what, marker = (match["what"].strip(), (match["marker"] or "").strip()) if match else (text.strip(), "")
    parts = [
        f"({part})" if marker and re.search(r"\bor\b", part) else part for part in filter(None, (marker, condition))
    ]
    return f"{what}{' ' if '@' in what else ''}; {' and '.join(parts)}"


def marker_of(text: str) -> str:
    """Return the marker of a requirement, as `str(Marker)` writes it; empty if it has none, or is invalid."""
    requirement = try_parse(text)
    return _marker(requirement) if requirement else ""


_EXTRA = r"""extra\s*==\s*(?:"[^"]+"|'[^']+')"""
_AMONG_OTHERS = (rf"\s*;\s*{_EXTRA}\s*$", rf"\s+and\s+{_EXTRA}(?=\s*(?:\)|$|and\b))", rf"(?<=;)\s*{_EXTRA}\s+and\s+")


def split_extra(text: str) -> tuple[str, str] | None:
    """Return the requirement and the extra that `with_extra` has joined; None if it is of no single extra."""
    from packaging.requirements import InvalidRequirement

    extras = re.findall(_EXTRA, text)
    if len(extras) != 1:
        return None
    extra = extras[0].partition("==")[2].strip()[1:-1]
    try:
        spellings = (text, str(parse(text)))  # the second without parentheses round the whole marker
        for rest in (re.sub(pattern, " ", spelling, count=1) for spelling in spellings for pattern in _AMONG_OTHERS):
            if not re.search(_EXTRA, rest) and meaning(with_extra(rest, extra)) == meaning(text):
                parse(rest)
                return rest.strip(), extra
    except InvalidRequirement:
        return None
    return None
