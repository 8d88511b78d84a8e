"""Wheels whose tags admit them where their extension modules can't be loaded, each beside the right one."""

from __future__ import annotations

import json
import platform
import re
from functools import partial
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

import pytest

from abiding import evidence
from abiding.archives.wheel import Wheel
from abiding.artifacts.disk import read_artifacts
from abiding.builds.platform_tags import naming_platform
from abiding.cli import main
from abiding.evidence.extensions import Watched
from abiding.evidence.imported import reached
from abiding.evidence.wheels import OnDisk
from abiding.evidence.wrong_tag import judge_tags
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.native.machines import HEADER, NAMING_PLATFORM, BuiltFor
from abiding.native.python_imports import Script
from abiding.project.optional_modules import OptionalModules
from abiding.releases.check import releases, with_compiled
from abiding.report import explanations
from makers.archives import metadata, write_wheel
from makers.compiled import library, mach_o, universal, wheel
from makers.evident import HEADERS, extension
from makers.trees import WRAPPED_FLIT, HookFailed, Tree, unpacked
from makers.warned import warned
from makers.work import calls

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

LINUX, WINDOWS, MAC = "manylinux_2_28_x86_64", "win_amd64", "macosx_11_0_arm64"
ELF, PE, MACH_O = "elf-x86_64", "pe-amd64", "mach-o-arm64"
CPYTHON = "spam/_m.cpython-311-x86_64-linux-gnu.so"


def judged(
    folder: Path, tag: str, files: Mapping[str, str], *lines: str, own: bool = True, code: str = ""
) -> list[Finding]:
    """What is said of a wheel with extension modules: by place, the machine of each, or the text of a Python file."""
    contents = {place: extension(place, kind) if kind in HEADERS else kind.encode() for place, kind in files.items()}
    contents["spam/__init__.py"] = code.encode()
    path = write_wheel(folder, f"spam-1.0-{tag}.whl", metadata(*lines), more=contents)
    if own:
        opened = Wheel.open(path)
        examined = evidence.judge_built(opened, CoreMetadata.parse(opened.metadata(), path.name))
        return list(examined.judged.wrong_tag) if examined else []
    return [finding for finding in evidence.judge_wheels([path])[str(path)] if finding.rule == "wrong-tag"]


