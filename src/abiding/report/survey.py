"""A survey as text for a person, as JSON, and as a page."""

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
    from abiding.survey.summary import Summary

__all__ = ["as_text", "forms"]


def forms(summary: Summary) -> Mapping[str, Callable[[], str]]:
    """Return the summary in each format for programs, and as a page."""
    return {
        "json": lambda: _json(summary),
        "html": lambda: render(summary),
    }


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
        top=[{name: _plain(value) for name, value in breaking._asdict().items()} for breaking in summary.top],
        not_judged=[
            {"reason": visible(bad.why), "rows": bad.rows, "examples": [*map(visible, bad.examples)]}
            for bad in summary.bad
        ],
        left_out={visible(kind): count for kind, count in summary.others.items()},
        missing_columns=[
            {"column": one.column, "tables": one.tables, "consequence": one.consequence} for one in summary.missing
        ],
    )


def _plain(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def _text(summary: Summary) -> Iterator[str]:
    yield f"{summary.releases:,} releases, {summary.files:,} files"
    verdicts = list(summary.verdicts)
    cases = [(CASES.get(case, case), counts) for case, counts in summary.by_case.items()]
    yield from _table("case", cases, verdicts)
    if list(summary.by_year) not in ([], [0]):
        years = [(str(year or "not known"), counts) for year, counts in summary.by_year.items()]
        yield from _table("year", years, verdicts)
    if summary.claims:
        share = 100 * summary.broken_claims / summary.claims
        is_one = summary.claims == 1
        known = ("says" if is_one else "say") if "1 or 2" not in summary.by_case else "may say"
        yield ""
        yield f"{summary.claims:,} {'release' if is_one else 'releases'} {known} that nothing varies"
        yield f"in {summary.broken_claims:,} of them ({share:.1f} %) something does, and breaks that"
        yield f"in {summary.broken_for_resolvers:,} of them in what a resolver reads"
    if summary.fields:
        yield from ("", "inconsistent releases by the fields that differ")
        yield from (f"  {count:>10,}  {visible(field)}" for field, count in summary.fields.items())
    if summary.rules:
        yield from ("", "releases by what was found in them")
        yield from (f"  {count:>10,}  {rule}" for rule, count in summary.rules.items())
    if summary.top:
        downloads = any(breaking.downloads is not None for breaking in summary.top)
        yield from ("", f"would be refused{', by downloads' if downloads else ''}")
        for breaking in summary.top:
            number = f"{breaking.downloads:>14,}  " if breaking.downloads is not None else "  "
            yield visible(f"{number}{breaking.name} {breaking.version}: {breaking.finding}")
    for one in summary.missing:
        yield from ("", f"note: {one}")
    if summary.others:
        kinds = ", ".join(f"{count:,} `{visible(kind)}`" for kind, count in summary.others.items())
        yield from ("", f"note: left out is what is neither an sdist nor a wheel: {kinds}")
    for bad in summary.bad:
        yield from ("", f"warning: {bad.rows:,} {'row' if bad.rows == 1 else 'rows'} not judged: {visible(bad.why)}")
        yield from (visible(f" --> {example}") for example in bad.examples)


_LABELS = {"note": Style.NOTE, "warning": Style.WARNING}


def as_text(summary: Summary, to: Terminal) -> str:
    """Return the summary for people, with a newline at its end."""
    return to.written(_lines(summary, to))


def _lines(summary: Summary, to: Terminal) -> Iterator[Line]:
    """Yield what begins a part stands out; tables have the width that they need, and remarks that of a terminal."""
    before = ""
    for line in _text(summary):
        label, colon, rest = line.partition(": ")
        if colon and label in _LABELS:
            head = Span(f"{label}: ", _LABELS[label])
            yield from labelled(Span(rest), to.width, head) if to.breaks_lines else [(head, Span(rest))]
        else:
            yield (Span(line, Style.PLAIN if before else Style.STRONG),)
        before = line


def _table(head: str, rows: Sequence[tuple[str, Mapping[str, int]]], verdicts: Sequence[str]) -> Iterator[str]:
    cells = [
        [head, *verdicts],
        *([name, *(f"{counts.get(verdict, 0):,}" for verdict in verdicts)] for name, counts in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    yield ""
    for first, *others in cells:
        numbers = "  ".join(text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        yield f"{first.ljust(widths[0])}  {numbers}"
