"""Wheels in few words. Oracle: the notation, read back here by what it means."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abiding.report.compact import compact
from makers.archives import wheel_name

PYTHONS = [*(f"cp3{minor}" for minor in range(8, 15)), "cp313t", "cp314t", "cp38-abi3", "py3-none"]
PYTHONS += ["pp310-pypy310_pp73", "pp311-pypy311_pp73"]
PLATFORMS = ["win_amd64", "win32", "macosx_11_0_arm64", "manylinux_2_28_x86_64", "musllinux_1_2_x86_64"]


def name(python: str, platform: str, build: str = "") -> str:
    if "-" not in python:
        python = f"{python.removesuffix('t')}-{python}"
    return wheel_name(f"{python}-{platform}", build=build)


def read_back(text: str) -> set[tuple[str, str]]:
    """Every pair that a product of sets and ranges stands for."""
    pythons, platforms = text.split(" × ")
    found = []
    for one in pythons.split(", "):
        if "–" in one:
            first, last = (re.fullmatch(r"([a-z]+\d)(\d+)([a-z]*)", end) for end in one.split("–"))
            assert first
            assert last
            assert (first[1], first[3]) == (last[1], last[3])
            found += [f"{first[1]}{minor}{first[3]}" for minor in range(int(first[2]), int(last[2]) + 1)]
        else:
            found.append(one)
    return set(itertools.product(found, platforms.split(", ")))


@given(st.sets(st.sampled_from(list(itertools.product(PYTHONS, PLATFORMS))), min_size=1))
def test_every_wheel_is_named_once(wheels: set[tuple[str, str]]) -> None:
    names = [name(*one) for one in wheels]
    products = [read_back(text) for text in compact(names, names)]
    assert sum(map(len, products)) == len(wheels)
    assert set().union(*products) == wheels


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([name(f"cp3{minor}", "win32") for minor in (9, 10, 11)], ("cp39–cp311 × win32",)),
        ([name(f"cp3{minor}", "win32") for minor in (10, 11)], ("cp310, cp311 × win32",)),
        ([name("cp313", "win32"), name("cp313t", "win32"), name("cp312", "win32")], ("cp312, cp313, cp313t × win32",)),
        (
            [name(f"cp3{minor}", one) for minor in range(10, 15) for one in ("manylinux_2_28_x86_64", "win_amd64")],
            ("cp310–cp314 × manylinux_2_28_x86_64, win_amd64",),
        ),
        ([wheel_name("cp37-cp37m-win32"), wheel_name("pp37-pypy37_pp73-win32")], ("cp37m, pp37-pypy37_pp73 × win32",)),
        ([wheel_name("py2.py3-none-any")], ("py2.py3-none × any",)),
        ([wheel_name("cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64")], ("cp38 × manylinux_2_17_x86_64",)),
        ([name("cp38", "win32", "1"), name("cp38", "win32")], ("cp38 × win32", "build 1: cp38 × win32")),
        (["spam-1.0.tar.gz", name("cp38", "win32"), "odd.whl"], ("cp38 × win32", "spam-1.0.tar.gz", "odd.whl")),
    ],
)
def test_notation(names: list[str], said: tuple[str, ...]) -> None:
    assert compact(names, names) == said


def test_wheels_that_tags_do_not_tell_apart_are_given_by_their_names() -> None:
    """Two files of a release may be for the same tags, spelled in another way; those of two ABIs of PyPy are not."""
    twins = [wheel_name("cp38-cp38-win32"), wheel_name("cp38-cp38-win32", name="Spam"), name("cp39", "win32")]
    assert compact(twins, twins) == ("cp39 × win32", *twins[:2])
    pypys = [wheel_name("pp37-pypy37_pp73-win32"), wheel_name("pp37-pypy37_pp72-win32")]
    assert compact(pypys[:1], pypys) == ("pp37-pypy37_pp73 × win32",)
