"""The last release of a provider, against which a new one is held: wheels in a folder, or on an index."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from abiding.archives import tagging
from abiding.archives.naming import normalised
from abiding.archives.wheel_name import WheelName
from abiding.findings.errors import AbidingError, ArchiveError, MissingExtraError, UnknownReleaseError
from abiding.findings.finding import Finding, Severity
from abiding.native.indexed import chosen
from abiding.native.names import has_code, wheels_among
from abiding.providers.gate import Side, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from packaging.requirements import Requirement
    from packaging.tags import Tag
    from packaging.version import Version

    from abiding.artifacts.index.listing import Listings

    # From the name, the version and the tags of a wheel to the one that it is held against.
    Counterpart = Callable[[str, Version, frozenset[Tag]], Path | None]

__all__ = ["held_to_folder", "held_to_index"]


def held_to_folder(paths: Iterable[Path], folder: Path) -> dict[str, tuple[Finding, ...]]:
    """Hold the wheels among some files against the last release before each in a folder; the findings by file name.

    Raises `AbidingError` if none of them has a counterpart there.
    """
    there = wheels_among([folder])

    def counterpart(name: str, version: Version, tags: frozenset[Tag]) -> Path | None:
        fitting: dict[Version, dict[str, Path]] = {}
        for wheel in there:
            with suppress(ValueError):
                its, number, _ = tagging.parse(wheel.name)
                if its == name and number != version:
                    fitting.setdefault(number, {})[wheel.name] = wheel
        for number in sorted(fitting, key=lambda other: _likeness(other, version), reverse=True):
            by_name = fitting[number]
            filename = chosen(tags, sorted(by_name))
            if filename:
                return by_name[filename]
        return None

    return _held(paths, counterpart, str(folder))


def _likeness(number: Version, version: Version) -> tuple[bool, Version]:
    """How likely a version is the last release before another: an earlier one, no pre-release, and of these the newest.

    Others serve where there is none of these.
    """
    return number < version and (not number.is_prerelease or version.is_prerelease), number


def held_to_index(paths: Iterable[Path], wanted: Requirement, listings: Listings) -> dict[str, tuple[Finding, ...]]:
    """Hold wheels against the newest version on an index that a requirement admits, as `held_to_folder` does.

    Of the same distribution, and of another version. Raises `AbidingError`.
    """
    from packaging.version import Version

    with TemporaryDirectory(prefix="abiding-") as folder:

        def counterpart(name: str, version: Version, tags: frozenset[Tag]) -> Path | None:
            if name != normalised(wanted.name):
                return None
            versions = {Version(files[0].version): files for files in listings.published(wanted.name, wanted.specifier)}
            for number in sorted(
                versions.keys() - {version}, key=lambda other: _likeness(other, version), reverse=True
            ):
                by_name = {file.filename: file for file in versions[number]}
                filename = chosen(tags, sorted(by_name))
                if filename:
                    path = Path(folder, filename)
                    return path if path.exists() else by_name[filename].save(Path(folder))
            return None

        return _held(paths, counterpart, str(wanted))


def _held(paths: Iterable[Path], counterpart: Counterpart, where: str) -> dict[str, tuple[Finding, ...]]:
    findings: dict[str, tuple[Finding, ...]] = {}
    wheels, compared = wheels_among(paths), False
    for path in wheels:
        has_libraries = has_code(path)
        with suppress(ArchiveError, ValueError):  # who reads its metadata says so
            other = counterpart(*tagging.parse(path.name))
            if not has_libraries and (other is None or not has_code(other)):
                continue
            if other is None:
                message = f"nothing to hold it against: `{where}` has no other version for its platform"
                findings[str(path)] = (Finding("promise-kept", Severity.NOTE, message, artifact=path.name),)
                continue
            compared = True
            findings[str(path)] = _compared(other, path)
    if not compared:
        raise _nothing_held(wheels, where)
    return findings


def _nothing_held(wheels: Sequence[Path], where: str) -> UnknownReleaseError:
    names = sorted({normalised(split.name) for path in wheels if (split := WheelName.split(path.name))})
    if names and not any(map(has_code, wheels)):
        message = "none of these wheels has a compiled file, so that there is nothing to hold against another release"
        return UnknownReleaseError.of(message, hint="leave out `--baseline`")
    return UnknownReleaseError.of(
        f"`{where}` has no wheel that one of these could be held against",
        note=f"they are of {' and '.join(f'`{name}`' for name in names)}" if names else "",
        hint=f"name its last release, `--baseline {names[0]}`, or a folder with that" if len(names) == 1 else _LAST,
    )


_LAST = "name the last release of the provider"


def _compared(old: Path, new: Path) -> tuple[Finding, ...]:
    try:
        return tuple(compare(Side.read(old), Side.read(new)))
    except MissingExtraError:
        raise
    except AbidingError as exc:
        return exc.findings
