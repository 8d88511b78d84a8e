"""Wheels of other people: their tags fit their modules, and under another tag they don't."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from abiding import evidence
from makers.released import wheel_of

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.findings.finding import Finding

pytestmark = [pytest.mark.real, pytest.mark.network]


def told(path: Path) -> list[Finding]:
    return [finding for finding in evidence.judge_wheels([path]).get(str(path), ()) if finding.rule == "wrong-tag"]


@pytest.mark.parametrize(
    ("requirement", "platform", "python", "abi"),
    [
        ("numpy==2.4.6", "linux", "3.11", ""),
        ("numpy==2.4.6", "win", "3.11", ""),
        ("cryptography==50.0.2", "linux", "3.11", ""),
        ("cryptography==48.0.1", "win32", "3.12", ""),
        ("charset-normalizer==3.5.3", "universal2", "3.11", ""),
        ("black==26.10.1", "linux", "3.11", ""),
        ("markupsafe==3.0.3", "linux", "3.13", "cp313t"),
        ("markupsafe==3.0.3", "win", "3.13", "cp313t"),
        ("lxml==6.1.3", "musl", "3.12", ""),
        ("lxml==6.1.3", "win_arm64", "3.12", ""),
        ("lxml==6.1.3", "win", "3.10", "pypy310_pp73"),
        ("pyzmq==27.2.0", "linux", "3.11", "pypy311_pp73"),
        ("cffi==2.1.1", "aarch64", "3.12", ""),
        ("pywin32==312", "win", "3.11", ""),
        ("ruff==0.17.6", "linux", "3.11", ""),
        ("cmake==4.4.5", "mac", "3.11", ""),
        # For `any`, with modules that speed it up on Windows, and whose imports are guarded.
        ("debugpy==1.8.22", "mac", "3.11", ""),
    ],
)
def test_no_false_alarm(requirement: str, platform: str, python: str, abi: str) -> None:
    assert told(wheel_of(requirement, platform, python, abi)) == []


@pytest.mark.parametrize(
    ("requirement", "platform", "tag", "expected"),
    [
        ("numpy==2.4.6", "linux", "cp311-cp311-manylinux_2_28_aarch64", "ELF for x86_64, CPython 3.11"),
        ("numpy==2.4.6", "linux", "cp312-cp312-manylinux_2_28_x86_64", "ELF for x86_64, CPython 3.11"),
        ("numpy==2.4.6", "win", "cp311-cp311-win32", "PE for amd64, CPython 3.11"),
        ("numpy==2.4.6", "win", "cp311-cp311-macosx_14_0_arm64", "PE for amd64, CPython 3.11"),
        # Its files have no Python in their names, but are linked with the DLL of one.
        ("pywin32==312", "win", "cp312-cp312-win_amd64", "PE for amd64, CPython 3.11"),
        ("numpy==2.4.6", "mac", "cp311-cp311-macosx_14_0_x86_64", "Mach-O for arm64, CPython 3.11"),
        # Its code imports the module always, so that a tag for all is wrong too.
        ("gmpy2==2.3.2", "linux", "py3-none-any", "ELF for x86_64, CPython 3.11"),
        ("gmpy2==2.3.2", "linux", "py3-none-manylinux_2_28_x86_64", "ELF for x86_64, CPython 3.11"),
        ("gmpy2==2.3.2", "mac", "cp311-cp311-macosx_11_0_universal2", "Mach-O for arm64, CPython 3.11"),
    ],
)
def test_under_another_tag(requirement: str, platform: str, tag: str, expected: str, tmp_path: Path) -> None:
    path = wheel_of(requirement, platform)
    renamed = tmp_path / f"{'-'.join(path.name.split('-')[:2])}-{tag}.whl"
    shutil.copy(path, renamed)
    assert [(finding.severity, finding.expected) for finding in told(renamed)] == [("warning", (expected,))]
