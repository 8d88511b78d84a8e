"""Builds and questions through the hooks, by front ends, of a project bare and wrapped."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.real.projects import read_pyproject, repack, unpack, wrap

from benchmarks.measuring import Command, in_turns
from benchmarks.releases import sdist_of
from benchmarks.results import CACHE, Row

if TYPE_CHECKING:
    from collections.abc import Callable

_CODE = """#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_eggs", NULL, -1, NULL};
PyMODINIT_FUNC PyInit__eggs(void) { return PyModule_Create(&definition); }
"""
_MESON = """project('eggs', 'c', version: '1.0')
python = import('python').find_installation()
python.extension_module('_eggs', 'eggs.c', install: true)
"""
_PROJECT = """[build-system]
requires = ["{requires}"]
build-backend = "{backend}"

[project]
name = "eggs"
version = "1.0"
dependencies = ["packaging>=24"]
"""
_EXTENSION = """
[tool.setuptools]
py-modules = []
ext-modules = [{ name = "_eggs", sources = ["eggs.c"] }]
"""
_PROJECTS = {
    "meson-python": ({"meson.build": _MESON}, _PROJECT.format(requires="meson-python", backend="mesonpy")),
    "setuptools": ({}, _PROJECT.format(requires="setuptools", backend="setuptools.build_meta") + _EXTENSION),
}
_FRONT_ENDS: dict[str, Callable[[Path, Path], tuple[str | Path, ...]]] = {
    "build": lambda tree, out: (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, tree),
    "pip": lambda tree, out: (
        sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, tree
    ),
    "uv": lambda tree, out: (
        sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "--python", sys.executable,
        "--out-dir", out, tree,
    ),
}  # fmt: skip
# Of the compiler, which is the same for both, as little as can be: what is left is what the hooks are.
_ENVIRONMENT = {"CFLAGS": "-O0 -g0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PATH": ""}


def _environment() -> dict[str, str]:
    import os

    return {**_ENVIRONMENT, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def overhead(runs: int) -> list[Row]:
    rows = []
    for backend, (files, bare) in _PROJECTS.items():
        for front_end, words in _FRONT_ENDS.items():
            commands = {
                variant: _build(
                    CACHE / "hooks" / backend / variant, {**files, "eggs.c": _CODE, "pyproject.toml": text}, words
                )
                for variant, text in (("bare", bare), ("wrapped", wrap(bare)))
            }
            taken = in_turns(commands, runs)
            what = f"{front_end}, {backend} extension"
            rows.append(Row.of("the hooks", what, "bare", taken["wrapped"], taken["bare"], goal=1.03))
    return rows


def _build(folder: Path, files: dict[str, str], words: Callable[[Path, Path], tuple[str | Path, ...]]) -> Command:
    tree, out = folder / "tree", folder / "out"

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        tree.mkdir(parents=True)
        for name, text in files.items():
            (tree / name).write_text(text, "utf-8")

    return Command(words(tree, out), prepare, environment=_environment())


def questions(
    runs: int, name: str = "contourpy", version: str = "1.3.3", goals: tuple[float, float] = (60, 150)
) -> list[Row]:
    """What pip and uv take to learn what an sdist requires. Bare, that compiles it: once, a minute each."""
    released = sdist_of(name, version)
    folder = CACHE / f"questions-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tree = unpack(released, folder / "tree")
    text = read_pyproject(tree)
    bare = repack(tree, folder / "bare", f"{name}-{version}", text)
    wrapped = repack(tree, folder / "wrapped", f"{name}-{version}", wrap(text))
    (folder / "bare" / "in").write_text(f"{name} @ {bare.as_uri()}\n", "utf-8")
    (folder / "wrapped" / "in").write_text(f"{name} @ {wrapped.as_uri()}\n", "utf-8")
    alone = ("--no-deps", "--no-build-isolation")
    rows = []
    for tool, goal in zip(("pip install --dry-run", "uv pip compile"), goals, strict=True):
        commands = {}
        words: tuple[str | Path, ...]
        for sdist in (bare, wrapped):
            if tool.startswith("pip"):
                words = ("pip", "install", "--dry-run", "--no-cache-dir", "--ignore-installed", *alone, sdist)
            else:
                words = ("uv", "pip", "compile", "--no-cache", "--python", sys.executable, *alone, sdist.parent / "in")
            commands[sdist.parent.name] = Command((sys.executable, "-m", *words), environment=_environment())
        ours = in_turns({"wrapped": commands["wrapped"]}, runs)["wrapped"]
        other = in_turns({"bare": commands["bare"]}, 1, warm=False)["bare"]
        label = f"`{tool}` of {name}'s sdist"
        rows.append(Row.of("learning what an sdist requires", label, "bare", ours, other, goal=goal, faster=True))
    return rows


def questions_of_numpy(runs: int) -> list[Row]:
    """The same of numpy, which takes six minutes and two numbers that nobody has set."""
    return questions(runs, "numpy", "2.4.6", (20, 20))
