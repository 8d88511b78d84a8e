"""The comparison of two runs of a backend's own tests: what it has to complain about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.downstream.page import PAGE, page, table
from tests.downstream.running import Result, outcomes
from tests.downstream.suites import SUITES, Explanation, Suite

EXPLAINED = {"test_a::test_old": Explanation("It is old.", "2.2 != 2.1")}
SUITE = Suite("spam", "1.4.0", "between_spam", (), ("tests",), least=2, least_calls=1, explained=EXPLAINED)
BARE = {"test_a::test_old": "passed", "test_a::test_new": "passed"}
WRAPPED = BARE | {"test_a::test_old": "failure: assert 2.2 != 2.1"}


def test_explained_difference_is_no_fault() -> None:
    assert list(Result(SUITE, BARE, WRAPPED, 1).faults()) == []


@pytest.mark.parametrize(
    ("result", "complaint"),
    [
        (Result(SUITE, {}, {}, 1), "only 0 tests were run, not 2"),
        (Result(SUITE, BARE, WRAPPED, 0), "only 0 hooks were called through abiding, not 1"),
        (Result(SUITE, BARE, WRAPPED | {"test_a::test_new": "error"}, 1), "not explained: test_a::test_new: passed bare, error wrapped"),
        (Result(SUITE, BARE, {"test_a::test_old": "failure: assert 2.2 != 2.1"}, 1), "not explained: test_a::test_new: passed bare, None wrapped"),
        (Result(SUITE, BARE, WRAPPED | {"test_a::test_old": "error: MemoryError"}, 1), "not what is explained: test_a::test_old: error: MemoryError"),
        (Result(SUITE, BARE, BARE, 1), "explained, and no difference any more: test_a::test_old: passed"),
        (Result(SUITE, BARE | {"test_a::test_new": "failure"}, WRAPPED | {"test_a::test_new": "failure"}, 1), "bare: test_a::test_new: failure"),
    ],
    ids=["nothing collected", "nothing wrapped", "a new difference", "a test is gone", "another failure", "no difference any more", "fails bare"],
)  # fmt: skip
def test_faults(result: Result, complaint: str) -> None:
    assert complaint in list(result.faults())


def test_page_says_what_differs_and_why() -> None:
    said = page([Result(SUITE, BARE, WRAPPED, 1)])
    assert table([Result(SUITE, BARE, WRAPPED, 1)]) in said
    assert "\n- `test_a::test_old`: It is old.\n" in said


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_reference_has_every_suite(suite: Suite) -> None:
    shown = PAGE.read_text("utf-8")
    assert f"\n## {suite.title}\n" in shown
    assert all(f"`{name}`" in shown for name in (*suite.left_out, *suite.explained))


def test_report_with_a_test_that_failed_and_left_something_behind(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    case = '<testcase classname="tests.test_a" name="test_new">{}</testcase>'
    cases = [
        case.format('<failure message="1 != 2"/>'),
        case.format('<error message="left"/>'),
        case.replace("new", "old").format(""),
    ]
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    assert outcomes(report) == {"test_a::test_new": "failure: 1 != 2", "test_a::test_old": "passed"}
