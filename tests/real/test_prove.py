"""`abiding prove` on real projects in real isolated environments: those that keep their word, and copies made wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from makers.environments import UNOPTIMISED, Environment
from makers.projects import as_tree, lay, unpack, wrap
from makers.released import sdist_of

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from makers.projects import Project

pytestmark = [pytest.mark.real, pytest.mark.network]

EXAMPLES = CHECKOUT / "examples"
SPAM = EXAMPLES / "spam"
# As written by many a project of old, but sure to differ: of so many names the same ones do not come twice.
RANDOM_SAMPLE = """\
import random
from setuptools import setup

names = ["requests", "rich", "numpy", *(f"library-{number}" for number in range(60))]
setup(name="stupid", version="1", py_modules=["stupid"], install_requires=random.sample(names, 30))
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run of the command said."""

    code: int
    data: Any
    stderr: str

    @property
    def rules(self) -> set[str]:
        return {one["rule"] for one in self.data["findings"] if one["severity"] != "note"}

    def requires(self, level: str | None, what: str) -> set[tuple[str, ...]]:
        builds = [one for one in self.data["builds"] if (one["level"], one["what"]) == (level, what)]
        return {tuple(one["requires_dist"]) for one in builds}


@pytest.fixture
def prove(wheelhouse: Path, tmp_path: Path) -> Callable[..., Answer]:
    def run(source: Path, *options: str, wheels: Path = wheelhouse, more: Mapping[str, str] | None = None) -> Answer:
        environment = Environment(tmp_path / "environment", wheels, more or {})
        command: tuple[str | Path, ...] = ("-m", "abiding", "prove", source, "--output-format", "json", *options)
        outcome = environment.run(sys.executable, *command, code=None)
        assert outcome.code in {0, 1, 2}, str(outcome)
        assert outcome.stdout.startswith("{"), str(outcome)
        return Answer(outcome.code, json.loads(outcome.stdout), outcome.stderr)

    return run


def copy_of(example: str, folder: Path, changes: Sequence[tuple[str, str, str]]) -> Path:
    """A copy of an example in a repository of its own, with some texts in its files replaced by others."""
    source = folder / "source"
    shutil.copytree(EXAMPLES / example, source)
    for name, old, new in changes:
        text = (source / name).read_text("utf-8")
        assert old in text
        (source / name).write_text(text.replace(old, new), encoding="utf-8")
    return lay(source, folder / Path(example).name, git="v1.4.0")


def test_the_example(prove: Callable[..., Answer]) -> None:
    before = {path: path.read_bytes() for path in SPAM.rglob("*") if path.is_file()}
    answer = prove(SPAM)
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    assert {one["state"] for one in answer.data["builds"]} == {"built"}
    assert len(answer.data["builds"]) == 2 * 8
    for what in ("wheel", "prepared wheel", "editable", "prepared editable"):
        assert answer.requires("abi", what) == {("numpy>=1.26", "numpy>=2,<3", "numpy<2.9")}
        assert answer.requires("api", what) == {("numpy>=1.26",)}
    assert answer.requires("abi", "sdist") == answer.requires("api", "sdist") == {("numpy>=1.26",)}
    assert {path: path.read_bytes() for path in SPAM.rglob("*") if path.is_file()} == before


# A version that the build makes up; and meson-python finds in the sdist less than in the tree.
WRONG = {
    "not-repeatable": (
        [
            ("pyproject.toml", 'version = "1.4.0"\n', ""),
            ("pyproject.toml", 'dynamic = ["dependencies"]', 'dynamic = ["dependencies", "version"]'),
            ("meson.build", "version: '1.4.0'", "version: run_command('date', '+1.%s%N', check: true).stdout().strip()"),
        ],
        2,  # abiding itself does not build a wheel that is not of the version that the sdist has
        "`Version` of the sdist is not the same twice",
    ),
    "failed-build": (
        [("meson.build", "py.ext", "meson.add_dist_script('sh', '-c', 'rm $MESON_DIST_ROOT/spam/_spam.c')\npy.ext")],
        2,
        "`build_wheel` did not succeed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", WRONG)
def test_a_copy_made_wrong(rule: str, prove: Callable[..., Answer], tmp_path: Path) -> None:
    changes, code, message = WRONG[rule]
    answer = prove(copy_of("spam", tmp_path, changes), "--level", "api")
    assert (answer.code, rule in answer.rules) == (code, True), answer
    assert message in {one["message"] for one in answer.data["findings"]}, answer


def test_a_copy_that_abiding_refuses_to_build(prove: Callable[..., Answer], tmp_path: Path) -> None:
    backend = "from mesonpy import *\nimport mesonpy\n\ndef build_wheel(folder, settings=None, prepared=None):\n"
    backend += "    import zipfile, pathlib\n    name = mesonpy.build_wheel(folder, settings)\n"
    backend += "    path = pathlib.Path(folder, name)\n    with zipfile.ZipFile(path) as archive:\n"
    backend += "        members = {one: archive.read(one) for one in archive.namelist()}\n"
    backend += "    with zipfile.ZipFile(path, 'w') as archive:\n        for one, data in members.items():\n"
    backend += "            if one.endswith('.dist-info/METADATA'):\n"
    backend += (
        "                data = data.replace(b'\\nRequires-Dist', b'\\nRequires-Dist: scipy\\nRequires-Dist', 1)\n"
    )
    backend += "            archive.writestr(one, data)\n    return name\n"
    tree = copy_of(
        "spam",
        tmp_path,
        [("pyproject.toml", 'build-backend = "mesonpy"', 'build-backend = "adding"\nbackend-path = ["."]')],
    )
    (tree / "adding.py").write_text(backend, encoding="utf-8")
    answer = prove(tree, "--level", "abi")
    assert (answer.code, answer.data["verdict"]) == (2, "unproven"), answer
    assert "abiding: error[undeclared-requirement]: the wheel adds `scipy`" in answer.stderr


def test_eggs_whose_pin_is_filled_by_each_build(prove: Callable[..., Answer]) -> None:
    answer = prove(EXAMPLES / "eggs")
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    ((declared, filled),) = answer.requires("abi", "wheel")
    assert declared == "numpy>=1.26"
    assert re.fullmatch(r"numpy<\d+,>=2\.\d+|numpy>=2\.\d+,<\d+", filled), filled
    assert answer.requires("abi", "prepared wheel") == {(declared, filled)}
    assert answer.requires("api", "wheel") == answer.requires("abi", "sdist") == {(declared,)}


# Examples of native requirements: at the API level they take the libraries of Debian

on_debian = pytest.mark.skipif(not shutil.which("dpkg-query"), reason="the examples use the libraries of Debian")
OPENBLAS = "scipy-openblas32==0.3.34.481.3"
SHARED_GMP = "shared-gmp==6.2.1"
UNUSED = "abiding: error[unused-provider]: `{}` is declared as native, and no file of the wheel uses a library of it"


def failed(answer: Answer) -> list[str]:
    findings = [one for one in answer.data["findings"] if one["rule"] == "failed-build"]
    return [artifact for one in findings for artifact in one["artifacts"]]


@on_debian
def test_scipy_openblas(prove: Callable[..., Answer]) -> None:
    answer = prove(EXAMPLES / "scipy-openblas")
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    assert answer.requires("abi", "wheel") == answer.requires("abi", "prepared editable") == {(OPENBLAS,)}
    assert answer.requires("api", "wheel") == answer.requires("abi", "sdist") == {()}


@on_debian
def test_scipy_openblas_that_takes_the_systems_library(prove: Callable[..., Answer], tmp_path: Path) -> None:
    changes = [("meson.build", "dependency('scipy-openblas', ", "dependency(")]
    answer = prove(copy_of("scipy-openblas", tmp_path, changes), "--level", "abi")
    assert (answer.code, answer.data["verdict"]) == (2, "unproven"), answer
    assert failed(answer) == ["level abi: wheel from the tree", "level abi: wheel from the sdist"], answer
    assert UNUSED.format("scipy-openblas32") in " ".join(answer.stderr.split())


@on_debian
def test_gmpsum(prove: Callable[..., Answer], gmp: Path) -> None:
    answer = prove(EXAMPLES / "shared-gmp" / "gmpsum", "--level", "abi", wheels=gmp / "work" / "wheels")
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    assert answer.requires("abi", "wheel") == answer.requires("abi", "editable") == {(SHARED_GMP,)}
    assert answer.requires("abi", "sdist") == {()}


@on_debian
def test_gmpsum_whose_sdist_is_linked_with_nothing(prove: Callable[..., Answer], gmp: Path, tmp_path: Path) -> None:
    """Only who builds from the sdist would notice: the wheel from the tree is right."""
    found = "import('fs').exists('PKG-INFO') ? declare_dependency() : dependency('gmp')"
    tree = copy_of("shared-gmp/gmpsum", tmp_path, [("meson.build", "dependency('gmp')", found)])
    answer = prove(tree, "--level", "abi", wheels=gmp / "work" / "wheels")
    assert (answer.code, answer.data["verdict"]) == (2, "unproven"), answer
    assert failed(answer) == ["level abi: wheel from the sdist"], answer
    assert UNUSED.format("shared-gmp") in " ".join(answer.stderr.split())


@on_debian
@pytest.mark.parametrize("kind", ["as a tree", "with an old PKG-INFO"])
def test_gmpy2_with_another_gmp(
    kind: str, prove: Callable[..., Answer], release: Callable[[str], Path], gmp: Path, tmp_path: Path
) -> None:
    """The released sdist with another pyproject.toml; its PKG-INFO says nothing of what wheels may add."""
    tree = unpack(release("gmpy2"), tmp_path / "gmpy2")
    subprocess.run([sys.executable, EXAMPLES / "shared-gmp" / "gmpy2.py", tree], check=True)
    if kind == "as a tree":
        tree = lay(as_tree(tree), tmp_path / "tree", git="v2.3.2")
    answer = prove(tree, "--level", "abi", wheels=gmp / "work" / "wheels", more=UNOPTIMISED)
    assert not failed(answer), answer
    for what in ("wheel", "prepared wheel"):
        (lines,) = answer.requires("abi", what)
        assert [line for line in lines if "extra ==" not in line] == [SHARED_GMP]
    if kind == "as a tree":
        assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    else:
        assert (answer.code, answer.data["verdict"], answer.rules) == (1, "refuted", {"not-dynamic"}), answer
        messages = {one["message"] for one in answer.data["findings"]}
        assert "PKG-INFO does not say that wheels may require more" in messages


@on_debian
@pytest.mark.parametrize("wrong", [False, True])
def test_the_provider(wrong: bool, prove: Callable[..., Answer], tmp_path: Path) -> None:
    requires = 'install_requires=["cffi"] if "bdist_wheel" in __import__("sys").argv else [], distclass='
    changes = [
        ("setup.py", "distclass=", requires),
        ("pyproject.toml", "[project]", '[project]\ndynamic = ["dependencies"]'),
    ]
    answer = prove(copy_of("shared-gmp/provider", tmp_path, changes) if wrong else EXAMPLES / "shared-gmp" / "provider")
    if not wrong:
        assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
        return
    assert (answer.code, "prepared-differs" in answer.rules) == (1, True), answer
    messages = {one["message"] for one in answer.data["findings"]}
    assert "`Requires-Dist` of the wheel is not what was prepared for it" in messages


def test_a_random_sample(prove: Callable[..., Answer], tmp_path: Path) -> None:
    tree = tmp_path / "stupid"
    tree.mkdir()
    (tree / "setup.py").write_text(RANDOM_SAMPLE, encoding="utf-8")
    (tree / "stupid.py").touch()
    answer = prove(tree)
    assert (answer.code, answer.data["verdict"], answer.rules) == (1, "refuted", {"not-repeatable"}), answer
    assert {one["field"] for one in answer.data["findings"] if one["severity"] == "error"} == {"Requires-Dist"}
    assert "`Requires-Dist` of the sdist is not the same twice" in {one["message"] for one in answer.data["findings"]}
    assert sorted(path.name for path in tree.iterdir()) == ["setup.py", "stupid.py"]


SETUP = """\
import pathlib, sys
from setuptools import setup

