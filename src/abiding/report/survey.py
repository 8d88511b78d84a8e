"""Report a survey as text, JSON or an HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style
from abiding.report.json import document
from abiding.report.survey_page import CASES, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from abiding.findings.terminal import Line, Terminal
    from abiding.survey.summary import Breaking, Summary

__all__ = ["as_text", "forms"]


def forms(summary: Summary) -> Mapping[str, Callable[[], str]]:
    """Return the summary in each format for programs, and as a page."""
    return {"json": lambda: _json(summary), "html": lambda: render(summary)}


def _json(summary: Summary) -> str:
    return document(
        "survey",
        files=summary.files,
        releases=summary.releases,
        verdicts=summary.verdicts,
        by_case=summary.by_case,
        by_year={str(year or "unknown"): counts for year, counts in summary.by_year.items()},
        claims={
            "releases": summary.claims,
            "broken": summary.broken_claims,
            "broken_for_resolvers": summary.broken_for_resolvers,
        },
        fields={visible(field): count for field, count in summary.fields.items()},
        rules=summary.rules,
        top=[
            {name: visible(value) if isinstance(value, str) else value for name, value in breaking._asdict().items()}
            for breaking in summary.top
        ],
        not_judged=[
            {"reason": visible(bad.why), "rows": bad.rows, "examples": [*map(visible, bad.examples)]}
            for bad in summary.bad
        ],
        left_out={visible(kind): count for kind, count in summary.others.items()},
        missing_columns=[
            {"column": column.column, "tables": column.tables, "consequence": column.consequence}
            for column in summary.missing
        ],
    )


def as_text(summary: Summary, to: Terminal) -> str:
    """Return the summary for people, with a newline at its end."""
    return to.written(_lines(summary, to))


def _lines(summary: Summary, to: Terminal) -> Iterator[Line]:
    """Yield the lines: tables as wide as they need, prose as wide as a terminal."""
    yield (Span(f"{summary.releases:,} releases, {summary.files:,} files", Style.STRONG),)
    verdicts = list(summary.verdicts)
    cases = [(CASES.get(case, case), counts) for case, counts in summary.by_case.items()]
    yield from _table("case", cases, verdicts)
    if list(summary.by_year) not in ([], [0]):
        years = [(str(year or "not known"), counts) for year, counts in summary.by_year.items()]
        yield from _table("year", years, verdicts)
    if summary.claims:
        yield from _part(*_claims(summary))
    if summary.fields:
        fields = (f"  {count:>10,}  {visible(field)}" for field, count in summary.fields.items())
        yield from _part("inconsistent releases by the fields that differ", *fields)
    if summary.rules:
        rules = (f"  {count:>10,}  {rule}" for rule, count in summary.rules.items())
        yield from _part("releases by what was found in them", *rules)
    if summary.top:
        downloads = any(breaking.downloads is not None for breaking in summary.top)
        yield from _part(f"would be refused{', by downloads' if downloads else ''}", *map(_refused, summary.top))
    for column in summary.missing:
        yield from _remark("note", str(column), to)
    if summary.others:
        kinds = ", ".join(f"{count:,} `{visible(kind)}`" for kind, count in summary.others.items())
        yield from _remark("note", f"left out is what is neither an sdist nor a wheel: {kinds}", to)
    for bad in summary.bad:
        rows = f"{bad.rows:,} {'row' if bad.rows == 1 else 'rows'}"
        yield from _remark("warning", f"{rows} not judged: {visible(bad.why)}", to)
        yield from ((Span(visible(f" --> {example}")),) for example in bad.examples)


def _claims(summary: Summary) -> tuple[str, ...]:
    share = 100 * summary.broken_claims / summary.claims
    is_one = summary.claims == 1
    known = ("says" if is_one else "say") if "1 or 2" not in summary.by_case else "may say"
    return (
        f"{summary.claims:,} {'release' if is_one else 'releases'} {known} that nothing varies",
        f"in {summary.broken_claims:,} of them ({share:.1f} %) something does, and breaks that",
        f"in {summary.broken_for_resolvers:,} of them in what a resolver reads",
    )


def _refused(breaking: Breaking) -> str:
    number = f"{breaking.downloads:>14,}  " if breaking.downloads is not None else "  "
    return visible(f"{number}{breaking.name} {breaking.version}: {breaking.finding}")


def _part(first: str, *others: str) -> Iterator[Line]:
    """Yield lines that belong together, behind an empty one; the first of them stands out."""
    yield from ((), (Span(first, Style.STRONG),), *((Span(line),) for line in others))


def _remark(label: str, text: str, to: Terminal) -> Iterator[Line]:
    yield ()
    head = Span(f"{label}: ", Style[label.upper()])
    yield from labelled(Span(text), to.width, head) if to.breaks_lines else [(head, Span(text))]


def _table(head: str, rows: Sequence[tuple[str, Mapping[str, int]]], verdicts: Sequence[str]) -> Iterator[Line]:
    cells = [
        [head, *verdicts],
        *([name, *(f"{counts.get(verdict, 0):,}" for verdict in verdicts)] for name, counts in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    yield from _part(*(_row(row, widths) for row in cells))


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = cells
    numbers = "  ".join(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
    return f"{first.ljust(widths[0])}  {numbers}"
