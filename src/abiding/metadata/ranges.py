"""Ranges of versions that several specifiers admit together.

`packaging` has ranges since 26.3. Builds have to work with older releases, where a sample of versions is used instead.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Protocol

from abiding.findings import bounds
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from packaging.specifiers import SpecifierSet

__all__ = [
    "Versions",
    "common",
    "is_beyond_bounds",
    "range_of",
    "releases_of",
    "specifiers_of",
    "without_wildcards",
]


class Versions(Hashable, Protocol):
    """A set of versions. Equal sets compare equal, and have the same hash."""

    def __and__(self, other: Self, /) -> Self:
        """Return the versions that are in both."""
        ...

    @property
    def is_empty(self) -> bool:
        """Whether no version is in it."""
        ...

    def is_subset(self, other: Self, /) -> bool:
        """Return whether each version in it is in the other one too."""
        ...

    def contains(self, item: str, /) -> bool:
        """Return whether a version is in it."""
        ...


# So few are intersected directly by `packaging`.
_FEW = 8


def is_beyond_bounds(text: str) -> bool:
    """Return whether a text is too long, or has too many specifiers."""
    return len(text) > bounds.REQUIREMENT or text.count(",") >= bounds.SPECIFIERS


# Accepted before PEP 440 was enforced; pip and uv still read it, as if it had no `.*`.
_OLD_WILDCARD = pattern(r"(?:^|(?<=,))(\s*[<>]=?\s*(?:[0-9]+\.)*[0-9]+)\.\*(?=\s*(?:,|$))")


def without_wildcards(text: str) -> str:
    """Parse a `Requires-Python` as pip and uv do: `>=3.6.*` as `>=3.6`."""
    return _OLD_WILDCARD.sub(r"\1", text)


def specifiers_of(text: str) -> SpecifierSet:
    """Parse specifiers. Raises `ValueError` if they are invalid or too long."""
    from packaging.specifiers import SpecifierSet

    if is_beyond_bounds(text):
        raise ValueError(f"it has {len(text):,} characters, which is too many")
    return SpecifierSet(text.strip())


def range_of(specifiers: SpecifierSet) -> Versions:
    """Return the versions that all specifiers admit, pre-releases too. Raises `ValueError` for huge numbers."""
    if not hasattr(specifiers, "to_range"):
        from abiding.metadata.sampled_ranges import SampledRange

        return SampledRange(specifiers)
    if len(specifiers) <= _FEW:
        return specifiers.to_range()
    from packaging.specifiers import SpecifierSet

    return common(SpecifierSet(str(specifier)).to_range() for specifier in specifiers)


def releases_of(specifiers: SpecifierSet) -> Versions:
    """Return the versions that all specifiers admit, without pre-releases: `==2.*` is within `>=2` despite 2.0.dev0.

    Raises `ValueError` as `range_of` does.
    """
    from packaging.specifiers import SpecifierSet

    alone = SpecifierSet(str(specifiers), prereleases=False)
    if hasattr(alone, "to_range"):
        return alone.to_range()
    from abiding.metadata.sampled_ranges import SampledRange

    return SampledRange(alone, pre_releases=False)


def common(ranges: Iterable[Versions]) -> Versions:
    """Return the intersection of ranges; all versions, if there are none."""
    from packaging.specifiers import SpecifierSet

    # What is intersected one after the other is gone through again each time: those of equally many are, as in a sum
    # of binary numbers.
    sums: list[Versions | None] = []
    for versions in ranges:
        place, united = 0, versions
        while place < len(sums) and (other := sums[place]) is not None:
            sums[place], united = None, other & united
            place += 1
        sums[place : place + 1] = [united]
    whole = range_of(SpecifierSet())
    for part in (known for known in sums if known is not None):
        whole &= part
    return whole
