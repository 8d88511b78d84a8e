"""Wheels for the stable ABI: the Python in the tag, and the symbols that their files use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abiding import evidence
from abiding.evidence.stable import needed
from makers.archives import metadata, write_wheel
from makers.compiled import library

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("symbols", "floor"),
    [
        (["PyUnicode_FromString"], "3.2"),
        (["PyUnicode_FromString", "PyObject_Vectorcall"], "3.12"),
        (["PyType_GetModule"], "3.10"),
        (["malloc", "PyUnicode_AsUTF8_no_such"], None),
    ],
)
def test_the_least_python_of_symbols(symbols: list[str], floor: str | None) -> None:
    found = needed(symbols)
    assert (found and found.floor) == floor


@pytest.mark.parametrize(
    ("tag", "name", "requires", "expected"),
    [
        ("cp311-abi3", "_core.abi3.so", "", "cp312-abi3"),
        ("cp312-abi3", "_core.abi3.so", "", None),
        ("cp313-abi3", "_core.abi3.so", "", None),
        ("cp39-abi3", "_core.abi3.so", ">=3.12", None),
        ("cp39-abi3", "_core.abi3.so", ">=3.11", "cp312-abi3"),
        # Of one Python only, nothing has to be the same in others.
        ("cp311-cp311", "_core.abi3.so", "", None),
        ("cp311-abi3", "_core.cpython-311-x86_64-linux-gnu.so", "", None),
    ],
)
def test_the_tag_of_a_wheel(tmp_path: Path, tag: str, name: str, requires: str, expected: str | None) -> None:
    code = library(tmp_path / "core.so", "spam", calls=("PyUnicode_FromString", "PyObject_Vectorcall"))
    lines = [f"Requires-Python: {requires}"] if requires else []
    path = write_wheel(
        tmp_path,
        f"spam-1.0-{tag}-manylinux_2_28_x86_64.whl",
        metadata(*lines),
        more={f"spam/{name}": code.read_bytes()},
    )
    found = evidence.checked([path])[path.name]
    assert [(one.rule, one.severity, one.expected) for one in found] == (
        [("bound-too-loose", "error", expected)] if expected else []
    )
