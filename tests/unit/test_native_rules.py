"""Each rule of native code, fired by a wheel made for it and quiet on one that differs in just that."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from packaging.markers import Marker
from packaging.tags import parse_tag

from abiding import native
from abiding.cli import main
from abiding.findings.errors import AbidingError, ArchiveError
from abiding.findings.finding import Severity, lines_of
from abiding.findings.words import literals
from abiding.metadata import markers
from abiding.native import contents, platforms
from abiding.native.contents import Contents
from abiding.native.images import Format, Image
from abiding.native.links import Provided, follow
from abiding.native.metapackages import environments_of
from abiding.native.names import stem
from abiding.native.platforms import Platform
from abiding.native.providers import Neighbours
from abiding.native.wheel_check import native_record
from abiding.native.wheels_at_hand import AtHand, WheelShelf
from abiding.project.build_record import BuildRecord
from makers.compiled import MANYLINUX, Pair, examine, library, wheel
from makers.pairs import recorded

if TYPE_CHECKING:
    from abiding.findings.finding import Finding

pytestmark = pytest.mark.slow


def found(path: Path, *wheels: Path) -> list[tuple[str, str]]:
    return [(one.rule, one.severity.value) for one in examine(path, wheels)]


def one(path: Path, *wheels: Path) -> Finding:
    (finding,) = examine(path, wheels)
    return finding


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_nothing_to_say(pair: Pair) -> None:
    assert found(pair.consumer(), pair.provider()) == []
    assert found(pair.provider()) == []


def test_a_wheel_without_compiled_files(tmp_path: Path) -> None:
    assert found(wheel(tmp_path, "ham", {"ham.py": b"", "libham.so": b"no image"}, tag="py3-none-any")) == []


def test_launchers_for_another_system_are_passed_over(pair: Pair, tmp_path: Path) -> None:
    assert found(wheel(tmp_path, "ham", {"ham/_ham.so": pair.module()}, tag="py3-none-any")) == []


# unprovided-library


def test_unprovided_library(pair: Pair) -> None:
    finding = one(pair.consumer(requires=()))
    assert (finding.rule, finding.severity, finding.field) == ("unprovided-library", Severity.ERROR, "libspam.so.3")
    assert finding.found == ("ham/_ham.so",)
    assert finding.notes == ("it requires no other distribution",)


@pytest.mark.parametrize("condition", ["python_version >= '3.99'", "extra == 'toy'"])
def test_what_is_required_in_some_environments_alone_is_told(condition: str, pair: Pair) -> None:
    """An abi3 wheel goes where the requirement holds, and where it does not: that it has none would be false."""
    path = wheel(
        pair.folder,
        "ham",
        {"ham/_ham.so": pair.module()},
        requires=[f"prov; {condition}"],
        tag=MANYLINUX.replace("cp311-cp311", "cp311-abi3"),
    )
    marker = condition.replace("'", '"')
    assert one(path).notes == (f"`prov` may have it, and is required only where `{marker}`",)


def test_a_provider_that_is_required_for_an_extra_alone(pair: Pair) -> None:
    finding = one(pair.consumer(requires=["prov; extra == 'toy'"]), pair.provider())
    assert finding.rule == "undeclared-provider"
    assert finding.message.endswith('is from `prov`, which the wheel requires only where `extra == "toy"`')


def test_a_requirement_for_another_system_has_nothing(pair: Pair) -> None:
    finding = one(pair.consumer(requires=["prov; sys_platform == 'win32'"]))
    assert finding.notes == ("no distribution that it requires has it",)


def test_what_a_requirement_has_is_not_known_without_its_wheel(pair: Pair) -> None:
    finding = one(pair.consumer())
    assert (finding.rule, finding.severity) == ("unprovided-library", Severity.NOTE)
    assert "`prov`" in finding.notes[0]


def test_a_requirement_that_does_not_have_it(pair: Pair, tmp_path: Path) -> None:
    empty = wheel(tmp_path / "empty", "prov", {"prov/__init__.py": b""})
    assert found(pair.consumer(), empty) == [("unprovided-library", "error")]


def test_a_repair_tool_is_still_to_come(pair: Pair) -> None:
    assert found(pair.consumer(requires=(), tag="cp311-cp311-linux_x86_64")) == [("unprovided-library", "note")]


@pytest.mark.parametrize(
    ("requires", "tag", "severities", "found_from"),
    [
        (["prov"], MANYLINUX, ["note"], "needed by the wheel"),  # what it requires is not at hand
        ([], "cp311-cp311-linux_x86_64", ["note"], "needed by the wheel"),  # a repair tool is still to come
        ([], MANYLINUX, ["error"] * 3, "needed by"),  # each has to be declared
    ],
)
def test_libraries_that_are_missing_for_one_reason_are_told_once(
    requires: list[str], tag: str, severities: list[str], found_from: str, tmp_path: Path
) -> None:
    """PyQt5 on macOS needs 38 of what PyQt5-Qt5 has."""
    names = [f"lib{name}.so.1" for name in ("eggs", "ham", "tins")]
    functions = [name[3:-5] for name in names]
    libraries = [
        library(tmp_path / name, function, soname=name) for name, function in zip(names, functions, strict=True)
    ]
    module = library(tmp_path / "_ham.so", calls=functions, links=libraries)
    path = wheel(tmp_path / "wheels", "ham", {"ham/_ham.so": module}, requires=requires, tag=tag)
    said = [finding for finding in examine(path) if finding.rule == "unprovided-library"]
    assert [(one.severity, one.found_from) for one in said] == [(severity, found_from) for severity in severities]
    if len(said) == 1:
        assert said[0].found == tuple(names)
        assert said[0].message.startswith("`libeggs.so.1` and 2 more are ")
        assert not {"it", "is"}.intersection(" ".join((said[0].message, *said[0].notes)).split())


def test_a_library_in_the_wheel_is_provided(pair: Pair) -> None:
    bundled = {"ham.libs/libspam.so.3": pair.library}
    assert found(pair.consumer("$ORIGIN/../ham.libs", requires=(), more=bundled)) == []


def test_libraries_of_the_machine_do_not_count(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(pair.library.parent))
    assert found(pair.consumer(requires=())) == [("unprovided-library", "error")]


@pytest.mark.parametrize(
    ("platform", "library", "there"),
    [
        ("manylinux_2_28_x86_64", "libc.so.6", True),
        ("manylinux_2_28_x86_64", "ld-linux-x86-64.so.2", True),
        ("manylinux_2_28_x86_64", "libstdc++.so.6", True),
        ("manylinux_2_28_x86_64", "libgfortran.so.5", False),
        ("manylinux_2_28_x86_64", "libcuda.so.1", True),
        ("manylinux_2_28_x86_64", "libpython3.11.so.1.0", True),
        ("manylinux_2_99_x86_64", "libc.so.6", True),
        ("manylinux1_x86_64", "libc.so.6", True),
        ("musllinux_1_2_x86_64", "libc.musl-x86_64.so.1", True),
        ("musllinux_1_2_x86_64", "libstdc++.so.6", False),
        ("linux_riscv64", "libc.so.6", True),
        ("linux_sparc64", "libc.so.6", True),
        # For these auditwheel has no policy.
        ("linux_x86_64_v3", "libc.so.6", True),
        ("manylinux_2_28_x86_64_v2", "libgmp.so.10", False),
        ("manylinux_2_28_arm64_v8a", "libc.so.6", True),
        ("musllinux_1_2_ppc64", "libz.so.1", True),
        ("musllinux_1_9_x86_64", "libz.so.1", True),
        ("musllinux_1_2_x86_64_v4", "libgmp.so.10", False),
    ],
)
def test_what_a_linux_platform_has(platform: str, library: str, there: bool, caplog: pytest.LogCaptureFixture) -> None:
    from packaging.tags import Tag

    assert platforms.Platform.of([Tag("cp311", "cp311", platform)]).has(library, Format.ELF) is there
    assert [record.message for record in caplog.records if record.levelname != "DEBUG"] == []


@pytest.mark.parametrize(
    ("tag", "library", "there"),
    [
        ("cp311-cp311-win_amd64", "kernel32.dll", True),
        ("cp311-cp311-win_amd64", "python311.dll", True),
        ("cp311-cp311-win_amd64", "vcruntime140.dll", True),
        ("cp311-abi3-win_amd64", "vcruntime140.dll", True),
        ("cp311-cp311-win_amd64", "KERNEL32.dll", True),
        # What Windows has got since the list of delvewheel: of pywin32, dearpygui and pywinpty.
        ("cp311-cp311-win_amd64", "gdiplus.dll", True),
        ("cp311-cp311-win_arm64", "D3DCOMPILER_47.dll", True),
        ("cp311-cp311-win_amd64", "xaudio2_9.dll", True),
        ("cp311-cp311-win32", "d3d12.dll", True),
        ("py3-none-win_amd64", "ucrtbase.dll", True),
        ("cp311-cp311-win_amd64", "bthprops.cpl", True),
        ("cp311-cp311-win_amd64", "api-ms-win-core-synch-l1-2-0.dll", True),
        ("cp311-cp311-win_amd64", "ext-ms-win-uiacore-l1-1-1.dll", True),
        ("cp311-cp311-win_amd64", "nvcuda.dll", True),
        # Of the SDK, of Visual C++, of a program or of a driver's maker, and named like Windows's own.
        ("cp311-cp311-win_amd64", "libgmp-10.dll", False),
        ("cp311-cp311-win_amd64", "d3dcompiler_43.dll", False),
        ("cp311-cp311-win_amd64", "d3dx9_43.dll", False),
        ("cp311-cp311-win_amd64", "xinput1_3.dll", False),
        ("cp311-cp311-win_amd64", "msvcp140.dll", False),
        ("cp311-cp311-win_amd64", "mfc140u.dll", False),
        ("cp311-cp311-win_amd64", "icuuc74.dll", False),
        # What came after Server 2016, which is supported too.
        *(
            ("cp313-cp313-win_amd64", f"{name}.dll", False)
            for name in ("directml", "icu", "dxcore", "WebAuthn", "wslapi")
        ),
        ("cp311-cp311-win_amd64", "oci.dll", False),
        ("cp311-cp311-win_amd64", "gdiplus.pyd", False),
        ("cp311-cp311-macosx_11_0_arm64", "/usr/lib/libSystem.B.dylib", True),
        ("cp311-cp311-macosx_11_0_arm64", "/System/Library/Frameworks/Accelerate.framework/Accelerate", True),
        ("cp311-cp311-macosx_11_0_arm64", "/opt/homebrew/lib/libgmp.10.dylib", False),
        ("cp311-cp311-macosx_11_0_arm64", "@rpath/libgmp.10.dylib", False),
    ],
)
def test_what_windows_and_macos_have(tag: str, library: str, there: bool) -> None:
    platform = platforms.Platform.of(parse_tag(tag))
    assert platform.format
    assert platform.has(library, platform.format) is there


# undeclared-provider, transitive-provider


def test_undeclared_provider(pair: Pair) -> None:
    finding = one(pair.consumer(requires=("numpy",)), pair.provider(), wheel(pair.folder, "numpy", {"numpy.py": b""}))
    assert (finding.rule, finding.severity) == ("undeclared-provider", Severity.ERROR)
    assert "prov==1.0" in finding.hints[0]


def test_transitive_provider(pair: Pair) -> None:
    between = wheel(pair.folder, "between", {"between.py": b""}, requires=["prov"])
    finding = one(pair.consumer(requires=("between",)), pair.provider(), between)
    assert (finding.rule, finding.severity) == ("transitive-provider", Severity.ERROR)
    assert found(pair.consumer(requires=("between", "prov")), pair.provider(), between) == []


# As cuda-toolkit 13.5.0 has them.
LINUX_OR_WINDOWS = "sys_platform == 'linux' and platform_machine == 'aarch64' or sys_platform == 'linux' and platform_machine == 'x86_64' or sys_platform == 'win32' and platform_machine == 'AMD64'"


@pytest.mark.parametrize(
    ("line", "lines", "rule"),
    [
        ("meta[fast]", [f"prov; ({LINUX_OR_WINDOWS}) and extra == 'fast'"], ""),
        ("meta[fast,other]", ["prov; extra == 'fast'", "nothing; extra == 'other'"], ""),
        ("meta[fast]; sys_platform == 'linux'", ["prov; extra == 'fast'"], ""),
        ("META[Fa.st]", ["prov; extra == 'fa-st'"], ""),
        ("meta[all]", ["meta[fast]; extra == 'all'", "prov; extra == 'fast'"], ""),
        ("meta[all]", ["meta[more]; extra == 'all'", "meta[fast]; extra == 'more'", "prov; extra == 'fast'"], ""),
        ("meta[fast]", ["meta[fast]; extra == 'fast'", "prov; extra == 'fast'"], ""),
        ("meta[fast]", ["prov; python_version >= '3.8' and extra == 'fast'"], ""),
        # Not wherever the wheel is installed.
        ("meta[fast]", ["prov; sys_platform == 'linux' and platform_machine == 'aarch64' and extra == 'fast'"], "undeclared"),
        ("meta[fast]", ["prov; platform_version != '1' and extra == 'fast'"], "transitive"),
        ("meta[fast]; platform_version != '1'", ["prov; extra == 'fast'"], "transitive"),
        ("meta[fast]", ["prov; python_version >= '3.12' and extra == 'fast'"], "undeclared"),
        ("meta[slow]", ["prov; extra == 'fast'"], "undeclared"),
        ("meta", ["prov; extra == 'fast'"], "undeclared"),
        ("meta", ["prov"], "transitive"),
    ],
)  # fmt: skip
def test_provider_through_an_extra_of_a_metapackage(pair: Pair, line: str, lines: list[str], rule: str) -> None:
    meta = wheel(pair.folder, "meta", {}, requires=lines, tag="py3-none-any")
    expected = [(f"{rule}-provider", "error")] if rule else []
    assert found(pair.consumer(requires=(line,)), pair.provider(), meta) == expected


@pytest.mark.parametrize(
    "line",
    [
        "prov; sys_platform == 'win32' and extra == 'fast'",
        "prov; platform_version != '1' and extra == 'fast'",
        "prov>=1; extra == 'slow'",
    ],
)
def test_what_a_metapackage_brings_elsewhere_is_said(pair: Pair, line: str) -> None:
    meta = wheel(pair.folder, "meta", {}, requires=[line], tag="py3-none-any")
    finding = one(pair.consumer(requires=("meta[fast]",)), pair.provider(), meta)
    note = "`meta` brings it on a condition that does not hold wherever the wheel is installed: "
    assert f"{note}`{line}`" in finding.notes


def test_what_has_files_of_its_own_is_no_metapackage(pair: Pair) -> None:
    between = wheel(pair.folder, "between", {"between.py": b""}, requires=["prov; extra == 'fast'"])
    assert found(pair.consumer(requires=("between[fast]",)), pair.provider(), between) == [("transitive-provider", "error")]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "marker", "within"),
    [
        ("cp312-cp312-manylinux_2_28_x86_64", "platform_machine == 'x86_64'", True),
        ("cp312-cp312-manylinux_2_28_x86_64.manylinux_2_17_aarch64", "platform_machine == 'x86_64'", False),
        ("cp312-cp312-manylinux_2_28_i686", "platform_machine == 'i686'", False),  # a 64-bit kernel runs it too
        ("cp312-cp312-macosx_11_0_arm64", "platform_machine == 'arm64' and sys_platform == 'darwin'", True),
        ("cp312-cp312-macosx_11_0_universal2", "sys_platform == 'darwin'", True),
        ("cp312-cp312-macosx_11_0_universal2", "platform_machine == 'arm64'", False),
        ("cp312-cp312-win_amd64", "platform_machine == 'AMD64'", True),
        ("cp312-cp312-win32", "platform_machine == 'x86'", False),
        ("cp39-abi3-win_amd64", "python_version >= '3.9'", True),
        ("cp39-abi3-win_amd64", "python_version < '3.13'", False),
        ("cp39-cp39-win_amd64", "python_version < '3.10'", True),
        ("py3-none-any", "sys_platform == 'linux'", False),
        ("py3-none-manylinux_2_28_x86_64", "sys_platform == 'linux'", True),
    ],
)
def test_where_a_wheel_can_be_installed(tags: str, marker: str, within: bool) -> None:
    where = markers.of_releases(str(Marker(marker)))
    assert environments_of(parse_tag(tags)).lies_within(where) is within


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("prov; sys_platform == 'linux'", []),
        ("prov; python_version == '3.11'", []),
        ("prov; sys_platform == 'win32'", [("undeclared-provider", "error")]),
        ("prov; extra == 'fast'", [("undeclared-provider", "error")]),
        ("Prov >= 1 ; platform_machine == 'x86_64'", []),
    ],
)
def test_a_requirement_counts_where_its_marker_is_true(pair: Pair, line: str, rules: list[tuple[str, str]]) -> None:
    assert found(pair.consumer(requires=(line,)), pair.provider()) == rules


# unreachable-library


@pytest.mark.parametrize("run_path", ["", "$ORIGIN", "$ORIGIN/../prov", "$ORIGIN/../prov/lib/deeper"])
def test_unreachable_library(pair: Pair, run_path: str) -> None:
    finding = one(pair.consumer(run_path), pair.provider())
    assert (finding.rule, finding.severity) == ("unreachable-library", Severity.ERROR)
    assert finding.hints == ("let `_ham.so` have the run path `$ORIGIN/../prov/lib`",)


def test_a_provider_whose_code_can_load_its_library(pair: Pair) -> None:
    """As those of the RAPIDS wheels: where nothing calls that, it is the second way out."""
    code = "import ctypes\ndef load():\n    return ctypes.CDLL(__file__[:-11] + 'lib/libspam.so.3')\n"
    first, second = one(pair.consumer(""), pair.provider(code=code)).hints
    assert first == "let `_ham.so` have the run path `$ORIGIN/../prov/lib`"
    assert second == 'or have code of `prov` load it before, which it can, and declare `load = "preload"`'
    loading = {"ham/__init__.py": b"import prov\nprov.load()\n"}
    assert found(pair.consumer("", more=loading), pair.provider(code=code)) == []


def test_one_cause_is_told_once(pair: Pair) -> None:
    """All libraries in a folder that no way leads to, of a provider or of the wheel itself."""
    libraries = [library(pair.folder / f"libegg{number}.so", f"egg{number}", soname=f"libegg{number}.so") for number in range(5)]  # fmt: skip
    module = library(pair.folder / "_ham.so", calls=[f"egg{number}" for number in range(5)], links=libraries)
    shipped: dict[str, Path | bytes] = {f"prov/lib/{one.name}": one for one in libraries}
    provider = wheel(pair.folder, "prov", shipped)
    finding = one(wheel(pair.folder / "1", "ham", {"ham/_ham.so": module}, requires=["prov"]), provider)
    assert finding.message == "no run path leads to `prov/lib/libegg0.so` and 4 more, and nothing loads them before"
    assert finding.expected == tuple(shipped)
    bundled: dict[str, Path | bytes] = {f"ham.libs/{one.name}": one for one in libraries}
    finding = one(wheel(pair.folder / "2", "ham", {"ham/_ham.so": module, **bundled}))
    assert finding.message == "`ham.libs/libegg0.so` and 4 more in the wheel can't be found by `_ham.so`"
    assert (finding.expected, finding.severity) == (tuple(bundled), Severity.ERROR)


@pytest.mark.parametrize(
    ("tag", "place", "severity"),
    [
        (MANYLINUX, "ham/_ham.so", "error"),
        ("cp311-cp311-linux_x86_64", "ham/_ham.so", "warning"),  # a repair tool is still to come
        (MANYLINUX, "ham/bin/ham", "warning"),  # who starts a program may lead it
    ],
)
def test_how_much_a_library_inside_weighs(pair: Pair, tag: str, place: str, severity: str) -> None:
    path = wheel(pair.folder, "ham", {place: pair.module(""), "ham.libs/libspam.so.3": pair.library}, tag=tag)
    assert found(path) == [("unreachable-library", severity)]


@pytest.mark.parametrize("run_path", ["$ORIGIN/../prov/lib", "${ORIGIN}/../prov/lib/", "$ORIGIN:$ORIGIN/../prov/./lib"])
def test_reachable_library(pair: Pair, run_path: str) -> None:
    assert found(pair.consumer(run_path), pair.provider()) == []


def test_code_that_loads_the_library_before_reaches_it(pair: Pair) -> None:
    loading = pair.provider(code="import ctypes\nctypes.CDLL('x')\n")
    assert found(pair.consumer("", more={"ham/__init__.py": b"import prov\n"}), loading) == []


def test_code_that_only_imports_the_provider_does_not(pair: Pair) -> None:
    consumer = pair.consumer("", more={"ham/__init__.py": b"import prov\n"})
    assert found(consumer, pair.provider()) == [("unreachable-library", "error")]


@pytest.mark.parametrize(("inherited", "rules"), [(True, []), (False, [("unreachable-library", "error")])])
def test_a_library_inside_is_reached_by_the_run_path_of_who_loads_it(
    pair: Pair,
    inherited: bool,
    rules: list[tuple[str, str]],
) -> None:
    """DT_RPATH counts for what is loaded in turn; DT_RUNPATH does not."""
    inner = library(pair.folder / "libinner.so", "inner", calls=["spam"], links=[pair.library], soname="libinner.so")
    module = library(
        pair.folder / "_ham.so", calls=["inner"], links=[inner], run_path="$ORIGIN/../ham.libs:$ORIGIN/../prov/lib",
        inherited=inherited,
    )  # fmt: skip
    path = wheel(pair.folder, "ham", {"ham/_ham.so": module, "ham.libs/libinner.so": inner}, requires=["prov"])
    assert found(path, pair.provider()) == rules


# A program begins a process of its own, in which no code has loaded anything before.
_LOADS = b"import ctypes, prov\nctypes.CDLL('libspam.so.3')\n"


@pytest.mark.parametrize("place", ["ham/bin/ham", "ham-1.0.data/scripts/ham"])
@pytest.mark.parametrize(
    ("where", "run_path", "lost"),
    [
        ("prov/lib", "", True),
        ("prov/lib", "{up}/prov/lib", False),
        ("prov/lib", "{up}/prov", True),
        ("ham/lib", "", True),
        ("ham/lib", "{up}/ham/lib", False),
    ],
)
@pytest.mark.parametrize("code", [b"", _LOADS])
def test_nothing_is_loaded_before_for_a_program(
    pair: Pair, place: str, where: str, run_path: str, lost: bool, code: bytes
) -> None:
    up = "$ORIGIN/../lib/python3.11/site-packages" if "scripts" in place else "$ORIGIN/../.."
    files: dict[str, Path | bytes] = {place: pair.module(run_path.format(up=up)), "ham/__init__.py": code}
    files |= {"ham/lib/libspam.so.3": pair.library} if where == "ham/lib" else {}
    path = wheel(pair.folder, "ham", files, requires=[] if where == "ham/lib" else ["prov==1.0"])
    assert found(path, pair.provider(code="import ctypes\nctypes.CDLL('x')\n")) == (
        [("unreachable-library", "warning")] if lost else []
    )
    if lost:
        (hint,) = one(path, pair.provider()).hints
        assert hint == f"let `ham` have the run path `{up}/{where}`".replace("../../ham/", "../")


@pytest.mark.parametrize(
    ("run_path", "where", "lost"),
    [
        ("$ORIGIN/../lib/python3.11/site-packages/prov/lib", "prov/lib", True),
        ("$ORIGIN/../prov/lib", "prov/lib", False),
        ("$ORIGIN/../lib/python3.11/site-packages/ham/lib", "ham/lib", True),
        ("$ORIGIN/../ham/lib", "ham/lib", False),
    ],
)
def test_a_program_that_a_repair_tool_has_moved(pair: Pair, run_path: str, where: str, lost: bool) -> None:
    """auditwheel puts programs from the folder of scripts into the package folder: a way from there leads elsewhere."""
    files: dict[str, Path | bytes] = {"ham.scripts/ham": pair.module(run_path), "ham/__init__.py": b""}
    files |= {"ham/lib/libspam.so.3": pair.library} if where == "ham/lib" else {}
    path = wheel(pair.folder, "ham", files, requires=[] if where == "ham/lib" else ["prov==1.0"])
    assert found(path, pair.provider()) == [("unreachable-library", "warning")] * lost
    if lost:
        assert one(path, pair.provider()).hints == (f"let `ham` have the run path `$ORIGIN/../{where}`",)


def test_programs_are_told_apart_from_what_is_an_error(pair: Pair) -> None:
    finding, other = examine(pair.consumer("", more={"ham/bin/ham": pair.module("")}), [pair.provider()])
    assert (finding.severity, finding.found) == (Severity.ERROR, ("ham/_ham.so",))
    assert (other.severity, other.found) == (Severity.WARNING, ("ham/bin/ham",))
    assert other.notes[0] == "it starts only where whoever starts it tells the loader the folder"


# leaked-rpath


@pytest.mark.parametrize(
    ("more", "leaked"),
    [
        ("/home/build/env/lib", True),
        ("/opt/_internal/cpython-3.11/lib", True),
        ("$ORIGIN/../../.local/lib", True),
        ("$ORIGIN/../../../.local/lib", True),
        ("$ORIGIN/../../../../.local/lib", True),
        ("$ORIGIN/../../../../lib/.libs", True),
        ("$ORIGIN/../other/.libs", False),
        ("$ORIGIN/../../../../lib", False),
        ("$ORIGIN/../other/lib", False),
        # Below the prefix, however that is written, but not where Python has its own modules.
        ("$ORIGIN/../../..", False),
        ("$ORIGIN/../../../../lib/x86_64", False),
        ("$ORIGIN/../../../../lib64", False),
        ("$ORIGIN/../../../..", False),
        ("$ORIGIN/../../../../share/prov", False),
        ("$ORIGIN/../../../python3.11/site-packages/prov/lib", False),
        ("$ORIGIN/../../../python3.10/site-packages/prov/lib", False),
        ("$ORIGIN/../..", True),
        ("$ORIGIN/../../lib-dynload", True),
        ("$ORIGIN/../../../../../lib", True),
        ("$ORIGIN/../../../../..", True),
        ("/usr/lib/x86_64-linux-gnu", False),
    ],
)
def test_leaked_rpath(pair: Pair, more: str, leaked: bool) -> None:
    path = pair.consumer(f"$ORIGIN/../prov/lib:{more}")
    assert found(path, pair.provider()) == ([("leaked-rpath", "warning")] if leaked else [])
    if leaked:
        assert one(path, pair.provider()).found == (more,)


OF_BUILD = "the run path of `_ham.so` leads to {}, a folder of the machine that built it"
OF_PYTHON = "the run path of `_ham.so` leads to {}, a folder in which Python has its own modules"


@pytest.mark.parametrize(
    ("more", "messages"),
    [
        ("/opt/x", [OF_BUILD]),
        ("$ORIGIN/../../../../../lib", [OF_BUILD]),
        ("$ORIGIN/../../.local/lib", [OF_BUILD]),
        ("$ORIGIN/../..", [OF_PYTHON]),
        ("$ORIGIN/../../lib-dynload", [OF_PYTHON]),
        ("$ORIGIN/../..:$ORIGIN/../../config", [OF_PYTHON.replace("a folder", "folders")]),
        ("/opt/x:/opt/y", [OF_BUILD.replace("a folder", "folders")]),
        ("/opt/x:$ORIGIN/../..", [OF_BUILD, OF_PYTHON]),
        ("$ORIGIN/../../..", []),
    ],
)
def test_what_a_run_path_leads_to_is_said(pair: Pair, more: str, messages: list[str]) -> None:
    """One command takes out all of them."""
    path = pair.consumer(f"$ORIGIN/../prov/lib:{more}")
    findings = examine(path, [pair.provider()])
    assert [finding.message for finding in findings] == [
        message.format(literals(lines_of(finding.found), 1))
        for message, finding in zip(messages, findings, strict=True)
    ]
    assert [run_path for finding in findings for run_path in lines_of(finding.found)] == more.split(":") * bool(
        messages
    )
    assert all("--set-rpath '$ORIGIN/../prov/lib' ham/_ham.so`" in finding.hints[1] for finding in findings)
    assert all(("pkg-config" in finding.hints[0]) is ("built it" in finding.message) for finding in findings)


@pytest.mark.parametrize(
    "place",
    [
        "ham/_ham.so",
        "ham-1.0.data/platlib/ham/_ham.so",
        "ham-1.0.data/purelib/ham/_ham.so",
        "ham-1.0.data/data/lib/libham.so",
        "ham-1.0.data/scripts/ham",
    ],
)
def test_a_leaked_run_path_is_taken_out_of_a_member(pair: Pair, place: str) -> None:
    """What is in `.data` is installed elsewhere; the command is for the unpacked wheel."""
    file = library(pair.folder / "libham.so", "ham", run_path="/opt/x")
    path = wheel(pair.folder, "ham", {place: file})
    with ZipFile(path) as archive:
        archive.extractall(pair.folder / "unpacked")
    (command,) = re.findall("`(patchelf .*?)`", one(path).hints[1])
    subprocess.run(shlex.split(command), cwd=pair.folder / "unpacked", check=True)
    assert found(wheel(pair.folder / "mended", "ham", {place: pair.folder / "unpacked" / place})) == []


@pytest.mark.parametrize(
    ("tag", "at_hand", "rules"),
    [
        ("cp311-cp311-linux_x86_64", False, ["unprovided-library"]),
        ("cp311-cp311-linux_x86_64", True, ["leaked-rpath"]),  # a repair tool copies nothing
        (MANYLINUX, False, ["unprovided-library", "leaked-rpath"]),
        # The index takes it, or a repair tool has added a tag to it: none is still to come.
        ("cp311-cp311-linux_armv7l", False, ["unprovided-library", "leaked-rpath"]),
        ("py3-none-linux_armv6l", False, ["unprovided-library", "leaked-rpath"]),
        ("py3-none-linux_armv6l.linux_armv7l", False, ["unprovided-library", "leaked-rpath"]),
        ("cp311-cp311-linux_x86_64.manylinux_2_28_x86_64", False, ["unprovided-library", "leaked-rpath"]),
        ("cp311-cp311-linux_x86_64.manylinux2014_x86_64", False, ["unprovided-library", "leaked-rpath"]),
        ("cp311-cp311-linux_aarch64", False, ["unprovided-library"]),
        ("cp311-cp311-linux_armv8l", False, ["unprovided-library"]),
        ("cp311-cp311-linux_i686.linux_x86_64", False, ["unprovided-library"]),
    ],
)
def test_a_run_path_by_which_a_repair_tool_finds_a_library(
    pair: Pair, tag: str, at_hand: bool, rules: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = pair.consumer("$ORIGIN/../prov/lib:/opt/prov/lib", requires=["prov"] if at_hand else [], tag=tag)
    assert [rule for rule, _ in found(path, *([pair.provider()] if at_hand else []))] == rules
    assert main(["check", str(path)]) == ("error" in str(found(path)))
    shown = " ".join(capsys.readouterr().out.split())
    assert f"[{rules[0]}]: " in shown or at_hand
    assert ("nor in the wheel yet" in shown) == (rules == ["unprovided-library"] or at_hand)


@pytest.mark.parametrize("run_path", ["$ORIGIN/../prov/lib:/opt/x", "/opt/x:$ORIGIN/../prov/lib:/opt/y z", "/opt/x"])
@pytest.mark.parametrize("kind", [["--force-rpath"], []])
@pytest.mark.parametrize("place", ["ham/_ham.so", "ham/_ham's (1).so"])
def test_the_way_out_of_a_leaked_run_path_leads_out(pair: Pair, run_path: str, kind: list[str], place: str) -> None:
    """The command in the hint, run beside the unpacked wheel: what is right, and how it is searched, stays as it is."""
    needs = ["prov"] if "$" in run_path else []
    module = pair.module(run_path) if needs else library(pair.folder / "_ham.so", "ham", run_path=run_path)
    subprocess.run(["patchelf", *kind, "--set-rpath", run_path, module], check=True)
    path = wheel(pair.folder, "ham", {place: module}, requires=needs)
    finding = one(path, pair.provider())
    assert finding.rule == "leaked-rpath"
    with ZipFile(path) as archive:
        archive.extractall(pair.folder / "unpacked")
    (command,) = re.findall("`(patchelf .*?)`", finding.hints[1])
    subprocess.run(shlex.split(command), cwd=pair.folder / "unpacked", check=True)
    mended = wheel(pair.folder / "mended", "ham", {place: pair.folder / "unpacked" / place}, requires=needs)
    assert found(mended, pair.provider()) == []
    before, after = (contents.of_wheel(each).images[0] for each in (path, mended))
    assert not needs or after.inherited is before.inherited is bool(kind)


# bundled-and-declared


def test_bundled_and_declared(pair: Pair) -> None:
    copy = {"ham.libs/libspam-0123abcd.so.3": pair.library}
    finding = one(pair.consumer(more=copy), pair.provider())
    assert (finding.rule, finding.severity) == ("bundled-and-declared", Severity.WARNING)
    assert finding.found == "ham.libs/libspam-0123abcd.so.3"
    other = library(pair.folder / "libeggs.so.3", "eggs", soname="libeggs.so.3")
    assert found(pair.consumer(more={"ham.libs/libeggs.so.3": other}), pair.provider()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("libgmp-a6f47472.so.10.5.0", "libgmp"),
        ("libgfortran-040039e1-0352e75f.so.5.0.0", "libgfortran"),
        ("libgmp.10.dylib", "libgmp"),
        ("@rpath/libgmp.10.dylib", "libgmp"),
        ("libgmp-10.dll", "libgmp"),
        ("libflint.24.0.0-9b2d98b6da8eded35def7bc3b288ff65.dll", "libflint"),
        ("libscipy_openblas64_-32a4b2a6.so", "libscipy_openblas64_"),
        ("libstdc++.so.6", "libstdc++"),
    ],
)
def test_stem(name: str, expected: str) -> None:
    assert stem(name) == expected


# missing-symbol


def test_missing_symbol(tmp_path: Path) -> None:
    """The provider of the build had the symbol; the one that is there now does not."""
    built, now = Pair(tmp_path / "a", functions=("spam", "eggs")), Pair(tmp_path / "b")
    consumer = built.consumer(calls=("spam", "eggs"))
    assert found(consumer, built.provider()) == []
    finding = one(consumer, now.provider())
    assert (finding.rule, finding.severity, finding.expected) == ("missing-symbol", Severity.ERROR, ("eggs",))


def test_symbols_of_python_and_of_the_c_library_are_not_missed(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    assert found(pair.consumer(calls=("spam", "PyList_New", "_PyObject_New", "getpid")), pair.provider()) == []


# provider-changed, and what else a record tells


def test_a_record_stands_in_for_a_provider_that_is_not_at_hand(pair: Pair) -> None:
    assert found(recorded(pair)) == []
    assert found(recorded(pair, run_path="")) == [("unreachable-library", "error")]
    assert found(recorded(pair, requires=())) == [("undeclared-provider", "error")]
    assert found(recorded(pair, run_path="$ORIGIN/../prov/lib:/tmp/x")) == [("leaked-rpath", "error")]
    copy = {"ham.libs/libspam-0123abcd.so.3": pair.library}
    assert found(recorded(pair, more=copy)) == [("bundled-and-declared", "error")]


def test_a_repaired_wheel_uses_its_copy(pair: Pair) -> None:
    """What is grafted has another name, and the file asks for it under that one."""
    grafted = library(pair.folder / "libspam-0123abcd.so.3", "spam", soname="libspam-0123abcd.so.3")
    module = library(pair.folder / "_ham.so", calls=["spam"], links=[grafted], run_path="$ORIGIN/../ham.libs")
    more = {"ham/_ham.so": module, "ham.libs/libspam-0123abcd.so.3": grafted}
    assert found(recorded(pair, more=more)) == [("bundled-and-declared", "error")]


@pytest.mark.parametrize(
    ("version", "requirement", "rules"),
    [
        ("1.0", "prov==1.0", []),
        ("2.0", "prov==1.0", [("provider-changed", "error")]),
        ("2.0", "prov>=1.0", [("provider-changed", "note")]),
    ],
)
def test_provider_changed(pair: Pair, version: str, requirement: str, rules: list[tuple[str, str]]) -> None:
    path = recorded(pair, requirement=requirement, requires=(requirement,))
    assert found(path, pair.provider(version=version)) == rules


def test_another_build_of_the_same_version(pair: Pair) -> None:
    """No version and no tag tells; the record does."""
    path = recorded(pair, sha256="0" * 64)
    assert found(path) == []  # the record alone proves nothing
    finding = one(path, pair.provider())
    assert (finding.rule, finding.severity, finding.expected) == (
        "provider-changed",
        Severity.NOTE,
        f"sha256:{'0' * 64}",
    )


def test_a_recorded_symbol_that_is_gone(pair: Pair) -> None:
    path = recorded(pair, symbols=("spam", "eggs"))
    assert found(path, pair.provider()) == [("missing-symbol", "error")]
    assert found(path) == []


def test_a_missing_symbol_is_reported_once_and_of_the_library_that_had_it(tmp_path: Path) -> None:
    built, now = Pair(tmp_path / "a", functions=("spam", "eggs")), Pair(tmp_path / "b")
    other = library(tmp_path / "libother.so.1", "other", soname="libother.so.1")
    module = library(
        tmp_path / "_ham.so", calls=("other", "eggs"), links=[other, built.library], run_path="$ORIGIN/../prov/lib"
    )
    path = recorded(built, symbols=("eggs",), more={"ham/_ham.so": module})
    files: dict[str, Path | bytes] = {"prov/__init__.py": b"", "prov/lib/libother.so.1": other, now.place: now.library}
    (finding,) = [one for one in examine(path, [wheel(tmp_path, "prov", files)]) if one.severity is Severity.ERROR]
    assert finding.message == "`libspam.so.3` of `prov` lacks 1 of the symbols that are used"


def test_provenance_is_read_as_it_was_written(pair: Pair) -> None:
    record = native_record(recorded(pair))
    assert record
    assert BuildRecord.from_json(record.to_json(), "ham") == record
    assert json.loads(record.to_json())["version"] == 2


def test_a_record_with_a_requirement_that_is_none(pair: Pair) -> None:
    with pytest.raises(ArchiveError) as caught:
        examine(recorded(pair, requirement="prov = 1"))
    assert caught.value.findings[0].rule == "bad-provenance"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b'{"version": 3}',
        b'{"version": "1"}',
        b'{"version": true}',
        b'{"version": 2}',
        b'{"version": 1, "libraries": [{}]}',
        b"\xff",
        b"9" * 5000,
        b"[" * 100_000,
    ],
    ids=range(11),
)
def test_bad_provenance(data: bytes) -> None:
    with pytest.raises(ArchiveError) as caught:
        BuildRecord.from_json(data, "ham.whl")
    assert caught.value.findings[0].rule == "bad-provenance"


def test_provenance_larger_than_anybody_means() -> None:
    texts = ", ".join(f'"{key}": ""' for key in ("backend", "backend_version", "level", "variant"))
    fair = f'{{"version": 1, {texts}, "libraries": [], "x": [0]}}'
    assert BuildRecord.from_json(fair.encode() + b" " * (3 << 20), "ham.whl").level == ""
    for unfair in (fair + " " * (4 << 20), fair.replace("[0]", "[" + "0," * 200_000 + "0]")):
        with pytest.raises(ArchiveError, match="or of too many values"):
            BuildRecord.from_json(unfair.encode(), "ham.whl")


# tag-below-provider


@pytest.mark.parametrize(
    ("ours", "theirs", "below"),
    [
        ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64", True),
        ("manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_28_x86_64", "manylinux_2_28_x86_64", True),
        ("manylinux1_x86_64", "manylinux2014_x86_64", True),
        ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64.manylinux2014_x86_64", False),
        ("manylinux_2_28_x86_64", "manylinux_2_28_x86_64", False),
        ("linux_x86_64", "manylinux_2_28_x86_64", False),
    ],
)
def test_tag_below_provider(pair: Pair, ours: str, theirs: str, below: bool) -> None:
    path = pair.consumer(tag=f"cp311-cp311-{ours}")
    provider = pair.provider(tag=f"py3-none-{theirs}")
    assert found(path, provider) == ([("tag-below-provider", "warning")] if below else [])


def test_tag_below_provider_weighs_more_in_what_we_built(pair: Pair) -> None:
    assert found(recorded(pair, tag="cp311-cp311-manylinux_2_17_x86_64")) == [("tag-below-provider", "error")]


# ambiguous-soname


def test_ambiguous_soname(tmp_path: Path) -> None:
    pair = Pair(tmp_path, soname="libz.so.1")
    assert found(pair.consumer(), pair.provider()) == [("ambiguous-soname", "warning")]
    assert found(pair.consumer(""), pair.provider()) == []  # it is the platform's that is meant


def test_many_files_that_load_each_other(pair: Pair) -> None:
    """Every one of them may be loaded by every other: there are more ways than could be tried."""
    names = [f"lib{number}.so" for number in range(60)]
    members = [Image(f"ham/{name}", Format.ELF, name, (*names, "libspam.so.3")) for name in names]
    consumer = Contents(
        "ham", "1.0", (), ("prov",), {one.place: one.place for one in members}, tuple(members), str.encode
    )
    tags = parse_tag(MANYLINUX)
    neighbours = Neighbours.of(consumer.requires, tags, [WheelShelf(AtHand([pair.provider()]), pair.consumer(""))])
    links = [link for link in follow(consumer, neighbours, Platform.of(tags)) if link.library == "libspam.so.3"]
    assert [isinstance(link.origin, Provided) and link.origin.reached for link in links] == [False] * 60


# Many at once


def test_wheels_are_at_hand_for_each_other(pair: Pair) -> None:
    consumer, provider = pair.consumer("", requires=("prov",)), pair.provider()
    found = native.judge_wheels([consumer, provider.parent, pair.folder / "absent.whl", pair.library])
    assert {name: [one.rule for one in findings] for name, findings in found.items()} == {
        str(consumer): ["unreachable-library"],
        str(provider): [],
    }


def test_a_wheel_that_can_not_be_read_is_passed_over(pair: Pair) -> None:
    damaged = pair.folder / "eggs-1.0-py3-none-any.whl"
    damaged.write_bytes(b"no archive")
    broken = wheel(pair.folder / "broken", "ham", {"ham/_ham.so": b"\x7fELF"})
    found = native.judge_wheels([damaged, broken])
    assert set(found) == {str(broken)}
    assert [one.rule for one in found[str(broken)]] == ["bad-image"]


def test_without_the_extra_only_what_we_built_is_an_error(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "auditwheel.architecture", None)
    path = pair.consumer(requires=())
    ((note,),) = native.judge_wheels([path]).values()
    assert (note.rule, note.severity, note.artifact) == ("missing-extra", Severity.NOTE, path.name)
    assert note.hints == ("install `abiding[native]`",)
    assert note.message.endswith("which is not installed; install `abiding[native]`")
    with pytest.raises(AbidingError) as caught:
        native.judge_wheels([recorded(pair)])
    assert caught.value.findings[0].rule == "missing-extra"


# Reading


def test_a_damaged_image(tmp_path: Path) -> None:
    path = wheel(tmp_path, "ham", {"ham/_ham.so": b"\x7fELF" + b"\xff" * 60})
    with pytest.raises(AbidingError) as caught:
        examine(path)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.artifact) == ("bad-image", path.name)
    assert "ham/_ham.so" in finding.message


def test_what_is_missing_is_said_once(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    path = pair.consumer()
    monkeypatch.delitem(sys.modules, "abiding.native.elf", raising=False)
    monkeypatch.delattr(native, "elf", raising=False)
    monkeypatch.setitem(sys.modules, "elftools.elf.dynamic", None)
    with pytest.raises(AbidingError) as caught:
        examine(path)
    assert caught.value.findings[0].rule == "missing-extra"
    assert caught.value.findings[0].hints == ("install `abiding[native]`",)


def test_a_file_that_is_packed_too_densely(tmp_path: Path) -> None:
    path = wheel(tmp_path, "ham", {"ham/_ham.so": b"\x7fELF" + bytes(100 << 20)}, compression=ZIP_DEFLATED)
    with pytest.raises(ArchiveError, match=r"claims 104,857,604 bytes for `ham/_ham\.so`, packed into"):
        examine(path)


def test_a_hidden_folder_of_the_wheel_itself_is_not_leaked(pair: Pair, tmp_path: Path) -> None:
    """`pair` is consumer and provider; here a library beside the environment's own finds what is next to it."""
    image = pair.consumer("$ORIGIN:$ORIGIN/../.v:$ORIGIN/../.w")
    with ZipFile(image) as archive:
        module = archive.read(next(name for name in archive.namelist() if name.endswith(".so")))
    path = wheel(tmp_path, "ham", {"ham-1.0.data/data/lib/.v/libv.so": module}, requires=["prov"])
    (leaked,) = [finding for finding in examine(path, [pair.provider()]) if finding.rule == "leaked-rpath"]
    assert leaked.found == ("$ORIGIN/../.w",)


def test_places_in_the_data_folder(pair: Pair, tmp_path: Path) -> None:
    """Files of `name.data` go elsewhere; run paths are followed from there."""
    files = {"ham-1.0.data/platlib/ham/_ham.so": pair.module(), "ham-1.0.data/data/lib/libx.so": pair.library}
    path = wheel(tmp_path, "ham", files, requires=["prov"])
    assert found(path, pair.provider()) == []
    with ZipFile(path) as archive:
        assert "ham/_ham.so" not in archive.namelist()
