"""Requires-Dist as a whole: two files require the same exactly if no environment and no choice of extras shows more."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from abiding.metadata.requires_dist import RequiresDist

SAME = {
    "spelled-out": (
        ["spam[b]; extra == 'all'", "egg; extra == 'b'"],
        ["egg; extra == 'all'", "egg; extra == 'b'"],
    ),
    "spelled-out-under-a-marker": (
        ["spam[b]; os_name == 'nt' and extra == 'all'", "egg; extra == 'b'"],
        ["egg; os_name == 'nt' and extra == 'all'", "egg; extra == 'b'"],
    ),
    "through-another": (
        ["spam[b]; extra == 'all'", "spam[c]; extra == 'b'", "egg; extra == 'c'"],
        ["egg; extra == 'all' or extra == 'b' or extra == 'c'"],
    ),
    "each-other": (
        ["spam[b]; extra == 'a'", "spam[a]; extra == 'b'", "egg; extra == 'a'", "jam; extra == 'b'"],
        ["egg; extra == 'a'", "egg; extra == 'b'", "jam; extra == 'a'", "jam; extra == 'b'"],
    ),
    "itself": (["spam[a]; extra == 'a'", "egg; extra == 'a'"], ["egg; extra == 'a'"]),
    "without-an-extra": (["Spam[A_b]", "egg; extra == 'a-b'"], ["egg"]),
    "split": (["egg; python_version < '3.9'", "egg; python_version >= '3.9'"], ["egg"]),
    "said-already": (["egg", "egg; extra == 'x'"], ["egg"]),
    "not-a-requirement": (["egg (>=2011k)"], ["egg  (>=2011k)"]),
}
DIFFERENT = {
    "the-marker-of-a-reference": (
        ["spam[b]; os_name == 'nt' and extra == 'all'", "egg; extra == 'b'"],
        ["spam[b]; extra == 'all'", "egg; extra == 'b'"],
        ["spam[b]; os_name == 'nt' and extra == 'all'"],
        ["spam[b]; extra == 'all'"],
    ),
    "of-a-marker-spelled-out": (
        ["spam[b]; os_name == 'nt' and extra == 'all'", "egg; extra == 'b'"],
        ["egg; extra == 'all'", "egg; extra == 'b'"],
        ["spam[b]; os_name == 'nt' and extra == 'all'"],
        ["egg; extra == 'all'"],
    ),
    "another-project": (
        ["spam-egg[b]; extra == 'all'", "egg; extra == 'b'"],
        ["egg; extra == 'all'", "egg; extra == 'b'"],
        ["spam-egg[b]; extra == 'all'"],
        ["egg; extra == 'all'"],
    ),
    "one-of-two": (
        ["a", "egg; os_name == 'a'", "egg; os_name == 'b'"],
        ["a", "egg; os_name == 'a'"],
        ["egg; os_name == 'b'"],
        [],
    ),
    "two-bounds": (["egg>=1", "jam"], ["egg>=2", "jam"], ["egg>=1"], ["egg>=2"]),
}


EVERY = {"all", "a", "b", "c", "d", "x", "a-b", *(f"e{number}" for number in range(400))}


def of(lines: list[str], provided: Collection[str] = EVERY) -> RequiresDist:
    return RequiresDist.of(lines, "spam", provided)


@pytest.mark.parametrize("case", SAME)
def test_same(case: str) -> None:
    left, right = map(of, SAME[case])
    assert left.meaning == right.meaning
    assert left.missing_in(right) == right.missing_in(left) == ()


@pytest.mark.parametrize("case", DIFFERENT)
def test_different(case: str) -> None:
    ours, theirs, missing, new = DIFFERENT[case]
    left, right = of(ours), of(theirs)
    assert left.meaning != right.meaning
    assert (left.missing_in(right), right.missing_in(left)) == (tuple(missing), tuple(new))


# What not all tools follow is compared as it stands: pip, uv and others take another requirement from it.
AS_IT_STANDS = {
    "a version": (["spam[b]>=99; extra == 'all'", "egg; extra == 'b'"], ["egg; extra == 'all'", "egg; extra == 'b'"]),
    "a URL": (
        ["spam[b] @ https://a/b.whl ; extra == 'all'", "egg; extra == 'b'"],
        ["egg; extra == 'all'", "egg; extra == 'b'"],
    ),
    "no such extra": (["spam[z]", "egg; extra == 'z'"], ["egg", "egg; extra == 'z'"]),
    "an extra within text": (["spam[b]", "egg; 'b' in extra"], ["egg; 'b' in extra"]),
    "no extra": (["spam[b]", "egg; extra != 'b'"], ["egg; extra != 'b'"]),
}


@pytest.mark.parametrize("case", AS_IT_STANDS)
def test_what_tools_do_not_follow_alike_is_compared_as_it_stands(case: str) -> None:
    left, right = map(of, AS_IT_STANDS[case])
    assert left.meaning == left.meaning != right.meaning
    assert left.missing_in(right) == (left.lines[0].text,)
    assert of([line.text for line in reversed(left.lines)]).meaning == left.meaning


EXTRAS = ["a", "b", "c", "d"]
MARKERS = ["", "os_name == 'nt'", "os_name != 'nt'"]
LINES = st.builds(
    lambda name, extra, marker: f"{name}; " + " and ".join(filter(None, (marker, f"extra == '{extra}'"))),
    st.sampled_from(["egg", "jam", *(f"spam[{extra}]" for extra in EXTRAS), "spam[a,b]"]),
    st.sampled_from(EXTRAS),
    st.sampled_from(MARKERS),
)


def resolved(lines: list[str], extra: str, os_name: str) -> set[str]:
    """What somebody gets who asks for an extra, as a resolver finds it out."""
    found: set[str] = set()
    asked, ahead = {extra}, [extra]
    while ahead:
        one = ahead.pop()
        for requirement in map(Requirement, lines):
            assert requirement.marker
            if requirement.marker.evaluate({"os_name": os_name, "extra": one}):
                if requirement.name != "spam":
                    found.add(requirement.name)
                ahead += requirement.extras - asked if requirement.name == "spam" else ()
                asked |= requirement.extras
    return found


@settings(max_examples=300)
@given(st.lists(LINES, min_size=1, max_size=6), st.lists(LINES, min_size=1, max_size=6))
def test_a_resolver_sees_no_difference(left: list[str], right: list[str]) -> None:
    ways = [(extra, os_name) for extra in EXTRAS for os_name in ("nt", "posix")]
    same = all(resolved(left, *way) == resolved(right, *way) for way in ways)
    assert (of(left).meaning == of(right).meaning) is same
    assert bool(of(left).missing_in(of(right)) or of(right).missing_in(of(left))) is not same


def naming_each_other(count: int) -> list[str]:
    names = [f"e{number}" for number in range(count)]
    return [*(f"spam[{','.join(names)}]; extra == '{name}'" for name in names), "x; extra == 'e0'", "y; extra == 'e1'"]


@pytest.mark.parametrize("count", [10, 50])
def test_extras_that_name_each_other(count: int) -> None:
    lines = naming_each_other(count)
    everywhere = " or ".join(f"extra == 'e{number}'" for number in range(count))
    assert of(lines).meaning == of([f"x; {everywhere}", f"y; {everywhere}"]).meaning
    assert of(lines).meaning != of(lines[1:]).meaning
    assert of(lines).missing_in(of(lines[1:])) == (lines[0],)


@pytest.mark.timeout(400)  # each chain of extras would take for ever
@pytest.mark.parametrize("count", [400])
def test_of_too_many_extras_the_lines_are_compared(count: int) -> None:
    lines = naming_each_other(count)
    assert of(lines).missing_in(of(lines[1:])) == (lines[0],)


@pytest.mark.timeout(400)
def test_ten_thousand_requirements_against_ten_thousand() -> None:
    left = [f"x; extra == 'e{number}'" for number in range(10_000)]
    right = [f"x; extra == 'f{number}'" for number in range(10_000)]
    assert of(left).missing_in(of(right)) == tuple(left)


NEVER = ["os_name == 'nt' and os_name != 'nt'", "python_version < '3' and python_version >= '3'", "'a' == 'b'",
         "sys_platform == 'win32' and platform_system == 'Linux'", "python_version === '3.10.1'",
         "extra == 'x' and extra != 'x'", "python_version < '0'"]  # fmt: skip


@pytest.mark.parametrize("marker", NEVER)
def test_a_line_that_is_never_in_force_says_nothing(marker: str) -> None:
    said = of(["egg>=1", f"ham; {marker}"])
    assert said.meaning == of(["egg>=1"]).meaning
    other = of(["egg>=2"])
    assert said.missing_in(other) == ("egg>=1",)
    assert other.missing_in(said) == ("egg>=2",)


@pytest.mark.parametrize(
    "marker", ["os_name == 'x'", "'b' < 'a'", "platform_release < '5' and platform_release >= '5'"]
)
def test_a_line_that_may_be_in_force_says_something(marker: str) -> None:
    said = of(["egg>=1", f"ham; {marker}"])
    assert said.meaning != of(["egg>=1"]).meaning