unpacked = pathlib.Path("PKG-INFO").exists()
setup(name="stupid", version="1", packages=["stupid"], package_data={"stupid": ["*.txt"]}, install_requires=[LINE])
"""
# The one requirement depends on where it is built, the other on which hook is called.
LINES = "'rich' if unpacked else 'numpy', 'attrs' if 'bdist_wheel' in sys.argv else 'click'"
WRONG_SETUP = {
    "builds-disagree": "`Requires-Dist` of the wheel from the sdist is not that of the wheel from the tree",
    "prepared-differs": "`Requires-Dist` of the wheel is not what was prepared for it",
    "other-files": "the wheel from the sdist lacks 1 file of the wheel from the tree",
}


def test_a_setup_made_wrong(prove: Callable[..., Answer], tmp_path: Path) -> None:
    package = tmp_path / "stupid" / "stupid"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "table.txt").touch()
    (tmp_path / "stupid" / "setup.py").write_text(SETUP.replace("LINE", LINES), encoding="utf-8")
    (tmp_path / "stupid" / "MANIFEST.in").write_text("global-exclude *.txt\n", encoding="utf-8")
    answer = prove(tmp_path / "stupid")
    assert (answer.code, answer.rules) == (1, {*WRONG_SETUP}), answer
    found = {(one["rule"], one["message"]) for one in answer.data["findings"]}
    assert WRONG_SETUP.items() <= found, answer


def test_a_release_that_does_not_use_abiding(prove: Callable[..., Answer], release: Callable[[str], Path]) -> None:
    answer = prove(release("gmpy2"), "--yes", more=UNOPTIMISED)
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    assert {(one["from"], one["state"]) for one in answer.data["builds"]} == {("sdist", "built")}
    assert answer.data["project"]["name"] == "gmpy2"


def test_a_tree_that_does_not_use_abiding(
    prove: Callable[..., Answer], project: Callable[[str], Project], tmp_path: Path
) -> None:
    """meson-python has no hook for metadata alone, and makes no sdist outside a repository."""
    tree = project("mesonpy_tree").lay(tmp_path / "tree", "bare")
    answer = prove(tree)
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    states = {(one["what"], one["from"]): one["state"] for one in answer.data["builds"]}
    assert {what for (what, _), state in states.items() if state == "absent"} == {"prepared wheel", "prepared editable"}
    assert states["sdist", "sdist"] == states["wheel", "sdist"] == states["editable", "tree"] == "built"


def test_by_venv_and_pip(prove: Callable[..., Answer], tmp_path: Path) -> None:
    """Without uv on PATH; PATH keeps what compilers and git need."""
    tree = tmp_path / "stupid"
    tree.mkdir()
    fixed = RANDOM_SAMPLE.replace("random.sample(names, 30)", "names")
    (tree / "setup.py").write_text(fixed, encoding="utf-8")
    (tree / "stupid.py").touch()
    path = [one for one in os.environ["PATH"].split(os.pathsep) if not Path(one, "uv").exists()]
    answer = prove(tree, more={"PATH": os.pathsep.join(path)})
    assert (answer.code, answer.data["verdict"]) == (0, "proven"), answer


# Versions that come from git


@pytest.mark.parametrize(("name", "version"), [("pluggy", "1.6.0"), ("iniconfig", "2.1.0"), ("qcodes", "0.52.0")])
def test_releases_whose_version_came_from_git(prove: Callable[..., Answer], name: str, version: str) -> None:
    """By setuptools-scm, hatch-vcs and versioningit: the sdist carries the version."""
    answer = prove(sdist_of(name, version), "--yes")
    assert (answer.code, answer.data["verdict"], answer.data["project"]["version"]) == (0, "proven", version), answer


@pytest.mark.parametrize(
    ("tool", "behind", "wrapped"),
    # Each with each of the others: what git says and how that is asked has nothing to do with who asks.
    [
        ("setuptools_scm", True, True),
        ("setuptools_scm", False, False),
        ("versioningit", True, False),
        ("versioningit", False, True),
    ],
)
def test_a_version_that_meson_asks_git_for(
    tool: str, behind: bool, wrapped: bool, prove: Callable[..., Answer], tmp_path: Path
) -> None:
    """meson-python makes an sdist of a repository only; in that of an sdist its version has to be found, too."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "spam.py").touch()
    (source / "meson.build").write_text(
        f"project('spam', version: run_command('python3', '-m', '{tool}', check: true).stdout().strip())\n"
        "import('python').find_installation(pure: true).install_sources('spam.py')\n"
    )
    pyproject = f"""\
[build-system]
requires = ["meson-python", "{tool}"]
build-backend = "mesonpy"
[project]
name = "spam"
dynamic = ["version"]
[tool.{tool}]
"""
    tree = lay(source, tmp_path / "spam", wrap(pyproject) if wrapped else pyproject, git="v1.2.0")
    if behind:
        commit = ("-c", "user.name=x", "-c", "user.email=x", "commit", "--quiet", "--allow-empty", "--message", "x")
        subprocess.run(["git", *commit], cwd=tree, check=True)
    answer = prove(tree, *(("--level", "abi") if wrapped else ()))
    assert (answer.code, answer.data["verdict"], answer.rules) == (0, "proven", set()), answer
    assert answer.data["project"]["version"].startswith(
        "1.2.0" if not behind or tool == "versioningit" else "1.2.1.dev1+g"
    )
