"""Sentences about many things: how they are counted, joined and cut, and that it is done in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.findings import bounds
from abiding.findings.words import all_of, beginning, first_of, literals, number_of, short

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(abiding.__file__).parent


@pytest.mark.parametrize(
    ("names", "whole", "first", "quoted"),
    [
        ("", "", "", ""),
        ("a", "a", "a", "`a`"),
        ("ab", "a and b", "a, b", "`a`, `b`"),
        ("abc", "a, b and c", "a, b and 1 more", "`a`, `b` and 1 more"),
        ("abcd", "a, b, c and d", "a, b and 2 more", "`a`, `b` and 2 more"),
    ],
)
def test_names_are_joined(names: str, whole: str, first: str, quoted: str) -> None:
    assert (all_of(iter(names)), first_of(names, 2), literals(dict.fromkeys(names), 2)) == (whole, first, quoted)


def test_what_is_not_named_is_counted() -> None:
    names = [f"n{number}" for number in range(2000)]
    assert first_of(names, 1) == "n0 and 1,999 more"
    assert literals(names).count("`") == 2 * bounds.LISTED
    assert [number_of(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


@pytest.mark.parametrize(("cut", "shown"), [(short, "abc…"), (beginning, "abc… (1 more)")])
def test_a_text_is_cut_only_where_it_is_longer(cut: Callable[[str, int], str], shown: str) -> None:
    assert [cut(text, 3) for text in ("", "ab", "abc", "abcd")] == ["", "ab", "abc", shown]


# The one place.
PLACES = {"findings/words.py"}


def test_nobody_joins_by_himself() -> None:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                for before, _, after in zip(texts, texts[1:], texts[2:], strict=False):
                    if re.search(r"[^,] and $|^ and $", str(before)) and str(after).startswith(" more"):
                        found[path.relative_to(PACKAGE).as_posix()] = node.lineno
    assert set(found) <= PLACES, found
