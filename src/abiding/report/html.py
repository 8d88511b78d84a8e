"""Releases as one self-contained page: findings, and the matrix of files against fields, each cell with both values."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.characters import visible
from abiding.findings.finding import Severity, lines_of
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.report.grouping import alike, left_out, more_than_shown
from abiding.report.matrix import Matrix, State
from abiding.report.style import STYLE
from abiding.report.summary import other_errors, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import Release
    from abiding.report.matrix import Cell, Row

__all__ = ["render"]


# Of a value that is longer, the lines from the first one that differs.
_MOST_LINES = 60
_LINES_BEFORE = 2
_SIGNS = {
    State.SAME: ("=", "the same"),
    State.SPELLING: ("≈", "the same, spelled differently"),
    State.DECLARED: ("✓", "differs as declared"),
    State.DYNAMIC: ("✓", "differs, and the sdist lists it as dynamic"),
    State.UNSAID: ("?", "the sdist does not say"),
    State.APART: ("·", "speaks of the file, not compared"),
    State.NOTE: ("≠", "differs (note)"),
    State.WARNING: ("≠", "differs (warning)"),
    State.ERROR: ("≠", "differs (error)"),
}
_WORDS = {State.SPELLING: "spelling", State.UNSAID: "not said", State.APART: "another"}


def render(releases: Sequence[Release]) -> str:
    """The page. It loads nothing and runs nothing."""
    title = ", ".join(f"{release.name} {release.version}" for release in releases[:3])
    body = "".join(part for number, release in enumerate(releases) for part in _release(release, number))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(title)}: abiding check</title>
<style>{STYLE}</style>
</head>
<body>
{_contents(releases)}<main>
{body}</main>
</body>
</html>
"""


def _text(text: str) -> str:
    # What is no HTML might still be a command to the service of a CI, in whose log the page is written.
    return escape(visible(text)).replace("##", "&#35;#").replace("::", "&#58;:")


