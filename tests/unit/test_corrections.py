"""A text that is no requirement, and what is probably meant: what is proposed is a requirement, or an example."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from abiding.metadata import pins
from abiding.metadata.requirements import meaning
from abiding.project.corrections import COMPARED, EXAMPLES, release_meant, ways_out

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "numpy=2.1; os_name = 'nt'": "numpy==2.1; os_name == 'nt'",
    "a;": "a",
}
NOT_KNOWN = ["a b", "-r requirements.txt", "./folder", "", "numpy^0.3", "numpy~2", "numpy>=2.1 # why", "a=1=2"]


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_is_proposed(text: str) -> None:
    assert ways_out(text, fills_pins=False) == (f"write `{MEANT[text]}`",)


@pytest.mark.parametrize("text", NOT_KNOWN)
def test_nothing_is_guessed(text: str) -> None:
    assert ways_out(text, fills_pins=False) == (EXAMPLES,)


# Of each kind of variable a comparison, and whole markers.
MARKERS = [
    "sys_platform == 'win32'",
    "platform_system != 'Windows'",
    "platform_machine == 'x86_64'",
    "platform_python_implementation == 'PyPy'",
    "implementation_name == 'cpython'",
    "implementation_version >= '3.9'",
    "os_name == 'nt'",
    "python_version < '3.11'",
    "python_full_version >= '3.9.1'",
    "'linux' in sys_platform",
    "sys_platform not in 'linux darwin'",
    "python_version < '3.11' and sys_platform == 'darwin'",
    "(python_version < '3.11' or os_name == 'nt') and sys_platform != 'cygwin'",
]
# What fingers, word processors and other languages make of it.
SLIPS: dict[str, Callable[[str], str]] = {
    "a letter of a variable left out": lambda text: re.sub(r"(_[a-z])[a-z]", r"\1", text),
    "a letter of a variable twice": lambda text: re.sub(r"([a-z])_", r"\1\1_", text),
    "variables in capitals": lambda text: re.sub(r"[a-z]+(_[a-z]+)+", lambda match: match[0].upper(), text),
    "variables with hyphens": lambda text: re.sub(r"([a-z])_([a-z])", r"\1-\2", text),
    "no quotes": lambda text: re.sub(r"'([^' ]*)'", r"\1", text),
    "quotes of a word processor": lambda text: re.sub(r"'([^']*)'", "\u201c\\1\u201d", text),
    "one quote left out": lambda text: re.sub(r"'([^' ]*)'$", r"'\1", text),
    "one equals sign": lambda text: text.replace("==", "="),
    "the sign before": lambda text: text.replace(">=", "=>").replace("!=", "=!"),
    "signs for words": lambda text: text.replace(" and ", " && ").replace(" or ", " || "),
    "words in capitals": lambda text: (
        text.replace(" and ", " AND ").replace(" or ", " Or ").replace(" not in", " NOT IN")
    ),
    "is": lambda text: text.replace("==", "is").replace("!=", "is not"),
    "a list": lambda text: text.replace("'linux darwin'", "['linux', 'darwin']"),
    "a tuple": lambda text: text.replace("'linux darwin'", '("linux","darwin")'),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_that_can_not_be_parsed(marker: str, slip: str) -> None:
    """What is proposed means what was there before the slip."""
    wrong = f"x>=1; {SLIPS[slip](marker)}"
    try:
        Requirement(wrong)
    except InvalidRequirement:
        (hint,) = ways_out(wrong, fills_pins=False)
        assert hint.startswith("write `"), (wrong, hint)
        assert meaning(hint.split("`")[1]) == meaning(f"x>=1; {marker}"), (wrong, hint)


def test_nothing_is_left_to_be_mended_in_a_marker() -> None:
    assert ways_out("x; sys_platfrm == 'windows' or platfrom == 'macos'", fills_pins=True) == (
        'write `x; sys_platform == "win32" or sys_platform == "darwin"`',
    )


@pytest.mark.parametrize("marker", ["foo == 'bar'", "os_name", "not os_name == 'nt'", "os_name == 'nt' and", "== 'nt'"])
def test_a_marker_of_which_nobody_knows_what_is_meant(marker: str) -> None:
    assert ways_out(f"x; {marker}", fills_pins=False) == (COMPARED,)


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
