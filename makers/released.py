"""Sdists and wheels of releases on the index, kept in the checkout between sessions."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

from makers.environments import Environment
from makers.workshop import once

_KEPT = Path(__file__).resolve().parents[1] / ".cache"

PLATFORMS = {
    "linux": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "mac": ("macosx_14_0_arm64", "macosx_11_0_arm64"),
    "win": ("win_amd64",),
}


def sdist_of(name: str, version: str) -> Path:
    """Download the sdist of a release, once."""

    def make(folder: Path) -> None:
        with PyPISimple(os.environ.get("PIP_INDEX_URL", PYPI_SIMPLE_ENDPOINT)) as index:
            (package,) = (
                package
                for package in index.get_project_page(name).packages
                if package.version == version and package.package_type == "sdist"
            )
            index.download_package(package, folder / package.filename)

    (sdist,) = once(_KEPT / "sdists" / f"{name}-{version}", make).iterdir()
    return sdist


def wheel_of(requirement: str, platform: str) -> Path:
    """Download one wheel of a requirement, once."""

    def make(folder: Path) -> None:
        platforms = [word for one in PLATFORMS[platform] for word in ("--platform", one)]
        options = ("--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11", "--dest", folder)
        Environment(folder, folder).run(sys.executable, "-m", "pip", "download", *options, *platforms, requirement)

    (path,) = once(_KEPT / "wheels" / f"{requirement.replace('==', '-')}-{platform}", make).iterdir()
    return path


def installed(requirement: str) -> Path:
    """Install one distribution into a folder of its own, without what it requires, once."""

    def make(folder: Path) -> None:
        options = ("--quiet", "--no-deps", "--only-binary", ":all:", "--target", folder)
        Environment(folder, folder).run(sys.executable, "-m", "pip", "install", *options, requirement)

    return once(_KEPT / "installed" / requirement.replace("==", "-"), make)
