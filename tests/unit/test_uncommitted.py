"""meson-python packs the last commit: where there is none, its error has our hint, which leads out."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from abiding.builds.uncommitted import uncommitted
from makers.pyprojects import wrapping
from makers.trees import HookFailed, Tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PYPROJECT = wrapping("mesonpy", version="1.4.0", api='"numpy>=1.26"', abi='"numpy<3"')
FILES = {"pyproject.toml": PYPROJECT, "meson.build": "project('spam', version: '1.4.0')\n"}
INIT, ADD = ["init", "-q"], ["add", "."]
COMMIT = ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "a"]


def git(folder: Path, *commands: list[str]) -> None:
    for arguments in commands:
        subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("before", "why", "way"),
    [
        ((), "that is in no repository", "make it one: `git init`, `git add --all` and `git commit`"),
        ((INIT,), "the repository has no commit yet", "commit it: `git add --all` and `git commit`"),
        ((INIT, ["add", "pyproject.toml"], COMMIT), "`meson.build` is not in it", "commit it: `git add --all`"),
    ],
)
def test_the_hint_leads_out(tmp_path: Path, before: tuple[list[str], ...], why: str, way: str) -> None:
    tree = Tree.write(tmp_path / "tree", FILES)
    git(tree.folder, *before)
    (tmp_path / "dist").mkdir()
    with pytest.raises(HookFailed):
        tree.hook("build_sdist", tmp_path / "dist")
    said = " ".join(tree.said[-1].split())
    assert (
        f"abiding: error[failed-build]: `mesonpy` packs the last commit of the folder into an sdist, and {why}" in said
    )
    assert f"hint: {way}" in said
    git(tree.folder, INIT, ADD, COMMIT)
    assert tree.hook("build_sdist", tmp_path / "dist") == "spam-1.4.0.tar.gz"


def test_nothing_is_said_of_what_is_committed(tmp_path: Path) -> None:
    """Meson may fail for any other reason."""
    tree = Tree.write(tmp_path, FILES)
    assert not uncommitted("flit_core.buildapi", tree.folder)
    git(tree.folder, INIT, ADD, COMMIT)
    assert not uncommitted("mesonpy", tree.folder)
    (tree.folder / "meson.build").write_text("project('spam'\n")
    (tmp_path / "dist").mkdir()
    with pytest.raises(HookFailed):
        tree.hook("build_sdist", tmp_path / "dist")
    assert "packs the last commit" not in tree.said[-1]


def test_git_may_be_missing_or_not_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Tree.write(tmp_path, FILES)
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    (finding,) = uncommitted("mesonpy", tree.folder)
    assert "git does not read the repository: fatal: " in finding.message
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = uncommitted("mesonpy", tree.folder)
    assert finding.message.endswith("`git` can't be run: No such file or directory")
    (tmp_path / ".hg").mkdir()
    assert not uncommitted("mesonpy", tree.folder)
