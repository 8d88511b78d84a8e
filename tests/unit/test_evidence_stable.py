"""Wheels for the stable ABI: the Python in the tag, and the symbols that their files use."""

from __future__ import annotations

import html
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from abiding import evidence
from abiding.archives.wheel import Wheel
from abiding.evidence.stable_abi import needed
from abiding.metadata.core import CoreMetadata
from makers.archives import metadata, write_wheel
from makers.compiled import library
from makers.evident import NUMPY_1, image

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("symbols", "floor"),
    [
        (["PyUnicode_FromString"], "3.2"),
        (["PyUnicode_FromString", "PyObject_Vectorcall"], "3.12"),
        (["PyType_GetModule"], "3.10"),
        (["malloc", "PyUnicode_AsUTF8_no_such"], None),
    ],
)
def test_the_least_python_of_symbols(symbols: list[str], floor: str | None) -> None:
    found = needed(symbols)
    assert (found and found.python) == floor
    # A function that was there before, or was lost once, counts from then on; the others, as before.
    since = needed(symbols, {"PyObject_Vectorcall": (3, 9), "PyType_GetModule": (3, 13), "malloc": (3, 2)})
    assert (since and since.python) == {"3.12": "3.9", "3.10": "3.13"}.get(floor or "", floor)


@pytest.mark.parametrize(
    ("tag", "name", "requires", "expected"),
    [
        # CPython has exported it since 3.11, and promises it since 3.12.
        ("cp310-abi3", "_core.abi3.so", "", ("error", "cp312-abi3")),
        ("cp311-abi3", "_core.abi3.so", "", ("warning", "cp312-abi3")),
        ("cp312-abi3", "_core.abi3.so", "", None),
        ("cp313-abi3", "_core.abi3.so", "", None),
        ("cp39-abi3", "_core.abi3.so", ">=3.12", None),
        ("cp39-abi3", "_core.abi3.so", ">=3.11", ("warning", "cp312-abi3")),
        # Each Python imports what has no tag, whatever it is linked with; a library is none that Python imports.
        ("cp310-abi3", "_core.so", "", ("error", "cp312-abi3")),
        ("cp312-abi3", "_core.so", "", None),
        ("cp310-abi3", "_other.so", "", None),
        ("cp310-abi3", "lib_core.so", "", None),
        ("cp310-abi3", "_core.so.1", "", None),
        ("cp311-cp311", "_core.so", "", None),
        ("cp310-abi3", "_core.pyd", "", ("error", "cp312-abi3")),
        # Of one Python only, nothing has to be the same in others.
        ("cp311-cp311", "_core.abi3.so", "", None),
        ("cp311-abi3", "_core.cpython-311-x86_64-linux-gnu.so", "", None),
    ],
)
def test_the_tag_of_a_wheel(
    tmp_path: Path, tag: str, name: str, requires: str, expected: tuple[str, str] | None
) -> None:
    code = library(tmp_path / "core.so", "PyInit__core", calls=("PyUnicode_FromString", "PyObject_Vectorcall"))
    lines = [f"Requires-Python: {requires}"] if requires else []
    path = write_wheel(
        tmp_path,
        f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl",
        metadata(*lines),
        more={f"spam/{name}": code.read_bytes()},
    )
    found = evidence.judge_wheels([path])[str(path)]
    assert [(one.rule, one.severity, one.expected) for one in found] == (
        [("bound-too-loose", *expected)] if expected else []
    )


@pytest.mark.parametrize(
    ("tag", "call", "expected"),
    [
        # CPython 3.9 lost it, though it is of the stable ABI since 3.4.
        ("cp38-abi3", "PyCFunction_New", ("error", "cp310-abi3")),
        ("cp39-abi3", "PyCFunction_New", ("error", "cp310-abi3")),
        ("cp310-abi3", "PyCFunction_New", None),
        ("cp38-abi3", "PyCFunction_NewEx", None),
        # CPython had it up to 3.8, and again since 3.11, whose stable ABI has it.
        ("cp38-abi3", "PyStructSequence_UnnamedField", ("error", "cp311-abi3")),
        ("cp310-abi3", "PyStructSequence_UnnamedField", ("error", "cp311-abi3")),
        ("cp311-abi3", "PyStructSequence_UnnamedField", None),
    ],
)
def test_what_some_python_has_lost(tmp_path: Path, tag: str, call: str, expected: tuple[str, str] | None) -> None:
    code = library(tmp_path / "_core.so", calls=[call]).read_bytes()
    name = f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl"
    path = write_wheel(tmp_path, name, metadata(), more={"spam/_core.abi3.so": code})
    findings = evidence.judge_wheels([path]).get(str(path), ())
    assert [(finding.severity, finding.expected) for finding in findings] == ([expected] if expected else [])


