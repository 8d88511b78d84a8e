"""The page on trust lists every bound, with its value."""

from __future__ import annotations

import re
from pathlib import Path

from abiding import bounds

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "trust.md"
WORDS = {
    "PYPROJECT": "a pyproject.toml of an sdist",
    "METADATA": "a METADATA or PKG-INFO",
    "METADATA_LINES": "lines of its headers",
    "FAULTS": "faults of one declaration that are told in full",
    "EXCERPT": "characters of a quoted line of pyproject.toml",
    "LINES_OF_ONE": "lines for one distribution that are compared two by two",
    "CLOSE_NAMES": "names among which a similar one is looked for",
    "DIFF_LINES": "lines of two texts that a difference is looked for in",
    "TAGS": "tags that the name of a wheel stands for",
    "FILENAME": "characters of the name of a file on an index",
    "INDEX_PAGE": "the page of a project on an index",
    "INDEX_VALUE": "one value in that page",
    "INDEX_FILES": "files in that page",
    "REDIRECTS": "redirects from one URL",
    "RANGES": "requests for parts of one file",
    "ANSWER": "an answer of an index that does not go on",
    "INDEX": "everything that one command reads from an index",
}
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "seconds": 1, "": 1}


def test_the_page_has_every_bound() -> None:
    table = PAGE.read_text("utf-8").partition("| how much |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE))
    del rows["---"]
    said = {}
    for what, value in rows.items():
        number, _, unit = value.partition(" ")
        said[what] = int(number.replace(",", "")) * UNITS[unit]
    assert said == {WORDS[name]: getattr(bounds, name) for name in bounds.__all__}
