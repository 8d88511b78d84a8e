"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import abiding
from abiding.findings.patterns import pattern

PACKAGE = Path(abiding.__file__).parent


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


def calls_at_import(node: ast.AST) -> list[ast.Call]:
    """The calls that are made when a module is imported."""
    below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.FunctionDef, ast.Lambda))]
    own = [node] if isinstance(node, ast.Call) else []
    return own + [call for child in below for call in calls_at_import(child)]


def _uses_re(text: str) -> list[str]:
    names = (ast.unparse(call.func) for call in calls_at_import(ast.parse(text)))
    return [name for name in names if re.fullmatch(r"re\.(?!escape$)\w+", name)]


def test_importing_a_module_compiles_none() -> None:
    uses = {str(file.relative_to(PACKAGE)): _uses_re(file.read_text("utf-8")) for file in PACKAGE.rglob("*.py")}
    assert len(uses) > 1
    assert not {file: names for file, names in uses.items() if names}, (
        "make them with `pattern` of findings/patterns.py"
    )


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("A = re.compile('a')", ["re.compile"]),
        ("A = {'a': (re.compile('a'), 1)}", ["re.compile"]),
        ("class A:\n    b = re.sub('a', 'b', 'c')", ["re.sub"]),
        ("A = re.escape('a')", []),
        ("A = pattern('a')", []),
        ("def f():\n    return re.compile('a')", []),
        ("f = lambda: re.compile('a')", []),
    ],
)
def test_where_it_would(text: str, uses: list[str]) -> None:
    assert _uses_re(text) == uses
