"""Projects whose version comes from git, and whose backend makes an sdist of a repository only, also from an sdist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abiding.findings.finding import Severity
from abiding.proof import ProofVerdict
from abiding.proof.building import StepState
from abiding.proof.copies import make_repository, tags_of
from abiding.proof.plan import BuiltFrom, What
from makers.proving import BACKEND, PYPROJECT, git, proven
from makers.trees import Tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

# As meson-python, which exports what is committed.
OF_VERSION = BACKEND.replace('"Version: 1.4.0"', 'f"Version: {says.version()}"')
WANTS_GIT = OF_VERSION.replace('"spam-1.4.0', 'f"spam-{says.version()}').replace(
    'text = _metadata("build_sdist")',
    'text = _metadata("build_sdist")\n        if not os.path.exists(".git"): raise SystemExit("no repository")',
)
SAYS = """
    import functools, os, pathlib, subprocess, time
    in_sdist, in_repository = (pathlib.Path(name).exists() for name in ("PKG-INFO", ".git"))
    def lines(hook, count): return []
    def more(hook): return ["told.txt"] if hook == "build_sdist" else []
"""
# What tools of this kind do: ask git, and outside of a repository PKG-INFO. They leave behind what they have found.
ASKING_GIT = """
    @functools.cache
    def version():
        if in_repository:
            command = ["git", "describe", "--tags", "--dirty=.dirty", "--match", "release/*"]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            if in_sdist:
                pathlib.Path("told.txt").write_text(str(time.time()))
            return said.removeprefix("release/").replace("-", ".post", 1).replace("-", "+", 1)
        return pathlib.Path("PKG-INFO").read_text().partition("\\nVersion: ")[2].partition("\\n")[0]
"""
# As setuptools-scm: what it is told counts, and where there are no tags it makes one up.
TOLD = """
    def version():
        made_up = "0.1.dev1" if in_repository and in_sdist else "1.2.1.dev3+gabc"
        return os.environ.get("SETUPTOOLS_SCM_PRETEND_VERSION", made_up)
"""
MADE_UP = TOLD.replace('os.environ.get("SETUPTOOLS_SCM_PRETEND_VERSION", made_up)', "made_up")


def tree(folder: Path, version: str, *tags: str) -> Path:
    Tree.write(folder, {"pyproject.toml": PYPROJECT, "odd.py": WANTS_GIT, "says.py": SAYS + version, "told.txt": ""})
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    for tag in tags:
        git(folder, "tag", tag)
    return folder


@pytest.mark.parametrize(
    ("version", "tags", "expected"),
    [
        (ASKING_GIT, ["release/1.2.0"], "1.2.0"),
        (TOLD, [], "1.2.1.dev3+gabc"),
    ],
)
def test_the_sdist_of_the_sdist_has_its_version(tmp_path: Path, version: str, tags: list[str], expected: str) -> None:
    proof = proven(tree(tmp_path / "spam", version, *tags))
    assert (proof.verdict, proof.version, proof.findings) == (ProofVerdict.PROVEN, expected, ())
    (again,) = (one for one in proof.builds if (one.step.what, one.step.origin) == (What.SDIST, BuiltFrom.SDIST))
    assert [result.metadata.get("Version") for result in again.results] == [expected] * 2


def test_a_version_that_only_history_tells_is_not_judged(tmp_path: Path) -> None:
    """The repository has none: that is nothing that a project could mend."""
    proof = proven(tree(tmp_path / "spam", MADE_UP))
    assert proof.verdict is ProofVerdict.PROVEN
    assert {(one.field, one.severity) for one in proof.findings} == {("Version", Severity.NOTE)}
    assert not any("an installer resolves" in note for one in proof.findings for note in one.notes)


def test_a_version_that_changes_otherwise_is_judged(tmp_path: Path) -> None:
    """In the wheel from the sdist, for which no repository is made."""
    proof = proven(tree(tmp_path / "spam", MADE_UP.replace("in_repository and in_sdist", "in_sdist")))
    assert proof.verdict is ProofVerdict.REFUTED
    errors = {(one.rule, one.field) for one in proof.findings if one.severity is Severity.ERROR}
    assert ("builds-disagree", "Version") in errors
    assert "wrong-version" not in {rule for rule, _ in errors}


def test_what_a_repository_of_ours_says(tmp_path: Path) -> None:
    folder = tmp_path / "spam"
    Tree.write(folder, {"PKG-INFO": "Version: 1\n", "a.py": "1\n"})
    assert tags_of(folder) == ()
    for text in ("1\n", "2\n"):
        (folder / "a.py").write_text(text)
        make_repository(folder, ("v1.0", "spam-1.0"))
        assert git(folder, "status", "--porcelain") == ""
        assert set(tags_of(folder)) == {"v1.0", "spam-1.0"}
    assert git(folder, "ls-files") == "a.py\n"


def test_what_fails_in_a_repository_too_is_reported_as_it_failed_without(tmp_path: Path) -> None:
    failing = "\n    if in_sdist and in_repository: raise SystemExit('no')" + ASKING_GIT
    proof = proven(tree(tmp_path / "spam", failing, "release/1.2.0"))
    assert proof.verdict is ProofVerdict.UNPROVEN
    (failed,) = (one for one in proof.builds if one.state is StepState.FAILED)
    assert failed.output.strip().endswith("no repository")
