"""Markers that are never true: each that is told is false in every environment, and what is proposed is true in one."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.tags import sys_tags

from abiding.findings import bounds
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Severity
from abiding.metadata.marker_slips import mistaken
from abiding.project.declaration import Declaration
from abiding.project.known_tags import can_match, meant_by
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from abiding.project.select_globs import A_TAG, _tags
from abiding.project.select_overlap import _wheels
from makers.commands import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abiding.findings.finding import Finding

pytestmark = pytest.mark.slow

PYPROJECT = """\
[build-system]
requires = ["abiding", {build}]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
requires-python = ">=3.9"
dependencies = [{api}]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "a"

[tool.abiding.wheel]
dependencies = [{abi}]
"""


def environments() -> Iterator[dict[str, str]]:
    """What interpreters say of themselves, as far as a marker asks for it."""
    systems = [
        ("posix", "linux", "Linux", "x86_64"), ("posix", "linux", "Linux", "aarch64"), ("nt", "win32", "Windows", "AMD64"),
        ("nt", "win32", "Windows", "ARM64"), ("posix", "darwin", "Darwin", "arm64"), ("posix", "cygwin", "CYGWIN_NT-10.0", "x86_64"),
        ("posix", "emscripten", "Emscripten", "wasm32"), ("posix", "ios", "iOS", "arm64"), ("posix", "android", "Android", "aarch64"),
        ("posix", "freebsd13", "FreeBSD", "amd64"), ("posix", "aix", "AIX", "ppc64"), ("java", "java", "Java", ""),
    ]  # fmt: skip
    implementations = [("cpython", "CPython"), ("pypy", "PyPy"), ("graalpy", "GraalVM"), ("jython", "Jython")]
    pythons = ["3.9.0", "3.9.7", "3.10.2", "3.13.0rc1", "3.14.0"]
    for (os_name, platform, system, machine), (name, title), python in product(systems, implementations, pythons):
        yield {
            "os_name": os_name,
            "sys_platform": platform,
            "platform_system": system,
            "platform_machine": machine,
            "implementation_name": name,
            "platform_python_implementation": title,
            "python_full_version": python,
            "python_version": ".".join(python.split(".")[:2]),
            "implementation_version": python,
            "platform_release": "",
            "platform_version": "",
            "extra": "",
        }


ALL = list(environments())


def true_somewhere(marker: str) -> bool:
    return any(Marker(marker).evaluate(one) for one in ALL)


SIDES = ("api", "abi", "build")


def written(**sides: str) -> str:
    return PYPROJECT.format_map({side: f'"""{sides[side]}"""' if side in sides else "" for side in SIDES})


def warned(**sides: str) -> list[Finding]:
    """What is said of the markers of a requirement in `[project]`, `[tool.abiding.wheel]`, and `[build-system]`."""
    pyproject = Pyproject.parse(written(**{side: f"x>=1; {marker}" for side, marker in sides.items()}))
    return [one for one in lint(Declaration.read(pyproject), pyproject) if one.rule == "never-true"]


SLIPS = {
    'sys_platform == "windows"': 'sys_platform == "win32"',
    "'Windows' == sys_platform": '"win32" == sys_platform',
    'sys_platform == "Win32"': 'sys_platform == "win32"',
    'sys_platform == "win64"': 'sys_platform == "win32"',
    'sys_platform == "nt"': 'sys_platform == "win32"',
    'sys_platform == "Linux"': 'sys_platform == "linux"',
    'sys_platform == "macos"': 'sys_platform == "darwin"',
    'sys_platform == "posix"': 'os_name == "posix"',
    'sys_platform == "FreeBSD"': 'platform_system == "FreeBSD"',
    'sys_platform == "darwn"': 'sys_platform == "darwin"',
    '"windows" in sys_platform': '"win32" in sys_platform',
    'platform_system == "linux"': 'platform_system == "Linux"',
    'platform_system == "win32"': 'platform_system == "Windows"',
    'platform_system == "macOS"': 'platform_system == "Darwin"',
    'os_name == "windows"': 'os_name == "nt"',
    'os_name == "linux"': 'sys_platform == "linux"',
    'platform_machine == "X86-64"': 'platform_machine == "x86_64"',
    'platform_machine == "Aarch64"': 'platform_machine == "aarch64"',
    'implementation_name == "CPython"': 'implementation_name == "cpython"',
    'platform_python_implementation == "cpython"': 'platform_python_implementation == "CPython"',
    'platform_python_implementation == "graalpy"': 'platform_python_implementation == "GraalVM"',
}


@pytest.mark.parametrize(("marker", "meant"), SLIPS.items(), ids=SLIPS)
def test_a_value_that_a_variable_never_has(marker: str, meant: str) -> None:
    assert not true_somewhere(marker)
    assert true_somewhere(meant)
    for side in SIDES:
        (finding,) = warned(**{side: marker})
        assert finding.message.endswith("is true nowhere")
        assert finding.hints == (f"did you mean `{meant}`?",)
        assert finding.excerpts


def test_the_same_in_other_company() -> None:
    (finding,) = warned(api='python_version >= "3.10" and (sys_platform == "windows" or sys_platform == "darwin")')
    assert finding.hints == ('did you mean `sys_platform == "win32"`?',)
    (finding,) = warned(api='sys_platform != "Windows"')
    assert finding.message == '`sys_platform` is never `Windows`: `sys_platform != "Windows"` is true everywhere'
    (finding,) = warned(api='sys_platform in "linux, macos"')
    assert finding.message == "`sys_platform` is never `macos`"
    assert finding.hints == ('did you mean `sys_platform in "linux, darwin"`?',)


@pytest.mark.parametrize(
    ("marker", "said", "meant"),
    [
        (
            'sys_platform in "windows, macos"',
            '`sys_platform` is never `windows` and never `macos`: `sys_platform in "windows, macos"` is true nowhere',
            'sys_platform in "win32, darwin"',
        ),
        (
            'sys_platform in "Linux,wasi|darwn"',
            "`sys_platform` is never `Linux` and never `darwn`",
            'sys_platform in "linux,wasi|darwin"',
        ),
        (
            'sys_platform not in "linux, windows, macos"',
            "`sys_platform` is never `windows` and never `macos`",
            'sys_platform not in "linux, win32, darwin"',
        ),
        (
            'sys_platform not in "windows win64"',
            '`sys_platform` is never `windows` and never `win64`: `sys_platform not in "windows win64"` is true everywhere',
            'sys_platform not in "win32"',
        ),
    ],
)
def test_all_slips_of_a_list_are_corrected_in_one_hint(marker: str, said: str, meant: str) -> None:
    """What is proposed has nothing left in it to be corrected."""
    for side in SIDES:
        (finding,) = warned(**{side: marker})
        assert (finding.message, finding.hints) == (said, (f"did you mean `{meant}`?",))
    assert not list(mistaken(str(Marker(meant))))


CALLED = [
    "win", "windows", "Windows", "win64", "nt", "linux64", "linux-gnu", "linux-x86_64", "Linux", "macos", "darwin", "posix",
    "mac os", "x64", "amd64", "arm-64", "CPython", "cpython", "pypy3",
]  # fmt: skip


@pytest.mark.parametrize("operator", ["==", "!=", "in", "not in"])
def test_what_is_said_of_a_comparison_is_so(operator: str) -> None:
    """Oracle: the comparison itself, in every environment."""
    variables = ("sys_platform", "platform_system", "os_name", "platform_machine", "implementation_name")
    negated = operator in ("!=", "not in")
    texts = [*CALLED, *(f"{one}{between}{other}" for one in CALLED for between in (" ", ", ", "|") for other in CALLED)]
    for variable, text in product(variables, texts):
        # An empty value, of a machine that does not know what it is, is a part of every text.
        places = [one for one in ALL if one["python_full_version"] == "3.9.0" and one[variable]]
        for marker in (f'{variable} {operator} "{text}"', f'"{text}" {operator} {variable}'):
            slips = list(mistaken(marker))
            true = [Marker(marker).evaluate(one) for one in places] if slips else []
            for slip in slips:
                assert not (slip.never and any(true)), marker
                assert not slip.always or all(true), marker
                # What is proposed takes nothing from where the line is in force, and nothing from where it is not.
                meant = Marker(slip.correction)
                kept = [
                    meant.evaluate(one) is not negated
                    for one, was in zip(places, true, strict=True)
                    if was is not negated
                ]
                assert all(kept), (marker, slip.correction)


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ('python_version < "3.0"', "of no Python that `requires-python` admits"),
        ('python_version <= "3.8"', "of no Python that `requires-python` admits"),
        ('python_full_version < "3.9" and sys_platform == "linux"', "of no Python that `requires-python` admits"),
        ('python_version == "3.10.1"', "in no environment"),
        ('sys_platform == "win32" and os_name == "posix"', "in no environment"),
        ('sys_platform == "linux" and platform_system == "Windows"', "in no environment"),
        ('python_version > "3.11" and python_version < "3.10"', "in no environment"),
        ('implementation_name == "pypy" and platform_python_implementation == "CPython"', "in no environment"),
    ],
)
def test_a_marker_that_no_environment_satisfies(marker: str, why: str) -> None:
    assert not true_somewhere(marker)
    for side in SIDES:
        (finding,) = warned(**{side: marker})
        assert finding.message == f"the marker of `x>=1; {marker}` is true {why}"
        assert [excerpt.remark for excerpt in finding.excerpts[1:]] == ["the Pythons of the project"] * ("no P" in why)


@pytest.mark.parametrize(
    "marker",
    [
        *(f'sys_platform == "{name}"' for name in ("emscripten", "cygwin", "ios", "android", "wasi", "msys", "linux2")),
        *(f'sys_platform == "{name}"' for name in ("freebsd", "freebsd13", "openbsd7", "sunos5", "aix", "haiku", "zos")),
        *(f'platform_machine == "{name}"' for name in ("arm64", "ARM64", "amd64", "AMD64", "x86", "riscv32", "i86pc")),
        *(f'platform_system == "{name}"' for name in ("FreeBSD", "iOS", "Haiku", "AIX", "CYGWIN_NT-10.0", "GNU/kFreeBSD")),
        *(f'platform_python_implementation == "{name}"' for name in ("Jython", "IronPython", "Pyston")),
        'os_name == "java"',
        '"win" in sys_platform',
        '"linux" not in sys_platform',
        'sys_platform in "linux darwin"',
        'sys_platform in "linux-x86_64"',
        'sys_platform not in "linux-gnu"',
        'sys_platform in "win win32"',
        '"NT" in platform_system',
        '"java" in sys_platform',
        'platform_system in "linux,Linux"',
        'python_version <= "3.9"',
        'python_version >= "3.9" and sys_platform == "win32"',
        'python_full_version < "3.9.1"',
        'platform_release == "windows"',
        '"Windows" in platform_version',
    ],
)  # fmt: skip
def test_what_may_be_true_is_not_told(marker: str) -> None:
    assert warned(api=marker, abi=marker, build=marker) == []


def test_what_is_meant_is_never_a_slip_itself() -> None:
    for meant in SLIPS.values():
        assert not list(mistaken(str(Marker(meant))))


@pytest.mark.parametrize("sides", [("api",), ("build",)])
@pytest.mark.parametrize("unpacked", [False, True])
def test_it_is_told_in_a_tree_and_not_in_an_unpacked_sdist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sides: tuple[str, ...], *, unpacked: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(written(**dict.fromkeys(sides, "x; os_name == 'windows'")))
    if unpacked:
        text = "Metadata-Version: 2.4\nName: spam\nVersion: 1.4.0\nDynamic: Requires-Dist\n"
        (tmp_path / "PKG-INFO").write_text(text + "Requires-Dist: x; os_name == 'windows'\n" * ("api" in sides))
    assert run("show", str(tmp_path)) == 0
    assert ("warning[never-true]" in capsys.readouterr().err) is not unpacked


# Globs


def selecting(*globs: str) -> list[Finding]:
    text = written().replace("]\n\n[tool.abiding]\n", "]\n\n[tool.abiding]\nwheels-differ = 'so'\n")
    listed = ", ".join(f"'{glob}'" for glob in globs)
    head, _, _ = text.rpartition("dependencies = ")
    pyproject = Pyproject.parse(f"{head}dependencies = [{{ requires = 'x<2', select = [{listed}] }}]\n")
    return [one for one in lint(Declaration.read(pyproject), pyproject) if one.rule == "never-true"]


GLOBS = {
    "*-win-amd64": "*-win_amd64",
    "*-amd64": "*-win_amd64",
    "*-win64": "*-win_amd64",
    "*-win-*": "*-win_*",
    "*-Win_amd64": "*-win_amd64",
    "*-windows*": "*-win*",
    "*-darwin*": "*-macosx*",
    "*-macos_11_0_*": "*-macosx_11_0_*",
    "*-macosx_*_aarch64": "*-macosx_*_arm64",
    "*-manylinux_2_17_x86-64": "*-manylinux_2_17_x86_64",
    "*-manylinux*_arm64": "*-manylinux*_aarch64",
    "*-manylinux*_amd64": "*-manylinux*_x86_64",
    "*-linux-x86_64": "*-linux_x86_64",
    "cp311-cp311-win-amd64": "cp311-cp311-win_amd64",
    "cpython311-*": "cp311-*",
    "pypy311-*": "pp311-*",
    "win_*": "*-win_*",
    "cp31[12]-*-macosx-11_0_arm64": "cp31[12]-*-macosx_11_0_arm64",
    "*-glibc*": "",
}


@pytest.mark.parametrize(("glob", "meant"), GLOBS.items())
def test_a_glob_that_no_tag_matches_is_told(glob: str, meant: str) -> None:
    (finding,) = selecting(glob)
    assert finding.severity is Severity.WARNING
    assert finding.message == f'`select = "{glob}"` matches the tag of no wheel'
    assert finding.hints == ((f"did you mean `{meant}`?",) if meant else (A_TAG,))
    assert not meant or can_match(meant)


def test_a_glob_is_no_longer_than_a_tag() -> None:
    longest = "cp311-cp311-manylinux_2_28_x86_64" + "*" * 67
    assert not selecting(longest)
    with pytest.raises(DeclarationError) as caught:
        selecting(longest + "*")
    (finding,) = caught.value.findings
    assert finding.message == "the glob has 101 characters, and no wheel's tag is so long"


def test_no_more_globs_than_somebody_means() -> None:
    assert len(selecting(*(f"q{number}*" for number in range(1000)))) == bounds.GLOBS_MATCHED
    with pytest.raises(DeclarationError) as caught:
        selecting(*(f"q{number}*" for number in range(1001)))
    assert caught.value.findings[-1].message == "the entries have more than 1,000 globs, which is too many"


def test_globs_that_match_are_told_by_no_other_glob() -> None:
    assert [one.hints for one in selecting("*-win32", "*-win-amd64", "*-macosx_11_0_*")] == [
        ("did you mean `*-win_amd64`?",)
    ]


def real_tags() -> list[str]:
    """Tags of all kinds: each Python, each ABI and each platform is in one of them at least."""
    rare = "freebsd_14_2_release_amd64 cygwin_3_5_4_x86_64 mingw_x86_64_ucrt_gnu linux_armv6l wasi_0_0_0_wasm32"
    old = "cp27-cp27mu-manylinux1_i686 jy27-none-any cp36-cp36m-musllinux_1_1_ppc64le py2-none-macosx_10_6_intel"
    tags = [*old.split(), *(f"cp313-cp313-{platform}" for platform in rare.split()), *_tags()]
    tags += [*map(str, sys_tags()), *(tag for tags in _wheels() for tag in tags)]
    new: dict[str, str] = {}
    for tag in tags:
        python, abi, platform = tag.split("-")
        for part in (f"{python}-{abi}", platform):
            new.setdefault(part, tag)
    return sorted(set(new.values()))


def test_no_glob_is_told_that_matches_a_tag() -> None:
    """Whatever of a tag is left open: a beginning, an end, a part, or a character."""
    for tag in real_tags():
        python, abi, platform = tag.split("-")
        open_parts = (f"{python}-*", f"*-{platform}", f"*-{abi}-*", f"*{tag[3:]}")
        globs = (tag, *open_parts, f"{tag[:-1]}?", f"{tag[:-1]}[!-]", f"{tag}*")
        assert not [glob for glob in globs if not can_match(glob)], tag


@pytest.mark.parametrize("characters", ["ab-", "-_*1", "[]!w3in2-", "*?-anywi_"])
def test_whatever_is_no_glob_is_answered(characters: str) -> None:
    """A glob that is told matches none of the tags that there are."""
    random = Random(characters)  # noqa: S311 (nothing is kept secret)
    tags = real_tags()
    for _ in range(100):
        glob = "".join(random.choices(characters, k=random.randint(0, 14)))
        if not can_match(glob):
            assert not [tag for tag in tags if fnmatchcase(tag, glob)], glob
            meant = meant_by(glob)
            assert not meant or can_match(meant)
    assert can_match("*-x" * 1000)
