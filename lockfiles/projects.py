"""The examples, built in three ways: with abiding, bare, and bare with a pin that setup.py adds to wheels."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import tomlkit

from makers.environments import Environment, uv
from makers.projects import lay, read_pyproject, unwrap

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
VERSIONS = {"spam": "1.4.0", "dots": "1.0.0", "eggs": "2.0.1"}


class Way(StrEnum):
    """How the same sources say what they require."""

    ABIDING = "with abiding"
    BARE = "bare"
    BY_HAND = "by hand"
    # Two wheels of one release, for Linux and for Windows; the one for Windows needs colorama.
    SELECT = "with select"
    MARKER = "with a marker"


# As projects do it that know no better: the sdist does not know what it was not asked.
_BY_HAND = """import sys

import numpy
from setuptools import Extension, setup

requires = ["numpy>=1.26"]
if {"bdist_wheel", "dist_info", "editable_wheel"} & set(sys.argv):
    major, minor = map(int, numpy.__version__.split(".")[:2])
    requires.append(f"numpy>={major}.{minor},<{major + 1}")

setup(
    install_requires=requires,
    ext_modules=[Extension("eggs._eggs", ["eggs/_eggs.c"], include_dirs=[numpy.get_include()])],
)
"""
_COLORAMA = {
    Way.SELECT: {"requires": "colorama", "select": "*-win_amd64"},
    Way.MARKER: {"requires": "colorama; sys_platform == 'win32'"},
}


def build(folder: Path, wheelhouse: Path) -> None:
    """Build sdists and repaired wheels into one folder for each way."""
    environment = Environment(folder, wheelhouse, {"CFLAGS": "-O0 -g0"})
    trees = folder / "trees"
    for name, source in {"spam": "spam", "dots": "scipy-openblas", "eggs": "eggs"}.items():
        tree = lay(EXAMPLES / source, trees / Way.ABIDING / name, git="v1")
        _publish(tree, folder / Way.ABIDING, environment)
    spam = read_pyproject(EXAMPLES / "spam")
    # `abiding repair` would refuse what they are: wheels that admit a numpy which their own files refuse.
    _publish(
        lay(EXAMPLES / "spam", trees / Way.BARE, unwrap(spam), git="v1"), folder / Way.BARE, environment, "auditwheel"
    )
    _publish(_by_hand(trees / Way.BY_HAND), folder / Way.BY_HAND, environment, "auditwheel")
    for way, entry in _COLORAMA.items():
        tree = lay(EXAMPLES / "eggs", trees / way, _with(entry))
        for platform in ("linux_x86_64", "win_amd64"):
            option = f"-C--build-option=--plat-name={platform}"
            environment.run(*uv("build", "--quiet", "--wheel", option, "--out-dir", folder / way, tree))


def _publish(tree: Path, folder: Path, environment: Environment, repairs: str = "abiding") -> None:
    built = tree.with_name(tree.name + ".built")
    for kind in ("--sdist", "--wheel"):
        out = folder if kind == "--sdist" else built
        environment.run(*uv("build", "--quiet", kind, "--out-dir", out, tree))
    (wheel,) = built.glob("*.whl")
    environment.run(sys.executable, "-m", repairs, "repair", "-w", folder, wheel)


def _by_hand(folder: Path) -> Path:
    pyproject = tomlkit.parse(unwrap(read_pyproject(EXAMPLES / "eggs")))
    del pyproject["project"]["dependencies"]
    pyproject["project"]["dynamic"] = ["dependencies"]
    tree = lay(EXAMPLES / "eggs", folder, tomlkit.dumps(pyproject))
    (tree / "setup.py").write_text(_BY_HAND, encoding="utf-8")
    return tree


def _with(entry: Mapping[str, str]) -> str:
    pyproject = tomlkit.parse(read_pyproject(EXAMPLES / "eggs"))
    pyproject["tool"]["abiding"]["wheel"]["dependencies"].append(dict(entry))
    # The module is for Linux in both wheels, and nobody installs that for Windows.
    pyproject["tool"]["abiding"]["optional-modules"] = ["eggs._eggs"]
    if "select" in entry:
        pyproject["tool"]["abiding"]["wheels-differ"] = "only the wheel for Windows needs it"
    return tomlkit.dumps(pyproject)
