"""The marker to write where some wheels require what others do not: true for these, false for the others, and enough."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker

import abiding
from abiding.metadata.distinguishing_markers import marker_between
from abiding.releases.conflicting_wheels import _ONE_PLACE
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.releases import PYPROJECT, SAID, SDIST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from abiding.releases.release import Release

PYTHONS = {"cp39": "3.9", "cp310": "3.10", "cp313": "3.13"}
PLATFORMS = {
    "manylinux_2_28_x86_64": ("linux", "x86_64"),
    "musllinux_1_2_x86_64": ("linux", "x86_64"),
    "manylinux_2_28_aarch64": ("linux", "aarch64"),
    "macosx_11_0_arm64": ("darwin", "arm64"),
    "macosx_10_9_x86_64": ("darwin", "x86_64"),
    "win_amd64": ("win32", "AMD64"),
    "win_arm64": ("win32", "ARM64"),
}
WHEELS = {
    wheel_name(f"{python}-{python}-{platform}"): {
        "python_version": version,
        "python_full_version": f"{version}.1",
        "sys_platform": system,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
    }
    for (python, version), (platform, (system, machine)) in itertools.product(PYTHONS.items(), PLATFORMS.items())
}


def is_true(marker: str, name: str, where: Callable[[Iterable[bool]], bool]) -> bool:
    """Whether a marker is true where a wheel can be installed; on Windows for ARM also what is for another machine."""
    machines = {WHEELS[name]["platform_machine"], *(["ARM64"] if "win_amd64" in name else [])}
    return where(Marker(marker).evaluate({**WHEELS[name], "platform_machine": one}) for one in machines)


def subsets() -> Iterator[set[str]]:
    """Those that people make, each of a kind or of two; and any at all."""
    kinds = [
        {name for name, values in WHEELS.items() if values[variable] == value}
        for variable in ("sys_platform", "platform_machine", "python_version")
        for value in sorted({values[variable] for values in WHEELS.values()})
    ]
    yield from kinds
    yield from (one & other for one, other in itertools.combinations(kinds, 2) if one & other)
    yield from (set(WHEELS) - one for one in kinds)
    chance = random.Random(14)  # noqa: S311
    yield from (set(chance.sample(sorted(WHEELS), chance.randint(1, len(WHEELS) - 1))) for _ in range(200))


def test_a_marker_is_true_for_these_and_false_for_the_others() -> None:
    """Oracle: `packaging`, in the environment of each wheel."""
    told = 0
    for those in subsets():
        marker = marker_between(those, set(WHEELS) - those)
        if marker:
            told += 1
            assert {name for name in WHEELS if is_true(marker, name, all)} == those, marker
            assert {name for name in WHEELS if is_true(marker, name, any)} == those, marker
    assert told > 20


@pytest.mark.parametrize(
    ("those", "others", "marker"),
    [
        (["cp39-cp39-win_amd64"], ["cp39-cp39-macosx_11_0_arm64"], "sys_platform == 'win32'"),
        (["cp39-cp39-win_amd64", "cp39-cp39-win32"], ["cp39-cp39-linux_x86_64"], "sys_platform == 'win32'"),
        (["cp39-cp39-win_amd64", "cp39-cp39-linux_x86_64"], ["cp39-cp39-macosx_11_0_arm64"], "sys_platform != 'darwin'"),
        (["cp39-cp39-linux_x86_64", "cp39-cp39-macosx_10_9_x86_64"], ["cp39-cp39-linux_aarch64"], "platform_machine == 'x86_64'"),
        (["cp39-cp39-linux_x86_64"], ["cp39-cp39-linux_aarch64", "cp39-cp39-win_amd64", "cp39-cp39-win32"], "sys_platform == 'linux' and platform_machine == 'x86_64'"),
        (["pp310-pypy310_pp73-linux_x86_64"], ["cp310-cp310-linux_x86_64"], "platform_python_implementation == 'PyPy'"),
        (["cp39-cp39-linux_x86_64"], ["cp310-cp310-linux_x86_64"], "python_version == '3.9'"),
        (["cp38-cp38-linux_x86_64", "cp39-cp39-linux_x86_64"], ["cp310-cp310-linux_x86_64"], "python_version < '3.10'"),
        (["cp313-cp313-linux_x86_64", "cp314-cp314t-linux_x86_64"], ["cp39-cp39-linux_x86_64"], "python_version >= '3.13'"),
        (["cp311-abi3-win_amd64"], ["cp311-abi3-linux_x86_64"], "sys_platform == 'win32'"),
        # A machine of several systems, where that of another system is open; and one machine of each.
        (
            ["cp39-cp39-macosx_10_15_x86_64", "cp39-cp39-manylinux_2_17_x86_64"],
            ["cp39-cp39-macosx_12_0_arm64", "cp39-cp39-manylinux_2_17_aarch64", "cp39-cp39-win_amd64"],
            "sys_platform != 'win32' and platform_machine == 'x86_64'",
        ),
        (
            ["cp39-cp39-macosx_12_0_arm64", "cp39-cp39-manylinux_2_17_x86_64"],
            ["cp39-cp39-macosx_10_15_x86_64", "cp39-cp39-manylinux_2_17_aarch64", "cp39-cp39-win_amd64"],
            "(sys_platform == 'darwin' and platform_machine == 'arm64') or (sys_platform == 'linux' and platform_machine == 'x86_64')",
        ),
        (
            ["cp39-cp39-macosx_12_0_arm64", "cp39-cp39-win_amd64"],
            ["cp39-cp39-macosx_10_15_x86_64", "cp39-cp39-manylinux_2_17_aarch64"],
            "platform_machine == 'arm64' or sys_platform == 'win32'",
        ),
        # What no marker says: a C library, a version of macOS, an ABI, a machine that is open, all systems at once.
        (["cp39-cp39-manylinux_2_17_x86_64"], ["cp39-cp39-musllinux_1_2_x86_64"], ""),
        (["cp39-cp39-macosx_11_0_arm64"], ["cp39-cp39-macosx_14_0_arm64"], ""),
        (["cp313-cp313t-win_amd64"], ["cp313-cp313-win_amd64"], ""),
        (["cp311-abi3-win_amd64"], ["cp313-cp313-win_amd64"], ""),
        (["cp39-cp39-macosx_11_0_universal2"], ["cp39-cp39-macosx_11_0_arm64"], ""),
        (["cp39-cp39-win_amd64"], ["py3-none-any"], ""),
        (["py3-none-any"], ["cp39-cp39-win_amd64"], ""),
        (["cp39-cp39-freebsd_14_amd64"], ["cp39-cp39-win_amd64"], ""),
        (["cp39-cp39-win_amd64"], [], ""),
    ],
)  # fmt: skip
def test_what_people_would_write(those: list[str], others: list[str], marker: str) -> None:
    assert marker_between(list(map(wheel_name, those)), list(map(wheel_name, others))) == marker


# The hint of `check`, followed to its end


def release(
    folder: Path, said: dict[str, list[str]], sdist: list[str] | None = None, beside: Path | None = None
) -> Release:
    """A release of these wheels, and an sdist that says this, or lies in another folder."""
    folder.mkdir()
    for tag, lines in said.items():
        write_wheel(folder, wheel_name(tag), metadata(*(f"Requires-Dist: {line}" for line in lines)))
    if sdist is not None:
        write_sdist(folder, SDIST, metadata(*(f"Requires-Dist: {line}" for line in sdist)))
    (found,) = abiding.check([folder, *([beside / SDIST] if beside else [])])
    return found


LINUX, MAC, WIN = (
    [f"{python}-{python}-{platform}" for python in ("cp311", "cp312")]
    for platform in ("manylinux_2_28_x86_64", "macosx_11_0_arm64", "win_amd64")
)


def alike(*lines: str, tags: Sequence[str] = (*LINUX, *MAC, *WIN)) -> dict[str, list[str]]:
    return {tag: list(lines) for tag in tags}


@pytest.mark.parametrize(
    ("said", "hints", "then"),
    [
        (
            alike("numpy") | alike("numpy", "pywin32", tags=WIN),
            ["write `; sys_platform == 'win32'` behind `pywin32`: then all wheels can say it"],
            ["numpy", "pywin32; sys_platform == 'win32'"],
        ),
        (
            alike("numpy", "uvloop>=1", "a", "b") | alike("numpy", tags=WIN),
            ["write `; sys_platform != 'win32'` behind `uvloop>=1`, `a` and `b`: then all wheels can say them"],
            ["numpy", "uvloop>=1; sys_platform != 'win32'", "a; sys_platform != 'win32'", "b; sys_platform != 'win32'"],
        ),
        (
            alike("numpy") | alike("numpy", 'nccl; platform_system == "Linux"', tags=LINUX),
            ['let all wheels say `nccl; platform_system == "Linux"`: where others go, its marker is false'],
            ["numpy", 'nccl; platform_system == "Linux"'],
        ),
        (
            alike("numpy>=1") | alike("numpy>=2", tags=WIN),
            [
                "write `; sys_platform != 'win32'` behind `numpy>=1`: then all wheels can say it",
                "write `; sys_platform == 'win32'` behind `numpy>=2`: then all wheels can say it",
            ],
            ["numpy>=1; sys_platform != 'win32'", "numpy>=2; sys_platform == 'win32'"],
        ),
        (  # A marker that is true elsewhere too.
            alike("numpy") | alike("numpy", "a; python_version < '4'", tags=WIN),
            ["write `a; python_version < '4' and sys_platform == 'win32'`: then all wheels can say it"],
            ["numpy", "a; python_version < '4' and sys_platform == 'win32'"],
        ),
        (
            alike() | alike("x", tags=WIN[:1]) | {"cp311-cp311-win32": []},
            [_ONE_PLACE.format("spam-1.0-cp311-cp311-win32.whl")],
            None,
        ),
    ],
)  # fmt: skip
def test_the_marker_to_write(
    said: dict[str, list[str]], hints: list[str], then: list[str] | None, tmp_path: Path
) -> None:
    found = release(tmp_path / "before", said)
    assert {one.rule for one in found.findings} == {"wheels-disagree"}
    assert {hint for one in found.findings for hint in one.hints} == set(hints)
    if then is not None:
        after = release(tmp_path / "after", alike(*then, tags=tuple(said)))
        assert (after.findings, str(after.verdict)) == ((), "clean")


def test_the_marker_to_write_beside_an_sdist(tmp_path: Path) -> None:
    found = release(tmp_path / "before", alike("numpy") | alike("numpy", "pywin32", tags=WIN), ["numpy"])
    told = {one.rule: one.hints for one in found.findings if one.rule == "undeclared-requirement"}
    assert "with `; sys_platform == 'win32'` behind it" in told["undeclared-requirement"][-1]
    lines = ["numpy", "pywin32; sys_platform == 'win32'"]
    assert str(release(tmp_path / "after", alike(*lines), lines).verdict) == "clean"
    # What all wheels have is for no platform.
    found = release(tmp_path / "all", alike("numpy", "pywin32"), ["numpy"])
    assert not any("sys_platform" in hint for one in found.findings for hint in one.hints)
    # What some wheels lack.
    found = release(tmp_path / "lost", alike("numpy", "uvloop") | alike("numpy", tags=WIN), ["numpy", "uvloop"])
    assert any("`; sys_platform != 'win32'`" in hint for one in found.findings for hint in one.hints)


MUSL, WIN32 = ([one.replace("win_amd64", platform) for one in WIN] for platform in ("musllinux_1_2_x86_64", "win32"))
SELECT = "for the wheels that have it alone"


@pytest.mark.parametrize(
    ("having", "others", "line", "said"),
    [
        # No marker tells these apart.
        (LINUX, MUSL, "egg", '{ requires = "egg", select = "*-manylinux_2_28_x86_64" }'),
        ([*LINUX, *WIN], MUSL, "egg", 'select = ["*-manylinux_2_28_x86_64", "*-win_amd64"] }'),
        (LINUX, MUSL, 'egg; os_name == "posix"', "{ requires = 'egg; os_name == \"posix\"', select ="),
        (["cp313-cp313t-win32"], ["cp313-cp313-win32"], "egg", 'select = "cp313-cp313t-*"'),
        ([LINUX[0], MUSL[1]], [LINUX[1], MUSL[0]], "egg", "alone (with a `select`)"),
        # A marker does, or the line's own; or all have it.
        (WIN, LINUX, "egg", "declare `egg; sys_platform == 'win32'` under"),
        (WIN, LINUX, "egg; os_name == 'nt'", "declare the line under"),
        (LINUX, [], "egg", "declare the line under"),
    ],
)
@pytest.mark.parametrize("declared", [False, True])
def test_a_line_of_some_wheels_is_declared_for_these_alone(
    having: list[str], others: list[str], line: str, said: str, declared: bool, tmp_path: Path
) -> None:
    said_by = alike("numpy>=1.26", tags=others) | alike("numpy>=1.26", line, tags=having)
    if declared:
        write_sdist(tmp_path, SDIST, SAID, PYPROJECT)
    found = release(tmp_path / "x", said_by, None if declared else ["numpy>=1.26"], tmp_path if declared else None)
    hints = [hint for one in found.findings if one.rule == "undeclared-requirement" for hint in one.hints]
    assert any(said in hint for hint in hints), hints
    assert (SELECT in " ".join(hints)) == ("select" in said)


@pytest.mark.parametrize(
    ("having", "others", "said"),
    [
        (LINUX, MUSL, ['`select = "*-manylinux_2_28_x86_64"`']),
        (LINUX, WIN, ["declare `libgmp==6.3.0; sys_platform == 'linux'`"]),
        ([], WIN, []),
    ],
)
def test_a_line_that_some_wheels_lack_may_be_for_the_others(
    having: list[str], others: list[str], said: list[str], tmp_path: Path
) -> None:
    """The wheels without it have another line that is declared, or they would be of the API level."""
    pyproject = PYPROJECT.replace('"libgmp==6.3.0",', '"libgmp==6.3.0", "ham",')
    write_sdist(tmp_path, SDIST, SAID, pyproject)
    lines = ("numpy>=1.26", "ham")
    found = release(
        tmp_path / "x", alike(*lines, tags=others) | alike(*lines, "libgmp==6.3.0", tags=having), None, tmp_path
    )
    hints = [hint for one in found.findings if one.rule == "missing-requirement" for hint in one.hints]
    assert hints
    assert [one in " ".join(hints) for one in said] == [True] * len(said)
    assert ("if only the wheels" in " ".join(hints)) == bool(said)
