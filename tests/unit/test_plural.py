"""A finding about several wheels is told of several. Oracle: every verb that a wheel is the subject of in our source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import abiding
from abiding.findings.finding import Finding, Severity
from abiding.report.grouping import groups
from abiding.report.plural import VERBS

# What follows "the wheel" where that is no subject, or is one with a verb of another form.
NO_VERBS = {"itself", "this", "those", "as", "whose", "is"}


def said(message: str, *hints: str, artifacts: tuple[str, ...] = ("a.whl", "b.whl")) -> tuple[str, ...]:
    """The words of one finding about these files."""
    finding = Finding("undeclared-requirement", Severity.ERROR, message, found_from="this wheel", hints=hints)
    (group,) = groups(finding._replace(artifact=name) for name in artifacts)
    return (group.said.message, *group.said.hints, group.said.found_from)


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("the wheel adds `x`, and the sdist does not say so", "the wheels add `x`, and the sdist does not say so"),
        ("if this wheel needs it, declare it", "if these wheels need it, declare it"),
        ("the wheel has `the wheel has` where", "the wheels have `the wheel has` where"),
        ("build the wheel again from the sdist", "build the wheels again from the sdist"),
        ("let the wheel say what the sdist says", "let the wheels say what the sdist says"),
        ("`License` of the wheel is not what", "`License` of the wheels is not what"),
        ("which only some wheels have", "which only some wheels have"),
        # It goes on about the one.
        ("the level that the wheel was built at: it has no record", "the level that the wheel was built at: it has no record"),
    ],
)  # fmt: skip
def test_what_several_do(one: str, several: str) -> None:
    assert said(one, one) == (several, several, "these wheels")
    assert said(one, one, artifacts=("a.whl",)) == (one, one, "this wheel")


def test_every_verb_of_a_wheel_is_known() -> None:
    texts = "".join(path.read_text("utf-8") for path in Path(abiding.__path__[0]).rglob("*.py"))
    verbs = set(re.findall(r"\b(?:the|this) wheel (\w+s)\b", texts))
    assert len(verbs) > 10
    assert verbs - NO_VERBS <= VERBS.keys()
