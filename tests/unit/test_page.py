"""The page that `check` writes: found through without a script, explained by itself, and of errors first."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from abiding._version import __version__
from abiding.cli import main
from abiding.releases.check import releases
from abiding.report import html
from abiding.report.compact import parts
from abiding.report.filters import Filters
from abiding.report.markup import breakable
from abiding.report.style import STYLE
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.screens import LINUX, MAC, NUMPY, PYTHONS, RELEASES, WIN, eight_and_seven, sdist, two_releases, wheels
from tests.unit.html import Page

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.artifacts.artifact import Artifact


def many() -> list[Artifact]:
    """175 wheels, of which seven differ."""
    pythons = [f"cp3{minor}" for minor in range(7, 32)]
    found = [sdist(NUMPY)]
    for number, platform in enumerate((LINUX, MAC, WIN, "win32", "musllinux_1_2_x86_64", "any", "linux_armv6l")):
        found += wheels(pythons[1:], platform, NUMPY)
        found += wheels(pythons[:1], platform, NUMPY, f"Requires-Dist: egg{number}")
    return found


class Shown:
    """What is left of a page by its style, when something is chosen. The rules are read here as CSS has them."""

    def __init__(self, page: str) -> None:
        self.rules = re.findall(r"^body(\S*) li\.w:not\((\S+)\),", page, re.MULTILINE)
        self.rows = [re.findall(r'<li class="(.*?)">(.*?)</li>', row) for row in re.findall(r'<tr class="files.*?</tr>', page, re.DOTALL)]  # fmt: skip
        self.options = {text: kind for kind, text in re.findall(r'<option class="(.*?)">(.*?)</option>', page)}

    def names(self, *chosen: str) -> list[list[str]]:
        """The files in each row that is left."""
        kinds = {self.options[one] for one in chosen}
        visible = [[name for classes, name in row if self._stays(set(classes.split()), kinds)] for row in self.rows]
        return [row for row in visible if row]

    def _stays(self, classes: set[str], kinds: set[str]) -> bool:
        for conditions, wanted in self.rules:
            if set(re.findall(r"option\.(\w+):checked", conditions)) <= kinds and not set(wanted[1:].split(".")) <= classes:  # fmt: skip
                return False
        return True


def test_a_wheel_among_many_is_found() -> None:
    artifacts = many()
    page = html.render(releases(artifacts))
    shown = Shown(page)
    every = [one.filename for one in artifacts[1:]]
    assert len(every) == 175
    assert sorted(name for row in shown.names() for name in row) == sorted(every)
    for chosen in ([LINUX], ["cp37"], [LINUX, "cp37"], ["win32", "cp312"]):
        wanted = [name for name in every if all(one in parts(name) for one in chosen)]
        assert sorted(name for row in shown.names(*chosen) for name in row) == sorted(wanted)
        assert wanted
    assert page.count('<tr class="files alike">') == 1  # of what does not differ


def test_what_is_chosen_with_is_plain_html() -> None:
    page = Page(html.render(releases(many())))
    assert page.count("select") == 2
    assert page.count("input", type="checkbox") == 1
    assert page.count("button", type="reset") == 1
    assert page.count("script") == 0
    few = Page(html.render(releases([sdist(NUMPY), *wheels(PYTHONS[:1], LINUX, NUMPY)])))
    assert few.count("select") == 0


def test_the_style_does_not_grow_as_hostile_names_do() -> None:
    found = Filters(tuple(map(str, range(5000))), tuple(map(str, range(5000))))
    assert sum(map(len, found.style())) < 10_000 * 200


@pytest.mark.parametrize("name", RELEASES)
def test_every_rule_and_word_opens_its_page(name: str) -> None:
    whole = html.render(releases(RELEASES[name]()))
    page = Page(whole)
    pages = {found["id"] for tag, found in page.tags if "popover" in found}
    opened = set(re.findall(r'popovertarget="(.*?)"', whole[: whole.index("<div popover")]))
    assert opened == pages
    assert {"explain-verdict", "explain-case"} <= pages
    assert page.count("p", **{"class": "legend"}) == 1


def test_errors_come_first() -> None:
    good, bad = two_releases()[-7:], eight_and_seven()
    page = html.render(releases([*good, *bad]))
    assert page.index("<h1>spam 1.0") < page.index("<h1>ham 1.0")
    severities = re.findall(r'<span class="chip (\w+)">', html.render(releases(RELEASES["without-sdist"]())))
    assert severities == sorted(severities, key=["error", "warning", "note"].index)


@pytest.mark.parametrize(
    ("name", "severity"), [("eight-and-seven", "error"), ("licences", "note"), ("two-releases", "error")]
)
def test_the_verdict_has_the_colour_of_the_gravest_finding(name: str, severity: str) -> None:
    page = html.render(releases(RELEASES[name]()))
    assert re.search(rf'<h1>spam 1\.0 <button class="badge {severity}" popovertarget="explain-verdict">', page)


def test_values_are_whole() -> None:
    page = html.render(releases(RELEASES["licences"]()))
    assert "Line 39 of another licence" in page
    assert "more lines" not in page


def test_a_page_says_how_it_came_to_be() -> None:
    made = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
    page = html.render(releases(eight_and_seven()), html.PageOrigin("abiding check <dist>", made))
    foot = page[page.index("<footer>") : page.index("</footer>")]
    assert f"abiding {__version__}" in foot
    assert '<time datetime="2026-11-26T01:02:03+00:00">2026-11-26 01:02 UTC</time>' in foot
    assert "<code>abiding check &lt;dist&gt;</code>" in foot


def test_the_command_is_on_the_page_without_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sdist(tmp_path / "dist", "spam-1.0.tar.gz", metadata(NUMPY))
    write_wheel(tmp_path / "dist", wheel_name(), metadata(NUMPY))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    dist, target = str(tmp_path / "dist"), tmp_path / "page.html"
    assert (
        main(["check", "--index-url", "https://me:secret@example.org/simple", "--output", f"html={target}", dist]) == 0
    )
    foot = target.read_text("utf-8").partition("<footer>")[2]
    assert "secret" not in foot
    assert "https://example.org/simple" in foot
    assert "1970-01-01 00:00 UTC" in foot
    assert f"read from <code>{dist}</code>" in foot


def test_what_narrow_screens_and_printers_need_is_in_the_style() -> None:
    page = html.render(releases(eight_and_seven()))
    assert "it scrolls sideways" in page
    assert "@media print" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("name", RELEASES)
def test_each_cell_names_its_field(name: str) -> None:
    """On a narrow screen the columns have no heads: the style puts before each cell what it is of."""
    page = html.render(releases(RELEASES[name]()))
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        fields = re.findall(r'<th scope="col"[^>]*>(.*?)(?:<small>.*?)?</th>', table)[1:]
        rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)[1:]
        assert fields
        assert rows
        for row in rows:
            assert re.findall(r'<td[^>]* data-field="(.*?)"', row) == fields
    assert "content: attr(data-field)" in STYLE


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("spam-1.0-cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", ["manylinux2014_x86_64.whl"]),
        ("spam-1.0-py2.py3-none-any.whl", ["py3-none-any.whl"]),
        ("spam-1.0.1-cp39-cp39-macosx_10_9_x86_64.macosx_11_0_arm64.whl", ["macosx_11_0_arm64.whl"]),
        ("spam.win-1.0-cp39-cp39-win_amd64.whl", []),
        ("spam-1.0.tar.gz", []),
    ],
)
def test_a_line_breaks_between_tags(name: str, pieces: list[str]) -> None:
    assert breakable(name).split("<wbr>")[1:] == pieces
    assert breakable(name).replace("<wbr>", "") == name
    assert breakable("<b>.manylinux_2_<b>") == "&lt;b&gt;.<wbr>manylinux_2_&lt;b&gt;"
