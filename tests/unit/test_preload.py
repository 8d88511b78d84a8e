"""`load = "preload"`: code loads the library from Python first, and the wheel has no run path to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from abiding.native.loaded_libraries import Loaded, load_modules
from abiding.native.wheel_check import native_record
from makers.compiled import Pair, examine, installed, library, wheel
from makers.scenes import Scene, dynamic

NATIVE = '{ requires = "prov==1.0", native = true }'
PRELOADED = '{ requires = "prov==1.0", native = true, load = "preload" }'
# As the RAPIDS wheels do it: by SONAME's file, for this module alone.
LOADS = """
import ctypes, os
ctypes.CDLL(os.path.join(os.path.dirname(__file__), "lib", "libspam.so.3"), ctypes.RTLD_LOCAL)
"""


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.replace(NATIVE, PRELOADED)
    return made


def test_no_run_path_is_written(scene: Scene) -> None:
    path = scene.build()
    assert "rpath" not in dynamic(path, scene.folder).lower()
    assert "runpath" not in dynamic(path, scene.folder).lower()
    record = native_record(path)
    assert record
    assert record.lines[0].load == "preload"
    assert record.preloaded == {"prov"}


def test_what_was_built_so_is_not_unreachable(scene: Scene) -> None:
    path = scene.build()
    assert examine(path) == ()
    assert examine(path, [next((scene.folder / "wheels").glob("*.whl"))]) == ()


def test_without_it_the_run_path_is_written(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert "$ORIGIN/../prov/lib" in dynamic(scene.build(), scene.folder)


MODULE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
int spam(void);
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(spam()); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ham", 0, -1, methods};
PyMODINIT_FUNC PyInit__ham(void) { return PyModule_Create(&module); }
"""


class House:
    """A consumer and its provider, beside two more libraries of the same SONAME."""

    def __init__(self, folder: Path, *, preloads: bool) -> None:
        import sysconfig

        self.folder = folder
        pair = Pair(folder / "pair")
        module = folder / "_ham.so"
        include = sysconfig.get_path("include")
        command = ["gcc", "-shared", "-fPIC", f"-I{include}", "-x", "c", "-", "-x", "none", pair.library, "-o", module]
        subprocess.run(list(map(str, command)), input=MODULE, text=True, check=True)
        self.site = folder / "site"
        installed(pair.provider(code=LOADS), self.site)
        files: dict[str, Path | bytes] = {
            "ham/__init__.py": b"import prov\n" if preloads else b"",
            "ham/_ham.abi3.so": module,
        }
        installed(wheel(folder, "ham", files, requires=["prov==1.0"]), self.site)
        # Another one is on LD_LIBRARY_PATH, and one more in another site folder.
        self.other = library(folder / "other" / "libspam.so.3", "spam", soname="libspam.so.3").parent
        library(folder / "site2" / "prov" / "lib" / "libspam.so.3", "spam", soname="libspam.so.3")

    def mapped(self, *before: str) -> list[str]:
        """The files of that name which a process has that imports the module, freshly started."""
        code = f"""
            import sys
            {"; ".join(f"import {one}" for one in before) or "pass"}
            import ham._ham
            assert ham._ham.answer() == 7
            with open("/proc/self/maps") as maps:
                print(*sorted({{line.split()[5] for line in maps if "libspam" in line}}), sep="\\n")
        """
        paths = f"{self.site}:{self.folder / 'site2'}"
        environment = {"PYTHONPATH": paths, "LD_LIBRARY_PATH": str(self.other)}
        done = subprocess.run([sys.executable, "-c", dedent(code)], env=environment, capture_output=True, text=True, check=True)  # fmt: skip
        return done.stdout.split()


@pytest.fixture
def house(tmp_path: Path) -> House:
    if sys.platform != "linux":
        pytest.skip("the map of a process is Linux'")
    return House(tmp_path, preloads=True)


def test_the_providers_file_is_the_one_that_is_loaded(house: House) -> None:
    """With another library of its name where the loader looks first: the map of the process is the evidence."""
    assert house.mapped() == [str(house.site / "prov" / "lib" / "libspam.so.3")]
    assert house.mapped("prov") == [str(house.site / "prov" / "lib" / "libspam.so.3")]


def test_the_text_alone_loads_nothing(tmp_path: Path) -> None:
    """A file that says `CDLL` and is not imported first is no evidence: the loader takes another file."""
    house = House(tmp_path, preloads=False)
    assert house.mapped() == [str(house.other / "libspam.so.3")]


@pytest.mark.parametrize("first", ["other", "own"])
def test_of_two_libraries_of_one_name_the_first_that_was_loaded_counts(first: str, house: House) -> None:
    """Both are in the map of the process, and who needs the name gets the first, wherever the other one is."""
    opens = f"import ctypes\nctypes.CDLL({str(house.other / 'libspam.so.3')!r})\n"
    (house.site / "thief.py").write_text(opens)
    order = "import thief, prov\n" if first == "other" else "import prov, thief\n"
    (house.site / "ham" / "__init__.py").write_text(order)
    python = house.folder / "python"
    python.write_text(f'#!/bin/sh\nshift\nPYTHONPATH="{house.site}" exec "{sys.executable}" "$@"\n')  # without `-I`
    python.chmod(0o755)
    seen = load_modules(python, ["ham/_ham.abi3.so"])
    folder = house.other if first == "other" else house.site / "prov" / "lib"
    assert (seen.file_of("libspam.so.3"), seen.failures) == (str(folder / "libspam.so.3"), {})


def test_files_of_one_name_are_told_apart_by_what_they_call_themselves(tmp_path: Path) -> None:
    """Who needs a name gets the first file that calls itself so, whatever the file is called."""
    files = {}
    for folder, soname in (("one", "libtoy.so.1"), ("two", "libtoy.so.2"), ("three", "libtoy.so.1"), ("four", "")):
        files[folder] = str(library(tmp_path / folder / "libtoy.so", "toy", soname=soname))
    seen = Loaded(tuple(files.values()), {})
    assert seen.file_of("libtoy.so.1") == files["one"]
    assert seen.file_of("libtoy.so.1", files["three"]) == files["one"]
    assert seen.file_of("libtoy.so.2") == files["two"]
    assert seen.file_of("libtoy.so") == files["four"]
    assert seen.file_of("libtoy.so.3") == ""


def test_of_files_without_a_name_each_gets_its_own(tmp_path: Path) -> None:
    own, other = (str(library(tmp_path / folder / "libtoy.so", "toy")) for folder in ("own", "other"))
    seen = Loaded((other, own, str(tmp_path / "gone" / "libtoy.so")), {})
    assert seen.file_of("libtoy.so", own) == own
    assert seen.file_of("libtoy.so") == other
