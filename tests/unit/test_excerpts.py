"""What a screen shows of long values, and that data has all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from abiding.findings.excerpts import Excerpts, excerpts
from abiding.findings.finding import Finding, Severity
from abiding.findings.screen import block
from abiding.report import json as json_report
from abiding.report import text
from makers.archives import metadata
from makers.releases import LINUX, MAC, SDIST, WINDOWS, checked

if TYPE_CHECKING:
    from pathlib import Path

LONG = [f"line {number}" for number in range(20)]


def test_short_values_are_whole() -> None:
    assert excerpts("\n".join(LONG[:6]), None) == Excerpts(LONG[:6], [])
    assert excerpts("", "a") == Excerpts([""], ["a"])


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        (LONG, [*LONG[:3], "another", *LONG[4:]], Excerpts(["line 3"], ["another"], "… 3 equal lines", "… 16 equal lines")),
        (LONG, [*LONG, "more"], Excerpts([], ["more"], "… 20 equal lines")),
        (LONG, LONG[:19], Excerpts(["line 19"], [], "… 19 equal lines")),
        (LONG[1:], LONG, Excerpts([], ["line 0"], "", "… 19 equal lines")),
        (LONG, [], Excerpts([*LONG[:5], "… 15 more lines"], [])),
        # from where there is something to read
        (["a"], ["a", "", "----", *LONG], Excerpts([], [*LONG[:5], "… 17 more lines"], "… 1 equal line")),
        (["a"], ["a", *["-"] * 9], Excerpts([], [*["-"] * 5, "… 4 more lines"], "… 1 equal line")),
        # what is equal at both ends is counted once
        (["a"] * 9, ["a"] * 8, Excerpts(["a"], [], "… 8 equal lines")),
    ],
)  # fmt: skip
def test_of_long_ones_what_differs_is_shown(left: list[str], right: list[str], shown: Excerpts) -> None:
    assert excerpts("\n".join(left), "\n".join(right) if right else None) == shown


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("same", range(12))
def test_what_is_left_out_is_counted(count: int, same: int) -> None:
    shown = excerpts("\n".join([*LONG[:same], *(["x"] * count)]), "\n".join([*LONG[:same], *(["y"] * 9)]))
    assert len(shown.left) <= 6
    left = [shown.before, *shown.left] if shown.before else shown.left
    hidden = sum(int(line.split()[1]) for line in left if line.startswith("…"))
    assert len([line for line in left if not line.startswith("…")]) + hidden == same + count
    assert not any(line.startswith(("… 0", "… 1 equal lines", "… 1 more lines")) for line in left)


LICENCE = ["BSD", *(f"of the source {number}" for number in range(9))]
BUNDLED = ["", "----", "this wheel bundles:"]


def licensed(files: str, *texts: str) -> bytes:
    return metadata("License: " + "\n        ".join([*LICENCE, *BUNDLED, "", files, *texts, *LONG]))


def test_a_long_text_that_varies_is_shown_once(tmp_path: Path) -> None:
    """As numpy 2.1.0 has it: the licence of the source, and those of libraries that are not the same everywhere."""
    wheels = {
        LINUX: licensed("Files: spam.libs"),
        WINDOWS: licensed("Files: DLLs"),
        MAC: licensed("Files: .dylibs", "and more"),
    }
    release = checked(tmp_path, {SDIST: metadata("License: " + "\n        ".join(LICENCE)), **wheels})
    shown = text.render([release])
    assert shown.count("`License` of the wheel is not what the sdist says") == 1
    assert " --> each of 3 wheels, in 3 ways:" in shown
    for once in (
        "… 10 equal lines",
        "+ this wheel bundles:",
        "+ Files: spam.libs",
        "+ Files: DLLs",
        "+ Files: .dylibs",
        "hint: let the field",
    ):
        assert shown.count(once) == 1
    for name in wheels:
        assert name in shown
    assert "of the source" not in shown
    # Whole, and as data, each is by itself.
    assert text.render([release], full=True).count("`License` of the wheel is not what the sdist says") == 3
    assert len(json.loads("".join(json_report.render([release])))["releases"][0]["findings"]) == 3


def test_short_values_that_vary_are_shown_each_by_itself(tmp_path: Path) -> None:
    wheels = {LINUX: metadata("Summary: a"), WINDOWS: metadata("Summary: b")}
    shown = text.render([checked(tmp_path, {SDIST: metadata("Summary: c"), **wheels})])
    assert shown.count("`Summary` of the wheel is not what the sdist says") == 2


def test_the_screen_counts_all_lines() -> None:
    finding = Finding("undeclared-change", Severity.ERROR, "a message", expected="\n".join(LONG), found="none of them")
    assert "  - … 15 more lines" in block(finding)


def test_data_has_whole_values(tmp_path: Path) -> None:
    body = "\n".join(LONG)
    found = checked(tmp_path, {SDIST: metadata(body=f"{body}\n"), LINUX: metadata(body=f"{body}\nmore\n")})
    (finding,) = json.loads("".join(json_report.render([found])))["releases"][0]["findings"]
    assert (finding["expected"], finding["found"]) == (body, f"{body}\nmore")