# Of a library, whose name an ELF file notes, a symbol may be as well as of CPython.
OWN = {"libcase.abi3.so.1": False, "libshiboken.so.6": False, "libz-a1b2c3d4e5.so.1": True}


@pytest.mark.parametrize(
    ("tag", "calls", "requires", "expected"),
    [
        # Every CPython has it, and none promises it.
        ("cp39-abi3", ["_PyObject_GetDictPtr"], "", "warning"),
        ("cp39-abi3", ["PyMethod_New", "PyRun_String"], "", "warning"),
        ("cp315-abi3.abi3t", ["PyMethod_New"], "", "warning"),
        # One that the tag admits lacks it: a later one, or an older.
        ("cp39-abi3", ["PyUnicode_AsUnicode"], "", "error"),
        ("cp39-abi3", ["PyUnicode_AsUnicode"], "<3.12", "warning"),
        # It became part of the stable ABI with its first Python.
        ("cp313-abi3", ["PyLong_AsInt"], "", None),
        ("cp39-abi3", ["PyFrame_GetBack"], "", "warning"),
        ("cp38-abi3", ["PyFrame_GetBack"], "", "error"),
        ("cp39-abi3", ["PyFrame_GetCode"], "", None),
        ("cp38-abi3", ["PyUnstable_Code_New"], "", "error"),
        ("cp312-abi3", ["PyUnstable_Code_New"], "", "warning"),
        # Lost in between, it is there before and behind.
        ("cp36-abi3", ["PySignal_SetWakeupFd"], "", "error"),
        ("cp39-abi3", ["PySignal_SetWakeupFd"], "", "error"),
        ("cp312-abi3", ["PySignal_SetWakeupFd"], ">=3.12", "error"),
        ("cp36-abi3", ["PySignal_SetWakeupFd"], "<3.9", "warning"),
        ("cp36-abi3", ["PySignal_SetWakeupFd"], ">=3.13", "warning"),
        ("cp36-abi3", ["PySignal_SetWakeupFd"], "!=3.9.*,!=3.10.*,!=3.11.*,!=3.12.*", "warning"),
        ("cp38-abi3", ["_Py_DecodeUTF8Ex"], "<3.13", "error"),
        ("cp311-abi3", ["_Py_DecodeUTF8Ex"], "<3.13", "warning"),
        ("cp311-abi3", ["_Py_DecodeUTF8Ex"], "", "error"),
        # What is of the stable ABI under a private name, and what only looks like a name of CPython.
        ("cp312-abi3", ["_Py_Dealloc", "_Py_CheckRecursiveCall", "_PyArg_ParseTuple_SizeT"], "", None),
        ("cp39-abi3", ["PyErr_SetFromOSErrnoWithSyscall", "PyInit_other", "_PySpam_New"], "", None),
        ("cp311-cp311", ["_PyObject_GetDictPtr"], "", None),
    ],
)
def test_what_no_stable_abi_has(
    tmp_path: Path, tag: str, calls: list[str], requires: str, expected: str | None
) -> None:
    code = library(tmp_path / "_core.so", calls=["PyUnicode_FromString", *calls]).read_bytes()
    lines = [f"Requires-Python: {requires}"] if requires else []
    name = f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl"
    path = write_wheel(tmp_path, name, metadata(*lines), more={"spam/_core.abi3.so": code})
    findings = evidence.judge_wheels([path]).get(str(path), ())
    beyond = [finding for finding in findings if "no stable ABI does" in " ".join(finding.notes)]
    assert [(finding.rule, finding.severity) for finding in beyond] == (
        [("bound-too-loose", expected)] if expected else []
    )
    assert all(f"`{call}`" in finding.notes[0] for finding in beyond for call in calls)
    assert all((finding.severity == "error") is (len(finding.notes) > 1) for finding in beyond)


