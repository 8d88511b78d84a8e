"""What a release does to its consumers, as a table for people and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, visible
from abiding.report.json import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.providers.impact import Impact

__all__ = ["as_json", "as_text"]

_WORDS = {"fine": "fine", "rebuild": "needs a rebuild", "excluded": "excluded by its bound", "unknown": "not known"}


def as_text(release: str, found: Sequence[Impact]) -> str:
    """A line for each consumer, and one that counts them."""
    width = max((len(one.consumer) for one in found), default=0)
    lines = [f"{one.consumer:<{width}}  {_WORDS[one.outcome]:<21}  {one.why}".rstrip() for one in found]
    counts = {word: sum(one.outcome == key for one in found) for key, word in _WORDS.items()}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return "".join(f"{on_one_line(line)}\n" for line in [*lines, f"{release}: {told or 'no consumer'}"])


def as_json(release: str, found: Sequence[Impact]) -> str:
    """The document of `impact`."""
    consumers = [
        {"consumer": visible(one.consumer), "outcome": str(one.outcome), "why": visible(one.why)} for one in found
    ]
    return document("impact", release=release, consumers=consumers)
