"""`abiding init` on a release whose backend fills in what `[project]` leaves out."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from makers.projects import unpack
from makers.released import sdist_of
from makers.trees import Tree, metadata, pkg_info

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


def test_zeroconf(tmp_path: Path) -> None:
    folder = tmp_path / "zeroconf"
    unpack(sdist_of("zeroconf", "0.154.0"), folder)
    (folder / "PKG-INFO").unlink()
    tree = Tree(folder, {"SKIP_CYTHON": "1"}, [])
    bare = {
        hook: tree.hook(hook, tmp_path / "bare", backend="poetry.core.masonry.api")
        for hook in ("build_sdist", "build_wheel")
    }
    subprocess.run([sys.executable, "-m", "abiding", "init", "--yes", folder], check=True)
    for hook, read in (("build_sdist", pkg_info), ("build_wheel", metadata)):
        before = read(tmp_path / "bare" / bare[hook])
        after = read(tmp_path / "wrapped" / tree.hook(hook, tmp_path / "wrapped"))
        assert set(after.fields) - set(before.fields) <= {("Dynamic", "Requires-Dist")}
        assert before.all("Requires-Dist") == after.all("Requires-Dist") != ()
