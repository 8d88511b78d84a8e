"""Builds and questions through the hooks, by front ends, of a project bare and wrapped."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.metadata.core import CoreMetadata
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject
from benchmarks.measuring import Command, in_turns, processors
from benchmarks.releases import sdist_of
from benchmarks.results import CACHE, Row
from makers.projects import read_pyproject, repack, unpack, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

_CODE = """#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_eggs", NULL, -1, NULL};
PyMODINIT_FUNC PyInit__eggs(void) { return PyModule_Create(&definition); }
"""
# What it uses of numpy is read from the file in each build, and held against what the wheel will require.
_NUMPY_CODE = """#include <Python.h>
#include <numpy/arrayobject.h>
static PyObject *zeros(PyObject *self, PyObject *none) { npy_intp n = 3; return PyArray_ZEROS(1, &n, NPY_DOUBLE, 0); }
static PyMethodDef methods[] = {{"zeros", zeros, METH_NOARGS, 0}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_eggs", NULL, -1, methods};
PyMODINIT_FUNC PyInit__eggs(void) { import_array(); return PyModule_Create(&definition); }
"""
_MESON = """project('eggs', 'c', version: '1.0')
python = import('python').find_installation()
python.extension_module('_eggs', 'eggs.c', install: true)
"""
_NUMPY_MESON = _MESON.replace("install: true", "install: true, dependencies: dependency('numpy')")
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
_MESON_PYTHON = _PROJECT.format(requires="meson-python", backend="mesonpy")
_SETUPTOOLS = _PROJECT.format(requires="setuptools", backend="setuptools.build_meta") + _EXTENSION
_PROJECTS = {
    "meson-python extension": ({"meson.build": _MESON, "eggs.c": _CODE}, _MESON_PYTHON),
    "setuptools extension": ({"eggs.c": _CODE}, _SETUPTOOLS),
}
_OF_NUMPY = _MESON_PYTHON.replace("packaging>=24", "numpy>=2")
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


_HOOK = "from abiding import backend; backend.build_wheel('../out')"
_WITHOUT_EVIDENCE = f"from abiding.builds import build; build.refuted = lambda *_: ((), ()); {_HOOK}"


def overhead_of_evidence(runs: int) -> list[Row]:
    """What is read of a compiled file in a build, beside the same hook without that: it is a part of a small part."""
    commands = {}
    for name, code in (("with", _HOOK), ("without", _WITHOUT_EVIDENCE)):
        files = {"meson.build": _NUMPY_MESON, "eggs.c": _NUMPY_CODE, "pyproject.toml": wrap(_OF_NUMPY)}
        words: tuple[str | Path, ...] = (sys.executable, "-c", code)
        command = _build(CACHE / "hooks" / name, files, lambda _tree, _out, words=words: words)  # type: ignore[misc]
        commands[name] = dataclasses.replace(command, folder=CACHE / "hooks" / name / "tree", clock=processors)
    taken = in_turns(commands, runs)
    what = "`build_wheel` of a meson-python extension that uses numpy's C API: time of processors"
    against = "without reading what the file says"
    return [Row.of("the hooks", what, against, taken["with"], taken["without"], goal=1.03)]


def overhead(runs: int) -> list[Row]:
    rows = []
    for project, (files, bare) in _PROJECTS.items():
        for front_end, words in _FRONT_ENDS.items():
            commands = {
                variant: _build(CACHE / "hooks" / variant, {**files, "pyproject.toml": text}, words)
                for variant, text in (("bare", bare), ("wrapped", wrap(bare)))
            }
            taken = in_turns(commands, runs)
            what = f"{front_end}, {project}"
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


# For uv a static `[project]` settles what a bare project requires, so that nothing is built. What is declared is not in
# it: uv would have to build the wrapped project, too, if there were no hook that answers.
_NO_ANSWER = """
from abiding.backend import build_sdist, build_wheel, get_requires_for_build_sdist, get_requires_for_build_wheel
"""


def questions(
    runs: int, name: str = "contourpy", version: str = "1.3.3", goals: tuple[float, float] = (60, 150)
) -> list[Row]:
    """What pip and uv take to learn what an sdist requires. If that takes a build, it is done once."""
    folder = CACHE / f"questions-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tree = unpack(sdist_of(name, version), folder / "tree")
    text = read_pyproject(tree)
    wrapped = wrap(text)
    silent = wrapped.replace('build-backend = "abiding.backend"', 'build-backend = "no_answer"\nbackend-path = ["."]')
    assert silent != wrapped
    sdists = {"bare": repack(tree, folder / "bare", f"{name}-{version}", text)}
    _announce(tree, wrapped)
    (tree / "no_answer.py").write_text(_NO_ANSWER, "utf-8")
    for label, one in (("wrapped", wrapped), ("without the hook", silent)):
        sdists[label] = repack(tree, folder / label, f"{name}-{version}", one)
    rows = []
    for tool, other, goal in zip(("pip", "uv"), ("bare", "without the hook"), goals, strict=True):
        ours = in_turns({"ours": _asked(tool, sdists["wrapped"], name)}, runs)["ours"]
        built = in_turns({"built": _asked(tool, sdists[other], name)}, 1, warm=False)["built"]
        label = f"`{'pip install --dry-run' if tool == 'pip' else 'uv pip compile'}` of {name}'s sdist"
        rows.append(Row.of("learning what an sdist requires", label, other, ours, built, goal=goal, faster=True))
    return rows


def _announce(tree: Path, pyproject: str) -> None:
    """Let PKG-INFO of an unpacked sdist say what it says in one that is built with this pyproject.toml."""
    declaration = Declaration.read(Pyproject.parse(pyproject))
    file = tree / "PKG-INFO"
    pkg_info = CoreMetadata.parse(file.read_bytes(), "METADATA")
    said = pkg_info.for_sdist(may_append=declaration.may_append, metadata_version=declaration.metadata_version)
    file.write_bytes(said.data)


def _asked(tool: str, sdist: Path, name: str) -> Command:
    alone = ("--no-deps", "--no-build-isolation")
    words: tuple[str | Path, ...]
    if tool == "pip":
        words = ("pip", "install", "--dry-run", "--no-cache-dir", "--ignore-installed", *alone, sdist)
    else:
        asked = sdist.with_name("in")
        asked.write_text(f"{name} @ {sdist.as_uri()}\n", "utf-8")
        words = ("uv", "pip", "compile", "--no-cache", "--python", sys.executable, *alone, asked)
    return Command((sys.executable, "-m", *words), environment=_environment())


def questions_of_numpy(runs: int) -> list[Row]:
    """The same of numpy, which takes six minutes and two numbers that nobody has set."""
    return questions(runs, "numpy", "2.4.6", (20, 20))
