"""Report what a release does to its consumers, as a table or as data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.findings.screen import conclusion
from abiding.findings.terminal import Span, Style
from abiding.report.columns import columns
from abiding.report.json import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.terminal import Line, Terminal
    from abiding.providers.impact import Impact

__all__ = ["as_json", "as_text"]

_WORDS = {"fine": "fine", "rebuild": "needs a rebuild", "excluded": "excluded by its bound", "unknown": "not known"}
_OF_SEVERAL = _WORDS | {"rebuild": "need a rebuild", "excluded": "excluded by their bounds"}
_STYLES = {"fine": Style.GOOD, "rebuild": Style.ERROR, "excluded": Style.NOTE, "unknown": Style.WARNING}


def as_text(release: str, impacts: Sequence[Impact], to: Terminal) -> str:
    """Return a line for each consumer, and one that counts them."""
    return to.written(_lines(release, impacts, to))


def _lines(release: str, impacts: Sequence[Impact], to: Terminal) -> Iterator[Line]:
    names = Counter(impact.consumer for impact in impacts)
    rows = [
        (
            Span(impact.consumer if names[impact.consumer] == 1 else impact.read_from),
            Span(_WORDS[impact.outcome], _STYLES[impact.outcome]),
            Span(impact.why),
        )
        for impact in impacts
    ]
    if rows:
        yield from columns((), rows, to)
    counts = {key: sum(impact.outcome == key for impact in impacts) for key in _WORDS}
    outcomes = ", ".join(f"{n} {(_WORDS if n == 1 else _OF_SEVERAL)[key]}" for key, n in counts.items() if n)
    yield from conclusion(Span(f"{release}: {outcomes or 'no consumer'}", Style.STRONG), to)


def as_json(release: str, impacts: Sequence[Impact]) -> str:
    """Return the document of `impact`."""
    consumers = [
        {
            "consumer": visible(impact.consumer),
            "read_from": visible(impact.read_from),
            "outcome": str(impact.outcome),
            "why": visible(impact.why),
        }
        for impact in impacts
    ]
    return document("impact", release=release, consumers=consumers)
