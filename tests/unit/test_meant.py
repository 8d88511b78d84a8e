"""A text that is no requirement, and what is probably meant: what is proposed is a requirement, or an example."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from abiding.metadata import pins
from abiding.project.meant import EXAMPLES, release_meant, ways_out

MEANT = {
    "numpy=2.1": "numpy==2.1",
    "numpy = 2.1": "numpy==2.1",
    "numpy=2.*": "numpy==2.*",
    "numpy=>2.1": "numpy>=2.1",
    "numpy=<2.1,>=1": "numpy<=2.1,>=1",
    "numpy >=1 <2": "numpy>=1,<2",
    "numpy 2.1": "numpy==2.1",
    "numpy[x] v2.1": "numpy[x]==2.1",
    "numpy>=2.*": "numpy>=2",
    "numpy^2.1.3": "numpy>=2.1.3,<3",
    "numpy=2.1; os_name = 'nt'": "numpy==2.1; os_name=='nt'",
}
NOT_KNOWN = ["a b", "-r requirements.txt", "./folder", "", "numpy^0.3", "numpy~2", "numpy>=2.1 # why", "a=1=2", "a;"]


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_is_proposed(text: str) -> None:
    assert ways_out(text, fills_pins=False) == (f"write `{MEANT[text]}`",)


@pytest.mark.parametrize("text", NOT_KNOWN)
def test_nothing_is_guessed(text: str) -> None:
    assert ways_out(text, fills_pins=False) == (EXAMPLES,)


def test_pins() -> None:
    assert ways_out("torch=x.x.*", fills_pins=True) == ("write `torch==x.x.*`",)
    (hint,) = ways_out("torch==x.x.*", fills_pins=False)
    assert "`[tool.abiding.wheel]`" in hint


@pytest.mark.parametrize("text", ["torch==x.y.z", "torch==X.X.X", "torch = x.Y.z", "torch==n.n.n"])
def test_other_letters_for_a_pin(text: str) -> None:
    assert ways_out(text, fills_pins=True)[0] == "write `torch==x.x.x`"
    assert ways_out("torch>=x.y,<X", fills_pins=True)[0] == "write `torch>=x.x,<x`"
    assert ways_out(text, fills_pins=False) == (EXAMPLES,)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("numpy=2.1", "numpy==2.1"),
        ("numpy = 2.1", "numpy==2.1"),
        ("numpy 2.1", "numpy==2.1"),
        ("numpy", ""),
        ("numpy==2.1", ""),
        ("numpy=>2.1", ""),
        ("a/numpy=2.1", ""),
        ("notes.txt", ""),
        ("x=" + "1" * 10_000, ""),
    ],
)
def test_a_release(text: str, meant: str) -> None:
    assert release_meant(text) == meant


PARTS = st.lists(
    st.sampled_from(["numpy", "x", "[a]", "=", "==", "=>", "<", ">=", "~=", "^", "!", " ", ",", "1", "2.0", ".*", "v", ";", "os_name", "'nt'"]),
    max_size=9,
).map("".join)  # fmt: skip


@settings(max_examples=300)
@given(PARTS, st.booleans())
def test_what_is_proposed_is_a_requirement(text: str, fills_pins: bool) -> None:
    (hint,) = ways_out(text, fills_pins=fills_pins)
    if hint.startswith("write"):
        proposed = hint.split("`")[1]
        Requirement(pins.sample(proposed) if fills_pins else proposed)
