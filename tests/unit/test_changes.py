"""Lines that differ: as difflib finds them in small texts, and in any case enough to make one text of the other."""

from __future__ import annotations

import random
from difflib import unified_diff

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abiding.findings import bounds
from abiding.report.changes import changes

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "d e"]) | st.integers(0, 60).map(str), max_size=40)


def applied(before: list[str], diff: list[str]) -> list[str]:
    """What a diff without context makes of a text."""
    found: list[str] = []
    at = 0
    for line in diff:
        if line.startswith("@@"):
            start, _, length = line.split()[1][1:].partition(",")
            start_at = int(start) - (length != "0")
            found += before[at:start_at]
            at = start_at
        elif line[0] == "-":
            assert before[at] == line[1:]
            at += 1
        else:
            found.append(line[1:])
    return found + before[at:]


@given(TEXTS, TEXTS, st.integers(0, 3))
def test_as_difflib_has_it(before: list[str], after: list[str], context: int) -> None:
    assert list(changes(before, after, context)) == list(unified_diff(before, after, n=context, lineterm=""))[2:]


@given(TEXTS, TEXTS)
def test_of_large_texts_it_leads_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "DIFF_LINES", 0)
        assert applied(before, list(changes(before, after, 0))) == after
        assert applied(after, list(changes(after, before, 0))) == before
        assert not list(changes(before, before, 0))


def test_a_change_in_a_large_text_is_found() -> None:
    before = [f"line {i}" for i in range(20_000)]
    after = [*before[:500], "new", *before[501:9000], *before[9003:], "end"]
    assert list(changes(before, after, 0)) == ["@@ -501 +501 @@", "-line 500", "+new", "@@ -9001,3 +9000,0 @@", "-line 9000", "-line 9001", "-line 9002", "@@ -20000,0 +19998 @@", "+end"]  # fmt: skip


@pytest.mark.parametrize("letters", [1, 2, 134, 1000, 10**6])
def test_any_large_texts(letters: int) -> None:
    """Without a bound, some of these take an hour."""
    made = random.Random(1)  # noqa: S311 (of a test)
    before, after = ([str(made.randrange(letters)) for _ in range(200_000)] for _ in range(2))
    assert applied(before, list(changes(before, after, 0))) == after
