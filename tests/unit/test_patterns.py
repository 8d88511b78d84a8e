"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import copy
import pickle
import re
from typing import TYPE_CHECKING

import pytest

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

COPYING: dict[str, Callable[[re.Pattern[str]], re.Pattern[str]]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda late: pickle.loads(pickle.dumps(late)),  # noqa: S301
}


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str | bytes]:
    """The expressions that are compiled during a test."""
    compiled: list[str | bytes] = []
    compile_ = re.compile

    def counted(expression: str | bytes, flags: int = 0) -> re.Pattern[str]:
        compiled.append(expression)
        return compile_(expression, flags)  # type: ignore[arg-type]

    monkeypatch.setattr(re, "compile", counted)
    return compiled


def test_a_pattern_is_compiled_by_its_first_use(compiled: list[str | bytes]) -> None:
    late = pattern(r"(\d+)x")
    assert pattern(rf"-{late.pattern}").pattern == r"-(\d+)x"
    assert compiled == []
    assert late.sub(r"\1y", "1x 2x") == "1y 2y"
    assert compiled == [r"(\d+)x"]


def test_no_method_is_looked_up_twice(compiled: list[str | bytes]) -> None:
    late = pattern(b"a+")
    assert [late.fullmatch(text) is not None for text in (b"aa", b"b", b"a")] == [True, False, True]
    assert compiled == [b"a+"]
    assert late.fullmatch is late.fullmatch


def test_flags_count() -> None:
    assert pattern("a.b", re.DOTALL | re.IGNORECASE).fullmatch("A\nB")
    assert not pattern("a.b").fullmatch("a\nb")


def test_an_invalid_expression_fails_when_it_is_used() -> None:
    late = pattern("(")
    with pytest.raises(re.error):
        late.search("")
    with pytest.raises(re.error):  # and again
        late.search("")


@pytest.mark.parametrize("is_used", [False, True])
@pytest.mark.parametrize("copied", COPYING.values(), ids=COPYING)
def test_a_pattern_can_be_copied(copied: Callable[[re.Pattern[str]], re.Pattern[str]], *, is_used: bool) -> None:
    late = pattern("a.b", re.DOTALL)
    if is_used:
        assert late.fullmatch("a\nb")
    assert copied(late).fullmatch("a\nb")
    assert copied(late).pattern == "a.b"
