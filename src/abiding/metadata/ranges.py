"""Ranges of versions: what several specifiers admit together, in a time that grows little faster than their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.ranges import VersionRange
    from packaging.specifiers import SpecifierSet

__all__ = ["common", "range_of"]


# So few are intersected one after the other, which `packaging` does itself.
_FEW = 8


def range_of(specifiers: SpecifierSet) -> VersionRange:
    """The versions that all specifiers admit. Raises `ValueError` for numbers of thousands of digits."""
    if len(specifiers) <= _FEW:
        return specifiers.to_range()
    from packaging.specifiers import SpecifierSet

    return common(SpecifierSet(str(one)).to_range() for one in specifiers)


def common(ranges: Iterable[VersionRange]) -> VersionRange:
    """The versions that are in all ranges: every one, if there are none."""
    from packaging.specifiers import SpecifierSet

    # What is intersected one after the other is gone through again each time: those of equally many are, as in a sum
    # of binary numbers.
    sums: list[VersionRange | None] = []
    for one in ranges:
        place, found = 0, one
        while place < len(sums) and (other := sums[place]) is not None:
            sums[place], found = None, other & found
            place += 1
        sums[place : place + 1] = [found]
    whole = SpecifierSet().to_range()
    for part in (one for one in sums if one is not None):
        whole &= part
    return whole
