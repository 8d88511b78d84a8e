"""How much a difference weighs. Oracle: the table in the documentation."""

from __future__ import annotations

import re

import pytest

from abiding.artifacts.artifact import Artifact
from abiding.findings.rule_groups import is_among_wheels
from abiding.releases.check import releases
from makers.releases import PYPROJECT
from makers.screens import LINUX, NUMPY, PYTHONS, WIN, sdist, wheels
from tests.pages import DOCS

FIELDS = {
    "in these fields": ("Requires-Python: >=3.9", "Provides-Extra: x", "Requires-Dist: egg"),
    "in a licence field": ("License: x", "License-Expression: MIT"),
    "in other fields": ("Summary: x", "Keywords: k", "Author: a", "Home-page: https://example.org"),
}
SDISTS = {
    "uses abiding": [sdist(NUMPY, "Dynamic: Requires-Dist", pyproject=PYPROJECT)],
    "does not, and its sdist has metadata 2.2 or later": [sdist(NUMPY)],
    "does not, and its sdist has older metadata, which binds nobody": [sdist(NUMPY, level="2.1")],
    "has no sdist": [],
}


def rows() -> list[tuple[str, str, str]]:
    page = (DOCS / "explanation" / "comparison.md").read_text("utf-8")
    table = page.partition("\n## How much a difference weighs")[2].partition("\n| the release")[2].partition("\n\n")[0]
    head, _, *lines = (re.findall(r"[^|]+", line) for line in f"the release{table}".splitlines())
    return [
        (cells[0].strip(), name.strip(), said.strip())
        for cells in lines
        for name, said in zip(head[1:], cells[1:], strict=False)
    ]


ROWS = [(release, field, weight) for release, fields, weight in rows() for field in FIELDS.get(fields, ())]


def test_the_table_is_all_there() -> None:
    assert {release for release, _, _ in ROWS} == SDISTS.keys()
    assert len(ROWS) == len(SDISTS) * sum(map(len, FIELDS.values()))


@pytest.mark.parametrize(("release", "field", "weight"), ROWS)
def test_a_difference_weighs_as_the_page_says(release: str, field: str, weight: str) -> None:
    own: list[Artifact] = SDISTS[release]
    level = "2.1" if "older" in release else "2.4"
    right = wheels(PYTHONS, WIN, NUMPY, level=level)
    (found,) = releases([*own, *wheels(PYTHONS[:2], LINUX, NUMPY, field, level=level), *right])
    name = field.partition(":")[0]
    said = {str(one.severity) for one in found.findings if one.field == name and is_among_wheels(one) is not bool(own)}
    assert said == {weight}
