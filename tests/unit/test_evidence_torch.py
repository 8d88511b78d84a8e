"""Torch: which versions have the functions that a file uses, and what is said of those that nobody has promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from abiding import evidence
from abiding.evidence import asked_versions, torch
from abiding.evidence.torch import used
from abiding.findings.errors import MissingExtraError
from makers.compiled import library
from makers.evident import wheel

CPLUSPLUS = "_ZN2at4_ops5zeros4callEN3c108ArrayRefE"
OLDER, LATER = "aoti_torch_dtype_bfloat16", "torch_list_size"
TAGGED = "spam-1.0-cp311-abi3-manylinux_2_28_x86_64.whl"


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        ([], None),
        (["malloc", "PyLong_FromLong", "torch_init", "_ZN11torchvision3nmsEv", "_ZSt4cout"], None),
        ([OLDER], ("", "before torch 2.10")),
        ([OLDER, LATER], ("2.10", "")),
        ([OLDER, LATER, "aoti_torch_dtype_float8_e8m0fnu"], ("2.12", "")),
        ([CPLUSPLUS], ("", "minor version")),
        # What is known goes on to count beside what is not.
        ([CPLUSPLUS, LATER], ("2.10", "minor version")),
        (["_ZNK3c1010TensorImpl5sizesEv"], ("", "minor version")),
        (["_ZTIN3c105ErrorE"], ("", "minor version")),
        (["THPVariable_Wrap"], ("", "minor version")),
        (["?zeros@at@@YA?AVTensor@1@XZ"], ("", "minor version")),
    ],
)
def test_what_follows_from_symbols(symbols: list[str], expected: tuple[str, str] | None) -> None:
    found = used(symbols)
    assert (found is None) == (expected is None)
    if found and expected:
        assert found.floor == expected[0]
        assert expected[1] in found.unknown


@pytest.fixture
def code(tmp_path: Path) -> bytes:
    """A file that is linked with libtorch, and uses a function that torch has since 2.10."""
    libtorch = library(tmp_path / "libtorch_cpu.so", OLDER, LATER, soname="libtorch_cpu.so")
    return library(tmp_path / "_core.abi3.so", calls=(OLDER, LATER), links=[libtorch]).read_bytes()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("torch>=2.9", [("error", "torch>=2.10")]),
        ("torch", [("error", "torch>=2.10")]),
        ("torch>=2.10", []),
        ("torch==2.11.*", []),
        ("torch<2.10", [("error", "torch>=2.10")]),
        ("numpy", []),
    ],
)
def test_a_bound_on_torch(tmp_path: Path, code: bytes, line: str, expected: list[tuple[str, str]]) -> None:
    path = wheel(tmp_path, line, files={"spam/_core.abi3.so": code}, filename=TAGGED)
    found = [one for one in evidence.judge_wheels([path])[str(path)] if one.field == "Requires-Dist"]
    assert [(one.severity, one.expected) for one in found] == expected
    (bound,) = (one for one in asked_versions.of_wheel(path).bounds if one.distribution)
    assert (bound.what, bound.evidence, bound.declare) == ("functions of torch", LATER, "torch>=2.10")


def test_torch_itself_is_never_checked(tmp_path: Path, code: bytes) -> None:
    name = "torch-2.9.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    path = wheel(tmp_path, files={"torch/_C.abi3.so": code, "torch/lib/libtorch_cpu.so": code}, filename=name)
    assert evidence.judge_wheels([path])[str(path)] == ()
    assert asked_versions.of_wheel(path).bounds == ()


def test_without_the_libraries_that_read_symbols_it_is_not_known(
    tmp_path: Path, code: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> None:
        raise MissingExtraError.of("reading", "abiding[native]")

    monkeypatch.setattr("abiding.native.reading.read_image", lacking)
    path = wheel(tmp_path, "torch>=2.9", files={"spam/_core.abi3.so": code}, filename=TAGGED)
    assert evidence.judge_wheels([path])[str(path)] == ()
    (bound,) = (one for one in asked_versions.of_wheel(path).bounds if one.distribution)
    assert (bound.state, bound.why) == ("unknown", "which of its functions are used is read with the extra `native`")


def test_the_table() -> None:
    since = torch._table()  # noqa: SLF001 (what a script has written is held to what torch's headers say)
    assert since["torch_list_size"] == "2.10"
    assert since["aoti_torch_dtype_float8_e8m0fnu"] == "2.12"
    assert since["aoti_torch_get_data_ptr"] == ""
    assert since["aoti_torch_int64_to_ivalue"] == "2.10"  # without guard, and not in 2.9
