"""The page of a survey: one file that loads nothing and runs nothing, with the numbers of the summary on it."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from abiding.cli import main
from abiding.report.plots import COLOURS
from makers.tables import OTHER, SDIST, WHEEL, row, table

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb")
pytest.importorskip("matplotlib")

VOID = {"meta", "br", "img", "link", "input"}


class Page(HTMLParser):
    """The tags of a page: that they are nested, their ids, what they refer to, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(str(value))
            if name in ("href", "xlink:href", "src"):
                self.links.append(str(value))
            self.links += re.findall(r"url\(([^)]*)\)", str(value))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def rendered(path: Path, rows: list[dict[str, Any]], *options: str) -> str:
    page = path / "page.html"
    given = [str(table(path / "files.parquet", rows)), "--jobs", "1", "--output", f"html={page}", *options]
    assert main(["survey", *given]) == 0
    return page.read_text("utf-8")


def some() -> list[dict[str, Any]]:
    return [
        row(
            filename.replace("spam", name),
            name=name,
            dynamic=["Requires-Dist"] if number == 4 else [],
            requires_dist=lines,
            upload_time=datetime(2020 + number % 3, 1, 1),  # noqa: DTZ001 (Parquet has no zones)
            downloads=1000 * number,
        )
        for number, name in enumerate(f"project{i}" for i in range(12))
        for filename, lines in ((SDIST, ["a"]), (WHEEL, ["a"]), (OTHER, ["b<1"] if number % 4 == 0 else ["a"]))
    ]


def test_the_page_stands_alone(tmp_path: Path) -> None:
    text = rendered(tmp_path, some())
    page = Page(text)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "object"}
    assert "default-src 'none'" in text
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    # What matplotlib wrote stands for colours of the page, by day and by night.
    assert "#a1" not in text
    assert "#a2" not in text
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert used <= set(re.findall(r"(--[\w-]+):", text))
    assert COLOURS["inconsistent"][1] in used
    # For a wide window and for a narrow one.
    assert text.count('class="plot broad"') == text.count('class="plot narrow"') == 5


def test_the_page_has_the_numbers(tmp_path: Path) -> None:
    words = " ".join(Page(rendered(tmp_path, some())).text.split())
    for said in (
        "12 releases, 36 files",
        "2 inconsistent, 16.7 %",
        "11 say that nothing varies; 9 keep it",
        "1: the sdist says that nothing varies 2 of 11 · 18.2 %",
        "2: the sdist says what may vary 0 of 1 · 0.0 %",
        "something varies that a resolver reads 2 · 18.2 %",
        "2021 0 of 4 · 0.0 %",
        "Would be refused, the most downloaded first",
        "There is no column metadata_sha256",
    ):
        assert said in words, said


def test_the_same_page_of_the_same_releases(tmp_path: Path) -> None:
    first = rendered(tmp_path, some())
    assert rendered(tmp_path, some()) == first


def test_what_a_table_says_is_text(tmp_path: Path) -> None:
    evil = '<script>alert(1)</script>"&$\\mu$'
    text = rendered(tmp_path, [row(requires_dist=["a"]), row(WHEEL, requires_dist=[f"b; {evil}"]),
                               row(f"{evil}.egg", packagetype=evil), row(f"{evil}.whl")])  # fmt: skip
    page = Page(text)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.text


def test_a_survey_of_nothing_has_a_page(tmp_path: Path) -> None:
    words = Page(rendered(tmp_path, [row("a.egg", packagetype="bdist_egg")])).text
    assert "0 releases, 0 files" in " ".join(words.split())


def test_without_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    files = str(table(tmp_path / "files.parquet", some()))
    assert main(["survey", files, "--jobs", "1", "--output", f"html={tmp_path / 'page.html'}"]) == 2
    assert "install `abiding[survey]`" in capsys.readouterr().err
