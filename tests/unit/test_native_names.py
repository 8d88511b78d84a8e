"""What a file in a wheel is by its name: a module that is imported, or a library that others are linked with; for which platform."""

from __future__ import annotations

import pytest

from abiding.archives import wheel_tags
from abiding.native.index_distributions import chosen
from abiding.native.names import module_name


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("eggs/_core.so", "eggs._core"),
        ("eggs/_core.abi3.so", "eggs._core"),
        ("eggs/_core.abi3t.so", "eggs._core"),
        ("eggs/_core.cpython-311-x86_64-linux-gnu.so", "eggs._core"),
        ("eggs/_core.cpython-313t-darwin.so", "eggs._core"),
        ("eggs/_core.pypy310-pp73-x86_64-linux-gnu.so", "eggs._core"),
        ("eggs/_core.graalpy240-311-native-x86_64-linux.so", "eggs._core"),
        ("eggs/_core.cp311-win_amd64.pyd", "eggs._core"),
        ("eggs/_core.pyd", "eggs._core"),
        ("eggs/libeggs.abi3.so", "eggs.libeggs"),
        ("eggs/__init__.py", "eggs"),
        # A library that uses the stable ABI: shiboken6 has one.
        ("eggs/libeggs.abi3.so.6.9", ""),
        ("eggs/libeggs.abi3.6.9.dylib", ""),
        ("eggs/eggs.abi3.dll", ""),
        ("eggs/libeggs.cpython-311-x86_64-linux-gnu.so.1", ""),
        ("eggs/libeggs.so", ""),
        ("eggs/libeggs.so.1", ""),
        ("eggs/_core.so.1", ""),
    ],
)
def test_modules_and_libraries(place: str, name: str) -> None:
    assert module_name(place) == name


_OLD, _NEW = "manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_28_x86_64"


@pytest.mark.parametrize(
    ("own", "platforms", "expected"),
    [
        (_NEW, (_OLD, _NEW), _NEW),
        (_OLD, (_OLD, _NEW), _OLD),
        ("manylinux2014_x86_64", (_OLD, _NEW), _OLD),
        ("manylinux_2_34_x86_64", (_NEW, _OLD), _OLD),
        ("macosx_11_0_arm64", ("macosx_10_9_universal2", "macosx_11_0_arm64"), "macosx_11_0_arm64"),
        ("macosx_12_0_arm64", ("macosx_11_0_arm64", "macosx_10_9_universal2"), "macosx_10_9_universal2"),
        ("win_amd64", (_OLD, "win_amd64"), "win_amd64"),
        ("win_arm64", (_OLD, "win_amd64"), None),
    ],
)
def test_which_wheel_stands_beside_another(own: str, platforms: tuple[str, ...], expected: str | None) -> None:
    def called(platform: str) -> str:
        return f"toy-1.0-py3-none-{platform}.whl"

    found = chosen(wheel_tags.parse(called(own))[2], [called(platform) for platform in platforms])
    assert found == (expected and called(expected))
