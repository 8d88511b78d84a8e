"""`abiding explain RULE`: the page of one rule, the same that the documentation shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.report.explanations import page, rules, summary

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

__all__ = ["register", "run"]


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help="explain a rule: what it means and what to do",
        description="Print the page of one rule; without a rule, the list of all.",
    )
    parser.add_argument("rule", metavar="RULE", nargs="?", help="the name in brackets: error[lost-requirement]")
    parser.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print a page, or the list. Raises `AbidingError` for a rule that does not exist."""
    if options.rule is None:
        names = rules()
        width = max(map(len, names))
        for name in names:
            print(f"{name:<{width}}  {summary(name)}")
    else:
        print(page(_rule_of(options.rule)), end="")
    return 0


def _rule_of(text: str) -> str:
    """The rule that is meant: people paste `error[lost-requirement]:` from a screen."""
    from difflib import get_close_matches

    name = text.partition("[")[2].partition("]")[0] if "[" in text else text
    if name in rules():
        return name
    close = get_close_matches(name.lower().replace("_", "-"), rules(), n=1)
    hints = (f"did you mean `{close[0]}`?",) if close else ()
    raise AbidingError(
        Finding(
            "unknown-rule",
            Severity.ERROR,
            f"there is no rule `{name}`",
            hints=(*hints, "`abiding explain` without a rule lists them all"),
        )
    )
