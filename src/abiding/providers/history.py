"""The history of a provider: the exports of its libraries in each published version, for one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.native.names import stem
from abiding.providers.symbol_tables import is_of_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from abiding.providers.symbol_tables import Exports

__all__ = ["Edition", "History", "Lifetime", "Unread", "lifetimes"]


class Edition(NamedTuple):
    """One version of a provider: the wheel that was read, and its libraries by place below site-packages."""

    version: str
    filename: str
    libraries: Mapping[str, Exports]

    def known_as(self, library: str) -> Exports | None:
        """Return the library with this SONAME or file name."""
        return self.libraries.get(self.place_of(library))

    def place_of(self, library: str) -> str:
        """Return the place of the library with this SONAME or file name; empty if there is none."""
        names = ((place, known.name, place.rpartition("/")[2]) for place, known in self.libraries.items())
        return next((place for place, *known in names if library in known), "")

    def with_needs(self, library: Exports) -> Iterator[Exports]:
        """Yield a library, and those of this edition that it needs."""
        waiting, seen = [library], {library.name}
        while waiting:
            loaded = waiting.pop()
            yield loaded
            for name in loaded.needs:
                other = self.known_as(name.rpartition("/")[2])
                if other and other.name not in seen:
                    seen.add(other.name)
                    waiting.append(other)

    def similar_to(self, library: str) -> tuple[str, ...]:
        """Return the names of libraries that may be the same one in another version."""
        return tuple(sorted({known.name for known in self.libraries.values() if stem(known.name) == stem(library)}))


class Unread(NamedTuple):
    """A version that could not be read, and the reason."""

    version: str
    filename: str
    reason: str


class History(NamedTuple):
    """The editions of a provider, the oldest first, and those that could not be read.

    `others` are yanked or not admitted; they only show which library a symbol belongs to.
    """

    distribution: str
    platform: str
    editions: tuple[Edition, ...]
    unread: tuple[Unread, ...] = ()
    others: tuple[Edition, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that were read, and those that could not be."""
        return (*(edition.version for edition in self.editions), *(edition.version for edition in self.unread))

    @property
    def ever(self) -> tuple[Edition, ...]:
        """All editions, including `others`."""
        return (*self.editions, *self.others)


class Lifetime(NamedTuple):
    """The version since which a symbol exists without a gap, and the first one without it, or empty."""

    first: str
    missing: str = ""


def lifetimes(history: History) -> dict[str, dict[str, Lifetime]]:
    """Return the lifetime of each symbol of each library, by library name; without symbols of the toolchain."""
    lives: dict[str, dict[str, Lifetime]] = {}
    for edition in history.editions:
        there: dict[str, set[str]] = {}
        for library in edition.libraries.values():
            there.setdefault(library.name, set()).update(library.symbols)
        for name, symbols in there.items():
            known = lives.setdefault(name, {})
            for symbol in symbols:
                # A symbol that comes back counts from then on, as in dpkg-gensymbols.
                if (symbol not in known or known[symbol].missing) and not is_of_toolchain(symbol):
                    known[symbol] = Lifetime(edition.version)
        for name, known in lives.items():
            for symbol in [
                symbol for symbol, life in known.items() if not life.missing and symbol not in there.get(name, ())
            ]:
                known[symbol] = known[symbol]._replace(missing=edition.version)
    return lives