NEVER_LOADED = [
    # Another machine, another format.
    (f"cp311-cp311-{LINUX}", {"spam/_m.cpython-311-aarch64-linux-gnu.so": "elf-aarch64"}, "ELF for aarch64, CPython 3.11"),
    (f"cp311-cp311-{LINUX}", {CPYTHON: ELF}, None),
    ("cp311-cp311-manylinux_2_28_aarch64", {"spam/_m.so": "elf-aarch64"}, None),
    ("cp311-cp311-linux_i686", {"spam/_m.so": ELF}, "ELF for x86_64"),
    ("cp311-cp311-linux_i686", {"spam/_m.so": "elf-i686"}, None),
    ("cp311-cp311-linux_armv6l", {"spam/_m.so": "elf-armv7l"}, None),
    ("cp311-cp311-manylinux_2_17_ppc64", {"spam/_m.so": "elf-ppc64le"}, "ELF for ppc64le"),
    ("cp311-cp311-manylinux_2_17_ppc64", {"spam/_m.so": "elf-ppc64"}, None),
    ("cp311-cp311-musllinux_1_2_aarch64", {"spam/_m.so": ELF}, "ELF for x86_64"),
    ("cp313-cp313-android_24_arm64_v8a", {"spam/_m.so": "elf-aarch64"}, None),
    ("cp313-cp313-android_24_arm64_v8a", {"spam/_m.so": ELF}, "ELF for x86_64"),
    (f"cp311-cp311-{WINDOWS}", {"spam/_m.so": ELF}, "ELF for x86_64"),
    (f"cp311-cp311-{WINDOWS}", {"spam/_m.pyd": PE}, None),
    ("cp311-cp311-win32", {"spam/_m.pyd": PE}, "PE for amd64"),
    ("cp311-cp311-win32", {"spam/_m.pyd": "pe-x86"}, None),
    ("cp311-cp311-win_arm64", {"spam/_m.pyd": PE}, "PE for amd64"),
    ("cp311-cp311-win_arm64", {"spam/_m.pyd": "pe-arm64"}, None),
    (f"cp311-cp311-{MAC}", {"spam/_m.so": "mach-o-x86_64"}, "Mach-O for x86_64"),
    (f"cp311-cp311-{MAC}", {"spam/_m.so": MACH_O}, None),
    (f"cp311-cp311-{MAC}", {"spam/_m.so": "mach-o-universal2"}, None),
    ("cp313-cp313-ios_13_0_arm64_iphonesimulator", {"spam/_m.so": MACH_O}, None),
    ("cp313-cp313-ios_13_0_arm64_iphonesimulator", {"spam/_m.so": "mach-o-x86_64"}, "Mach-O for x86_64"),
    ("cp313-cp313-pyodide_2025_0_wasm32", {"spam/_m.so": ELF}, "ELF for x86_64"),
    # Any platform of several will do, and of one that is not known nothing is said.
    (f"cp311-cp311-{MAC}.macosx_10_9_x86_64", {"spam/_m.so": "mach-o-universal2"}, None),
    ("cp311-cp311-freebsd_14_0_release_amd64", {"spam/_m.so": ELF}, None),
    (f"cp311-cp311-{LINUX}", {"spam/_m.so": "elf-mips"}, None),
    # A name by which a Python for another machine looks for a module.
    (f"cp311-cp311-{LINUX}", {"spam/_m.cpython-311-aarch64-linux-gnu.so": ELF}, "ELF for x86_64, by its name for aarch64, CPython 3.11"),
    ("cp311-cp311-linux_i686", {"spam/_m.cpython-311-i386-linux-gnu.so": "elf-i686"}, None),
    ("cp311-cp311-manylinux_2_17_ppc64le", {"spam/_m.cpython-311-powerpc64le-linux-gnu.so": "elf-ppc64le"}, None),
    ("cp311-cp311-win_arm64", {"spam/_m.cp311-win_amd64.pyd": "pe-arm64"}, "PE for arm64, by its name for x86_64, CPython 3.11"),
    ("cp311-cp311-win_arm64", {"spam/_m.cp311-win_arm64.pyd": "pe-arm64"}, None),
    ("cp311-cp311-linux_armv7l", {"spam/_m.cpython-311-arm-linux-gnueabihf.so": "elf-armv7l"}, None),
    ("cp312-cp312-musllinux_1_2_x86_64", {"spam/_m.cpython-312-x86_64-linux-musl.so": ELF}, None),
    ("cp313-cp313-android_24_arm64_v8a", {"spam/_m.cpython-313-aarch64-linux-android.so": "elf-aarch64"}, None),
    ("cp313-cp313-ios_13_0_arm64_iphoneos", {"spam/_m.cpython-313-iphoneos.so": MACH_O}, None),
    (f"graalpy311-graalpy242_311_native-{LINUX}", {"spam/_m.graalpy242-311-native-x86_64-linux.so": ELF}, None),
    # Another Python.
    (f"cp312-cp312-{LINUX}", {CPYTHON: ELF}, "ELF for x86_64, CPython 3.11"),
    (f"cp312-cp312-{LINUX}", {"spam/_m.so": ELF}, None),
    (f"cp312-cp312-{LINUX}", {"spam/_m.abi3.so": ELF}, None),
    (f"cp37-cp37m-{LINUX}", {"spam/_m.cpython-37m-x86_64-linux-gnu.so": ELF}, None),
    ("cp312-cp312-win32", {"spam/_m.cp311-win32.pyd": "pe-x86"}, "PE for x86, CPython 3.11"),
    (f"cp313-cp313t-{LINUX}", {"spam/_m.cpython-313-x86_64-linux-gnu.so": ELF}, "ELF for x86_64, CPython 3.13"),
    (f"cp313-cp313t-{LINUX}", {"spam/_m.cpython-313t-x86_64-linux-gnu.so": ELF}, None),
    (f"cp313-cp313-{WINDOWS}", {"spam/_m.cp313t-win_amd64.pyd": PE}, "PE for amd64, CPython 3.13 without the GIL"),
    (f"pp310-pypy310_pp73-{LINUX}", {CPYTHON: ELF}, "ELF for x86_64, CPython 3.11"),
    (f"pp310-pypy310_pp73-{LINUX}", {"spam/_m.pypy310-pp73-x86_64-linux-gnu.so": ELF}, None),
    (f"pp310-pypy310_pp73-{WINDOWS}", {"spam/_m.pypy39-pp73-win_amd64.pyd": PE}, "PE for amd64, PyPy 3.9"),
    (f"cp312-abi3-{LINUX}", {CPYTHON: ELF}, "ELF for x86_64, CPython 3.11"),
    (f"cp315-abi3.abi3t-{LINUX}", {"spam/_m.abi3t.so": ELF}, None),
    (f"cp315-abi3.abi3t-{WINDOWS}", {"spam/_m.pyd": PE}, None),
    (f"cp312-none-{LINUX}", {CPYTHON: ELF}, "ELF for x86_64, CPython 3.11"),
    ("cp312-none-any", {CPYTHON: ELF}, "ELF for x86_64, CPython 3.11"),
    (f"cp311.cp312-cp311.cp312-{LINUX}", {CPYTHON: ELF}, None),
    # Of one module any file will do.
    (f"cp312-cp312-{LINUX}", {CPYTHON: ELF, "spam/_m.cpython-312-x86_64-linux-gnu.so": ELF}, None),
    (f"cp312-cp312-{LINUX}", {CPYTHON: ELF, "spam/_m.py": ""}, None),
    (f"cp312-cp312-{LINUX}", {CPYTHON: ELF, "spam/_m/__init__.py": ""}, None),
    (f"cp312-cp312-{LINUX}", {CPYTHON: ELF, "spam/m.py": ""}, "ELF for x86_64, CPython 3.11"),
    # What is no module of Python is not asked.
    (f"cp312-cp312-{LINUX}", {"spam/libm.so": "elf-aarch64"}, None),
    (f"cp312-cp312-{LINUX}", {"spam/lib-dynload/_m.so": "elf-aarch64"}, None),
    (f"cp312-cp312-{LINUX}", {"spam/_m.so.1": "elf-aarch64"}, None),
]  # fmt: skip


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(("tag", "files", "expected"), NEVER_LOADED)
def test_modules_that_nothing_loads(
    tag: str, files: Mapping[str, str], expected: str | None, *, own: bool, tmp_path: Path
) -> None:
    """Where not one module can be loaded, the tag is wrong, whoever made the wheel."""
    said = [(finding.severity, finding.expected) for finding in judged(tmp_path, tag, files, own=own)]
    assert said == ([("error" if own else "warning", (expected,))] if expected else [])


