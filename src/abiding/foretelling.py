"""The METADATA of a wheel that is not built yet, from what is there already: PKG-INFO, or a static `[project]`.

The lines of the ABI level are not in it; they come from the declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import tags
from abiding.metadata import CoreMetadata
from abiding.pyproject import Pyproject, as_shown

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.declaration import Declaration, Entry
    from abiding.source import Source

__all__ = ["decided", "from_pkg_info", "from_project", "write_dist_info"]


def __dir__() -> list[str]:
    return __all__


def decided(entry: Entry) -> bool | None:
    """Whether the entry applies to every wheel that may be built here, to none, or (None) only to some."""
    if not entry.select:
        return True
    answers = {entry.selects(one) for one in tags.possible()}
    return answers.pop() if len(answers) == 1 else None


def from_pkg_info(source: Source, declaration: Declaration, *, version: str = "") -> CoreMetadata | None:
    """What the PKG-INFO of an unpacked sdist tells, without asking the wrapped backend.

    None where it does not tell enough. Where only the Metadata-Version is open, `version` stands in; `lowest` is the
    lowest lawful one.
    """
    pkg_info = source.foretold
    if pkg_info is None:
        return None
    metadata = pkg_info.as_built() if declaration.metadata_version is None else None
    if metadata is None and version:
        without = pkg_info.without_sanction()
        metadata = without.with_version(without.lowest_version if version == "lowest" else version)
    return metadata


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
        return CoreMetadata.parse(bytes(mesonpy.Metadata.from_pyproject(table, source.folder).as_rfc822()))
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
