"""Report what compiled files ask for, as a table or as data."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from abiding.evidence.asked_versions import BoundState
from abiding.findings.characters import on_one_line, visible
from abiding.findings.finding import by_weight, worst
from abiding.findings.screen import labelled, lines
from abiding.findings.terminal import Span, Style
from abiding.findings.words import first_of
from abiding.report.columns import NOTHING, columns
from abiding.report.grouping import groups
from abiding.report.json import document, findings_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abiding.evidence.asked_versions import Bound, WheelBounds
    from abiding.findings.terminal import Line, Terminal
    from abiding.providers.ranges import Range, VersionRow

__all__ = ["as_json", "as_text"]


_HEAD = ("interface or provider", "evidence", "admitted now", "to be declared")
_WORDS = {BoundState.TOO_LOOSE: "too loose", BoundState.TOO_TIGHT: "too tight", BoundState.FITS: "fits"}
_STYLES = {BoundState.TOO_LOOSE: Style.ERROR, BoundState.TOO_TIGHT: Style.WARNING, BoundState.FITS: Style.GOOD}
_MOST = 40


def as_text(wheels: Mapping[str, WheelBounds], tables: Mapping[str, Sequence[Range]], to: Terminal) -> str:
    """Return a table for each wheel and each of its providers, with the findings below them."""
    times = Counter(stated.filename for stated in wheels.values())
    return to.written(
        line
        for path, stated in wheels.items()
        for line in _wheel(
            _call_by_path(stated, path) if times[stated.filename] > 1 else stated, tables.get(path, ()), to
        )
    )


def _call_by_path(stated: WheelBounds, path: str) -> WheelBounds:
    """Return the path of a wheel whose name another wheel has, too."""
    findings = tuple(finding._replace(artifact=path) for finding in stated.findings)
    return stated._replace(filename=path, findings=findings)


def _wheel(stated: WheelBounds, tables: Sequence[Range], to: Terminal) -> Iterator[Line]:
    yield (Span(on_one_line(stated.filename), Style.STRONG),)
    if not stated.bounds:
        yield from labelled(Span(_nothing(stated)), to.width, Span("  "))
    else:
        # Each reason once, in its table.
        reasons = list(dict.fromkeys(bound.why for bound in stated.bounds if bound.why))
        cells = [_cells(bound, reasons.index(bound.why) + 1 if bound.why else 0) for bound in stated.bounds]
        yield from columns(_HEAD, cells, to, "  ")
        for number, why in enumerate(reasons, 1):
            yield from labelled(Span(on_one_line(why)), to.width, Span(f"  ({number}) "))
    for table in tables:
        yield ()
        head = f"versions of {table.distribution}, by what they have of {' and '.join(table.libraries)}"
        yield from labelled(Span(head, Style.STRONG), to.width, Span("  "))
        yield from _versions(table.rows, to)
    for group in groups(by_weight(stated.findings)):
        yield ()
        yield from lines(group.finding._replace(artifact=group.about), to.width)
    yield ()


def _versions(rows: Iterable[VersionRow], to: Terminal) -> Iterator[Line]:
    """Yield what each version has; consecutive versions that have the same are joined."""
    spans = []
    for state, together in groupby(rows, _state):
        first, *others = (row.version for row in together)
        spans.append((f"{first} to {others[-1]}" if others else first, state))
    width = max((len(versions) for versions, _ in spans), default=0)
    for versions, state in spans:
        style = Style.GOOD if state == _EVERYTHING else Style.PLAIN
        yield from labelled(Span(on_one_line(state), style), to.width, Span(f"    {on_one_line(versions):<{width}}  "))


_EVERYTHING = "has everything"


def _state(row: VersionRow) -> str:
    if row.lacks_library:
        return f"has no {row.library}" + (f", but {', '.join(row.missing)}" if row.missing else "")
    named = first_of(row.symbols, _SYMBOLS)
    if row.refuted:
        return f"lacks {named} of {row.library}"
    if row.has_everything:
        return _EVERYTHING
    return f"not known: that depends on {named}" if named else "not known"


_SYMBOLS = 3


def _nothing(stated: WheelBounds) -> str:
    if not stated.files:
        return "no evidence: the wheel has no compiled files"
    return f"no evidence: none of {stated.files} compiled files uses an interface that is known"


def _cells(bound: Bound, reason: int) -> tuple[Span, ...]:
    file = bound.named or NOTHING
    admitted = ", ".join(bound.admitted) or ("not required" if bound.distribution else NOTHING)
    state = f" ({_WORDS[bound.state]})" if bound.state in _WORDS else ""
    declare = bound.declare or ("not known" if bound.distribution else NOTHING)
    if bound.state is BoundState.FITS:
        declare = f"nothing (they accept {bound.declare})" if bound.declare else "nothing (they refuse no version)"
    style = _STYLES.get(bound.state, Style.PLAIN)
    return (
        Span(bound.what),
        Span(first_of([file, *bound.files[1:]], 1)),
        Span((admitted if len(admitted) <= _MOST else f"{admitted[: _MOST - 1]}…") + state, style),
        Span(declare + f" ({reason})" * bool(reason)),
    )


def as_json(wheels: Mapping[str, WheelBounds], tables: Mapping[str, Sequence[Range]]) -> str:
    """Return the document of `bounds`; each wheel is named by its path."""
    gravest = worst([finding for stated in wheels.values() for finding in stated.findings])
    return document(
        "bounds",
        severity=gravest and str(gravest),
        wheels=[_data(*pair, tables.get(pair[0], ())) for pair in wheels.items()],
    )


def _data(read_from: str, stated: WheelBounds, tables: Sequence[Range]) -> dict[str, object]:
    return {
        "filename": visible(stated.filename),
        "read_from": visible(read_from),
        "compiled_files": stated.files,
        "bounds": [
            {
                "distribution": visible(bound.distribution) or None,
                "interface": visible(bound.what),
                "evidence": visible(bound.evidence),
                "files": [visible(file) for file in bound.files],
                "admitted": [visible(line) for line in bound.admitted],
                "declare": bound.declare or None,
                "state": str(bound.state),
                "why": visible(bound.why) or None,
            }
            for bound in stated.bounds
        ],
        "providers": [
            {
                "distribution": table.distribution,
                "libraries": [visible(library) for library in table.libraries],
                "floor": table.floor or None,
                "ceiling": table.ceiling or None,
                "versions": [
                    {
                        "version": row.version,
                        "state": str(row.state),
                        "library": visible(row.library) or None,
                        "missing": [visible(symbol) for symbol in row.missing],
                    }
                    for row in table.rows
                ],
            }
            for table in tables
        ],
        "findings": findings_data(stated.findings),
    }
