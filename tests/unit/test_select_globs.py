"""Globs over tags and the markers that say the same: held against the environments that real tags are for."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

from abiding.findings.errors import DeclarationError
from abiding.metadata import requirements
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject
from abiding.project.select_globs import exact_marker, near_marker
from makers.pyprojects import wrapping

WINDOWS, LINUX, MACOS = 'sys_platform == "win32"', 'sys_platform == "linux"', 'sys_platform == "darwin"'
CPYTHON, PYPY = (f'platform_python_implementation == "{name}"' for name in ("CPython", "PyPy"))
EXACT = [
    (["*-win*"], WINDOWS),
    (["*win*"], WINDOWS),
    (["*linux*"], LINUX),
    (["*linux_*"], LINUX),
    (["*-manylinux*", "*-musllinux*"], LINUX),
    (["*-macosx_*"], MACOS),
    (["*-macosx_*", "*-win*"], f"{MACOS} or {WINDOWS}"),
    (["*-win32", "*-win_amd64", "*-win_arm64"], WINDOWS),
    (["*-ios_*"], 'sys_platform == "ios"'),
    (["pp*"], PYPY),
    (["cp*-*"], CPYTHON),
    (["cp3*"], CPYTHON),
    (["pp*-*-win*"], f"{WINDOWS} and {PYPY}"),
    (["cp*-macosx*", "cp*-win*"], f"({MACOS} or {WINDOWS}) and {CPYTHON}"),
    (["cp*-win*", "pp*"], f"({WINDOWS} and {CPYTHON}) or {PYPY}"),
]
NEAR = [
    (["*-win_amd64"], f'{WINDOWS} and platform_machine == "AMD64"'),
    (["*-win_*"], f'{WINDOWS} and (platform_machine == "AMD64" or platform_machine == "ARM64")'),
    (["*linux*_aarch64"], f'{LINUX} and platform_machine == "aarch64"'),
    (["*-macosx_*_arm64"], f'{MACOS} and platform_machine == "arm64"'),
    (["*-win*", "*-macosx_*_arm64"], f'({MACOS} and platform_machine == "arm64") or {WINDOWS}'),
]
NONE = [
    ["cp313-cp313-*"],  # a marker can't leave out 3.13t
    ["cp313-cp313*-*"],  # nor the wheels for the stable ABI
    ["cp313-*"],
    ["cp31?-cp31?t-*"],
    ["*-abi3-*"],
    ["*-cp313t-*"],
    ["*-manylinux*"],  # the other has musl
    ["*-musllinux_*"],
    ["*-manylinux_2_28_*"],
    ["*-linux_*"],  # as they are named before they are repaired
    ["*-macosx_14_0_*"],
    ["*-macosx_1[0-9]_*"],
    ["*-macosx_*_universal2"],
    ["*-win32"],
    ["*_i686"],
    ["*-*-[!w]*"],  # FreeBSD too
    ["*-none-any"],
]


@pytest.mark.parametrize(("patterns", "marker"), EXACT)
def test_exact(patterns: list[str], marker: str) -> None:
    assert exact_marker(patterns) == near_marker(patterns) == marker


@pytest.mark.parametrize(("patterns", "marker"), NEAR)
def test_near(patterns: list[str], marker: str) -> None:
    assert exact_marker(patterns) is None
    assert near_marker(patterns) == marker


@pytest.mark.parametrize("patterns", NONE)
def test_none(patterns: list[str]) -> None:
    assert exact_marker(patterns) is near_marker(patterns) is None


@pytest.mark.parametrize("patterns", [["*"], ["*-*"], ["*-*-*"], ["cp*", "pp*", "graalpy*"]])
def test_all(patterns: list[str]) -> None:
    assert exact_marker(patterns) == ""


def wheels() -> Iterator[tuple[str, dict[str, str]]]:
    """Tags of wheels that are on indexes, and an environment for each."""
    systems = {
        "win32": ("nt", "win32", "x86"),
        "win_amd64": ("nt", "win32", "AMD64"),
        "win_arm64": ("nt", "win32", "ARM64"),
        "macosx_10_9_x86_64": ("posix", "darwin", "x86_64"),
        "macosx_11_0_arm64": ("posix", "darwin", "arm64"),
        "macosx_15_0_universal2": ("posix", "darwin", "arm64"),
        "manylinux_2_17_x86_64.manylinux2014_x86_64": ("posix", "linux", "x86_64"),
        "manylinux_2_34_aarch64": ("posix", "linux", "aarch64"),
        "manylinux_2_31_riscv64": ("posix", "linux", "riscv64"),
        "musllinux_1_2_i686": ("posix", "linux", "i686"),
        "musllinux_1_2_armv7l": ("posix", "linux", "armv7l"),
    }
    pythons = {
        "cp39-cp39": ("CPython", "3.9"),
        "cp312-abi3": ("CPython", "3.13"),
        "cp313-cp313": ("CPython", "3.13"),
        "cp313-cp313t": ("CPython", "3.13"),
        "pp311-pypy311_pp73": ("PyPy", "3.11"),
        "graalpy311-graalpy242_311_native": ("GraalVM", "3.11"),
    }
    for python, (implementation, version) in pythons.items():
        for platforms, (os_name, system, machine) in systems.items():
            environment = {
                "os_name": os_name,
                "sys_platform": system,
                "platform_machine": machine,
                "platform_python_implementation": implementation,
                "python_version": version,
            }
            yield f"{python}-{platforms}", environment


@pytest.mark.parametrize(("patterns", "marker"), EXACT)
def test_an_exact_marker_is_true_where_the_wheels_are_for(patterns: list[str], marker: str) -> None:
    for name, environment in wheels():
        python, _, platforms = name.rpartition("-")
        tags = [f"{python}-{platform}" for platform in platforms.split(".")]
        matches = any(fnmatch.fnmatchcase(tag, pattern) for tag in tags for pattern in patterns)
        assert Marker(marker).evaluate(environment) is matches, name


DECLARED = wrapping("mesonpy", abi="{ ENTRY }")


def declared(entry: str, *, in_sdist: bool = False) -> Declaration:
    return Declaration.read(Pyproject.parse(DECLARED.replace("ENTRY", entry))._replace(in_sdist=in_sdist))


@pytest.mark.parametrize(
    ("requires", "instead"),
    [
        ('"pywin32"', "\"pywin32; sys_platform == 'win32'\""),
        (
            "\"pywin32>=1; os_name == 'a' or os_name == 'b'\"",
            "\"pywin32>=1; (os_name == 'a' or os_name == 'b') and sys_platform == 'win32'\"",
        ),
        ("'pywin32; os_name == \"a\"'", '"pywin32; os_name == \\"a\\" and sys_platform == \'win32\'"'),
    ],
)
def test_a_marker_in_the_place_of_select(requires: str, instead: str) -> None:
    entry = f'requires = {requires}, select = "*-win*"'
    with pytest.raises(DeclarationError) as caught:
        declared(entry)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.severity) == ("could-be-a-marker", "error")
    assert finding.hints == (f"leave `select` out, and write `requires = {instead}`",)
    (written,) = declared(f"requires = {instead}").entries  # the hint leads out
    assert Requirement(written.requires).marker
    (remark,) = declared(entry, in_sdist=True).warnings
    assert remark == finding._replace(severity=remark.severity)
    assert remark.severity == "warning"


@pytest.mark.parametrize("marker", ["sys_platform == 'win32'", "os_name == 'nt' and python_version < '3.12'"])
def test_a_marker_that_says_what_select_says(marker: str) -> None:
    entry = f'requires = "pywin32; {marker}", select = "*-win*"'
    with pytest.raises(DeclarationError) as caught:
        declared(entry)
    (finding,) = caught.value.findings
    assert finding.hints == ("leave `select` out: the line has a marker that says it",)
    assert declared(f'requires = "pywin32; {marker}"').entries


def test_what_is_pinned_keeps_its_select() -> None:
    # Where a marker is false nothing is installed to fill the pin from.
    with pytest.raises(DeclarationError) as caught:
        declared('requires = "torch==x.x.*", select = "*-win*"')
    assert [finding.rule for finding in caught.value.findings] == ["unexplained-difference"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a", "a; os_name == 'x'"),
        ("a>=1 ;python_version>'3'", "a>=1; python_version>'3' and os_name == 'x'"),
        ("a; python_version>'3' or extra=='b'", "a; (python_version>'3' or extra=='b') and os_name == 'x'"),
        ("a @ https://example.org/a;b", "a @ https://example.org/a;b ; os_name == 'x'"),
        (
            "a@https://example.org/a ; python_version>'3'",
            "a@https://example.org/a ; python_version>'3' and os_name == 'x'",
        ),
    ],
)
def test_one_more_condition(text: str, written: str) -> None:
    assert requirements.with_marker(text, "os_name == 'x'") == written
    marker = Requirement(written).marker
    assert marker
    assert not marker.evaluate({"os_name": "y"})
