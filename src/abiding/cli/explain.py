"""`abiding explain RULE`: show the page on a rule, or on a term of the reports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from abiding.cli import outputs
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.nearest import nearest
from abiding.findings.terminal import Terminal
from abiding.report.explanations import page, rules, summary, terms
from abiding.report.pages import render
from abiding.report.printing import unguarded

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace, _SubParsersAction

__all__ = ["register", "run"]


# Other words that people may look up.
_MEANT = {
    **dict.fromkeys(("clean", "equal", "declared", "not-comparable", "inconsistent"), "verdict"),
    **dict.fromkeys(("abi", "api", "levels"), "level"),
    **dict.fromkeys(("cases", "1", "2", "3", "4"), "case"),
    "verdicts": "verdict",
}


# How many suggestions are listed.
_MOST_LIKELY = 5


def register(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help="explain a rule: what it means and what to do",
        description="Print the page on a rule, or on a term of the reports; without an argument, a list of all.",
    )
    parser.add_argument(
        "rule",
        metavar="RULE",
        nargs="?",
        help="the name in brackets, as in error[lost-requirement]; or verdict, case, level",
    )
    outputs.add_colour(parser)
    parser.set_defaults(run=run, closing="")


def run(options: Namespace) -> int:
    """Print a page, or the list. Raises `AbidingError` for a rule that does not exist."""
    if options.rule is None:
        names = rules()
        width = max(map(len, names))
        for name in names:
            print(f"{name:<{width}}  {summary(name)}")
        print()
        for name in terms():
            print(f"{name:<{width}}  {summary(name)}")
    else:
        stream = unguarded(sys.stdout)
        stream.write(render(page(_rule_of(options.rule)), Terminal.of(stream, options.color)))
    return 0


def _rule_of(text: str) -> str:
    """Return the name of a rule in pasted output, such as `error[lost-requirement]:`."""
    name = text.partition("[")[2].partition("]")[0] if "[" in text else text
    name = name.strip()
    if name in rules():
        return name
    word = name.lower().strip(":").replace(" ", "-")
    if (word := _MEANT.get(word, word)) in terms():
        return word
    close = nearest(name, (*rules(), *terms()))
    fitting = [rule for rule in rules() if word and word in rule.split("-")]
    likely = fitting if 0 < len(fitting) <= _MOST_LIKELY else [close] if close else []
    hints = (f"did you mean {' or '.join(f'`{rule}`' for rule in likely)}?",) if likely else ()
    raise AbidingError(
        Finding(
            "unknown-rule",
            Severity.ERROR,
            f"there is no rule `{name}`",
            hints=(*hints, "`abiding explain` without a rule lists them all"),
        )
    )
