"""What a screen shows of long values, and that data has all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from abiding.findings.excerpts import excerpts
from abiding.findings.finding import Finding, Severity
from abiding.findings.screen import block
from abiding.report import json as json_report
from makers.archives import metadata
from makers.releases import LINUX, SDIST, checked

if TYPE_CHECKING:
    from pathlib import Path

LONG = [f"line {number}" for number in range(20)]


def test_short_values_are_whole() -> None:
    assert excerpts("\n".join(LONG[:6]), None) == (LONG[:6], [])
    assert excerpts("", "a") == ([""], ["a"])


def test_long_ones_are_cut_from_where_they_part() -> None:
    left, right = excerpts("\n".join(LONG), "\n".join([*LONG[:3], "another", *LONG[4:]]))
    assert left == ["… 3 equal lines", *LONG[3:7], "… 13 more lines"]
    assert right == ["… 3 equal lines", "another", *LONG[4:7], "… 13 more lines"]


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("same", range(12))
def test_what_is_left_out_is_counted(count: int, same: int) -> None:
    shown, _ = excerpts("\n".join([*LONG[:same], *(["x"] * count)]), "\n".join([*LONG[:same], *(["y"] * 9)]))
    hidden = sum(int(line.split()[1]) for line in shown if line.startswith("…"))
    assert len([line for line in shown if not line.startswith("…")]) + hidden == same + count
    assert len(shown) <= 6
    assert not any(line.startswith(("… 0", "… 1 equal lines", "… 1 more lines")) for line in shown)


def test_the_screen_counts_all_lines() -> None:
    finding = Finding("undeclared-change", Severity.ERROR, "a message", expected="\n".join(LONG), found="none of them")
    assert "  - … 15 more lines" in block(finding)


def test_data_has_whole_values(tmp_path: Path) -> None:
    text = "\n".join(LONG)
    found = checked(tmp_path, {SDIST: metadata(body=f"{text}\n"), LINUX: metadata(body=f"{text}\nmore\n")})
    (finding,) = json.loads("".join(json_report.render([found])))["releases"][0]["findings"]
    assert (finding["expected"], finding["found"]) == (text, f"{text}\nmore")
