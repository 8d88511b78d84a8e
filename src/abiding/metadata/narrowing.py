"""Compare two requirements on one distribution by the versions that they admit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.metadata.ranges import range_of, releases_of
from abiding.metadata.requirements import parse

if TYPE_CHECKING:
    from packaging.requirements import Requirement

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

    if not _are_of_releases(api, abi):
        return ()
    whole = releases_of(api.specifier)
    idle = []
    for clause in abi.specifier:
        if "===" in (clause.operator, *(other.operator for other in api.specifier)):
            continue
        part = releases_of(SpecifierSet(str(clause)))
        if whole.is_subset(part) and not part.is_subset(whole):
            idle.append(str(clause))
    return tuple(sorted(idle))


def is_repeated(api: Requirement, abi: Requirement) -> bool:
    """Return whether `abi` asks for nothing but the releases that `api` asks for, and for all of them."""
    clauses = (*api.specifier, *abi.specifier)
    if not _are_of_releases(api, abi):
        return False
    if not abi.extras <= api.extras or any(clause.operator == "===" for clause in clauses):
        return False
    own, other = releases_of(api.specifier), releases_of(abi.specifier)
    return own.is_subset(other) and other.is_subset(own)


def _are_of_releases(api: Requirement, abi: Requirement) -> bool:
    """Return whether both can be compared by the releases that they admit: not if one names a pre-release."""
    specifiers = (api.specifier, abi.specifier)
    return bool(api.specifier) and all(
        len(specifier) <= bounds.CLAUSES and not specifier.prereleases for specifier in specifiers
    )