SEVERAL = [
    # `any`, where all modules are for one platform.
    ("py3-none-any", {"spam/_m.so": ELF}, (), "any"),
    ("py2.py3-none-any", {"spam/_m.pyd": PE}, (), "any"),
    ("cp311-none-any", {CPYTHON: ELF}, (), "any"),
    ("py3-none-any", {"spam/_m.so": ELF, "spam/_m.pyd": PE}, (), None),
    ("py3-none-any", {"spam/_m.so": ELF, "spam/_m.py": ""}, (), None),
    ("py3-none-any", {"spam/libm.so": ELF}, (), None),
    (f"cp311-cp311-{LINUX}", {"spam/_m.so": ELF}, (), None),
    # Two machines.
    ("cp311-cp311-macosx_11_0_universal2", {"spam/_m.so": MACH_O}, (), "macosx_11_0_universal2"),
    ("cp311-cp311-macosx_11_0_universal2", {"spam/_m.so": "mach-o-universal2"}, (), None),
    ("cp311-cp311-macosx_11_0_universal2", {"spam/_m.so": MACH_O, "spam/_n.so": "mach-o-x86_64"}, (), None),
    (f"cp311-cp311-{MAC}.macosx_10_9_x86_64", {"spam/_m.so": MACH_O}, (), "macosx_10_9_x86_64"),
    (f"cp311-cp311-{LINUX}.{WINDOWS}", {"spam/_m.so": ELF}, (), WINDOWS),
    (f"cp311-cp311-{LINUX}.{WINDOWS}", {"spam/_m.so": ELF, "spam/_m.pyd": PE}, (), None),
    (f"cp311-cp311-{LINUX}.manylinux_2_28_aarch64", {"spam/_m.so": ELF}, (), "manylinux_2_28_aarch64"),
    # Each Python, where all modules are for one.
    (f"py3-none-{LINUX}", {CPYTHON: ELF}, (), "py3-none"),
    (f"py311-none-{LINUX}", {CPYTHON: ELF}, (), "py311-none"),
    (f"cp311-abi3-{LINUX}", {CPYTHON: ELF}, (), "cp311-abi3"),
    (f"cp39-abi3-{WINDOWS}", {"spam/_m.cp311-win_amd64.pyd": PE}, (), "cp39-abi3"),
    (f"py3-none-{LINUX}", {CPYTHON: ELF}, ("Requires-Python: ==3.11.*",), None),
    (f"py3-none-{LINUX}", {CPYTHON: ELF}, ("Requires-Python: >=3.11",), "py3-none"),
    (f"py3-none-{LINUX}", {"spam/_m.abi3.so": ELF}, (), None),
    (f"py3-none-{LINUX}", {CPYTHON: ELF, "spam/_n.so": ELF}, (), None),
    (f"py3-none-{LINUX}", {CPYTHON: ELF, "spam/_m.cpython-312-x86_64-linux-gnu.so": ELF}, (), None),
    (f"cp311-none-{LINUX}", {CPYTHON: ELF}, (), None),
    (f"cp311-abi3-{LINUX}", {"spam/_m.abi3.so": ELF}, (), None),
    (f"cp311-abi3-{LINUX}", {"spam/_m.so": ELF}, (), None),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "files", "lines", "part"), SEVERAL)
