"""Wheels of the index for the platforms and ABIs that came last: nothing is wrong with them, and they are looked into."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.native.wheel_check import subject_of
from abiding.releases.release import Verdict

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


@pytest.mark.parametrize(("spec", "python", "abi", "platform", "needs"), [
    ("cryptography==50.0.2", "3.15", "abi3t", "manylinux_2_34_x86_64", "libc.so.6"),
    ("pyzmq==27.3.0", "3.15", "cp315", "android_24_arm64_v8a", "libpython3.15.so"),
    ("aiohttp==3.14.5", "3.15", "cp315", "android_24_x86_64", "libc.so"),
    ("kiwisolver==1.5.1", "3.15", "cp315", "ios_13_0_arm64_iphoneos", "@rpath/Python.framework/Python"),
    ("cffi==2.1.1", "3.15", "cp315", "ios_13_0_arm64_iphonesimulator", "/usr/lib/libSystem.B.dylib"),
    ("contourpy==1.4.0", "3.14", "cp314", "pyemscripten_2026_0_wasm32", ""),
])  # fmt: skip
def test_wheel(spec: str, python: str, abi: str, platform: str, needs: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-d",
        str(tmp_path),
    ]
    subprocess.run(
        [*command, "--implementation", "cp", "--python-version", python, "--abi", abi, "--platform", platform, spec],
        check=True,
    )
    (path,) = tmp_path.iterdir()
    (release,) = abiding.check([path])
    assert (release.verdict, release.everything) == (Verdict.CLEAN, ())
    assert {link.library for link in subject_of(path, []).links} >= ({needs} if needs else set())
