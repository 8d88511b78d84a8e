"""Ranges of versions for releases of `packaging` that have none: approximated by sample versions.

A specifier changes its answer only at its version, and at the ends of that version's pre-releases, local versions,
post-releases and prefix. Two ranges that agree on one version between each two of these places agree everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.errors import MissingExtraError
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

__all__ = ["SampledRange"]


class _Clause(NamedTuple):
    """One specifier, in canonical form."""

    operator: str
    version: str


class SampledRange:
    """The versions that specifiers admit, with the interface of `packaging.ranges.VersionRange`."""

    def __init__(self, specifiers: SpecifierSet, *, pre_releases: bool = True) -> None:
        """Create it from specifiers. Raises `ValueError` if one has an invalid version."""
        self.specifiers = specifiers
        self._pre_releases = pre_releases
        self.clauses = frozenset(
            clause for specifier in specifiers for clause in _clauses(specifier.operator, specifier.version)
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SampledRange):
            return NotImplemented
        if self.clauses == other.clauses:
            return True
        return all(self.contains(version) is other.contains(version) for version in _sample(self & other))

    def __hash__(self) -> int:
        """Return a constant: no property of a range is equal for all equal ranges."""
        return 0

    def __and__(self, other: SampledRange) -> SampledRange:
        return SampledRange(self.specifiers & other.specifiers, pre_releases=self._pre_releases)

    @property
    def is_empty(self) -> bool:
        """Whether no version is in it."""
        return bool(self.clauses) and not any(map(self.contains, _sample(self)))

    def is_subset(self, other: SampledRange) -> bool:
        """Return whether each version in it is in the other one too."""
        if other.clauses <= self.clauses:
            return True
        return all(other.contains(version) for version in _sample(self & other) if self.contains(version))

    def contains(self, version: str) -> bool:
        """Return whether a version is in it."""
        return self.specifiers.contains(version, prereleases=self._pre_releases)


def _clauses(operator: str, version: str) -> Iterator[_Clause]:
    from packaging.utils import canonicalize_version
    from packaging.version import Version

    if operator == "===":
        yield _Clause(operator, version)
    elif operator == "~=":
        parsed = Version(version)
        release = ".".join(map(str, parsed.release[:-1]))
        yield from _clauses(">=", version)
        yield _Clause("==", f"{parsed.epoch}!{release}.*")
    elif version.endswith(".*"):
        parsed = Version(version.removesuffix(".*"))
        yield _Clause(operator, f"{parsed.epoch}!{'.'.join(map(str, parsed.release))}.*")
    else:
        yield _Clause(operator, canonicalize_version(Version(version)))


def _sample(range_: SampledRange) -> list[str]:
    """Choose a version of each interval with constant answers. Raises `MissingExtraError` if there are many."""
    from packaging.version import Version

    if len(range_.clauses) > bounds.SAMPLED:
        raise _newer_needed(f"`{range_.specifiers}` has {len(range_.clauses)} specifiers")
    try:
        versions = [Version(clause.version.removesuffix(".*")) for clause in range_.clauses]
    except ValueError as exc:
        raise _newer_needed(f"`{range_.specifiers}` asks for a text that is not a version") from exc
    most = max((len(version.release) for version in versions), default=0)
    return list(dict.fromkeys(["0.dev0", *(text for version in versions for text in _around(version, most))]))


# A local version that does not occur.
_LOCAL = "+abiding.sample"


def _around(version: Version, most: int) -> Iterator[str]:
    """Return a version of each interval next to this one; `most` is the largest number of parts of a release."""
    epoch = f"{version.epoch}!"
    release = ".".join(map(str, version.release))
    following = ".".join(map(str, (*version.release[:-1], version.release[-1] + 1)))
    zeros = ".0" * (most - len(version.release) + 1)
    for text in (release, following):
        yield from (f"{epoch}{text}{end}" for end in (".dev0", "a0.dev0", "", _LOCAL, ".post0.dev0", ".post0"))
    yield f"{epoch}{release}{zeros}.1"
    yield from (str(version), version.public, f"{version.public}{_LOCAL}")
    pre = f"{version.pre[0]}{version.pre[1]}" if version.pre else ""
    post = "" if version.post is None else f".post{version.post}"
    if version.dev is not None:
        yield from (f"{epoch}{release}{pre}{post}", f"{epoch}{release}{pre}{post}.dev{version.dev + 1}")
    if version.post is not None:
        after = f".post{version.post + 1}"
        yield from (f"{epoch}{release}{pre}{end}" for end in (f"{post}.dev0", post, f"{after}.dev0", after))
    if version.pre:
        letter, number = version.pre
        yield from (f"{epoch}{release}{pre}{end}" for end in (".dev0", "", ".post0.dev0", ".post0"))
        yield from (f"{epoch}{release}{letter}{number + 1}{end}" for end in (".dev0", ""))


def _newer_needed(why: str) -> MissingExtraError:
    message = f"{why}: to compare that takes `packaging` 26.3 or later"
    return MissingExtraError.of(message, "packaging>=26.3")
