"""The METADATA of a wheel that is not built yet, from what is there already: PKG-INFO, or a static `[project]`.

The lines of the ABI level are not in it; they come from the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.files.plain import is_plain, read_plain
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.project import tags
from abiding.project.pyproject import Pyproject, as_shown

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.project.declaration import Declaration, Entry
    from abiding.project.source import Source

__all__ = ["announced", "decided", "from_pkg_info", "from_project", "read_dist_info", "write_dist_info"]


def decided(entry: Entry) -> bool | None:
    """Whether the entry applies to every wheel that may be built here, to none, or (None) only to some."""
    if not entry.select:
        return True
    answers = {entry.selects(one) for one in tags.possible()}
    return answers.pop() if len(answers) == 1 else None


def announced(source: Source, declaration: Declaration, *, otherwise: str = "") -> CoreMetadata | None:
    """What PKG-INFO has announced for this declaration, without asking the wrapped backend; None if it has not.

    If only the Metadata-Version can't be told from it, that is `otherwise`, or None where that is empty.
    """
    pkg_info = source.foretold
    if pkg_info is None or not source.announced:
        return None
    metadata = pkg_info.as_built() if declaration.metadata_version is None else None
    return pkg_info.without_sanction().with_version(otherwise) if metadata is None and otherwise else metadata


def from_pkg_info(source: Source, declaration: Declaration) -> CoreMetadata | None:
    """What any PKG-INFO that can be relied on tells: right in meaning, and in spelling as far as can be known.

    None if there is no such file.
    """
    if source.foretold is None:
        return None
    without = source.foretold.without_sanction()
    known = without.as_built() if declaration.metadata_version is None else None
    return announced(source, declaration) or known or without.with_version(without.lowest_version)


def from_project(source: Source, declaration: Declaration) -> CoreMetadata | None:
    """What meson-python, which has no hook for it, will write where `[project]` leaves nothing for it to compute.

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
    from packaging.utils import canonicalize_name, canonicalize_version

    name = canonicalize_name(metadata.get("Name")).replace("-", "_")
    version = canonicalize_version(metadata.get("Version"), strip_trailing_zero=False)
    folder = directory / f"{name}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_bytes(metadata.data)
    return folder.name


def read_dist_info(directory: Path) -> CoreMetadata:
    """Read METADATA of the `.dist-info` folder that a front end hands back to a build (PEP 517 `metadata_directory`).

    Some hand back the folder above, which setuptools takes too. Raises `ArchiveError` if the file is in neither.
    """
    for path in (directory / "METADATA", *sorted(directory.glob("*.dist-info/METADATA"))):
        if is_plain(path):
            return CoreMetadata.parse(read_plain(path, bounds.METADATA), f"{path.parent.name}/METADATA")
    raise ArchiveError.at(
        str(directory),
        "is no folder of prepared metadata: it has no METADATA",
        hint="the front end has to give the `.dist-info` folder that `prepare_metadata_for_build_wheel` has written",
    )
