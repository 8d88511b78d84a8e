"""Wheels that use a library of a provider."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from makers.compiled import library, wheel
from makers.shops import SONAME

if TYPE_CHECKING:
    from collections.abc import Sequence


def consumer(folder: Path, *calls: str, requires: Sequence[str], soname: str = SONAME) -> Path:
    """A wheel with a module that calls functions of the library, whatever versions of it there are."""
    stub = library(folder / "stub" / soname, *calls, soname=soname)
    module = library(folder / "_ham.so", calls=calls, links=[stub], run_path="$ORIGIN/../toy/lib")
    files: dict[str, Path | bytes] = {"ham/_ham.so": module, "ham/__init__.py": b""}
    return wheel(folder / "dist", "ham", files, requires=requires)
