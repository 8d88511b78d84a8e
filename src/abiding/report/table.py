"""The matrix of a release as an HTML table; each cell opens both values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import number_of
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.releases.release import Verdict
from abiding.report.compact import compact
from abiding.report.markup import Side, badge, breakable, explain_button, files, lines, sides, text
from abiding.report.matrix import CellState
from abiding.report.standings import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.report.filters import Filters
    from abiding.report.matrix import Cell, Matrix, Row

__all__ = ["Table", "legend"]


_SIGNS = {
    CellState.SAME: ("=", "the same"),
    CellState.SPELLING: ("≈", "the same, spelled differently"),
    CellState.DECLARED: ("✓", "differs as declared"),
    CellState.DYNAMIC: ("✓", "differs, and the sdist lists it as dynamic"),
    CellState.UNSAID: ("?", "the sdist does not say"),
    CellState.APART: ("·", "speaks of the file, not compared"),
    CellState.NOTE: ("≠", "differs (note)"),
    CellState.WARNING: ("≠", "differs (warning)"),
    CellState.ERROR: ("≠", "differs (error)"),
}
_WORDS = {CellState.SPELLING: "spelling", CellState.UNSAID: "not said", CellState.APART: "another"}
_ALIKE = (CellState.SAME, CellState.SPELLING, CellState.APART)


def legend(matrices: Sequence[Matrix]) -> str:
    """Return what the signs mean, of those that are on the page."""
    states = {cell.state for matrix in matrices for row in matrix.rows for cell in row.cells}
    signs = " ".join(
        f'<span><span class="cell {state}">{sign}</span> {words}</span>'
        for state, (sign, words) in _SIGNS.items()
        if state in states
    )
    return f'<p class="legend">{signs}</p>\n' if signs else ""


class Table(NamedTuple):
    """The table of one release, which scrolls by itself where it is wider than the page."""

    matrix: Matrix
    filters: Filters

    @property
    def _role(self) -> str:
        return "the sdist" if self.matrix.sdist else "the largest group of wheels"

    @property
    def _columns(self) -> Iterator[tuple[str, str, int]]:
        """Each field, with what its cells are marked by, and its place."""
        for place, field in enumerate(self.matrix.columns):
            same = all(row.cells[place].state in _ALIKE for row in self.matrix.rows)
            yield field, ' class="alike"' if same else "", place

    def html(self) -> Iterator[str]:
        """Yield the table, its head first."""
        yield '<p class="wide">Where the table is wider than the screen, it scrolls sideways.</p>\n'
        yield '<div class="matrix fields" tabindex="0" role="region" aria-label="Files against fields"><table>\n'
        yield "<thead><tr>"
        yield '<th scope="col" class="corner">File</th>'
        for field, kind, _ in self._columns:
            read = "<small>resolvers read it</small>" if field in RESOLVER_FIELDS else ""
            yield f'<th scope="col"{kind}>{text(field)}{read}</th>'
        yield "</tr></thead>\n<tbody>\n"
        yield from self._reference()
        for row in self.matrix.rows:
            yield from self._row(row)
        yield "</tbody></table></div>\n"

    def _reference(self) -> Iterator[str]:
        sdist = self.matrix.sdist
        label = self._role if sdist else f"What {self._role} says in each field"
        file = f'<span class="file">{breakable(sdist.called)}</span>' if sdist else ""
        yield f'<tr class="reference"><th scope="row">{file}<small>{label}</small></th>'
        for field, kind, place in self._columns:
            yield f'<td{kind} data-field="{text(field)}">{_said(self.matrix.reference[place], field)}</td>'
        yield "</tr>\n"

    def _row(self, row: Row) -> Iterator[str]:
        names = [checked.called for checked in row.artifacts]
        all_names = files(names, map(self.filters.classes, names))
        alike = " alike" if row.severity is None and all(cell.state in _ALIKE for cell in row.cells) else ""
        yield f'<tr class="files{alike}"><th scope="row">'
        if len(names) > 1:
            yield f'<span class="file"><b>{number_of(len(names), row.artifacts[0].kind)}</b></span>'
            every = [checked.called for other in self.matrix.rows for checked in other.artifacts]
            yield from (f'<span class="file">{breakable(name)}</span>' for name in compact(names, every))
            all_names = f'<details class="all"><summary>all names</summary>{all_names}</details>'
        level = LEVELS.get(row.artifacts[0].level, "")
        beside = f" {explain_button('level', level)}" if level else ""
        unseen = row.verdict is Verdict.EQUAL and all(cell.state is CellState.SAME for cell in row.cells)
        how = "<small>in other line ends, order or case alone</small>" if unseen else ""
        yield f"{all_names}{badge(str(row.verdict).replace('-', ' '), row.severity)}{beside}{how}</th>"
        for field, kind, place in self._columns:
            yield f'<td{kind} data-field="{text(field)}">{_cell(row.cells[place], field, self._role)}</td>'
        yield "</tr>\n"


def _cell(cell: Cell, field: str, role: str) -> str:
    sign, words = _SIGNS[cell.state]
    if cell.state is CellState.SAME:
        return f'<span class="cell same" title="{words}" aria-label="{words}">{sign}</span>'
    label = (
        f'<span class="cell {cell.state}" aria-hidden="true">{sign}</span><span class="words">{_change(cell)}</span>'
    )
    left = Side(cell.others or role, cell.expected, cell.gone)
    both = sides(left, Side("this file", cell.found, cell.new), field=field)
    return f'<details><summary title="{words}" aria-label="{text(field)}: {words}">{label}</summary>{both}</details>'


def _change(cell: Cell) -> str:
    """Return what differs, in a few characters."""
    if cell.state in _WORDS:
        return _WORDS[cell.state]
    if cell.others:
        return f"unlike {cell.others}"
    if len(cell.gone) == len(cell.new) == 1:
        return "changed"
    signed = (f"+{len(cell.new)}" if cell.new else "", f"−{len(cell.gone)}" if cell.gone else "")  # noqa: RUF001
    count = len(cell.new) + len(cell.gone)
    return " ".join((*(part for part in signed if part), "line" if count == 1 else "lines"))


def _said(values: Sequence[str], field: str) -> str:
    if not values:
        return '<span class="nothing">nothing</span>'
    if len(values) == 1 and len(values[0]) <= len("a short value, as most are"):
        return f'<span class="value">{text(values[0])}</span>'
    if len(values) > 1:
        count = f"{len(values)} values"
    else:
        number = values[0].count("\n") + 1
        count = f"{number} lines" if number > 1 else "1 value"
    shown = lines(Side("", values))
    return f'<details><summary aria-label="{text(field)}: {count}">{count}</summary>{shown}</details>'
