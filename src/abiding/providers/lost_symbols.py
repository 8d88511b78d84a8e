"""The symbols that the libraries of a provider lose and gain with a new release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.providers.interface_comparison import Change
from abiding.providers.release import class_of
from abiding.providers.symbol_tables import BASE, missing_symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.providers.release import ProviderRelease
    from abiding.providers.symbol_tables import Exports

__all__ = ["added_symbols", "lost_symbols", "lost_weak_symbols"]


def lost_symbols(
    on_each: Mapping[str, tuple[ProviderRelease, ProviderRelease]], promised: set[str]
) -> Iterator[Change]:
    """Yield the libraries and symbols that are gone on any machine; those not gone on all name the machines."""
    by_loss: dict[Change, list[str]] = {}
    for machine, sides in on_each.items():
        for loss in _losses_on_one(*sides, promised):
            by_loss.setdefault(loss, []).append(machine)
    for loss, machines in by_loss.items():
        where = f" for {' and '.join(machines)}" if len(machines) < len(on_each) else ""
        yield loss._replace(what=f"{loss.what}{where}")


def _losses_on_one(old: ProviderRelease, new: ProviderRelease, promised: set[str]) -> Iterator[Change]:
    for name in sorted(promised):
        if name not in new.libraries:
            yield Change(name, "the library")
            continue
        loaded = _with_needs(name, new)
        missing = missing_symbols(old.libraries[name].own_symbols(), loaded)
        names = {symbol.partition("@")[0] for library in loaded for symbol in library.symbols}
        versions = {symbol for symbol in missing if symbol.partition("@")[0] in names}
        classes = set(filter(None, map(class_of, missing - versions)))
        symbols = {symbol for symbol in missing - versions if not class_of(symbol)}
        for singular, plural, lost in (
            ("class", "classes", classes),
            ("symbol", "symbols", symbols),
            ("version of a symbol", "versions of symbols", versions),
        ):
            if lost:
                yield Change(name, f"{len(lost)} {singular if len(lost) == 1 else plural}", _names(lost))


def lost_weak_symbols(name: str, sides: Iterable[tuple[ProviderRelease, ProviderRelease]]) -> tuple[str, ...]:
    """Return the weak symbols that a library has lost: templates and inline functions, which users define themselves.

    Which of them a library has depends on what its own code happens to use.
    """
    return _names(
        symbol
        for old, new in sides
        for symbol in missing_symbols(old.libraries[name].vague_symbols(), _with_needs(name, new))
    )


def added_symbols(name: str, sides: Iterable[tuple[ProviderRelease, ProviderRelease]]) -> tuple[str, ...]:
    """Return the symbols that a library has only in the new release."""
    return _names(
        symbol
        for old, new in sides
        for symbol in missing_symbols(new.libraries[name].own_symbols(), [old.libraries[name].exports])
    )


def _names(symbols: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({symbol.removesuffix(f"@{BASE}") for symbol in symbols}))


def _with_needs(name: str, side: ProviderRelease) -> list[Exports]:
    """Return a library and those that it needs: a symbol that has moved into one of these is still found."""
    library = side.libraries[name].exports
    needs = _needs(library, side)
    return [library, *(other.exports for other in side.libraries.values() if other.exports.name in needs)]


def _needs(library: Exports, side: ProviderRelease) -> set[str]:
    """Return the libraries of the same release that one needs, directly or not."""
    names: set[str] = set()
    waiting = [library]
    while waiting:
        for need in (name.rpartition("/")[2] for name in waiting.pop().needs):
            if need in side.libraries and need not in names:
                names.add(need)
                waiting.append(side.libraries[need].exports)
    return names
