"""docs/explanation/four-questions.md, made of what a survey found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "four-questions.md"
_RULES = (
    ("files of a release that say different things, where nothing allows it", "TRUE"),
    ("the same, in what a resolver reads", "resolver_relevant"),
    ("wheels against an sdist that says that nothing varies (metadata 2.2 or later)", "\"case\" = '1'"),
    ("the same, in what a resolver reads", "\"case\" = '1' AND resolver_relevant"),
    ("wheels against each other, where there is no sdist", "\"case\" = '3'"),
)
_BROKEN = "verdict = 'inconsistent'"


class Found(NamedTuple):
    """The table of releases (the view `releases`), the summary, the generators of a sample, and the day."""

    connection: DuckDBPyConnection
    summary: Mapping[str, Any]
    generators: Mapping[str, str]
    day: datetime

    def count(self, where: str) -> int:
        (number,) = self.connection.execute(f"SELECT count(*) FROM releases WHERE {where}").fetchall()[0]
        return int(number)


def page(found: Found) -> str:
    """The page."""
    summary, claims = found.summary, found.summary["claims"]
    (projects,) = found.connection.execute("SELECT count(DISTINCT name) FROM releases").fetchall()[0]
    broken, of_all = claims["broken"], _share(claims["broken"], claims["releases"])
    return f"""# Four questions about real releases

What would break if consistency were enforced? This page answers with a survey of {summary["releases"]:,} releases
of {projects} projects, {summary["files"]:,} files, read from the index on {found.day:%Y-%m-%d}.
`scripts/questions --write` made it; whoever has a mirror, or a table of all metadata, can
[ask the same of everything](../reference/survey.md).

The projects were chosen because they have compiled wheels, and some because they are known to vary; of each, releases
of all years were taken. The shares are those of this sample. They say what happens, not how often it does on the index.

## How many say that nothing varies, and vary?

{claims["releases"]:,} releases have an sdist that says that nothing varies: its metadata is of version 2.2 or later,
and lists no field as `Dynamic`. In {broken:,} of them ({of_all}) a wheel says something else all the same,
in {claims["broken_for_resolvers"]:,} in what a resolver reads.

{_table(("the sdist", *summary["verdicts"]), _cases(summary))}

By the year of the first upload:

{_table(("year", "releases", "inconsistent", "share"), _years(summary))}

## Which fields?

Inconsistent releases by what makes them so; one may have several.

{_table(("field", "releases"), ((f"`{field}`", f"{count:,}") for field, count in summary["fields"].items()))}

By the rules that [`abiding explain`](../reference/rules/index.md) tells of, warnings included:

{_table(("rule", "releases"), ((f"`{rule}`", f"{count:,}") for rule, count in summary["rules"].items()))}

## Which backends?

No table of metadata has it. It is read from `Generator` in WHEEL, of one wheel of every eighth release:
{len(found.generators)} could be read.

{_table(("generator", "releases", "inconsistent"), _backends(found))}

`bdist_wheel` and `setuptools` are the same code, before it moved and after.

## What would a rule of an index refuse?

{_table(("refused are", "releases", "of all"), _refused(found))}

The newest of each project, of those that a resolver would mind:

{_table(("release", "case", "why"), _first(found))}
"""


_CASES = {
    "1": "says that nothing varies (1)",
    "2": "says what may vary (2)",
    "3": "is not there (3)",
    "4": "has metadata from before 2.2 (4)",
    "sdist not read": "could not be read",
}


def _cases(summary: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for case, counts in summary["by_case"].items():
        yield _CASES.get(case, case), *(f"{counts.get(verdict, 0):,}" for verdict in summary["verdicts"])


def _years(summary: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for year, counts in summary["by_year"].items():
        total, broken = sum(counts.values()), counts.get("inconsistent", 0)
        yield year, f"{total:,}", f"{broken:,}", _share(broken, total)


def _backends(found: Found) -> Iterable[tuple[str, ...]]:
    select = f"SELECT name || '==' || version FROM releases WHERE {_BROKEN}"
    broken = {spec for (spec,) in found.connection.execute(select).fetchall()}
    total = Counter(found.generators.values())
    wrong = Counter(generator for spec, generator in found.generators.items() if spec in broken)
    for generator, count in total.most_common():
        yield f"`{generator}`", f"{count:,}", f"{wrong[generator]:,}"


def _refused(found: Found) -> Iterable[tuple[str, ...]]:
    everything = found.count("TRUE")
    for what, where in _RULES:
        number = found.count(f"{_BROKEN} AND {where}")
        yield what, f"{number:,}", _share(number, everything)


def _first(found: Found) -> Iterable[tuple[str, ...]]:
    select = f'SELECT name, version, "case", finding FROM releases WHERE {_BROKEN} AND resolver_relevant '
    one_each = "QUALIFY row_number() OVER (PARTITION BY name ORDER BY uploaded DESC) = 1 ORDER BY name LIMIT 10"
    for name, version, case, finding in found.connection.execute(select + one_each).fetchall():
        yield f"{name} {version}", case, finding.replace("|", "\\|")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [[*heads], *([*row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
