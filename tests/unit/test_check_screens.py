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

from abiding.artifacts.artifact import Artifact
from abiding.findings.characters import printable
from abiding.findings.terminal import Terminal
from abiding.metadata.core import CoreMetadata
from abiding.project.pyproject import Pyproject
from abiding.releases.release import releases
from abiding.report import text

from .archives import metadata, wheel_name
from .test_release import PYPROJECT, SAID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from abiding.releases.release import Release

SCREENS = Path(__file__).resolve().parents[1] / "screens" / "check"
NUMPY, EGG, WINDOWS = (f"Requires-Dist: {line}" for line in ("numpy>=1.26", "egg", "pywin32 ; os_name == 'nt'"))


def sdist(*lines: str, level: str = "2.4", pyproject: str = "", name: str = "spam") -> Artifact:
    table = Pyproject.parse(pyproject) if pyproject else None
    return Artifact(f"{name}-1.0.tar.gz", "sdist", name, "1.0", parsed(*lines, level=level, name=name), table)


def wheels(
    pythons: Iterable[str], platform: str, *lines: str, level: str = "2.4", name: str = "spam"
) -> list[Artifact]:
    data = parsed(*lines, level=level, name=name)
    tags = [f"{one.removesuffix('t')}-{one}-{platform}" for one in pythons]
    return [Artifact(wheel_name(tag, name=name), "wheel", name, "1.0", data) for tag in tags]


def parsed(*lines: str, level: str, name: str) -> CoreMetadata:
    return CoreMetadata.parse(metadata(*lines, level=level, name=name), "METADATA")


PYTHONS = [f"cp3{minor}" for minor in range(9, 15)]
LINUX, MAC, WIN = "manylinux_2_28_x86_64", "macosx_11_0_arm64", "win_amd64"


def eight_and_seven() -> list[Artifact]:
    """Eight wheels require something more, seven another thing; six are right."""
    return [
        sdist(NUMPY),
        *wheels([*PYTHONS, "cp313t", "cp314t"], LINUX, NUMPY, EGG),
        *wheels([*PYTHONS, "cp314t"], WIN, NUMPY, WINDOWS),
        *wheels(PYTHONS, MAC, NUMPY),
    ]


def licences() -> list[Artifact]:
    """Wheels that say more about licences, as those do that bundle libraries; the sdist binds nobody."""
    one = "License: BSD 3-Clause"
    two = "\n        ".join([one, "", *(f"Line {number} of another licence" for number in range(40))])
    old = partial(wheels, PYTHONS, level="2.1")
    return [sdist(NUMPY, one, level="2.1"), *old(LINUX, NUMPY, two), *old(MAC, NUMPY, two), *old(WIN, NUMPY, one)]


def declared() -> list[Artifact]:
    """Everything is as declared."""
    more = ["Requires-Dist: libgmp==6.3.0"]
    return [
        Artifact("spam-1.0.tar.gz", "sdist", "spam", "1.0", CoreMetadata.parse(SAID, "PKG-INFO"), Pyproject.parse(PYPROJECT)),
        *wheels(PYTHONS, LINUX, NUMPY, *more),
        *wheels(PYTHONS, WIN, NUMPY, *more),
    ]  # fmt: skip


def without_sdist() -> list[Artifact]:
    """As torch does it: what one platform needs is said by its wheels alone, and long."""
    marker = 'platform_system == "Linux" and platform_machine == "x86_64"'
    cuda = [f"Requires-Dist: nvidia-cuda-{one}-cu11 (==11.7.99) ; {marker}" for one in "abcdefgh"]
    old = partial(wheels, PYTHONS, level="2.1")
    return [*old(LINUX, EGG, *cuda), *old(MAC, EGG), *old(WIN, "Requires-Dist:  egg")]


def two_releases() -> list[Artifact]:
    """What a table is for."""
    return [*eight_and_seven(), sdist(EGG, name="ham"), *wheels(PYTHONS, LINUX, EGG, name="ham")]


RELEASES: dict[str, Callable[[], list[Artifact]]] = {
    "eight-and-seven": eight_and_seven,
    "licences": licences,
    "declared": declared,
    "without-sdist": without_sdist,
    "two-releases": two_releases,
}
FORMS: dict[str, Callable[[Sequence[Release]], str]] = {
    "narrow": partial(text.render, terminal=Terminal(80, is_live=True)),
    "wide": partial(text.render, terminal=Terminal(120, is_live=True)),
    "colour": partial(text.render, terminal=Terminal(80, coloured=True, is_live=True)),
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
    shown = text.render(found, Terminal(width, is_live=True))
    assert said(shown) == said(text.render(found, Terminal(10_000, is_live=True)))
    table = shown.split("\nrelease ")[0]  # a table has the width that it needs
    for line in table.splitlines():
        assert len(line) <= width or len(line.replace("`abiding explain ", "").lstrip(" -+|>").split()) <= 2, line


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
        ends[name] = (found[-1].worst, FORMS["colour"](found[-1:]).splitlines()[-1][:8])
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
