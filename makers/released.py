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
    "win32": ("win32",),
    "win_arm64": ("win_arm64",),
    "musl": ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
    "universal2": ("macosx_10_13_universal2", "macosx_10_9_universal2"),
    "aarch64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
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


def wheel_of(requirement: str, platform: str, python: str = "3.11", abi: str = "") -> Path:
    """Download one wheel of a requirement, once; of PyPy with `abi` as its wheels have it."""

    def make(folder: Path) -> None:
        platforms = [word for one in PLATFORMS[platform] for word in ("--platform", one)]
        options: list[str | Path] = [
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--python-version",
            python,
            "--dest",
            folder,
        ]
        options += ["--implementation", "pp" if abi.startswith("pypy") else "cp", "--abi", abi] if abi else []
        Environment(folder, folder).run(sys.executable, "-m", "pip", "download", *options, *platforms, requirement)

    name = "-".join([requirement.replace("==", "-"), platform, *([python, abi] if abi else [])])
    (path,) = once(_KEPT / "wheels" / name, make).iterdir()
    return path


def installed(requirement: str) -> Path:
    """Install one distribution into a folder of its own, without what it requires, once."""

    def make(folder: Path) -> None:
        options = ("--quiet", "--no-deps", "--only-binary", ":all:", "--target", folder)
        Environment(folder, folder).run(sys.executable, "-m", "pip", "install", *options, requirement)

    return once(_KEPT / "installed" / requirement.replace("==", "-"), make)
