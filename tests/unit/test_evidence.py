"""Wheels held against what their files say: every row has the lines of a wheel, its files, and what is to be found."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abiding import evidence
from abiding.archives.wheel import Wheel
from abiding.evidence import asked_versions, compiled_members, environment
from abiding.evidence.available_versions import available, kind_of
from abiding.findings.screen import block
from abiding.findings.terminal import Terminal
from abiding.native.environment import Survey
from abiding.native.interpreter import Interpreter
from abiding.report import explanations
from abiding.report.environment import as_text, forms
from makers.compiled import installed
from makers.evident import CP311, NUMPY_1, image, numpy_2, wheel
from tests.unit import contract

if TYPE_CHECKING:
    from abiding.findings.finding import Finding

OLD, NEW, LATER = image(NUMPY_1), image(numpy_2("1.23")), image(numpy_2("2.0"))
ONE = "spam/_core.cpython-311-x86_64-linux-gnu.so"
TWO = "spam/_strings.cpython-311-x86_64-linux-gnu.so"


def judged(folder: Path, lines: list[str], **files: bytes) -> list[Finding]:
    path = wheel(folder, *lines, files={ONE: files["one"], **({TWO: files["two"]} if "two" in files else {})})
    return list(evidence.judge_wheels([path])[str(path)])


LOOSE = [
    # Headers of numpy 1: numpy 2 is refused.
    (["numpy"], {"one": OLD}, [("error", "numpy<2")]),
    (["numpy>=1.23"], {"one": OLD}, [("error", "numpy<2")]),
    (["numpy (>=1.17)"], {"one": OLD}, [("error", "numpy<2")]),
    (["numpy<3"], {"one": OLD}, [("error", "numpy<2")]),
    (["numpy<2"], {"one": OLD}, []),
    (["numpy>=1.23", "numpy<2.0"], {"one": OLD}, []),
    (["numpy~=1.26"], {"one": OLD}, []),
    (["numpy==1.26.*"], {"one": OLD}, []),
    (["numpy!=2.*"], {"one": OLD}, []),
    # No requirement at all, and one that is nowhere in force where the wheel can be installed.
    ([], {"one": OLD}, []),
    (['numpy; sys_platform == "win32"'], {"one": OLD}, []),
    (['numpy; python_version < "3.11"'], {"one": OLD}, []),
    (['numpy; platform_machine == "aarch64"'], {"one": OLD}, []),
    (['numpy; implementation_name == "pypy"'], {"one": OLD}, []),
    (['numpy; platform_machine == "x86_64"'], {"one": OLD}, [("error", "numpy<2")]),
    (['numpy; python_full_version >= "3.11.4"'], {"one": OLD}, [("error", 'numpy<2; python_full_version >= "3.11.4"')]),
    # Lines that are in force together, or never.
    (["numpy", 'numpy<2; python_version >= "3.11"'], {"one": OLD}, []),
    (["numpy", 'numpy<2; python_version < "3.11"'], {"one": OLD}, [("error", "numpy<2")]),
    (['numpy<2; python_version < "3.12"', 'numpy>=2; python_version >= "3.12"'], {"one": OLD}, []),
    # The marker of a line to write is that of the lines that can be in force, and none where these are everywhere.
    (['numpy; python_version < "3.12"', 'numpy; python_version >= "3.12"'], {"one": OLD}, [("error", "numpy<2")]),
    (['numpy; sys_platform == "linux"', 'numpy<2; sys_platform == "win32"'], {"one": OLD}, [("error", "numpy<2")]),
    (['numpy; platform_machine == "x86_64"', 'numpy<2; sys_platform == "win32"'], {"one": OLD}, [("error", "numpy<2")]),
    (['numpy; extra == "a"', 'numpy; extra == "b"', 'numpy; extra == "c" and sys_platform == "win32"'], {"one": OLD}, [("error", ('numpy<2; extra == "a"', 'numpy<2; extra == "b"'))]),
    # Extras.
    (['numpy; extra == "fast"'], {"one": OLD}, [("error", 'numpy<2; extra == "fast"')]),
    (["numpy<2", 'numpy; extra == "fast"'], {"one": OLD}, []),
    (["numpy", 'numpy<2; extra == "fast"'], {"one": OLD}, [("error", "numpy<2")]),
    (['spam[fast]; extra == "all"', 'numpy<2; extra == "fast"'], {"one": OLD}, []),
    # What a URL gives is none of the versions that are known.
    (["numpy @ https://example.org/numpy-2.2.6.tar.gz"], {"one": OLD}, []),
    (["numpy", "numpy @ https://example.org/numpy-1.26.4.tar.gz"], {"one": OLD}, []),
    (['numpy @ https://example.org/numpy.zip; sys_platform == "win32"', "numpy"], {"one": OLD}, [("error", "numpy<2")]),
    # The least version.
    (["numpy>=1.26"], {"one": LATER}, [("error", "numpy>=2.0")]),
    (["numpy"], {"one": LATER}, [("error", "numpy>=2.0")]),
    (["numpy>=2"], {"one": LATER}, []),
    (["numpy>=1.26,>=2.0.0"], {"one": LATER}, []),
    (["numpy==2.2.6"], {"one": LATER}, []),
    (["numpy==1.26.4"], {"one": LATER}, [("error", "numpy>=2.0")]),
    # numpy 1.23.2 is the first with wheels for CPython 3.11: what is older is admitted by the line alone.
    (["numpy>=1.20"], {"one": NEW}, [("note", "numpy>=1.23")]),
    (["numpy>=1.23"], {"one": NEW}, []),
    # Pre-releases count if a line names them, and have the interface of what they lead to; so do yanked files.
    (["numpy>=2.0.0rc1"], {"one": LATER}, []),
    (["numpy==2.4.0"], {"one": OLD}, [("error", "numpy<2")]),
    (["numpy==2.0.0rc1"], {"one": OLD}, [("error", "numpy<2")]),
    # Some of the files.
    (["numpy>=1.26"], {"one": NEW, "two": LATER}, [("warning", "numpy>=2.0")]),
    (["numpy>=2"], {"one": NEW, "two": LATER}, []),
    (["numpy>=1.26"], {"one": OLD, "two": NEW}, [("warning", "numpy<2")]),
    # One version is refused by this file and the next by that one: all are by one of them.
    (["numpy>=1.26"], {"one": OLD, "two": LATER}, [("warning", "numpy>=2.0"), ("warning", "numpy<2")]),
    (["numpy>=1.26"], {"one": OLD, "two": image(b"numpy.core.multiarray", b"_ARRAY_API")}, [("error", "numpy<2")]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "files", "expected"), LOOSE)
def test_bounds(
    tmp_path: Path, lines: list[str], files: dict[str, bytes], expected: list[tuple[str, str | tuple[str, ...]]]
) -> None:
    found = [one for one in judged(tmp_path, lines, **files) if one.rule == "bound-too-loose"]
    assert [(one.severity, one.expected) for one in found] == expected
    # What is proposed leads out, whatever was there before.
    for severity, line in expected:
        more = [line] if isinstance(line, str) else line
        after = judged(tmp_path / "after", [*lines, *more], **files)
        left = [(one.severity, one.expected) for one in after if one.rule == "bound-too-loose"]
        assert (severity, line) not in left


OPPOSED = [
    # What is there, what the file is, and whether a line more is a way out.
    (["numpy>=1.26"], LATER, ""),
    (["numpy<2"], LATER, "`numpy<2` and `numpy>=2.0`"),
    (["numpy~=1.26"], LATER, "`numpy~=1.26` and `numpy>=2.0`"),
    (["numpy===1.26.4"], LATER, "`numpy===1.26.4` and `numpy>=2.0`"),
    (["numpy==1.26.*"], LATER, "`numpy==1.26.*` and `numpy>=2.0`"),
    (["numpy>=2"], OLD, "`numpy>=2` and `numpy<2`"),
    (["numpy", 'numpy<2; extra == "old"'], LATER, '`numpy<2; extra == "old"` and `numpy>=2.0`'),
    (['numpy<2; extra == "old"'], LATER, '`numpy<2; extra == "old"` and `numpy>=2.0; extra == "old"`'),
    # A line that is in force elsewhere only opposes nothing here.
    (["numpy>=1.26", 'numpy<2; sys_platform == "win32"'], LATER, ""),
    # A version that the table does not have is one all the same.
    (["numpy>=2.4"], image(numpy_2("9.9")), ""),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "file", "both"), OPPOSED)
def test_a_line_that_would_leave_no_version_is_not_proposed(
    lines: list[str], file: bytes, both: str, tmp_path: Path
) -> None:
    (found,) = (one for one in judged(tmp_path, lines, one=file) if one.rule == "bound-too-loose")
    assert found.hints[0].startswith(f"no version satisfies both {both}: change" if both else "require it")
    assert not both or not any("dependencies = [" in hint for hint in found.hints)


CP313 = "cp313-cp313-manylinux_2_28_x86_64"
LEFT = [
    # Lines, tag, files, and what the first finding says; in the end, the target that its hints name.
    (["numpy<2"], "", {"one": LATER}, "error", "no version of numpy is left: `spam._core` refuses all that the wheel admits, up to 1.26.4", "NPY_1_23"),
    (["numpy<2"], "", {"one": LATER, "two": LATER}, "error", "no version of numpy is left: all 2 files that use it refuse all that the wheel admits, up to 1.26.4", "NPY_1_23"),
    (["numpy>=2"], "", {"one": OLD}, "error", "no version of numpy is left: `spam._core` refuses all that the wheel admits, from 2.0.0 on", ""),
    (["numpy<2"], "", {"one": NEW, "two": LATER}, "warning", "no version of numpy is left: `spam._strings` refuses all that the wheel admits, up to 1.26.4", "NPY_1_23"),
    (['numpy==1.26.4; extra == "old"'], "", {"one": LATER}, "error", "no version of numpy is left: `spam._core` refuses all that the wheel admits, up to 1.26.4", "NPY_1_25"),
    # numpy 1 has no wheel for this Python: there is nothing at all that could be installed.
    (["numpy<2"], CP313, {"one": LATER}, "error", "no version of numpy is left: `spam._core` refuses all that the wheel admits, up to 1.26.4", ""),
    # A version is left, or may be: what the file is compiled for is not out yet.
    (["numpy"], "", {"one": LATER}, "error", "the wheel admits numpy 1.26.4, which `spam._core` refuses", "NPY_1_23"),
    (["numpy>=1.26"], "", {"one": LATER}, "error", "the wheel admits numpy 1.26.4, which `spam._core` refuses", "NPY_1_25"),
    (["numpy", 'numpy<2; extra == "old"'], "", {"one": LATER}, "error", "the wheel admits numpy 1.26.4, which `spam._core` refuses", "NPY_1_23"),
    (["numpy", 'numpy<2; python_version < "3.11"'], "", {"one": LATER}, "error", "the wheel admits numpy 1.26.4, which `spam._core` refuses", "NPY_1_23"),
    (["numpy>=2"], "", {"one": image(numpy_2("9.9"))}, "error", "the wheel admits numpy ", "NPY_2_0"),
    (["numpy<2"], "", {"one": image(numpy_2("9.9"))}, "error", "no version of numpy is left: ", "NPY_1_23"),
    # Each of these lines leaves the other's environments alone.
    (["numpy", 'numpy<2; extra == "old"'], "", {"one": image(numpy_2("9.9"))}, "error", "the wheel admits numpy ", "NPY_1_23"),
    (['numpy<2; extra == "old"', 'numpy>=1.26; extra == "new"'], "", {"one": image(numpy_2("9.9"))}, "error", "the wheel admits numpy ", "NPY_1_23"),
    (['numpy<2; platform_machine == "a"', 'numpy>=1.26; platform_machine != "a"'], "", {"one": image(numpy_2("9.9"))}, "error", "the wheel admits numpy ", "NPY_1_25"),
    (["numpy>=2"], "", {"one": image(numpy_2("9.9")), "two": OLD}, "error", "the wheel admits numpy ", "NPY_2_0"),
    (["numpy"], CP313, {"one": LATER}, "note", "the lines for numpy admit 1.26.4, which `spam._core` refuses", ""),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "tag", "files", "severity", "message", "target"), LEFT)
def test_that_no_version_is_left_is_the_headline(
    lines: list[str], tag: str, files: dict[str, bytes], severity: str, message: str, target: str, tmp_path: Path
) -> None:
    name = f"spam-1.0-{tag}.whl" if tag else CP311
    members = dict(zip((ONE, TWO), files.values(), strict=False))
    path = wheel(tmp_path, *lines, files=members, filename=name)
    first = next(each for each in evidence.judge_wheels([path])[str(path)] if each.rule == "bound-too-loose")
    assert first.severity == severity
    assert first.message.startswith(message)
    assert re.findall(r"-DNPY_TARGET_VERSION=(\w+)_API_VERSION`", " ".join(first.hints)) == ([target] if target else [])


def test_lines_of_several_extras_are_proposed_where_they_are_declared(tmp_path: Path) -> None:
    lines = ['numpy; extra == "a"', "numpy>=1; extra == 'b' and sys_platform == 'linux'", 'numpy; extra == "c-d"']
    (found,) = judged(tmp_path, lines, one=OLD)
    proposed = {
        name: tomllib.loads(f"x = {line}")["x"] for line, name in re.findall(r"`([^`]*)` to `([^`]*)`", found.hints[0])
    }
    assert proposed == {"a": "numpy<2", "b": 'numpy<2; sys_platform == "linux"', "c-d": "numpy<2"}
    assert found.hints[0].count(" under `[tool.abiding.wheel.optional-dependencies]`") == len(lines)


def test_what_is_refused_is_named(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, ["numpy>=1.26"], one=NEW, two=LATER)
    assert found.message == "the wheel admits numpy 1.26.4, which `spam._strings` refuses"
    assert 'list `"spam._strings"` in `optional-modules` under `[tool.abiding]`' in found.hints[-1]


WHEELS = [
    ("cp314-cp314-manylinux_2_28_x86_64", "numpy>=1.23", LATER, "note"),
    ("cp313-cp313-manylinux_2_28_x86_64", "numpy>=1.26", LATER, "note"),
    ("cp312-cp312-manylinux_2_28_x86_64", "numpy>=1.23", LATER, "error"),
    ("cp38-cp38-manylinux_2_17_x86_64", "numpy", OLD, "note"),
    ("cp39-cp39-manylinux_2_17_x86_64", "numpy", OLD, "error"),
    ("cp311-cp311-win_amd64", "numpy", OLD, "error"),
    ("cp311-cp311-win_arm64", "numpy", LATER, "note"),
    ("cp311-cp311-macosx_11_0_universal2", "numpy", LATER, "error"),
    ("cp311-abi3-manylinux_2_28_x86_64", "numpy", LATER, "error"),
    ("cp313-abi3-manylinux_2_28_x86_64", "numpy", LATER, "note"),
    ("cp311-cp311-linux_x86_64", "numpy", OLD, "error"),
    ("cp310-abi3-musllinux_1_2_x86_64", "numpy>=2; python_version>='3.11'", LATER, None),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "line", "file", "severity"), WHEELS)
def test_only_versions_with_wheels_count(tmp_path: Path, tag: str, line: str, file: bytes, severity: str) -> None:
    path = wheel(tmp_path, line, files={"spam/_core.pyd": file}, filename=f"spam-1.0-{tag}.whl")
    found = [one for one in evidence.judge_wheels([path])[str(path)] if one.rule == "bound-too-loose"]
    assert [one.severity for one in found] == ([severity] if severity else [])


@pytest.mark.parametrize("requires_python", [">=3.6", ">=3.6.*", ">=3.6; "])
def test_a_wheel_is_for_its_tags_whatever_it_says_of_python(requires_python: str, tmp_path: Path) -> None:
    lines = ("numpy<2; sys_platform == 'linux'", "numpy; sys_platform == 'win32'")
    path = wheel(tmp_path, *lines, files={ONE: OLD}, more=f"Requires-Python: {requires_python}")
    assert [one for one in evidence.judge_wheels([path])[str(path)] if one.rule == "bound-too-loose"] == []


def test_requires_python_counts(tmp_path: Path) -> None:
    """A wheel for the stable ABI that is for 3.13 and later only can't be installed beside numpy 1."""
    name = "spam-1.0-cp311-abi3-manylinux_2_28_x86_64.whl"
    path = wheel(tmp_path, "numpy", files={"spam/_core.abi3.so": LATER}, filename=name, more="Requires-Python: >=3.13")
    assert [one.severity for one in evidence.judge_wheels([path])[str(path)]] == ["note"]


