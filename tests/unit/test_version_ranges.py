"""Ranges of versions. Oracle: `packaging`, which intersects one specifier after the other."""

from __future__ import annotations

import random

import pytest
from packaging.requirements import InvalidRequirement
from packaging.specifiers import SpecifierSet

from abiding.metadata import ranges
from abiding.metadata.requirements import meaning, parse

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


def test_nothing_to_intersect_admits_all() -> None:
    assert ranges.common([]) == SpecifierSet().to_range()


def test_a_thousand_specifiers_in_a_line_are_read_and_no_more() -> None:
    lines = ["a" + ",".join(f"!=1.{number}" for number in range(count)) for count in (1000, 1001)]
    assert len(parse(lines[0]).specifier) == 1000
    assert meaning(lines[0]) == meaning("a" + ",".join(f"!=1.{number}" for number in reversed(range(1000))))
    with pytest.raises(InvalidRequirement, match="1,001 specifiers; nobody means so many"):
        parse(lines[1])
    assert meaning(lines[1]) == lines[1]
