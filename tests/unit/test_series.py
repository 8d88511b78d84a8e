"""What the loader says of a provider that does not fit, as the page of providers quotes it."""

from __future__ import annotations

import ctypes
import subprocess
from typing import TYPE_CHECKING

import pytest
from evidence.series import said

from makers.compiled import library

if TYPE_CHECKING:
    from pathlib import Path


def versioned(path: Path, version: str) -> Path:
    """A library whose only function has a version."""
    path.parent.mkdir()
    script = path.parent / "versions"
    script.write_text(f"{version} {{ global: toy; local: *; }};")
    options = [
        "-shared",
        "-fPIC",
        "-x",
        "c",
        "-",
        "-o",
        path,
        f"-Wl,-soname,{path.name}",
        f"-Wl,--version-script={script}",
    ]
    subprocess.run(["gcc", *map(str, options)], input="int toy(void) { return 1; }", text=True, check=True)
    return path


def loaded(path: Path) -> str:
    with pytest.raises(OSError) as caught:  # noqa: PT011 (what it says is what is tested)
        ctypes.CDLL(str(path))
    return str(caught.value)


def test_what_the_loader_says(tmp_path: Path) -> None:
    old = versioned(tmp_path / "old" / "libtoy_said.so", "TOY_1")
    new = versioned(tmp_path / "new" / old.name, "TOY_1.1")
    module = library(tmp_path / "_spam.so", calls=["toy"], links=[new], run_path="$ORIGIN/old")
    assert said(loaded(module)) == "version TOY_1.1 not found"
    lacking = library(tmp_path / "libham.so", calls=["toy_missing"], links=[old], run_path="$ORIGIN/old")
    assert said(loaded(lacking)) == "undefined symbol: toy_missing"
    old.unlink()
    assert said(loaded(module)) == "libtoy_said.so: cannot open shared object file"
    assert said("ImportError: something else\n") == "ImportError: something else"
    assert said("") == "ended"