def test_tags_that_admit_more_than_was_compiled_for(
    tag: str, files: Mapping[str, str], lines: tuple[str, ...], part: str | None, tmp_path: Path
) -> None:
    said = judged(tmp_path, tag, files, *lines)
    assert [(finding.severity, finding.message.split("`")[1]) for finding in said] == (
        [("error", part)] if part else []
    )
    # Wheels of others may do without their modules, unless their code says that they don't.
    assert judged(tmp_path / "others", tag, files, *lines, own=False) == []
    said = judged(tmp_path / "needed", tag, files, *lines, own=False, code="from . import _m\n")
    assert [(finding.severity, finding.message.split("`")[1]) for finding in said] == (
        [("warning", part)] if part else []
    )


@pytest.mark.parametrize(
    ("code", "surely"),
    [
        ("from . import _m", True),
        ("from ._m import *", True),
        ("import os, spam._m as m", True),
        ("from .inner import thing", True),
        ("import spam.inner", True),
        ("try:\n    from . import _m\nexcept ImportError:\n    _m = None", False),
        ("import sys\nif sys.platform == 'win32':\n    from . import _m", False),
        ("def f():\n    from . import _m", False),
        ("try:\n    import spam.inner\nexcept ImportError:\n    pass", False),
        # What takes it from the package gets what stands in for it there.
        ("try:\n    from . import _m\nexcept ImportError:\n    _m = None\nfrom . import inner", False),
        ("from . import inner\nfrom . import _m", True),
        ("# from . import _m\n'''\nfrom . import _m\n'''", False),
        ("", False),
    ],
)
def test_what_surely_fails(code: str, surely: bool, tmp_path: Path) -> None:
    """A wheel for all, with modules for one platform whose imports are guarded, is no mistake (debugpy has one)."""
    files = {"spam/_m.pyd": PE, "spam/inner.py": "from spam import _m\nthing = 1\n"}
    said = judged(tmp_path, "py3-none-any", files, own=False, code=code)
    assert [finding.severity for finding in said] == ["warning"] * surely
    assert [finding.severity for finding in judged(tmp_path, "py3-none-any", files, code=code)] == ["error"]


def test_what_is_reached() -> None:
    code = {
        "spam": Script(("spam.a", "spam.b"), ("spam.c",), ("spam.a",)),
        "spam.a": Script(("spam.a", "eggs.ham"), (), ("spam.a", "eggs.ham")),
        "spam.b": Script(("spam.d",), (), ("spam.d",)),
        "eggs": Script(("spam",), (), ("spam",)),
    }
    assert reached(code) == {"spam", "spam.a", "eggs", "eggs.ham"}


def test_modules_for_different_platforms(tmp_path: Path) -> None:
    """Where others can be loaded, it is a warning in a wheel of one's own, and in others told if it surely fails."""
    files = {"spam/_m.so": ELF, "spam/_w.pyd": PE, "spam/_x.pyd": PE, "spam/_p.cpython-312-x86_64-linux-gnu.so": ELF}
    tag = f"cp311-cp311-{LINUX}"
    said = judged(tmp_path, tag, files)
    assert [(finding.severity, finding.message) for finding in said] == [
        ("warning", "nothing that the tag admits loads `spam._w`, `spam._x`, compiled as PE for amd64"),
        ("warning", "nothing that the tag admits loads `spam._p`, compiled as ELF for x86_64, CPython 3.12"),
    ]
    assert judged(tmp_path / "others", tag, files, own=False) == []
    assert len(judged(tmp_path / "needed", tag, files, own=False, code="import spam._w")) == 2


@pytest.mark.parametrize(
    ("files", "told"),
    [
        # One file for Windows among those that Python code stands in for, or beside one that can be loaded.
        ({"spam/_w.pyd": PE, "spam/a.so": ELF, "spam/a.py": ""}, []),
        ({"spam/_w.pyd": PE, "spam/a.so": ELF}, []),
        ({"spam/_w.pyd": PE}, ["warning"]),
        ({"spam/_w.pyd": PE, "spam/a.pyd": PE, "spam/a.py": ""}, ["warning"]),
    ],
)
def test_a_file_that_is_not_for_the_tag(files: Mapping[str, str], told: list[str], tmp_path: Path) -> None:
    said = judged(tmp_path, f"cp311-cp311-{LINUX}", files, own=False)
    assert [finding.severity for finding in said] == told


@pytest.mark.parametrize(("place", "told"), [("_m.so", True), ("spam/_m.so", False)])
def test_a_wheel_without_python_code(place: str, told: bool, tmp_path: Path) -> None:
    """What is at its top is imported by its users; what is in a package may be for code of others."""
    files: dict[str, Path | bytes] = {place: extension(place, ELF)}
    for tag, expected in (("py3-none-any", told), (f"cp311-cp311-{LINUX}", False)):
        path = wheel(tmp_path, "spam", files, tag=tag)
        assert bool(evidence.judge_wheels([path])[str(path)]) is expected