def test_numpy_itself_uses_its_own(tmp_path: Path) -> None:
    name = "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.whl"
    path = wheel(tmp_path, files={"numpy/core/_tests.so": OLD}, filename=name)
    assert evidence.judge_wheels([path])[str(path)] == ()


UNDECLARED = [
    ([], image(b"greenlet._C_API"), [("warning", "greenlet")]),
    (["greenlet"], image(b"greenlet._C_API"), []),
    (['Greenlet>=2; extra == "x"'], image(b"greenlet._C_API"), []),
    (["PyQt6_sip"], image(b"PyQt6.sip._C_API"), []),
    (["PyQt6"], image(b"PyQt6.sip._C_API"), []),
    ([], image(b"spam._C_API", b"datetime.datetime_CAPI"), []),
    ([], NEW, [("note", "numpy")]),
    (['numpy; extra == "arrays"'], NEW, []),
    ([], image(b"does not export expected C function", b"scipy.linalg.cython_blas"), [("warning", "scipy")]),
    # One slip off: then it is another distribution that is required, whoever has it.
    (["numpi>=2.1"], NEW, [("warning", "numpy")]),
    (["numpyro"], NEW, [("note", "numpy")]),
    (["greenlte"], image(b"greenlet._C_API"), [("warning", "greenlet")]),
    # Namespaces: that a wheel has `google` too does not make it protobuf.
    ([], image(b"google.protobuf.pyext._message.proto_API"), [("warning", "protobuf")]),
    (["protobuf"], image(b"google.protobuf.pyext._message.proto_API"), []),
    (["googleapis-common-protos"], image(b"google.protobuf.pyext._message.proto_API"), [("warning", "protobuf")]),
    # Several distributions have it: any of them will do.
    ([], image(b"pygame.base._PYGAME_C_API"), [("warning", ("pygame", "pygame-ce"))]),
    (["pygame-ce"], image(b"pygame.base._PYGAME_C_API"), []),
    (["opencv_python.headless"], image(b"cv2.core._C_API"), []),
    (["wxPython"], image(b"wx._core._wxPyAPI"), []),
    (["scikit-learn"], image(b"sklearn.tree._C_API"), []),
    # Nobody knows who has it, so that it may be among what is required.
    ([], image(b"frob.core._C_API"), [("note", None)]),
    (["python-frob"], image(b"frob.core._C_API"), []),
    (["frob-cu12"], image(b"frob.core._C_API"), []),
    (["frobnicate"], image(b"frob.core._C_API"), [("note", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "file", "expected"), UNDECLARED)
def test_interfaces_that_nothing_requires(
    tmp_path: Path, lines: list[str], file: bytes, expected: list[tuple[str, str]]
) -> None:
    found = [one for one in judged(tmp_path, lines, one=file) if one.rule == "undeclared-interface"]
    assert [(one.severity, one.expected) for one in found] == expected


def test_a_name_in_a_slip_is_told_with_what_is_meant(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, ["numpi[x] >=2.1 ; extra == 'a'"], one=NEW)
    assert found.message == (
        "`spam._core` uses the C API of `numpy`, and `numpi[x] >=2.1 ; extra == 'a'` is spelled almost like it"
    )
    assert (found.found, found.found_from) == ("numpi[x] >=2.1 ; extra == 'a'", "METADATA")
    assert found.hints == ("did you mean `numpy[x] >=2.1 ; extra == 'a'`?",)
    (found,) = judged(tmp_path, ["pyopencl"], one=image(b"OpenGL.core._C_API"))
    assert found.message == "`spam._core` uses the C API of `pyopengl`, which nothing requires"


@pytest.mark.parametrize(
    ("place", "capsule", "expected"),
    [
        # Who has a module by the name that another one has at the top still needs the other (gevent and greenlet).
        ("spam/greenlet.py", b"greenlet._C_API", ["greenlet"]),
        ("greenlet/__init__.py", b"greenlet._C_API", []),
        ("greenlet.py", b"greenlet._C_API", []),
        ("spam-1.0.data/platlib/greenlet/__init__.py", b"greenlet._C_API", []),
        # A name that says nothing of its own may be that of a part.
        ("spam/frob.py", b"frob._C_API", []),
    ],
)
def test_own_modules_need_nobody_else(place: str, capsule: bytes, expected: list[str], tmp_path: Path) -> None:
    path = wheel(tmp_path, files={ONE: image(capsule), place: b""})
    found = [one for one in evidence.judge_wheels([path])[str(path)] if one.rule == "undeclared-interface"]
    assert [one.expected for one in found] == expected
    assert [bound.distribution for bound in asked_versions.of_wheel(path).bounds] == expected


def test_a_wheel_without_compiled_files_is_not_opened(tmp_path: Path) -> None:
    path = wheel(tmp_path, "numpy", files={"spam/data.txt": OLD})
    assert evidence.judge_wheels([path]) == {}
    # A name of code does not make it.
    path = wheel(tmp_path, "numpy", files={ONE: OLD[4:]})
    assert evidence.judge_wheels([path])[str(path)] == ()


def test_the_table_of_wheels() -> None:
    known = available("numpy")
    assert known
    first = {"cp310": "1.21.2", "cp311": "1.23.2", "cp312": "1.26.0", "cp313": "2.1.0", "cp314": "2.3.2"}
    assert {python: str(min(known.wheels[f"{python}-manylinux_x86_64"])) for python in first} == first
    assert list(kind_of("cp313-cp313t-macosx_11_0_universal2")) == ["cp313t-macosx_arm64", "cp313t-macosx_x86_64"]
    assert available("spam") is None


def shown(rule: str, place: int, printed: str) -> str:
    """One of the examples on a page; written anew if that is asked for."""
    page = explanations.page(rule)
    example: str = re.findall(r"^```text\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)[place]
    if os.environ.get("UPDATE_SCREENS"):
        file = Path(explanations.__file__).parents[1] / "explanations" / f"{rule}.md"
        file.write_text(page.replace(example, printed, 1), encoding="utf-8")
        return printed
    return example


def test_the_pages_show_what_is_printed(tmp_path: Path) -> None:
    name = "spam-1.4.0-cp311-cp311-manylinux_2_17_x86_64.whl"
    path = wheel(tmp_path, "numpy>=1.23", files={"spam/_core.abi3.so": OLD}, filename=name)
    (found,) = evidence.judge_wheels([path])[str(path)]
    assert shown("bound-too-loose", 1, block(found)) == block(found)
    path = wheel(tmp_path, files={"spam/_core.abi3.so": image(b"greenlet._C_API")}, filename=name)
    (found,) = evidence.judge_wheels([path])[str(path)]
    assert shown("undeclared-interface", 0, block(found)) == block(found)


@pytest.mark.parametrize(
    ("platform", "found"), [("linux_x86_64", True), ("", True), ("macosx_14_0_arm64", False), ("win_amd64", False)]
)
def test_files_of_other_systems_are_not_those_of_an_environment(platform: str, found: bool, tmp_path: Path) -> None:
    """Some distributions bring them along, as data of their tests."""
    site = tmp_path / "site"
    installed(wheel(tmp_path, "numpy", files={ONE: OLD}, filename="spam-1.0-cp311-cp311-linux_x86_64.whl"), site)
    uses = environment.survey(Interpreter(Path(sys.executable), (str(site),), platform, ())).uses
    assert [one.owner for one in uses] == (["spam 1.0"] if found else [])


def test_an_environment_with_a_numpy_that_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    wheels: list[tuple[str, list[str], dict[str, bytes]]] = [
        ("numpy-2.2.6-py3-none-any.whl", [], {}),
        ("spam-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"spam/_core.abi3.so": OLD}),
        ("eggs-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"eggs/_a.abi3.so": LATER, "eggs/_b.abi3.so": OLD}),
        ("fits-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"fits/_core.abi3.so": LATER}),
    ]
    for name, lines, files in wheels:
        installed(wheel(tmp_path, *lines, files=files, filename=name), site)
    uses = environment.survey(Interpreter(Path(sys.executable), (str(site),), "", ())).uses
    assert [(one.owner, one.wrong, len(one.refusing)) for one in uses] == [
        ("spam 1.0", True, 1),
        ("eggs 1.0", False, 1),
        ("fits 1.0", False, 0),
    ]
    assert [one.finding and one.finding.severity for one in uses] == ["error", "warning", None]
    shown = [line.split() for line in as_text(Survey((), (), ()), uses, (), Terminal()).splitlines()]
    assert ["spam", "1.0", "1", "file", "numpy", "numpy<2", "2.2.6", "refused"] in shown


@pytest.mark.skipif(sys.platform == "win32", reason="the Python is a script of the shell")
def test_what_is_refused_is_tried_where_that_is_asked_for(tmp_path: Path) -> None:
    site = tmp_path / "site"
    here = os.fsencode(sys.executable)
    wheels: list[tuple[str, list[str], dict[str, bytes]]] = [
        ("numpy-2.2.6-py3-none-any.whl", [], {}),
        ("spam-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"spam/_core.abi3.so": OLD, "spam/__init__.py": b""}),
        # Python takes the folder before the file.
        ("eggs-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"eggs/_a.abi3.so": OLD, "eggs/_a/__init__.py": b""}),
        ("fits-1.0-cp311-cp311-linux_x86_64.whl", ["numpy"], {"fits/_core.abi3.so": LATER}),
    ]
    for name, lines, files in wheels:
        installed(wheel(tmp_path, *lines, files=files, filename=name), site)
    python = tmp_path / "python"
    start = f"import sys; sys.path.insert(0, {str(site)!r}); exec(sys.argv[1])"
    python.write_bytes(b'#!/bin/sh\nexec "%s" -c "%s" "$3"\n' % (here, start.encode()))
    python.chmod(0o755)
    seen = environment.survey(Interpreter(python, (str(site),), "", ()), load=True)
    assert {one.owner: one.failures and list(one.failures) for one in seen.uses} == {
        "spam 1.0": ["spam._core"],
        "eggs 1.0": {},
        "fits 1.0": None,
    }
    text = as_text(Survey((), seen.findings, ()), seen.uses, (), Terminal(width=200))
    assert [line.rpartition("2.2.6")[2].strip() for line in text.splitlines()[3:6]] == [
        "refused, but imported",
        "refused, import fails",
        "accepted",
    ]
    assert "1 file of `spam 1.0` refuses numpy 2.2.6" in text
    assert "note: seen: `spam._core` can't be imported: ImportError: " in " ".join(text.split())
    assert "note: what refuses it was imported all the same" in text
    data = contract.document(forms(Survey((), (), ()), site, seen.uses)["json"](), "env")
    said = {one["distribution"]: one["failures"] for one in data["interfaces"]}
    assert (said["eggs 1.0"], said["fits 1.0"]) == ([], None)
    assert said["spam 1.0"][0]["module"] == "spam._core"


OF_2, OF_3 = (f"__pybind11_internals_v{number}_system_libstdcpp__".encode() for number in (10, 11))
NB = (b"__nb_internals_%s_%s__", b"v20_system_libstdcpp_gxx_abi_1xxx")


@pytest.mark.parametrize(
    ("texts", "requires", "different"),
    [
        # It requires the other and names a module of it, and their internals differ.
        ((OF_2, b"eggs"), ["eggs"], True),
        ((OF_2, b"eggs.core._more"), ['eggs>=1; python_version > "3"'], True),
        # One of these is not so: matplotlib requires contourpy, and exchanges nothing with it.
        ((OF_2,), ["eggs"], False),
        ((OF_2, b"eggsact", b"no eggs"), ["eggs"], False),
        ((OF_2, b"eggs"), ["ham"], False),
        ((OF_3, b"eggs"), ["eggs"], False),
        ((OF_2, OF_3, b"eggs"), ["eggs"], False),
        ((*NB, b"eggs"), ["eggs"], False),
    ],
)
def test_internals_of_two_that_exchange_objects(
    tmp_path: Path, texts: tuple[bytes, ...], requires: list[str], different: bool
) -> None:
    site = tmp_path / "site"
    for name, lines, file in (
        ("spam-1.0-cp311-cp311-linux_x86_64.whl", requires, image(*texts)),
        ("eggs-1.0-cp311-cp311-linux_x86_64.whl", [], image(OF_3)),
    ):
        top = name.partition("-")[0]
        installed(wheel(tmp_path, *lines, files={f"{top}/_core.abi3.so": file}, filename=name), site)
    seen = environment.survey(Interpreter(Path(sys.executable), (str(site),), "", ()))
    assert [one.rule for one in seen.findings] == ["different-internals"] * different
    for finding in seen.findings:
        assert shown("different-internals", 0, block(finding)) == block(finding)
    # They are listed, if that is asked for, whoever has them.
    text = as_text(Survey((), (), ()), (), seen.internals, Terminal(width=200))
    assert text.count("eggs 1.0") == 1
    assert "__pybind11_internals_v11_system_libstdcpp__" in text
    data = contract.document(forms(Survey((), (), ()), site, (), seen.internals)["json"](), "env")
    listed = [(one["distribution"], one["identities"]) for one in data["internals"]]
    assert listed == [(one.owner.label, list(one.identities)) for one in seen.internals]


def test_what_is_packed_to_fill_the_time_is_not_gone_through(tmp_path: Path) -> None:
    """Forty megabytes of zeros are as much as all files of a wheel may have that are packed like that."""
    files = {f"spam/_{number}.so": OLD + bytes(15 << 20) for number in range(4)}
    opened = Wheel.open(wheel(tmp_path, "numpy", files=files))
    assert [one.name for one in compiled_members.fair(opened.directory.members()).members] == [
        "spam/_0.so",
        "spam/_1.so",
    ]
    assert [one.severity for one in evidence.judge_wheels([opened.path])[str(opened.path)]] == ["error", "warning"]


@pytest.mark.parametrize(("mebibytes", "passed_over"), [(1, False), (11, True)])
def test_what_is_packed_too_densely_to_be_looked_at_is_told(mebibytes: int, passed_over: bool, tmp_path: Path) -> None:
    files = {f"spam/_{number}.so": image(NUMPY_1) + bytes(mebibytes << 20) for number in range(5)}
    path = wheel(tmp_path, "numpy<2", files=files)
    found = [(one.severity, one.message) for one in evidence.judge_wheels([path])[str(path)]]
    told = ("warning", "`spam/_3.so` and 1 more was not looked at for what it accepts")
    assert found == ([told] if passed_over else [])


@pytest.mark.parametrize("before", [0, 63, 64, 65, 400])
def test_a_bound_counts_behind_however_many(before: int, tmp_path: Path) -> None:
    lines = [*(f"numpy!=1.0.{number}" for number in range(before)), "numpy>=1.20"]
    assert [one.rule for one in judged(tmp_path / "admits", lines, one=OLD)] == ["bound-too-loose"]
    assert judged(tmp_path / "bounded", [*lines, "numpy<2"], one=OLD) == []


def test_too_many_lines_are_said_and_not_judged(tmp_path: Path) -> None:
    lines = [f"numpy!=1.0.{number}" for number in range(2000)]
    (finding,) = judged(tmp_path, [*lines, "numpy<2"], one=OLD)
    assert (finding.severity, finding.rule) == ("note", "bound-too-loose")
    assert finding.message == "which numpy the wheel admits is not worked out: 2,001 lines say it"
