"""What is read of numpy's C API, from files that numpy's own headers made: of every format, and of published wheels."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from abiding import evidence
from abiding.artifacts import index
from abiding.evidence.interfaces import Kind
from abiding.evidence.reading import module_of
from abiding.native.images import Format
from abiding.native.names import module_name
from makers.evident import wheel
from makers.released import installed
from makers.trees import SOURCES, Tree

if TYPE_CHECKING:
    from abiding.artifacts.index.listing import Published

pytestmark = [pytest.mark.real, pytest.mark.network]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "spam"

SOURCE = """
#include <Python.h>
#include <numpy/arrayobject.h>
static PyObject *used(PyObject *self, PyObject *thing) { return PyArray_FROM_O(thing); }
static PyMethodDef methods[] = {{"used", used, METH_O, 0}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
PyMODINIT_FUNC PyInit__core(void) { import_array(); return PyModule_Create(&definition); }
"""


def compiled(
    folder: Path, numpy: str, *options: str, compiler: tuple[str, ...] = ("gcc",), how: str = "-shared"
) -> Path:
    """A module that was compiled with the headers of this numpy."""
    root = installed(f"numpy=={numpy}") / "numpy"
    headers = next(path for path in (root / "_core" / "include", root / "core" / "include") if path.is_dir())
    path = folder / "_core.abi3.so"
    includes = (f"-I{headers}", f"-I{sysconfig.get_path('include')}")
    command = [*compiler, how, "-fPIC", "-O1", "-x", "c", "-", "-o", str(path), *includes, *options]
    subprocess.run(command, input=SOURCE, text=True, check=True)
    return path


def claim(data: bytes) -> tuple[str, str]:
    """The floor and the ceiling of the one interface of numpy that a file has."""
    (found,) = (one for one in module_of("_core.abi3.so", [data]).interfaces if one.kind is Kind.NUMPY)
    return found.floor, found.ceiling


def target(version: str) -> str:
    return f"-DNPY_TARGET_VERSION=NPY_{version.replace('.', '_')}_API_VERSION"


@pytest.mark.parametrize("more", [(), ("-s",), ("-flto", "-O2"), ("-g",)])
@pytest.mark.parametrize(
    ("numpy", "wanted", "expected"),
    [
        # With headers of 2.x the floor is the target.
        ("2.4.6", "1.23", ("1.23", "")),
        ("2.4.6", "1.25", ("1.25", "")),
        ("2.4.6", "2.0", ("2.0", "")),
        ("2.4.6", "2.3", ("2.3", "")),
        ("2.0.2", "2.0", ("2.0", "")),
        # Without one it is what numpy supports by default.
        ("2.0.2", "", ("1.16", "")),
        ("2.4.6", "", ("1.23", "")),
        # Headers of 1.26 know targets too, and say nothing of them.
        ("1.26.4", "1.23", ("", "2")),
        ("1.26.4", "1.25", ("", "2")),
        ("1.26.4", "", ("", "2")),
    ],
)
def test_what_headers_compile_in(
    tmp_path: Path, numpy: str, wanted: str, expected: tuple[str, str], more: tuple[str, ...]
) -> None:
    options = (*more, *([target(wanted)] if wanted else []))
    assert claim(compiled(tmp_path, numpy, *options).read_bytes()) == expected


@pytest.mark.parametrize("line", ["numpy<2", "numpy>=1.26", "numpy>=1.23.5"])
def test_the_target_that_a_hint_names_leads_out(tmp_path: Path, line: str) -> None:
    """Compiled for numpy 2, a wheel that admits numpy 1 is refuted; compiled as the hint says, it is not."""

    def hints(*options: str) -> tuple[str, ...]:
        data = compiled(tmp_path, "2.4.6", *options).read_bytes()
        path = wheel(tmp_path, line, files={"spam/_core.abi3.so": data})
        return tuple(hint for finding in evidence.judge_wheels([path])[str(path)] for hint in finding.hints)

    (option,) = re.findall(r"`(-DNPY_TARGET_VERSION=\w+)`", " ".join(hints(target("2.0"))))
    assert hints(option) == ()


def test_a_text_that_was_changed_says_no_version(tmp_path: Path) -> None:
    data = compiled(tmp_path, "2.4.6", target("2.0")).read_bytes()
    assert b"(NumPy 2.0)" in data
    assert claim(data.replace(b"(NumPy 2.0)", b"(NumPy x.0)")) == ("", "")
    assert claim(data.replace(b"NumPy C-API version", b"NumPy C_API version")) == ("", "")


@pytest.mark.parametrize(
    ("system", "magic"), [("aarch64-macos", b"\xcf\xfa\xed\xfe"), ("x86_64-macos", b"\xcf\xfa\xed\xfe")]
)
@pytest.mark.parametrize(
    ("numpy", "wanted", "expected"),
    [("2.4.6", "2.0", ("2.0", "")), ("2.4.6", "1.25", ("1.25", "")), ("1.26.4", "1.25", ("", "2"))],
)
def test_compiled_for_another_system(
    tmp_path: Path, system: str, magic: bytes, numpy: str, wanted: str, expected: tuple[str, str]
) -> None:
    include = Path(sysconfig.get_path("include"))
    headers = shutil.copytree(include, tmp_path / "include")
    # Debian has a `pyconfig.h` for each of its architectures, and one that asks which it is.
    by_architecture = include.parent / str(sysconfig.get_config_var("MULTIARCH")) / include.name / "pyconfig.h"
    if by_architecture.is_file():
        shutil.copy(by_architecture, headers)
    # numpy's headers for Linux ask for one that is called otherwise there.
    (headers / "endian.h").write_text("#include <machine/endian.h>\n", encoding="utf-8")
    zig = (str(installed("ziglang==0.15.2") / "ziglang" / "zig"), "cc", "-target", system, f"-I{headers}")
    options = ("-undefined", "dynamic_lookup", target(wanted))
    data = compiled(tmp_path, numpy, *options, compiler=zig).read_bytes()
    assert data.startswith(magic)
    assert claim(data) == expected


@pytest.mark.parametrize(("line", "is_told"), [("numpy>=3", True), ("numpy>=2,<3", False)])
def test_a_build_whose_wheel_is_not_for_what_it_was_compiled_with(line: str, is_told: bool, tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "spam")
    text = (folder / "pyproject.toml").read_text("utf-8")
    assert "numpy>=2,<3" in text
    text = text.replace('{ requires = "numpy<2.9"', "# ").replace("numpy>=2,<3", line)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    tree = Tree(folder, {"PYTHONPATH": str(SOURCES)}, [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tree.hook("build_wheel", tmp_path / "dist")
    told = f"warning[bound-too-tight]: `{line}` excludes numpy {version('numpy')}, which the wheel was compiled with"
    assert any(told in " ".join(str(warning.message).split()) for warning in caught) is is_told


# What the headers of Python ask of the system's own one, which tells Windows from Linux.
WINDOWS = """
#define NT_THREADS 1
#define MS_WINDOWS
#define MS_WIN64
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_INT 4
#define SIZEOF_SHORT 2
#define SIZEOF_WCHAR_T 2
#define SIZEOF_TIME_T 8
#define SIZEOF_PID_T 8
#define Py_ENABLE_SHARED 1
#define HAVE_DECLSPEC_DLL 1
#define HAVE_STDINT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_WCHAR_H 1
"""
ENDIAN = "#define LITTLE_ENDIAN 1234\n#define BIG_ENDIAN 4321\n#define BYTE_ORDER LITTLE_ENDIAN\n"
# What a module with `SOURCE` takes of Python, and the library of the stable ABI has.
OF_PYTHON = (
    *("PyCapsule_GetPointer", "PyErr_Clear", "PyErr_ExceptionMatches", "PyErr_Format", "PyErr_Print"),
    *("PyErr_SetString", "PyImport_ImportModule", "PyModule_Create2", "PyObject_GetAttrString", "_Py_Dealloc"),
    *(f"{name} DATA" for name in ("PyCapsule_Type", "PyExc_ImportError", "PyExc_ModuleNotFoundError")),
    *("PyExc_RuntimeError DATA", "_Py_NoneStruct DATA"),
)


@pytest.mark.parametrize(
    ("numpy", "wanted", "expected"),
    [("2.4.6", "2.0", ("2.0", "")), ("2.4.6", "1.25", ("1.25", "")), ("1.26.4", "1.25", ("", "2"))],
)
def test_compiled_for_windows(tmp_path: Path, numpy: str, wanted: str, expected: tuple[str, str]) -> None:
    headers = shutil.copytree(sysconfig.get_path("include"), tmp_path / "include")
    (headers / "pyconfig.h").write_text(WINDOWS, encoding="utf-8")
    (headers / "endian.h").write_text(ENDIAN, encoding="utf-8")
    zig = str(installed("ziglang==0.15.2") / "ziglang" / "zig")
    exports, library = tmp_path / "python3.def", tmp_path / "python3.lib"
    exports.write_text("\n".join(("LIBRARY python3.dll", "EXPORTS", *OF_PYTHON, "")), encoding="utf-8")
    subprocess.run([zig, "dlltool", "-m", "i386:x86-64", "-d", exports, "-l", library], check=True)
    compiler = (zig, "cc", "-target", "x86_64-windows-gnu", f"-I{headers}")
    # `zig cc` would compile libraries of its own first, for longer than all else takes.
    unlinked = compiled(tmp_path, numpy, target(wanted), compiler=compiler, how="-c")
    module = tmp_path / "_core.pyd"
    linker = (zig, "lld-link", "-dll", "-noentry", "-export:PyInit__core")
    subprocess.run([*linker, f"-out:{module}", unlinked, library], check=True)
    data = module.read_bytes()
    assert data.startswith(b"MZ")
    assert claim(data) == expected


# Published wheels, of which only the members are read that are asked about


@cache
def wheel_for(requirement: str, platform: str) -> Published:
    name, _, version = requirement.partition("==")
    with index.listings() as listings:
        (wheels,) = listings.published(name, SpecifierSet(f"=={version}"))
    return next(one for one in wheels if "-cp311-cp311-" in one.filename and platform in one.filename)


def claims(requirement: str, platform: str) -> dict[str, tuple[str, str]]:
    """What the modules of a wheel say, by their names."""
    wheel = wheel_for(requirement, platform).open()
    members = [name for name in wheel.directory.names if module_name(name) and name.endswith((".so", ".pyd"))]
    found: dict[str, tuple[str, str]] = {}
    for name, data in wheel.read(members, 64 << 20):
        assert Format.of_data(data)
        said = [one for one in module_of(name, [data]).interfaces if one.kind is Kind.NUMPY]
        found |= {module_name(name): (one.floor, one.ceiling) for one in said}
    return found


@pytest.mark.parametrize("platform", ["win_amd64", "macosx"])
@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("Bottleneck==1.3.7", ("", "2")),
        ("numexpr==2.8.4", ("", "2")),
        ("shapely==2.0.1", ("", "2")),
        ("pywavelets==1.4.1", ("", "2")),
        ("cftime==1.6.2", ("", "2")),
        ("numexpr==2.11.0", ("1.23", "")),
        ("shapely==2.1.2", ("1.20", "")),
        ("bottleneck==1.5.0", ("1.20", "")),
        ("pywavelets==1.9.0", ("1.23", "")),
        ("ml_dtypes==0.5.3", ("1.23", "")),
    ],
)
def test_other_systems_say_what_linux_says(requirement: str, platform: str, expected: tuple[str, str]) -> None:
    linux = claims(requirement, "manylinux")
    assert expected in linux.values()
    assert claims(requirement, platform) == linux
