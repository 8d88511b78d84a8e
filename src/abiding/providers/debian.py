"""Write Debian's symbols files (deb-symbols(5)) from a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.providers.history import lifetimes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.providers.history import History

__all__ = ["symbols_file"]


_MINIMUM = "#MINVER#"


def symbols_file(history: History) -> str:
    """Return the symbols file of a history; comments name what could not be read."""
    return "".join(f"{line}\n" for line in _lines(history))


def _lines(history: History) -> Iterator[str]:
    for edition in history.unread:
        yield f"# {edition.version} could not be read: {' '.join(edition.reason.split())}"
    for library, symbols in sorted(lifetimes(history).items()):
        if not symbols:
            continue
        yield f"{library} {history.distribution} {_MINIMUM}"
        for symbol, life in sorted(symbols.items()):
            gone = f"#MISSING: {life.missing}#" if life.missing else ""
            yield f"{gone} {symbol} {life.first}"
