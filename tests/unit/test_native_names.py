"""What a file in a wheel is by its name: a module that is imported, or a library that others are linked with."""

from __future__ import annotations

import pytest

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