@pytest.mark.parametrize(
    ("globs", "told"), [([], True), (["spam._m"], False), (["spam.*"], False), (["spam._n"], True)]
)
def test_modules_that_are_declared_to_be_optional(globs: list[str], told: bool, tmp_path: Path) -> None:
    path = write_wheel(tmp_path, "spam-1.0-py3-none-any.whl", metadata(), more={"spam/_m.so": extension("_m.so", ELF)})
    opened = Wheel.open(path)
    built = CoreMetadata.parse(opened.metadata(), path.name)
    examined = evidence.judge_built(opened, built, [OptionalModules(glob) for glob in globs])
    assert examined
    assert bool(examined.judged.wrong_tag) is told
    assert all('`"spam._m"` in `optional-modules`' in str(one.hints) for one in examined.judged.wrong_tag)


def test_names_of_any_length_and_modules_for_any_number(tmp_path: Path) -> None:
    """Nobody makes such files, and who does is not waited for."""
    place = f"spam/_m.cpython-3{'9' * 200}-x86_64-linux-gnu.so"
    assert judged(tmp_path, f"cp311-cp311-{LINUX}", {place: ELF}) == []
    many = {f"spam/_m.cpython-3{number}-x86_64-linux-gnu.so": ELF for number in range(1000)}
    contents = {one: extension(one, ELF) for one in many}
    path = write_wheel(tmp_path, f"spam-1.0-py3-none-{LINUX}.whl", metadata(), more=contents)
    compiled = OnDisk.of(path).compiled
    assert len(compiled.extensions) == len(many)
    tags = [f"cp3{number}-none-{WINDOWS}" for number in range(1000)]

    def work(files: int) -> int:
        some = compiled._replace(extensions=compiled.extensions[:files])
        judging = partial(judge_tags, "", some, tags, requires_python="", optional=(), severity=Severity.ERROR)
        return calls(lambda: list(judging()))

    assert work(1000) < 2 * work(50)


# What a file says


