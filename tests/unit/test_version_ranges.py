"""Ranges of versions. Oracle: `packaging`, which intersects one specifier after the other."""

from __future__ import annotations

import random

import pytest
from packaging.requirements import InvalidRequirement
from packaging.specifiers import SpecifierSet

from abiding.findings.errors import MissingExtraError
from abiding.metadata import ranges
from abiding.metadata.requirements import meaning, parse
from abiding.metadata.sampled_ranges import SampledRange

VERSIONS = ("1", "1.0", "1.0a1", "1.0.dev1", "1.0.post1", "2", "2.5rc1", "1!1.0", "0", "3.1.4")


def specifiers(seed: int) -> SpecifierSet:
    chosen = random.Random(seed)  # noqa: S311
    simple = [f"{chosen.choice(['==', '!=', '<', '>', '<=', '>='])}{chosen.choice(VERSIONS)}" for _ in range(seed % 15)]
    prefixes = [f"{chosen.choice(['==', '!='])}{chosen.choice('123')}.*" for _ in range(seed % 3)]
    return SpecifierSet(",".join([*simple, *prefixes, *(["~=1.2"] if seed % 5 == 0 else [])]))


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_the_order_in_which_they_are_intersected_does_not_count(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "_FEW", 1)
    for seed in range(start, start + 100):
        one = specifiers(seed)
        assert ranges.range_of(one) == one.to_range()
        assert hash(ranges.range_of(one)) == hash(one.to_range())


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_a_sample_of_versions_tells_what_the_algebra_does(start: int) -> None:
    for seed in range(start, start + 100):
        one, two = specifiers(seed * 7 % 45), specifiers(seed)
        exact, other = one.to_range(), two.to_range()
        sampled, beside = SampledRange(one), SampledRange(two)
        assert sampled.is_empty is exact.is_empty
        assert sampled.is_subset(beside) is exact.is_subset(other)
        assert (sampled & beside).is_empty is (exact & other).is_empty
        assert (sampled == beside) is (exact.is_subset(other) and other.is_subset(exact))


@pytest.mark.parametrize(
    ("text", "said"),
    [(",".join(f"!=1.{number}" for number in range(40)), "has 40 specifiers"), ("===one", "is not a version")],
)
def test_what_a_sample_can_not_tell_is_said(text: str, said: str) -> None:
    one = SampledRange(SpecifierSet(text))
    assert one == SampledRange(SpecifierSet(text))
    with pytest.raises(MissingExtraError, match=said) as raised:
        _ = one.is_empty
    assert raised.value.findings[0].hints == ("install `packaging>=26.3`",)


def test_nothing_to_intersect_admits_all() -> None:
    assert ranges.common([]) == SpecifierSet().to_range()


def test_a_thousand_specifiers_in_a_line_are_read_and_no_more() -> None:
    lines = ["a" + ",".join(f"!=1.{number}" for number in range(count)) for count in (1000, 1001)]
    assert len(parse(lines[0]).specifier) == 1000
    assert meaning(lines[0]) == meaning("a" + ",".join(f"!=1.{number}" for number in reversed(range(1000))))
    with pytest.raises(InvalidRequirement, match="1,001 specifiers, which is too many"):
        parse(lines[1])
    assert meaning(lines[1]) == lines[1]
