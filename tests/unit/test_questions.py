"""The page of the four questions is made of what a survey found, and of nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from abiding.cli import main
from makers.tables import OTHER, SDIST, WHEEL, row, table
from questions.page import PAGE, Found, page

if TYPE_CHECKING:
    from pathlib import Path

duckdb = pytest.importorskip("duckdb")

HEADINGS = [
    "How many say that nothing varies, and vary?",
    "Which fields?",
    "Which backends?",
    "What would a rule of an index refuse?",
]


def made(folder: Path) -> str:
    rows: list[dict[str, Any]] = [
        row(filename.replace("spam", name), name=name, dynamic=[], metadata_sha256=lines[0], requires_dist=lines)
        for number, name in enumerate(("one", "two", "three", "four"))
        for filename, lines in ((SDIST, ["a"]), (WHEEL, ["a"]), (OTHER, ["b" if number == 1 else "a"]))
    ]
    releases, summary = folder / "releases.parquet", folder / "summary.json"
    files = str(table(folder / "files.parquet", rows))
    assert main(["survey", files, "--jobs", "1", "--table", str(releases), "--output", f"json={summary}"]) == 0
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW releases AS FROM '{releases}'")
        generators = {"two==1.0": "mesonpy", "three==1.0": "mesonpy", "one==1.0": "flit"}
        return page(
            Found(connection, json.loads(summary.read_text("utf-8")), generators, datetime(2026, 1, 2, tzinfo=UTC))
        )


def test_the_page_says_what_was_found(tmp_path: Path) -> None:
    text = made(tmp_path)
    words = " ".join(text.split())
    for said in (
        "a survey of 4 releases of 4 projects, 12 files, read from the index on 2026-01-02",
        "4 releases have an sdist that says that nothing varies",
        "In 1 of them (25.0 %) a wheel says something else all the same, in 1 in what a resolver reads",
        "| `Requires-Dist` | 1 |",
        "| `mesonpy` | 2 | 1 | | `flit` | 1 | 0 |",
        "| files of a release that say different things, where nothing allows it | 1 | 25.0 % |",
        "| wheels against each other, where there is no sdist | 0 | 0.0 % |",
    ):
        assert said in words, said
    assert "| two 1.0 | 1 | " in text


def test_the_page_in_the_documentation_is_such_a_page(tmp_path: Path) -> None:
    kept = PAGE.read_text("utf-8")
    for text in (kept, made(tmp_path)):
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
        tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
        assert all(len({line.replace("\\|", "").count("|") for line in one.splitlines()}) == 1 for one in tables)
