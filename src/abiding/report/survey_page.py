"""Report a survey as one self-contained HTML page, with plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding._version import __version__
from abiding.report.markup import document, prose, text
from abiding.report.plots import COLOURS, Bar, plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.survey.summary import Summary

__all__ = ["CASES", "render"]


CASES = {
    "1": "1: the sdist says that nothing varies",
    "1 or 2": "1 or 2: not known, for want of `dynamic`",
    "2": "2: the sdist says what may vary",
    "3": "3: no sdist",
    "sdist not read": "not known: the sdist could not be read",
    "4": "4: metadata from before 2.2",
}
_VERDICTS = {
    "clean": "clean: the same to the byte",
    "equal": "equal: they say the same",
    "declared": "declared: the sdist says that it may differ",
    "not-comparable": "not comparable",
    "inconsistent": "inconsistent",
}
_MOST_COUNTS = 12
_STYLE = """
:root { --good-light: #8fc7a4; }
@media (prefers-color-scheme: dark) { :root { --good-light: #3f7f59; } }
main { max-width: 64rem; margin: auto; }
.numbers { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; padding: 0; list-style: none; }
.numbers li { flex: 1 1 11rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
.numbers b { display: block; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.02em; }
.numbers span, .sub { color: var(--soft); font-size: .9rem; }
.numbers .bad b { color: var(--error); }
.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
.legend { margin: .3rem 0 .6rem; }
.plot svg { display: block; width: 100%; height: auto; overflow: visible; }
.plot.narrow { display: none; }
@media (max-width: 42rem) { .plot.broad { display: none; } .plot.narrow { display: block; } }
td.number, th.number { text-align: right; white-space: nowrap !important; font-variant-numeric: tabular-nums; }
.refused td { white-space: normal; overflow-wrap: anywhere; }
.refused tbody th { position: static; width: auto; min-width: 9rem; }
@media (max-width: 42rem) {
  .refused thead { display: none; }
  .refused tr, .refused th, .refused td { display: block; width: auto; border: 0 !important; padding: .1rem .75rem; }
  .refused tr { padding: .5rem 0; border-bottom: 1px solid var(--line) !important; }
  .refused tbody th { font-weight: 600; }
  .refused td::before { content: attr(data-of) " "; color: var(--soft); }
  .refused td.number { text-align: left; }
}
.remark { max-width: 52rem; }
"""


def render(summary: Summary) -> str:
    """Return the page. It loads nothing and runs nothing."""
    body = f"""<main>
<h1>What would break if consistency were enforced</h1>
<p class="summary">A release is inconsistent if a wheel says something else than its sdist allows, or than another wheel
where nothing says why.</p>
{"".join(_parts(summary))}</main>
<footer>abiding {__version__}</footer>
"""
    return document(f"{summary.releases:,} releases: abiding survey", _STYLE, body)


def _parts(summary: Summary) -> Iterator[str]:
    yield from _numbers(summary)
    bars = [_bar(CASES.get(case, case).replace("`", ""), counts) for case, counts in summary.by_case.items()]
    yield from _section("case", "By what the sdist says", bars, _legend(summary.verdicts))
    yield from _claims(summary)
    if list(summary.by_year) not in ([], [0]):
        bars = [_bar(str(year or "not known"), counts) for year, counts in summary.by_year.items()]
        yield from _section("year", "By the year of the first upload", bars, _legend(summary.verdicts))
    yield from _counts("fields", "Inconsistent releases by the fields that differ", summary.fields)
    yield from _counts("rules", "Releases by what was found in them", summary.rules)
    yield from _refused(summary)
    yield from _remarks(summary)


def _numbers(summary: Summary) -> Iterator[str]:
    broken = summary.verdicts.get("inconsistent", 0)
    yield '<ul class="numbers">'
    yield f"<li><b>{summary.releases:,}</b> <span>releases, {summary.files:,} files</span></li>"
    yield f'<li class="bad"><b>{broken:,}</b> <span>inconsistent, {_share(broken, summary.releases)}</span></li>'
    if summary.claims:
        true = summary.claims - summary.broken_claims
        yield f"<li><b>{summary.claims:,}</b> <span>{_say(summary)} that nothing varies; {true:,} keep it</span></li>"
    yield "</ul>\n"


def _claims(summary: Summary) -> Iterator[str]:
    if not summary.claims:
        return
    rows = (
        ("something varies", summary.broken_claims, "warning"),
        ("something varies that a resolver reads", summary.broken_for_resolvers, "inconsistent"),
    )
    bars = [
        Bar(label, f"{count:,} · {_share(count, summary.claims)}", {kind: count, "empty": summary.claims - count})
        for label, count, kind in rows
    ]
    number = f"{summary.claims:,} {'release' if summary.claims == 1 else 'releases'}"
    head = f'<p class="sub">{number} {_say(summary)} that nothing varies. Of them, in</p>'
    yield from _section("claims", "Claims against facts", bars, head)


def _counts(name: str, title: str, counts: Mapping[str, int]) -> Iterator[str]:
    most = list(counts.items())
    bars = [Bar(what, f"{count:,}", {"warning": count}) for what, count in most[:_MOST_COUNTS]]
    more = f'<p class="sub">And {len(most) - _MOST_COUNTS} more.</p>' if len(most) > _MOST_COUNTS else ""
    yield from _section(name, title, bars, more)


def _refused(summary: Summary) -> Iterator[str]:
    if not summary.top:
        return
    downloads = any(breaking.downloads is not None for breaking in summary.top)
    head = '<th class="number">downloads</th>' if downloads else ""
    yield f"<h2>Would be refused{', the most downloaded first' if downloads else ''}</h2>\n"
    yield f'<div class="matrix refused"><table><thead><tr><th>release</th><th>case</th>{head}<th>why</th></tr></thead>'
    yield "<tbody>\n"
    for breaking in summary.top:
        number = "" if breaking.downloads is None else f"{breaking.downloads:,}"
        downloaded = f'<td class="number" data-of="downloads">{number}</td>' if downloads else ""
        yield f"<tr><th>{text(f'{breaking.name} {breaking.version}')}</th>"
        yield f'<td data-of="case">{text(breaking.case)}</td>{downloaded}<td>{prose(breaking.finding)}</td></tr>\n'
    yield "</tbody></table></div>\n"


def _remarks(summary: Summary) -> Iterator[str]:
    remarks = [f"{text[:1].upper()}{text[1:]}." for text in map(str, summary.missing)]
    if summary.others:
        kinds = ", ".join(f"{count:,} `{kind}`" for kind, count in summary.others.items())
        remarks.append(f"Left out is what is neither an sdist nor a wheel: {kinds}.")
    remarks += [
        f"{bad.rows:,} {'row' if bad.rows == 1 else 'rows'} not judged: {bad.why} ({bad.examples[0]})."
        for bad in summary.bad
    ]
    if remarks:
        yield "<h2>What is not known</h2>\n"
        yield from (f'<p class="remark">{prose(remark)}</p>\n' for remark in remarks)


def _section(name: str, title: str, bars: list[Bar], before: str) -> Iterator[str]:
    if bars:
        described = f"{title}. " + "; ".join(f"{bar.label}: {bar.caption}" for bar in bars)
        yield f"<h2>{text(title)}</h2>\n{before}\n{plot(name, bars, described)}\n"


def _bar(label: str, counts: Mapping[str, int]) -> Bar:
    total, broken = sum(counts.values()), counts.get("inconsistent", 0)
    parts = {verdict: counts[verdict] for verdict in _VERDICTS if verdict in counts}
    return Bar(label, f"{broken:,} of {total:,} · {_share(broken, total)}", parts)


def _legend(verdicts: Mapping[str, int]) -> str:
    items = "".join(
        f'<span><i style="background: var({COLOURS[verdict][1]})"></i>{text(meaning)}</span>'
        for verdict, meaning in _VERDICTS.items()
        if verdict in verdicts
    )
    return f'<p class="legend">{items}</p>'


def _say(summary: Summary) -> str:
    if "1 or 2" in summary.by_case:
        return "may say"
    return "says" if summary.claims == 1 else "say"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"