def _prose(text: str) -> str:
    """A message: what stands between backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", _text(text))


def _contents(releases: Sequence[Release]) -> str:
    if len(releases) == 1:
        return ""
    items = "".join(
        f'<li><a href="#r{number}">{_text(f"{one.name} {one.version}")}</a> {_badges(one)}</li>'
        for number, one in enumerate(releases)
    )
    return f'<nav aria-label="Releases"><ul>{items}</ul></nav>\n'


def _badges(release: Release) -> str:
    """The verdict; before it the errors that it says nothing of, and what it is about."""
    wrong = other_errors(release)
    if not wrong:
        return _badge(str(release.verdict))
    return f'<span class="badge errors">{_text(wrong)}</span> {_badge(str(release.verdict), "metadata ")}'


def _badge(word: str, about: str = "") -> str:
    return f'<span class="badge {word}">{about}{word.replace("-", " ")}</span>'


def _release(release: Release, number: int) -> Iterator[str]:
    title = _text(f"{release.name} {release.version}")
    yield f'<section id="r{number}">\n<h1>{title} {_badges(release)}</h1>\n'
    yield f'<p class="summary">{_prose(summary(release).partition(": ")[2])}.</p>\n'
    if release.everything:
        yield "<h2>Findings</h2>\n"
        findings = list(alike(release.everything))
        yield from (_finding(finding, names) for finding, names in findings[: bounds.FINDINGS])
        if more := left_out(findings):
            yield f"<p>{_prose(more_than_shown(more))}</p>\n"
    matrix = Matrix.of(release)
    if matrix.columns:
        yield "<h2>Files against fields</h2>\n"
        yield from _matrix(matrix)
    yield "</section>\n"


# Findings


def _finding(finding: Finding, names: Sequence[str]) -> str:
    opened = " open" if finding.severity is Severity.ERROR else ""
    sides = _sides(
        _Side(finding.expected_from, lines_of(finding.expected)),
        _Side(finding.found_from, lines_of(finding.found)),
        field=finding.field,
    )
    has_values = finding.expected is not None or finding.found is not None
    excerpts = "".join(f"<pre>{one.line:>4}  {_text(one.text)}</pre>" for one in finding.excerpts)
    remarks = "".join(f"<p><b>note</b> {_prose(one)}</p>" for one in finding.notes)
    remarks += "".join(f'<p><b>hint</b> <span class="hint">{_prose(one)}</span></p>' for one in finding.hints)
    where = f"{len(names)} files" if len(names) > 1 else _text(names[0])
    return (
        f'<details class="finding"{opened}><summary><span class="chip {finding.severity}">{finding.severity}</span> '
        f'<span class="message">{_prose(finding.message)}</span> <span class="where">{where}</span></summary>\n'
        f'<div class="inside"><p class="rule">{finding.rule}</p>{excerpts}{sides if has_values else ""}{remarks}'
        f"{_names(names) if len(names) > 1 else ''}</div></details>\n"
    )


def _names(names: Sequence[str]) -> str:
    return f'<ul class="names">{"".join(f"<li>{_text(name)}</li>" for name in names)}</ul>'


# The matrix


def _matrix(matrix: Matrix) -> Iterator[str]:
    states = {cell.state for row in matrix.rows for cell in row.cells}
    yield (
        '<p class="legend">'
        + " ".join(
            f'<span><span class="cell {state}">{sign}</span> {words}</span>'
            for state, (sign, words) in _SIGNS.items()
            if state in states
        )
        + "</p>\n"
    )
    yield '<div class="matrix" tabindex="0" role="region" aria-label="Files against fields"><table>\n<thead><tr>'
    yield '<th scope="col" class="corner">File</th>'
    for field in matrix.columns:
        read = "<small>resolvers read it</small>" if field in RESOLVER_FIELDS else ""
        yield f'<th scope="col">{_text(field)}{read}</th>'
    yield "</tr></thead>\n<tbody>\n"
    role = "the sdist" if matrix.sdist else "the largest group of wheels"
    file = f'<span class="file">{_text(matrix.sdist.filename)}</span>' if matrix.sdist else ""
    name = f"{file}<small>{role if matrix.sdist else f'What {role} says in each field'}</small>"
    yield f'<tr class="reference"><th scope="row">{name}</th>'
    for field, said in zip(matrix.columns, matrix.said, strict=True):
        yield f"<td>{_said(said, field)}</td>"
    yield "</tr>\n"
    for row in matrix.rows:
        yield from _row(row, matrix.columns, role)
    yield "</tbody></table></div>\n"


def _row(row: Row, columns: Sequence[str], role: str) -> Iterator[str]:
    first, *others = [one.filename for one in row.artifacts]
    yield f'<tr><th scope="row"><span class="file">{_text(first)}</span>'
    if others:
        yield f"<details><summary>and {len(others)} more</summary>{_names(others)}</details>"
    yield f"{_badge(str(row.verdict))}</th>"
    for field, cell in zip(columns, row.cells, strict=True):
        yield f"<td>{_cell(cell, field, role)}</td>"
    yield "</tr>\n"


def _cell(cell: Cell, field: str, role: str) -> str:
    sign, words = _SIGNS[cell.state]
    if cell.state is State.SAME:
        return f'<span class="cell same" title="{words}" aria-label="{words}">{sign}</span>'
    label = (
        f'<span class="cell {cell.state}" aria-hidden="true">{sign}</span><span class="words">{_change(cell)}</span>'
    )
    left = _Side(cell.others or role, cell.expected, cell.gone)
    sides = _sides(left, _Side("this file", cell.found, cell.new), field=field)
    return f'<details><summary title="{words}" aria-label="{_text(field)}: {words}">{label}</summary>{sides}</details>'


def _change(cell: Cell) -> str:
    """What differs, in a few characters."""
    if cell.state in _WORDS:
        return _WORDS[cell.state]
    if cell.others:
        return f"unlike {cell.others}"
    if len(cell.gone) == len(cell.new) == 1:
        return "changed"
    signed = (f"+{len(cell.new)}" if cell.new else "", f"−{len(cell.gone)}" if cell.gone else "")  # noqa: RUF001
    return " ".join(part for part in signed if part)


def _said(said: Sequence[str], field: str) -> str:
    if not said:
        return '<span class="nothing">nothing</span>'
    if len(said) == 1 and len(said[0]) <= len("a short value, as most are"):
        return f'<span class="value">{_text(said[0])}</span>'
    if len(said) > 1:
        count = f"{len(said)} values"
    else:
        lines = said[0].count("\n") + 1
        count = f"{lines} lines" if lines > 1 else "1 value"
    shown = _lines(_Side("", said))
    return f'<details><summary aria-label="{_text(field)}: {count}">{count}</summary>{shown}</details>'


# Two values, side by side


class _Side:
    """The lines of a value, and a heading that says whose it is; `own` are the lines that only this side has."""

    def __init__(self, heading: str, said: Sequence[str], own: Sequence[str] = ()) -> None:
        self.heading = heading
        self.is_text = any("\n" in value for value in said)
        self.lines = [line for value in said for line in value.strip("\n").split("\n")]
        self.own = set(own)


def _sides(left: _Side, right: _Side, *, field: str) -> str:
    start = 0
    if left.is_text or right.is_text:
        both = set(left.lines) & set(right.lines)
        left.own, right.own = set(left.lines) - both, set(right.lines) - both
        if max(len(left.lines), len(right.lines)) > _MOST_LINES:
            pairs = enumerate(zip(left.lines, right.lines, strict=False))
            start = max(next((number for number, (one, other) in pairs if one != other), 0) - _LINES_BEFORE, 0)
    else:
        for side in (left, right):
            side.lines.sort(key=lambda line: line not in side.own)
    parts = "".join(
        f'<div class="side {name}"><h3>{_text(side.heading)}</h3>{_lines(side, start)}</div>'
        for name, side in (("left", left), ("right", right))
    )
    return f'<div class="sides" aria-label="{_text(field)}">{parts}</div>'


def _lines(side: _Side, start: int = 0) -> str:
    if not side.lines:
        return '<p class="nothing">nothing</p>'
    shown = side.lines[start : start + _MOST_LINES]
    more = len(side.lines) - start - len(shown)
    lines = "".join(
        f"<mark>{_text(line)}</mark>\n" if line in side.own else f"<span>{_text(line)}</span>\n" for line in shown
    )
    before = f"<i>… {start} lines before</i>\n" if start else ""
    after = f"<i>… {more} more lines</i>\n" if more > 0 else ""
    return f"<pre>{before}{lines}{after}</pre>"
