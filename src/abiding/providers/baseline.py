"""Compare the wheels of a provider's new release with the last one, from a folder or an index."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from packaging.version import Version

from abiding.archives import wheel_tags
from abiding.archives.names import normalised
from abiding.findings.errors import AbidingError, MissingExtraError, MissingFileError, UnknownReleaseError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.native.index_distributions import chosen
from abiding.native.names import has_code, wheels_among
from abiding.providers.promise_check import compare
from abiding.providers.release import ProviderRelease

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listings, Published

__all__ = ["compare_with_folder", "compare_with_index"]


def compare_with_folder(paths: Iterable[Path], folder: Path) -> dict[str, tuple[Finding, ...]]:
    """Compare the wheels among some files with the last release before each in a folder; return findings by path.

    Raises `AbidingError` if none of them has a counterpart there.
    """
    if not os.path.lexists(folder):
        raise MissingFileError.at(folder, _NOTHING, "give the folder of the last release, or `NAME==VERSION`")
    return _compare(paths, InFolder.of(folder))


def compare_with_index(
    paths: Iterable[Path], wanted: Requirement, listings: Listings
) -> dict[str, tuple[Finding, ...]]:
    """Compare wheels with the newest other version on an index that a requirement admits; findings by path.

    The requirement is on the same distribution. Raises `AbidingError`.
    """
    with TemporaryDirectory(prefix="abiding-") as folder:
        return _compare(paths, OnIndex(wanted, listings, Path(folder)))


class InFolder(NamedTuple):
    """The wheels in a folder, by name, version and file name."""

    folder: Path
    wheels: Mapping[str, Mapping[Version, Mapping[str, Path]]]

    @classmethod
    def of(cls, folder: Path) -> InFolder:
        """List the wheels; files without a wheel's name are skipped."""
        wheels: dict[str, dict[Version, dict[str, Path]]] = {}
        for wheel in wheels_among([folder]):
            with suppress(ValueError):
                name, number, _ = wheel_tags.parse(wheel.name)
                wheels.setdefault(name, {}).setdefault(number, {})[wheel.name] = wheel
        return cls(folder, wheels)

    @property
    def label(self) -> str:
        """The user's argument."""
        return str(self.folder)

    @property
    def others(self) -> str:
        """A description of what there is, if it has nothing for the checked wheels."""
        return f"`{self.label}` has wheels of `{min(self.names)}`"

    @property
    def names(self) -> frozenset[str]:
        """The distributions that have wheels there."""
        return frozenset(self.wheels)

    def versions(self, name: str) -> Collection[Version]:
        """Return the versions of a distribution."""
        return self.wheels.get(name, {}).keys()

    def get(self, name: str, version: Version, tags: frozenset[Tag]) -> Path | None:
        """Return the wheel of a version to compare with one that has these tags; None if there is none."""
        by_name = self.wheels[name][version]
        filename = chosen(tags, sorted(by_name))
        return by_name[filename] if filename else None


class OnIndex(NamedTuple):
    """The wheels of one distribution on an index; those that are asked for are saved in a folder."""

    wanted: Requirement
    listings: Listings
    folder: Path

    @property
    def label(self) -> str:
        """The user's argument."""
        return str(self.wanted)

    @property
    def others(self) -> str:
        """A description of what there is, if it has nothing for the checked wheels."""
        return f"`{self.label}` is not a folder here, and as a name that of another distribution"

    @property
    def names(self) -> frozenset[str]:
        """The distributions that have wheels there."""
        return frozenset({normalised(self.wanted.name)})

    def versions(self, name: str) -> Collection[Version]:
        """Return the versions of a distribution. Raises `AbidingError`."""
        return self._published().keys() if name in self.names else ()

    def get(self, _: str, version: Version, tags: frozenset[Tag]) -> Path | None:
        """Return the wheel of a version to compare with one that has these tags; None if there is none."""
        by_name = {file.filename: file for file in self._published()[version]}
        filename = chosen(tags, sorted(by_name))
        if filename is None:
            return None
        path = self.folder / filename
        return path if path.exists() else by_name[filename].save(self.folder)

    def _published(self) -> dict[Version, list[Published]]:

        published = self.listings.published(self.wanted.name, self.wanted.specifier)
        return {Version(files[0].version): files for files in published}


def _counterpart(baseline: InFolder | OnIndex, name: str, version: Version, tags: frozenset[Tag]) -> Path | None:
    others = (number for number in baseline.versions(name) if number != version)
    for number in sorted(others, key=lambda other: _likeness(other, version), reverse=True):
        if wheel := baseline.get(name, number, tags):
            return wheel
    return None


def _likeness(number: Version, version: Version) -> tuple[bool, Version]:
    """Return the sort key of a version as last release before another: earlier, final and newest ones rank highest."""
    return number < version and (not number.is_prerelease or version.is_prerelease), number


def _compare(paths: Iterable[Path], baseline: InFolder | OnIndex) -> dict[str, tuple[Finding, ...]]:
    findings: dict[str, tuple[Finding, ...]] = {}
    without: list[tuple[str, Version]] = []
    for path in wheels_among(paths):
        try:
            name, version, tags = wheel_tags.parse(path.name)
        except ValueError:  # reading its metadata reports it
            continue
        other = _counterpart(baseline, name, version, tags)
        if not has_code(path) and (other is None or not has_code(other)):
            continue
        if other is None:
            without.append((name, version))
            message = f"nothing to hold it against: `{baseline.label}` has no other version for its platform"
            findings[str(path)] = (Finding("promise-kept", Severity.NOTE, message, artifact=path.name),)
            continue
        findings[str(path)] = _findings(other, path)
    if len(findings) == len(without):
        raise _nothing_there(baseline, without)
    return findings


def _nothing_there(baseline: InFolder | OnIndex, checked: Sequence[tuple[str, Version]]) -> AbidingError:
    """Return the error that no wheel with libraries, given by name and version, could be compared, with the reason."""
    if not checked:
        message = "none of the wheels that are checked ships a library, nor did it before"
        return _error(message, "leave out `--baseline`")
    label, (name, _) = baseline.label, checked[0]
    if not baseline.names:
        return _error(f"`{label}` has no wheel in it", _LAST_OF.format(name))
    if baseline.names.isdisjoint(distribution for distribution, _ in checked):
        return _error(f"what is checked is `{name}`, and {baseline.others}", _LAST_OF.format(name))
    if not any(baseline.versions(distribution) for distribution, _ in checked):
        return _error(f"the index has no wheel of `{label}`", _LAST)
    if all(set(baseline.versions(distribution)) <= {version} for distribution, version in checked):
        return _error(f"`{label}` has no other version of `{name}` than the one that is checked", _LAST)
    return _error(f"`{label}` has no wheel of `{name}` for the platform of one that is checked", _LAST)


_NOTHING, _LAST = "Nothing was compared", "name the last release before it"
_LAST_OF = "give the folder of the last release, or `{}==VERSION`"


def _error(message: str, hint: str) -> AbidingError:
    return UnknownReleaseError(Finding("unknown-release", Severity.ERROR, message, hints=(hint,)), _NOTHING)


def _findings(old: Path, new: Path) -> tuple[Finding, ...]:
    """Compare a wheel with its predecessor. Raises `AbidingError` if that can't be read."""
    before = ProviderRelease.read(old)
    try:
        return tuple(compare(before, ProviderRelease.read(new)))
    except MissingExtraError:
        raise
    except AbidingError as exc:
        return exc.findings
