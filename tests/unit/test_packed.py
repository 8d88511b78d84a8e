"""The pyproject.toml in an sdist: builds from the sdist go by it, and not by the folder that it was made of."""

from __future__ import annotations

import re
import subprocess
import tarfile
import tomllib
from typing import TYPE_CHECKING

import pytest

from abiding.builds.judgement import judge_packed
from abiding.findings.finding import Severity
from abiding.findings.screen import block
from abiding.project.pyproject import Pyproject
from makers.pyprojects import wrapping
from makers.trees import HookFailed, Tree

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = wrapping("mesonpy", version="1.4.0", api='"numpy>=1.26"', abi='"numpy<3"')
BARE = """\
[build-system]
requires = ["meson-python"]
build-backend = "mesonpy"

[project]
name = "spam"
version = "1.4.0"
dependencies = ["numpy>=1.26"]
"""


def committed(folder: Path, pyproject: str) -> Tree:
    tree = Tree.write(folder, {"pyproject.toml": pyproject, "meson.build": "project('spam', version: '1.4.0')\n"})
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    return tree


@pytest.mark.parametrize(
    ("before", "apart", "there"),
    [
        (
            BARE,
            "`build-system.requires`, `build-system.build-backend`, `tool.abiding`",
            "`build-system.build-backend` is `mesonpy` note: in the sdist, `tool.abiding` is missing",
        ),
        (
            PYPROJECT.replace("numpy<3", "numpy<2.5"),
            "`tool.abiding.wheel.dependencies`",
            "`tool.abiding.wheel.dependencies` has `numpy<2.5` and lacks `numpy<3`",
        ),
        (
            PYPROJECT.replace('"meson-python"]', '"meson-python>=0.17"]'),
            "`build-system.requires`",
            "`build-system.requires` has `meson-python>=0.17` and lacks `meson-python`",
        ),
        (PYPROJECT.replace("1.4.0", "1.3.9"), "`project.version`", "`project.version` is `1.3.9`"),
        (
            PYPROJECT.replace("numpy>=1.26", "numpy>=1.25"),
            "`project.dependencies`",
            "`project.dependencies` has `numpy>=1.25` and lacks `numpy>=1.26`",
        ),
    ],
    ids=["not wrapped", "another line", "another build requirement", "another version", "another requirement"],
)
def test_what_lets_it_be_built_in_another_way(before: str, apart: str, there: str) -> None:
    own = Pyproject.parse(PYPROJECT)
    (finding,) = judge_packed("spam-1.4.0.tar.gz", before.encode(), own, Severity.ERROR)
    assert finding.message == f"the pyproject.toml in `spam-1.4.0.tar.gz` has another {apart} than this one"
    assert f"in the sdist, {there}" in " note: ".join(finding.notes)
    assert finding.line
    assert judge_packed("spam-1.4.0.tar.gz", PYPROJECT.encode(), own, Severity.ERROR) == ()


def test_each_further_line_is_said_to_differ_too() -> None:
    committed = PYPROJECT.replace("1.4.0", "1.3.9").replace("numpy>=1.26", "numpy>=1.25")
    (finding,) = judge_packed("spam-1.4.0.tar.gz", committed.encode(), Pyproject.parse(PYPROJECT), Severity.ERROR)
    assert block(finding).count("  differs in the sdist, too\n") == 1


def test_what_was_not_committed(tmp_path: Path) -> None:
    tree = committed(tmp_path / "tree", BARE)
    (tree.folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    with pytest.raises(HookFailed) as caught:
        tree.hook("build_sdist", tmp_path / "dist")
    said = " ".join(caught.value.output.split())
    assert (
        "error[other-pyproject]: the pyproject.toml in `spam-1.4.0.tar.gz` has another `build-system.requires`" in said
    )
    assert "note: in the sdist, `tool.abiding` is missing" in said
    assert re.search(r"--> pyproject\.toml:\d+ ", said)
    assert "commit pyproject.toml" in said
    assert list((tmp_path / "dist").iterdir()) == []
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "b"], cwd=tree.folder, check=True
    )
    assert tree.hook("build_sdist", tmp_path / "dist") == "spam-1.4.0.tar.gz"


def test_what_else_was_not_committed(tmp_path: Path) -> None:
    """A control: the sdist says what the commit says, and is built as the folder is."""
    tree = committed(tmp_path / "tree", PYPROJECT.replace('version = "1.4.0"', 'version = "1.4.0"\nkeywords = []'))
    (tree.folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    name = tree.hook("build_sdist", tmp_path / "dist")
    with tarfile.open(tmp_path / "dist" / name) as sdist:
        member = sdist.extractfile("spam-1.4.0/pyproject.toml")
        assert member
        packed = tomllib.loads(member.read().decode())
    assert packed["tool"]["abiding"]["wheel"] == {"dependencies": ["numpy<3"]}
