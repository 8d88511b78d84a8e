"""What the runs have shown: a table, and each suite's differences with their reasons."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from .running import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .running import Result

PAGE = CHECKOUT / "docs" / "reference" / "downstream.md"
_HEADS = ("suite", "tests", "pass bare", "pass wrapped", "skipped in both")
_ABOUT = """\
# The wrapped backends' own tests

meson-python and setuptools ship their tests in their sdists. `scripts/downstream` fetches these from the index and runs
the tests twice: as they are, and with `abiding.backend` in between. In the second run every project of the suite is
wrapped by `abiding init`, and a hook that a test calls is the one of abiding. Both runs use the same environment and
leave out the same tests. What passes bare and not wrapped is a fault of abiding, or has its reason below.

`scripts/downstream --write` makes this page, and a test holds it against the runs.
"""


def table(results: Iterable[Result]) -> str:
    """Render the table, in Markdown, the same on a terminal as on the page."""
    rows = [_HEADS, *(cells(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"| {' | '.join(map(str.ljust, row, widths))} |" for row in rows]
    return "\n".join([lines[0], f"| {' | '.join('-' * width for width in widths)} |", *lines[1:]])


def cells(result: Result) -> tuple[str, ...]:
    """Return the row of one suite."""
    runs = [list(run.values()) for run in (result.bare, result.wrapped)]
    skipped = sum(result.wrapped.get(name) == outcome == "skipped" for name, outcome in result.bare.items())
    counts = [len(result.bare), *(outcomes.count("passed") for outcomes in runs), skipped]
    return (result.suite.title, *map(str, counts))


def section(result: Result) -> str:
    """Say what differs and why, and which tests neither run has and why."""
    suite = result.suite
    parts = [f"## {suite.title}"]
    parts += [suite.selection] if suite.selection else []
    if suite.left_out:
        parts += ["Left out of both runs:", _listed(suite.left_out.items())]
    if result.differences:
        reasons = {name: one.why for name, one in suite.explained.items()}
        differences = [(name, reasons.get(name, "not explained")) for name in sorted(result.differences)]
        parts += ["Passes bare and not wrapped:", _listed(differences)]
    else:
        parts += ["No test makes a difference between the two runs."]
    return "\n\n".join(part if part.startswith("- ") else fill(part, 120, break_on_hyphens=False) for part in parts)


def page(results: list[Result]) -> str:
    """Render the page."""
    return "\n\n".join([_ABOUT.rstrip(), table(results), *map(section, results)]) + "\n"


def _listed(items: Iterable[tuple[str, str]]) -> str:
    lines = (f"- `{name}`: {why}" for name, why in items)
    return "\n".join(fill(line, 120, subsequent_indent="  ", break_on_hyphens=False) for line in lines)
