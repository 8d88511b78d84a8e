"""Report the history of a provider as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.providers.history import lifetimes
from abiding.report.json import document

if TYPE_CHECKING:
    from abiding.providers.history import History

__all__ = ["as_json"]


def as_json(history: History) -> str:
    """Return the document, with a newline at its end."""
    libraries = {
        visible(name): {
            visible(symbol): {"first": life.first, "missing": life.missing or None}
            for symbol, life in sorted(symbols.items())
        }
        for name, symbols in sorted(lifetimes(history).items())
        if symbols
    }
    return document(
        "symbols",
        distribution=history.distribution,
        platform=history.platform,
        versions=[{"version": edition.version, "filename": visible(edition.filename)} for edition in history.editions],
        unread=[
            {"version": edition.version, "filename": visible(edition.filename), "reason": visible(edition.reason)}
            for edition in history.unread
        ],
        libraries=libraries,
    )