@pytest.mark.parametrize(("needed_library", "is_told"), OWN.items())
def test_a_symbol_that_another_library_may_have(tmp_path: Path, needed_library: str, *, is_told: bool) -> None:
    other = library(tmp_path / "libother.so", "PyMethod_New", soname=needed_library)
    code = library(tmp_path / "_core.so", calls=["PyMethod_New"], links=[other]).read_bytes()
    name = "spam-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"
    path = write_wheel(tmp_path, name, metadata(), more={"spam/_core.abi3.so": code})
    findings = evidence.judge_wheels([path]).get(str(path), ())
    assert bool(findings) is is_told


def test_a_symbol_that_may_be_missing(tmp_path: Path) -> None:
    """A weak one is asked for before it is used; what the file has itself is of nobody else."""
    code = (
        "extern int _PyObject_GetDictPtr(void) __attribute__((weak)); int use(void) { return _PyObject_GetDictPtr(); }"
    )
    data = library(tmp_path / "_core.so", "PyMethod_New", calls=["PyMethod_New"], code=code).read_bytes()
    name = "spam-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"
    path = write_wheel(tmp_path, name, metadata(), more={"spam/_core.abi3.so": data})
    assert not evidence.judge_wheels([path]).get(str(path), ())


@pytest.mark.parametrize("missing", ["abi3info", "elftools"])
@pytest.mark.parametrize(
    ("tag", "name", "said"),
    [
        ("cp39-abi3", "_core.abi3.so", True),
        ("cp39.cp310-abi3", "_core.abi3.so", True),
        ("cp311-cp311", "_core.cpython-311-x86_64-linux-gnu.so", False),
        ("cp39-abi3", "data.txt", False),
    ],
)
def test_what_was_not_looked_at_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tag: str, name: str, missing: str, *, said: bool
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    code = library(tmp_path / "core.so", "spam", calls=("PyObject_Vectorcall",)).read_bytes()
    path = write_wheel(tmp_path, f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl", metadata(), more={f"spam/{name}": code})
    found = evidence.judge_wheels([path]).get(str(path), ())
    assert [(one.rule, one.severity, one.artifact) for one in found] == [("missing-extra", "note", path.name)] * said
    assert [one.hints for one in found] == [("install `abiding[native]`",)] * said
    assert all("CPython's stable ABI" in one.message and f"`{missing}`" in one.message for one in found)


FORMATS = ["text", "concise", "json", "github", "sarif", "html"]


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_said_in_every_format(tmp_path: Path, form: str) -> None:
    code = library(tmp_path / "core.so", "spam", calls=("PyObject_Vectorcall",)).read_bytes()
    path = write_wheel(
        tmp_path, "spam-1.0-cp313-abi3-manylinux_2_28_x86_64.whl", metadata(), more={"spam/_core.abi3.so": code}
    )
    program = "import sys; sys.modules['abi3info'] = None; from abiding.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "check", str(path), "--output-format", form]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "stable ABI" in " ".join(html.unescape(done.stdout).split())


def test_what_is_large_is_read_too(tmp_path: Path) -> None:
    """One file that can't be looked into must not silence what the others say."""
    code = library(tmp_path / "core.so", "spam", calls=("PyUnicode_FromString", "PyObject_Vectorcall")).read_bytes()
    path = write_wheel(
        tmp_path,
        "spam-1.0-cp39-abi3-manylinux_2_28_x86_64.whl",
        metadata("Requires-Dist: numpy"),
        more={"spam/_broken.abi3.so": code[:600] + image(NUMPY_1), "spam/_core.abi3.so": code},
    )
    found = evidence.judge_wheels([path])[str(path)]
    assert [(one.rule, one.expected) for one in found] == [
        ("bound-too-loose", "cp312-abi3"),
        ("bound-too-loose", "numpy<2"),
    ]


def test_a_build_for_the_stable_abi(tmp_path: Path) -> None:
    """What a build records is the least Python that can import the file."""
    code = library(tmp_path / "core.so", "spam", calls=("PyUnicode_AsUTF8AndSize",)).read_bytes()
    name = "spam-1.0-cp39-abi3-manylinux_2_28_x86_64.whl"
    path = write_wheel(tmp_path, name, metadata(), more={"spam/_core.abi3.so": code})
    opened = Wheel.open(path)
    done = evidence.judge_built(opened, CoreMetadata.parse(opened.metadata(), name))
    assert done
    assert [(one.kind, one.seen, one.floor) for one in done.interfaces] == [
        ("stable-abi", "PyUnicode_AsUTF8AndSize", "3.6")
    ]
    assert [(one.severity, one.field) for one in done.judged.everything] == [("warning", "Tag")]
