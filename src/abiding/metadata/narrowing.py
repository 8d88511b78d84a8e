"""Compare two requirements on one distribution by the versions that they admit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.metadata.ranges import range_of, releases_of
from abiding.metadata.requirements import parse

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import Specifier

__all__ = ["excludes", "idle_clauses", "is_repeated", "narrows"]


def excludes(first: Requirement, second: Requirement) -> bool:
    """Return whether no version satisfies both. Pre-releases count as the specifiers say (PEP 440)."""
    return (range_of(first.specifier) & range_of(second.specifier)).is_empty


def narrows(line: str, other: str) -> bool:
    """Return whether a line admits only some of the releases that another one admits. False if unknown."""
    try:
        own, others = (parse(text).specifier for text in (line, other))
        to_the_letter = any(clause.operator == "===" for clause in (*own, *others))
        if to_the_letter or max(len(own), len(others)) > bounds.CLAUSES:
            return False
        narrower, wider = map(releases_of, (own, others))
        return narrower.is_subset(wider) and not wider.is_subset(narrower)
    except ValueError:  # no requirement
        return False


def idle_clauses(api: Requirement, abi: Requirement) -> tuple[str, ...]:
    """Return the clauses of `abi` that exclude no version that `api` accepts, and accept others.

    `>=1.20` beside an API level of `>=1.26` is one; `<2.5` is not, since it narrows.
    """
    from packaging.specifiers import SpecifierSet

    if not _can_be_compared(api, abi) or any(map(_excludes_pre_releases, api.specifier)):
        return ()
    whole = releases_of(api.specifier)
    named = [clause.version for clause in api.specifier if _names_pre_release(clause)]
    idle = []
    for clause in abi.specifier:
        if "===" in (clause.operator, *(other.operator for other in api.specifier)) or _names_pre_release(clause):
            continue
        part = releases_of(SpecifierSet(str(clause)))
        admits_named = all(clause.contains(version, prereleases=True) for version in named)
        if admits_named and whole.is_subset(part) and not part.is_subset(whole):
            idle.append(str(clause))
    return tuple(sorted(idle))


def is_repeated(api: Requirement, abi: Requirement) -> bool:
    """Return whether `abi` asks for nothing but the releases that `api` asks for, and for all of them."""
    clauses = (*api.specifier, *abi.specifier)
    if not _can_be_compared(api, abi):
        return False
    if not abi.extras <= api.extras or any(clause.operator == "===" for clause in clauses):
        return False
    if any(map(_names_pre_release, clauses)):
        return api.specifier == abi.specifier
    own, other = releases_of(api.specifier), releases_of(abi.specifier)
    return own.is_subset(other) and other.is_subset(own)


def _can_be_compared(api: Requirement, abi: Requirement) -> bool:
    return bool(api.specifier) and max(len(api.specifier), len(abi.specifier)) <= bounds.CLAUSES


def _names_pre_release(clause: Specifier) -> bool:
    """Return whether a clause names a pre-release: whoever wrote it means more than the releases that it admits."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(clause.version.removesuffix(".*")).is_prerelease
    except InvalidVersion:  # of `===`
        return False


def _excludes_pre_releases(clause: Specifier) -> bool:
    """Return whether a clause admits some pre-releases of a release and not others, unless it is a lower bound."""
    return clause.operator not in (">=", ">") and _names_pre_release(clause)
