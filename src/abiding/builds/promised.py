"""The METADATA of a wheel before it is built: from PKG-INFO, or from a static `[project]`, without a build.

The lines of the ABI level are not in it; they come from the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.naming import normalised
from abiding.files.plain import is_plain, read_for
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject, as_shown

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.project.declaration import Declaration
    from abiding.project.source import Source

__all__ = ["Promised", "by_own_pkg_info", "promised", "read_dist_info", "write_dist_info"]


class Promised(NamedTuple):
    """What is known of the METADATA of a wheel: right in meaning, and to the byte if it is `exact`."""

    metadata: CoreMetadata
    exact: bool = True


def promised(source: Source, declaration: Declaration) -> Promised | None:
    """Find out the METADATA of a wheel without asking the wrapped backend; None if only a build can tell.

    Three ways, the surest first: a PKG-INFO that was written for this declaration, a static `[project]`, any other
    PKG-INFO that can be relied on.
    """
    if own := by_own_pkg_info(source, declaration):
        return Promised(own)
    if static := _by_project(source, declaration):
        return Promised(static)
    if source.complete is None:
        return None
    without = source.complete.without_sanction()
    known = without.as_built() if declaration.metadata_version is None else None
    return Promised(known or without.with_version(without.lowest_version), exact=False)


def by_own_pkg_info(source: Source, declaration: Declaration, fallback_version: str = "") -> CoreMetadata | None:
    """Find the METADATA in a PKG-INFO that was written for this declaration; None if there is none.

    `fallback_version` is used where PKG-INFO does not determine Metadata-Version; if it is empty, the answer is None.
    """
    if source.complete is None or not source.is_own:
        return None
    metadata = source.complete.as_built() if declaration.metadata_version is None else None
    if metadata is None and fallback_version:
        return source.complete.without_sanction().with_version(fallback_version)
    return metadata


def _by_project(source: Source, declaration: Declaration) -> CoreMetadata | None:
    """Find what meson-python, which has no hook for it, will write where `[project]` leaves it nothing to compute.

    None for any other backend, and where it has to compute something.
    """
    project = declaration.project
    if declaration.backend != "mesonpy" or project.table is None or project.dynamic - project.extends:
        return None
    try:
        import mesonpy

        table = as_shown(Pyproject.read(source.folder).table)
        return CoreMetadata.parse(bytes(mesonpy.Metadata.from_pyproject(table, source.folder).as_rfc822()), "METADATA")
    except Exception:  # noqa: BLE001 (whatever is wrong, with [project] for example, the build will say it better)
        return None


def write_dist_info(directory: Path, metadata: CoreMetadata) -> str:
    """Write a `.dist-info` folder with nothing but METADATA below `directory`; returns the folder's name (PEP 517)."""
    name = normalised(metadata.get("Name")).replace("-", "_")
    folder = directory / f"{name}-{_normalised(metadata.get('Version'))}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_bytes(metadata.data)
    return folder.name


def _normalised(version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def read_dist_info(directory: Path) -> CoreMetadata:
    """Read METADATA of the `.dist-info` folder that a front end hands back to a build (PEP 517 `metadata_directory`).

    Some hand back the folder above, which setuptools takes too. Raises `ArchiveError` if the file is in neither.
    """
    for path in (directory / "METADATA", *sorted(directory.glob("*.dist-info/METADATA"))):
        if is_plain(path):
            return CoreMetadata.parse(read_for(path, bounds.METADATA), f"{path.parent.name}/METADATA")
    raise ArchiveError.at(
        str(directory),
        "this is no folder of prepared metadata: it has no METADATA",
        hint="the front end has to give the `.dist-info` folder that `prepare_metadata_for_build_wheel` has written",
    )
