"""A release as a folder of files: an sdist, and wheels that differ from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import abiding
from abiding.releases.release import Release
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.pyprojects import wrapping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LINUX = wheel_name("cp313-cp313-manylinux_2_28_x86_64")
WINDOWS = wheel_name("cp313-cp313-win_amd64")
MAC = wheel_name("cp313-cp313-macosx_14_0_arm64")
SDIST = "spam-1.0.tar.gz"
NUMPY, EGG, GMP = "Requires-Dist: numpy>=1.26", "Requires-Dist: egg", "Requires-Dist: libgmp==6.3.0"
MAY_APPEND = "Dynamic: Requires-Dist"


def checked(folder: Path, files: Mapping[str, bytes], pyproject: str | None = None) -> Release:
    for filename, data in files.items():
        if filename.endswith(".whl"):
            write_wheel(folder, filename, data)
        else:
            write_sdist(folder, filename, data, pyproject)
    (release,) = abiding.check([folder])
    assert not release.unread
    return without_levels(release)


def without_levels(release: Release) -> Release:
    """Levels have tests of their own."""
    return release._replace(findings=tuple(one for one in release.findings if one.field != "level"))


def said(release: Release) -> set[tuple[str, str, str]]:
    return {(str(one.severity), one.rule, one.field) for one in release.findings}


PYPROJECT = wrapping(
    "flit_core.buildapi",
    api='"numpy>=1.26"',
    more='wheels-differ = "the OpenBLAS of macOS 14, and builds for CUDA and MPI"\n',
    abi="""
    "libgmp==6.3.0",
    { requires = "openblas==x.x.*", select = "*-macosx_14_0_*" },
    { requires = "nccl", variant = "cuda" },
    { requires = "mpich", variant = "mpi" },
""",
)

SAID = metadata(MAY_APPEND, NUMPY)
