"""The demo is what a newcomer runs first, and the README what a newcomer reads first."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
import tomlkit

from makers.environments import Environment
from makers.proving import git
from makers.trees import SOURCES, Tree, metadata, pkg_info, unpacked

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


def test_demo_shows_both_levels(tmp_path: Path, wheelhouse: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    shown = environment.run("bash", CHECKOUT / "scripts" / "demo", cwd=tmp_path).stdout
    rows = [line.split() for line in shown.splitlines()]
    api, line = ["Requires-Dist:", "numpy>=1.26"], ["Requires-Dist:"]
    assert [*api, *api] in rows
    assert ["Dynamic:", "Requires-Dist", "<"] in rows
    assert [">", *line, "numpy>=2,<3"] in rows
    assert [">", *line, "numpy<2.9"] in rows
    assert "declared: 1 of 1 wheel differs from the sdist, all as declared" in shown


@pytest.mark.parametrize("place", [0, 1], ids=["before", "after"])
def test_the_readme_shows_what_is_built_today(place: int, tmp_path: Path) -> None:
    """By the hooks, of the pyproject.toml that stands there, and of the same without what abiding brought."""
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    shown = re.findall(r"```text\nsdist: PKG-INFO .*\n([^`]*)```", readme)[place]
    (text,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    document = tomlkit.parse(text)
    backend = str(document["build-system"]["build-backend"])
    if place == 0:
        backend = str(document["tool"]["abiding"]["build-backend"])
        document["build-system"] |= {"requires": ["meson-python", "numpy>=2"], "build-backend": backend}
        del document["tool"], document["project"]["dynamic"]
    folder = tmp_path / "spam"
    shutil.copytree(CHECKOUT / "examples" / "spam", folder)
    (folder / "pyproject.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "spam")
    tree = Tree(folder, {"PYTHONPATH": str(SOURCES)}, [])
    sdist = tmp_path / "sdist" / tree.hook("build_sdist", tmp_path / "sdist", backend=backend)
    inside = Tree(unpacked(sdist, tmp_path / "in"), tree.environment, [])
    wheel = tmp_path / "wheel" / inside.hook("build_wheel", tmp_path / "wheel", backend=backend)
    rows = [(line[:39].strip(), line[39:].strip()) for line in shown.splitlines()]
    left, right = ([row for row in column if row] for column in zip(*rows, strict=True))
    built = [core.data.decode().strip().splitlines() for core in (pkg_info(sdist), metadata(wheel))]
    assert [left, right] == built