@pytest.mark.parametrize(
    ("place", "hook", "data", "expected"),
    [
        ("spam/_m.so", "PyInit_", b"", True),
        ("spam/_m.so", "PyModExport_", b"", True),
        ("spam/_m.so", "_cffi_pypyinit_", b"", True),
        ("spam/_m.so", "_PyInit_", b"", True),  # as Mach-O has it
        ("spam/_m.so", "init", b"", False),
        ("spam/_m.so", "PyInit_x", b"", False),
        ("spam/__init__.cpython-311-x86_64-linux-gnu.so", "PyInit_", b"", True),
        ("spam/__init__.so", "", b"PyInit_spam\0", True),
        ("spam/_other.so", "", b"PyInit__m\0", False),
        ("spam/libm.so", "PyInit_", b"", False),
        ("spam/_m.so", "", b"PyInit__m_and_more\0", False),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_what_is_an_extension_module(place: str, hook: str, data: bytes, size: int, expected: bool) -> None:
    """It is seen whatever the pieces are in which a file comes."""
    whole = extension(place, ELF, hook or "nothing_") + data + bytes(50)
    watched = Watched(place, (whole[start : start + size] for start in range(0, len(whole), size)))
    assert b"".join(watched) == whole
    assert bool(watched.extension) is expected
    if watched.extension:
        assert (watched.extension.place, str(watched.extension.target.built)) == (place, "ELF for x86_64")


@pytest.mark.parametrize(
    ("place", "kind", "dlls", "python"),
    [
        ("spam/_m.pyd", PE, ["python311.dll"], "CPython 3.11"),
        ("spam/_m.pyd", PE, ["python313t.dll"], "CPython 3.13 without the GIL"),
        ("spam/_m.pyd", PE, ["python3.dll", "python311.dll"], "CPython 3.11"),
        ("spam/_m.pyd", PE, ["python3.dll"], "None"),
        ("spam/_m.pyd", PE, ["python3t.dll"], "None"),
        ("spam/_m.pyd", PE, ["python311.dll", "python312.dll"], "None"),  # which of them is used is not told
        ("spam/_m.pyd", PE, ["my_python311.dll"], "None"),
        ("spam/_m.cp312-win_amd64.pyd", PE, ["python311.dll"], "CPython 3.12"),
        ("spam/_m.so", ELF, ["python311.dll"], "None"),
    ],
)
@pytest.mark.parametrize("size", [1, 13, 1 << 20])
def test_the_dll_of_a_python(place: str, kind: str, dlls: list[str], python: str, size: int) -> None:
    whole = b"\0".join([extension(place, kind), *(dll.encode() for dll in dlls), bytes(99)])
    watched = Watched(place, (whole[start : start + size] for start in range(0, len(whole), size)))
    assert b"".join(watched) == whole
    assert watched.extension
    assert str(watched.extension.target.python) == python


@pytest.mark.parametrize("kind", HEADERS)
def test_headers(kind: str) -> None:
    format_, machine = re.fullmatch("(elf|pe|mach-o)-(.*)", kind).groups()  # type: ignore[union-attr]
    built = BuiltFor.of_header(HEADERS[kind] + bytes(100))
    assert built
    assert (built.format, built.machines) == (
        format_, {"mips": (), "universal2": ("x86_64", "arm64")}.get(machine, (machine,))
    )  # fmt: skip
    # What is cut off is for nobody knows what, and no failure.
    for end in range(len(HEADERS[kind])):
        cut = BuiltFor.of_header(HEADERS[kind][:end])
        assert cut is None or (cut.format, cut.machines) in ((format_, ()), built)


def test_headers_of_real_files(tmp_path: Path) -> None:
    assert BuiltFor.of_header(mach_o("libspam.dylib", machine="arm64")[:HEADER]) == ("mach-o", ("arm64",))
    both = universal(mach_o(machine="x86_64"), mach_o(machine="arm64"))
    assert BuiltFor.of_header(both[:HEADER]) == ("mach-o", ("x86_64", "arm64"))
    assert BuiltFor.of_header(b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(100)) == ("mach-o", ())  # a class file of Java
    assert BuiltFor.of_header(b"no image") is None
    own = BuiltFor.of_header(library(tmp_path / "_m.so").read_bytes()[:HEADER])
    assert own
    assert own.runs_on("linux_" + platform.machine())


# Builds, and `abiding check`


MODULE = extension("spam/_core.so", ELF)


def tree(folder: Path, pyproject: str = WRAPPED_FLIT) -> Tree:
    """A tree of which flit-core, which compiles nothing, makes a wheel for `any`."""
    text = '"""A package."""\n__version__ = "1"\n'
    made = Tree.write(folder, {"pyproject.toml": pyproject, "spam/__init__.py": text})
    (folder / "spam" / "_core.so").write_bytes(MODULE)
    return made


@pytest.mark.parametrize("level", ["api", "abi"])
def test_a_build_that_packs_a_module_without_compiling_it(level: str, tmp_path: Path) -> None:
    made = tree(tmp_path / "tree")
    with pytest.raises(HookFailed):
        made.hook("build_wheel", tmp_path / "dist", ABIDING_LEVEL=level)
    assert not any((tmp_path / "dist").iterdir())
    said = " ".join(made.said[-1].split())
    assert "error[wrong-tag]: `any` in the tag admits platforms for which the wheel lacks `spam._core`" in said
    assert "- ELF for x86_64 + py3-none-any" in said or "- ELF for x86_64 + py2-none-any + py3-none-any" in said


def test_who_builds_from_the_sdist_is_warned(tmp_path: Path) -> None:
    made = tree(tmp_path / "tree")
    sdist = made.hook("build_sdist", tmp_path / "sdist")
    inside = Tree(unpacked(tmp_path / "sdist" / sdist, tmp_path / "in"), made.environment, [])
    with warned(r"(?s)warning\[wrong-tag\]: `any` in the tag admits platforms.*`ABIDING_LEVEL=abi`,\s+this\s+is\s+an"):
        inside.hook("build_wheel", tmp_path / "dist")
    with pytest.raises(HookFailed):
        inside.hook("build_wheel", tmp_path / "dist", ABIDING_LEVEL="abi")
    assert "error[wrong-tag]" in inside.said[-1]
    assert "then this" not in inside.said[-1]


SHOWN_BY_THE_BACKEND = [
    'warnings.showwarning = lambda message, *_, **__: print(f"mine: {message}", file=sys.stderr)',
    'warnings.simplefilter("ignore")',
    'warnings.filterwarnings("error", category=UserWarning)',
]


@pytest.mark.parametrize("does", SHOWN_BY_THE_BACKEND)
@pytest.mark.parametrize("early", [True, False])
def test_a_backend_that_shows_warnings_in_its_way(does: str, early: bool, tmp_path: Path) -> None:
    """It begins when it is imported or, as meson-python, in its hooks: what we warn of afterwards is as ever."""
    at_import, in_hook = (does, "pass") if early else ("", does)
    code = f"""\
import sys, warnings
from flit_core import buildapi
from flit_core.buildapi import *
{at_import}
def build_wheel(*arguments):
    {in_hook}
    return buildapi.build_wheel(*arguments)
"""
    own = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"mine"\nbackend-path = ["."]')
    made = tree(tmp_path / "tree", own)
    (made.folder / "mine.py").write_text(code, encoding="utf-8")
    pkg_info = "Metadata-Version: 2.4\nName: spam\nVersion: 1.4.0\nSummary: A package\nDynamic: Requires-Dist\n"
    (made.folder / "PKG-INFO").write_text(f"{pkg_info}Requires-Dist: numpy>=1.26\n", encoding="utf-8")
    with warned(r"warning\[wrong-tag\]: `any` in the tag admits platforms"):
        made.hook("build_wheel", tmp_path / "dist")
    assert "mine" not in made.said[-1]


def test_the_declaration_that_the_hint_names_leads_out(tmp_path: Path) -> None:
    """The wheel is then right for `abiding check` too, which knows it by its record."""
    optional = 'build-backend = "flit_core.buildapi"\noptional-modules = ["spam._core"]'
    text = WRAPPED_FLIT.replace('build-backend = "flit_core.buildapi"', optional)
    made = tree(tmp_path / "tree", text)
    path = tmp_path / "dist" / made.hook("build_wheel", tmp_path / "dist")
    assert evidence.judge_wheels([path])[str(path)] == ()


SNIPPETS = [dedent(part.partition("  ```\n")[0]) for part in explanations.page("wrong-tag").split("  ```python\n")[1:]]
PACKED = '\n[tool.setuptools.package-data]\nspam = ["*.so"]\n'
MESON = """
project('spam', 'c', version: '1.0')
import('python').find_installation().install_sources('spam/__init__.py', 'spam/_core.so', subdir: 'spam', pure: true)
"""


class Way(NamedTuple):
    """A backend, what it needs to pack the module, and how it is told that this is for one platform."""

    distribution: str
    backend: str
    hint: str
    files: Mapping[str, str] = {}
    table: str = ""
    # What is put into a file, in place of another text there or behind the last line.
    told: tuple[str, str, str] = ("", "", "")


WAYS = [
    Way("setuptools", "setuptools.build_meta", "`has_ext_modules` returns True", {}, PACKED, ("setup.py", "", SNIPPETS[0])),
    Way(
        "hatchling",
        "hatchling.build",
        'set `build_data["infer_tag"] = True` and',
        {"hatch_build.py": SNIPPETS[1]},
        "",
        ("pyproject.toml", "", "\n[tool.hatch.build.targets.wheel.hooks.custom]\n"),
    ),
    Way("meson-python", "mesonpy", "`pure: false` in meson.build", {"meson.build": MESON}, "", ("meson.build", "true", "false")),
    Way("pdm-backend", "pdm.backend", "write `is-purelib = false`", {}, "", ("pyproject.toml", "", "\n[tool.pdm.build]\nis-purelib = false\n")),
    Way(
        "poetry-core",
        "poetry.core.masonry.api",
        "`script` under `[tool.poetry.build]`",
        {"compile.py": ""},
        '\n[tool.poetry]\npackages = [{ include = "spam" }]\n',
        ("pyproject.toml", "", '\n[tool.poetry.build]\nscript = "compile.py"\n'),
    ),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.distribution)
def test_how_a_backend_makes_the_tag(way: Way, tmp_path: Path) -> None:
    """What hint and page say to do for a module that something else has compiled leads to a wheel."""
    text = WRAPPED_FLIT.replace("flit-core", way.distribution).replace("flit_core.buildapi", way.backend)
    made = tree(tmp_path / "tree", text + way.table)
    for name, content in way.files.items():
        (made.folder / name).write_text(content, encoding="utf-8")
    code = extension("spam/_core.so", f"elf-{platform.machine()}")
    (made.folder / "spam" / "_core.so").write_bytes(code)
    with pytest.raises(HookFailed):
        made.hook("build_wheel", tmp_path / "dist")
    said = " ".join(made.said[-1].split())
    assert "error[wrong-tag]: `any`" in said
    assert way.hint in said
    name, old, new = way.told
    path = made.folder / name
    content = path.read_text("utf-8") if path.exists() else ""
    path.write_text(content.replace(old, new) if old else content + new, encoding="utf-8")
    assert "-none-any" not in made.hook("build_wheel", tmp_path / "dist")


def test_a_backend_of_which_no_way_is_known(tmp_path: Path) -> None:
    """Nor may the rule be of compiled files alone: what another finding hints at stays."""
    finding = Finding("wrong-tag", Severity.ERROR, "", hints=("before", NAMING_PLATFORM, "behind"))
    for backend in ("my_backend", "setuptools_x.build", "sipbuild.api", "maturin"):
        assert naming_platform([finding], backend, tmp_path) == (finding,)
    (own,) = naming_platform([finding], "flit_core.buildapi", tmp_path)
    assert own.hints == ("before", "wrap another backend: flit-core makes wheels for `any` alone", "behind")


GET_TAG = """\
from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel


class Any(bdist_wheel):
    def get_tag(self):
        return "py3", "none", "any"


setup(ext_modules=[Extension("spam._core", ["core.c"])], cmdclass={"bdist_wheel": Any})
"""
BARE = "setup(ext_modules=[])"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"setup.py": GET_TAG}, ["or remove what sets the tag: `get_tag` in setup.py"]),
        ({"setup.py": BARE, "setup.cfg": "[bdist_wheel]\nplat-name = any\n"}, ["or remove what sets the tag: `plat-name` in setup.cfg"]),
        ({"setup.cfg": "[bdist_wheel]\npython_tag = py3\n"}, ["or remove what sets the tag: `python_tag` in setup.cfg"]),
        ({"pyproject.toml": "[tool.distutils.bdist_wheel]\npython-tag = 'py3'\n"}, ["or remove what sets the tag: `python-tag` in pyproject.toml"]),
        ({"setup.py": "from own import Any", "pyproject.toml": "[tool.setuptools]\next-modules = []\n"}, ["or remove what sets the tag"]),
        ({"setup.cfg": "[bdist_wheel]\npy_limited_api = cp38\n"}, ["or remove what sets the tag: `py_limited_api` in setup.cfg"]),
        ({"setup.py": "class D(Distribution):\n    def has_ext_modules(self): return True\n"}, []),
        ({"setup.py": "def get_tag(): return '1.0'  # that of git\n# plat_name is not set\nsetup()"}, []),
        ({"setup.py": "setup()"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_what_sets_the_tag_of_setuptools(files: Mapping[str, str], expected: list[str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    finding = Finding("wrong-tag", Severity.ERROR, "", hints=(NAMING_PLATFORM, "behind"))
    for backend, more in (("setuptools.build_meta", expected), ("hatchling.build", [])):
        (told,) = naming_platform([finding], backend, tmp_path)
        assert list(told.hints[1:]) == [*more, "behind"]
    other = Finding("bound-too-loose", Severity.ERROR, "", hints=("first", "behind"))
    without = other._replace(hints=())
    assert naming_platform([other, without], "setuptools.build_meta", tmp_path) == (other, without)


def test_a_tag_that_setup_py_sets_leads_out(tmp_path: Path) -> None:
    """What the hint names is removed, and then setuptools names the platform by itself."""
    text = WRAPPED_FLIT.replace("flit-core", "setuptools").replace("flit_core.buildapi", "setuptools.build_meta")
    made = tree(tmp_path / "tree", text + PACKED)
    (made.folder / "spam" / "_core.so").write_bytes(extension("spam/_core.so", f"elf-{platform.machine()}"))
    setup = SNIPPETS[0].replace("distclass=Prebuilt", 'distclass=Prebuilt, cmdclass={"bdist_wheel": Any}')
    override = GET_TAG.partition("\n")[2].partition("setup(")[0]
    (made.folder / "setup.py").write_text(override + setup, encoding="utf-8")
    with pytest.raises(HookFailed):
        made.hook("build_wheel", tmp_path / "dist")
    assert "or remove what sets the tag: `get_tag` in setup.py" in " ".join(made.said[-1].split())
    (made.folder / "setup.py").write_text(SNIPPETS[0], encoding="utf-8")
    assert "-none-any" not in made.hook("build_wheel", tmp_path / "dist")


@pytest.mark.parametrize(
    ("tag", "severity"), [("cp312-cp312-linux_x86_64", "warning"), ("cp311-cp311-linux_x86_64", None)]
)
def test_a_check(tag: str, severity: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = library(tmp_path / "_m.cpython-311-x86_64-linux-gnu.so")
    path = wheel(tmp_path, "spam", {CPYTHON: code}, tag=tag)
    assert main(["check", str(path), "--output-format", "json"]) == 0
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    said = [(finding["rule"], finding["severity"]) for finding in release["findings"]]
    assert said == ([("wrong-tag", severity)] if severity else [])


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        (f"py3-none-{LINUX}", {"wheel-tags", "wrong-tag"}),
        ("py3-none-any", {"wheel-tags", "wrong-tag"}),
        ("cp312-cp312-linux_x86_64", {"wheel-tags", "wrong-tag"}),
        (f"cp311-cp311-{LINUX}", {"wheel-tags"}),
        ("cp311-cp311-linux_x86_64", set()),
    ],
)
def test_a_renamed_wheel(name: str, rules: set[str], tmp_path: Path) -> None:
    """What both rules advise is the name that it had: `wheel tags` fails, and the new name is wrong."""
    # A module that fails to load whatever happens: it lies at the top, in a wheel without Python code.
    code = library(tmp_path / "_m.cpython-311-x86_64-linux-gnu.so")
    path = wheel(tmp_path, "spam", {code.name: code}, tag="cp311-cp311-linux_x86_64")
    path = path.rename(tmp_path / f"spam-1.0-{name}.whl")
    (release,) = with_compiled(releases(read_artifacts([path])), [path])
    advised = {finding.rule: " ".join(finding.hints) for finding in release.everything}
    assert set(advised) == rules
    if "wheel-tags" in rules:
        assert "call it `spam-1.0-cp311-cp311-linux_x86_64.whl` again" in advised["wheel-tags"]
        assert ("--remove" in advised["wheel-tags"]) == ("wrong-tag" not in rules)
    if "wrong-tag" in rules:
        assert advised["wrong-tag"].startswith("correct the file name first")
        assert "`wheel tags`" not in advised["wrong-tag"]
