"""Bounds: what lies within is as it ever was, and beyond it something is said."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement

from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.metadata import requirements
from abiding.metadata.core import CoreMetadata
from abiding.metadata.difference import values

from .archives import metadata


def test_all_are_positive_numbers_and_exported() -> None:
    found = {name: value for name, value in vars(bounds).items() if name.isupper()}
    assert sorted(found) == sorted(bounds.__all__)
    assert all(isinstance(value, int) and value > 0 for value in found.values())


def test_long_requirements() -> None:
    within = "a" + ",".join(f">{i}" for i in range(bounds.REQUIREMENT))[: bounds.REQUIREMENT - 1].rstrip(",>")
    assert requirements.parse(within).name == "a"
    beyond = "a; os_name == 'x'" + " " * bounds.REQUIREMENT
    with pytest.raises(InvalidRequirement, match="which nobody means"):
        requirements.parse(beyond)
    # It means its own text, as all that is no requirement.
    assert requirements.meaning(beyond) == requirements.meaning(beyond.strip() + " " * 2 * bounds.REQUIREMENT)


def test_names_of_fields() -> None:
    lines = [f"X-{i}: x" for i in range(bounds.METADATA_NAMES - 3)]
    assert len(CoreMetadata.parse(metadata(*lines, *lines), "x.whl").fields) == 3 + 2 * len(lines)
    with pytest.raises(ArchiveError, match="fields of 101 names"):
        CoreMetadata.parse(metadata(*lines, "X-more: x"), "x.whl")


# One of several people: in quotes that end somewhere a comma belongs to the name. True, and slow.
_PERSON = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,])+')


@given(st.lists(st.sampled_from([",", '"', "\\", "a", " ", "<a@x>"]), max_size=12).map("".join))
@example('"A, B" <a@x>, "C \\", D" <c@x>, E')
@example('"A, B, C <c@x>')
@example('"\\,')
def test_people_are_told_apart_in_one_pass(text: str) -> None:
    found = CoreMetadata(b"", (("Author-email", text),), "")
    assert values(found, "Author-email") == tuple(filter(None, map(str.strip, _PERSON.findall(text))))
