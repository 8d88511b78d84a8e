"""The counts of a survey, which reports are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.releases.release import Verdict
from abiding.survey.columns import missing
from abiding.survey.row_judgement import UNKNOWN_CASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from abiding.survey.columns import MissingColumn
    from abiding.survey.plan import Plan

__all__ = ["Bad", "Breaking", "Summary", "summarise"]


_EXAMPLES = 3


class Breaking(NamedTuple):
    """A release that would be refused if consistency were enforced."""

    name: str
    version: str
    case: str
    downloads: int | None
    finding: str


class Bad(NamedTuple):
    """Rows that could not be judged for one reason, and the first of them: `FILE, row N` with the file name."""

    why: str
    rows: int
    examples: tuple[str, ...]


class Summary(NamedTuple):
    """The counts of a survey.

    `files` and `releases` are those that were judged. `by_case` counts releases by case and verdict, `by_year` by the
    year of the first upload and verdict; the year is 0 where it is not known. `claims` are the releases whose sdist
    says that nothing varies (case 1), `broken_claims` those of them in which something varies, and
    `broken_for_resolvers` those in which a resolver reads it. `fields` counts releases by the
    fields that make them inconsistent, `rules` by rule.
    """

    files: int
    releases: int
    by_case: dict[str, dict[str, int]]
    by_year: dict[int, dict[str, int]]
    claims: int
    broken_claims: int
    broken_for_resolvers: int
    fields: dict[str, int]
    rules: dict[str, int]
    top: tuple[Breaking, ...]
    bad: tuple[Bad, ...]
    others: dict[str, int]
    missing: tuple[MissingColumn, ...]

    @property
    def verdicts(self) -> dict[str, int]:
        """The releases by verdict, from best to worst."""
        total = {str(verdict): sum(counts.get(verdict, 0) for counts in self.by_case.values()) for verdict in Verdict}
        return {verdict: number for verdict, number in total.items() if number}


_CLAIMS = f"""
SELECT count(*), count(*) FILTER (verdict = '{Verdict.INCONSISTENT}'),
    count(*) FILTER (verdict = '{Verdict.INCONSISTENT}' AND resolver_relevant)
FROM releases WHERE "case" IN ('1', '{UNKNOWN_CASE}')
"""


def summarise(connection: DuckDBPyConnection, plan: Plan, top: int) -> Summary:
    """Count the releases of a survey; `top` is how many inconsistent ones to name, by downloads."""
    ask = connection.execute
    files, releases = ask("SELECT coalesce(sum(files), 0)::BIGINT, count(*) FROM releases").fetchall()[0]
    by_case: dict[str, dict[str, int]] = {}
    cases = 'SELECT "case", verdict, count(*) FROM releases GROUP BY ALL ORDER BY ALL'
    for case, verdict, count in ask(cases).fetchall():
        by_case.setdefault(case, {})[verdict] = count
    by_year: dict[int, dict[str, int]] = {}
    years = "SELECT coalesce(year(uploaded), 0), verdict, count(*) FROM releases GROUP BY ALL ORDER BY ALL"
    for year, verdict, count in ask(years).fetchall():
        by_year.setdefault(year, {})[verdict] = count
    each = "SELECT one, count(*) FROM (SELECT unnest({}) AS one FROM releases) GROUP BY one ORDER BY 2 DESC, 1"
    claims, broken, broken_for_resolvers = ask(_CLAIMS).fetchall()[0]
    breaking = (
        'SELECT name, version, "case", downloads, finding FROM releases WHERE verdict = ? '
        "ORDER BY downloads DESC NULLS LAST, name, version LIMIT ?"
    )
    return Summary(
        files,
        releases,
        by_case,
        by_year,
        claims,
        broken,
        broken_for_resolvers,
        dict(ask(each.format("fields")).fetchall()),
        dict(ask(each.format("map_keys(rules)")).fetchall()),
        tuple(Breaking(*row) for row in ask(breaking, [str(Verdict.INCONSISTENT), top]).fetchall()),
        tuple(_bad(connection, plan)),
        dict(ask("SELECT packagetype, files FROM others ORDER BY 2 DESC, 1").fetchall()),
        missing(plan.there),
    )


def _bad(connection: DuckDBPyConnection, plan: Plan) -> Iterator[Bad]:
    reasons = connection.execute("SELECT why, count(*) FROM bad GROUP BY why ORDER BY 2 DESC, 1").fetchall()
    first = "SELECT file, row, filename FROM bad WHERE why = ? ORDER BY 1, 2 LIMIT ?"
    for why, count in reasons:
        examples = connection.execute(first, [why, _EXAMPLES]).fetchall()
        named = (f"{plan.sources[file].file.name}, row {row}: {name}" for file, row, name in examples)
        yield Bad(why, count, tuple(named))
