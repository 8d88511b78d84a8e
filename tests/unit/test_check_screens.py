"""What `abiding check` shows of whole releases, as people see it: tests/screens/check/*.txt, narrow, wide, in colour.

`UPDATE_SCREENS=1` writes them anew; read them before you commit them. `␛` stands for the character ESC.
"""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abiding.findings.characters import printable
from abiding.findings.terminal import Terminal
from abiding.releases.check import releases
from abiding.report import text
from makers.screens import LINUX, NUMPY, PYTHONS, RELEASES, sdist, wheels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from abiding.releases.release import Release

SCREENS = Path(__file__).resolve().parents[1] / "screens" / "check"


FORMS: dict[str, Callable[[Sequence[Release]], str]] = {
    "narrow": partial(text.render, terminal=Terminal(80, breaks_lines=True)),
    "wide": partial(text.render, terminal=Terminal(120, breaks_lines=True)),
    "colour": partial(text.render, terminal=Terminal(80, coloured=True, breaks_lines=True)),
    "full": partial(text.render, full=True),
    "quiet": text.last_lines,
}


@pytest.mark.parametrize("name", RELEASES)
@pytest.mark.parametrize("form", FORMS)
def test_screen(name: str, form: str) -> None:
    shown = FORMS[form](releases(RELEASES[name]())).replace("\x1b", "␛")
    file = SCREENS / f"{name}-{form}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


def test_every_screen_has_its_release() -> None:
    assert {file.name for file in SCREENS.iterdir()} == {f"{name}-{form}.txt" for name in RELEASES for form in FORMS}


@pytest.mark.parametrize("name", RELEASES)
def test_colour_says_nothing_that_text_lacks(name: str) -> None:
    found = releases(RELEASES[name]())
    narrow, coloured = FORMS["narrow"](found), FORMS["colour"](found)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured).replace(" \n", "\n") == narrow
    assert "\x1b" not in narrow


def said(text: str) -> list[str]:
    """The words, without the margins and breaks that a width makes."""
    return [word for word in text.split() if word != "|"]


@pytest.mark.parametrize("name", RELEASES)
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_any_width_shows_the_same_words(name: str, width: int) -> None:
    """No word is broken, and none is lost; what is wider than the screen is one word, or an indented one."""
    found = releases(RELEASES[name]())
    (shown, table), (whole, columns) = (
        apart(text.render(found, Terminal(one, breaks_lines=True))) for one in (width, 10_000)
    )
    assert said(shown) == said(whole)
    # Where there is no room for columns, what the head says of them stands before each cell but the first.
    assert {word.lower().rstrip(":") for word in said(table)} | {"release"} == {
        word.lower() for word in ["release", *said(columns)]
    }
    for line in (shown + table).splitlines():
        assert len(line) <= width or len(line.replace("`abiding explain ", "").lstrip(" -+|>").split()) <= 2, line


def apart(shown: str) -> tuple[str, str]:
    """What is said of each release, and the table below."""
    *reports, last = re.split(r"(?<=\n)\n(?=RELEASE |\S+ \S+\n  verdict:)", shown)
    return ("".join(reports), last) if reports else (last, "")


@pytest.mark.parametrize("name", RELEASES)
def test_every_wheel_that_differs_is_named(name: str) -> None:
    """Oracle: the tags of each wheel of which there is a finding, in the text of its group."""
    found = releases(RELEASES[name]())
    shown = FORMS["wide"](found)
    for release in found:
        for finding in release.everything:
            if finding.artifact.endswith(".whl"):
                assert finding.artifact.split("-")[-1].removesuffix(".whl") in shown


def test_the_gravest_finding_gives_the_verdict_its_colour() -> None:
    ends = {}
    for name, artifacts in RELEASES.items():
        found = releases(artifacts())
        ends[name] = (found[-1].worst, FORMS["colour"](found[-1:]).rpartition("\n\n")[2][:8])
    assert ends["eight-and-seven"] == ("error", "\x1b[1;31mi"[:8])
    assert ends["licences"] == ("note", "\x1b[1;34mi"[:8])
    assert ends["two-releases"] == (None, "\x1b[1;32mc"[:8])


def test_hostile_text_steers_no_coloured_screen() -> None:
    hostile = "Requires-Dist: x\x1b]0;pwned\x07 ; os_name == '##[error]x'"
    try:
        found = releases([sdist(NUMPY), *wheels(PYTHONS, LINUX, NUMPY, hostile)])
    except ValueError:
        pytest.skip("refused before it is shown")
    shown = text.render(found, Terminal(80, coloured=True))
    bare = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "\x1b" not in bare
    assert "\x07" not in bare
    assert printable(bare) == bare
