"""Released archives, kept in the checkout where the tests keep them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from benchmarks.results import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def sdist_of(name: str, version: str) -> Path:
    """The sdist of a release."""
    return _fetched(name, f"{name}-{version}.tar.gz", "sdists", f"{name}-{version}")


def wheel_of(name: str, filename: str) -> Path:
    """One wheel of a release."""
    return _fetched(name, filename, "wheels", filename.removesuffix(".whl"))


def _fetched(name: str, filename: str, *folders: str) -> Path:
    """A file of a project, from the index that pip uses if it is not there yet."""
    path = CHECKOUT.joinpath(".cache", *folders, filename)
    if path.exists():
        return path
    from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

    path.parent.mkdir(parents=True, exist_ok=True)
    with PyPISimple(os.environ.get("PIP_INDEX_URL", PYPI_SIMPLE_ENDPOINT)) as index:
        (package,) = (one for one in index.get_project_page(name).packages if one.filename == filename)
        index.download_package(package, path)
    return path
