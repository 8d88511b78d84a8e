"""Released sdists, kept in the checkout where the tests keep them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from benchmarks.results import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def sdist_of(name: str, version: str) -> Path:
    """The sdist of a release; it is fetched from the index that pip uses if it is not there yet."""
    folder = CHECKOUT / ".cache" / "sdists" / f"{name}-{version}"
    path = folder / f"{name}-{version}.tar.gz"
    if path.exists():
        return path
    from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

    folder.mkdir(parents=True, exist_ok=True)
    with PyPISimple(os.environ.get("PIP_INDEX_URL", PYPI_SIMPLE_ENDPOINT)) as index:
        (package,) = (one for one in index.get_project_page(name).packages if one.filename == path.name)
        index.download_package(package, path)
    return path
