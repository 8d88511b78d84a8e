"""held(what a consumer takes, a history) -> range: which versions of a provider have it, and where it begins and ends.

What is found is necessary and not sufficient: it refutes versions, and admits none that is not declared.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from abiding.providers.tables import BASE, is_of_toolchain, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from abiding.providers.history import Edition, History
    from abiding.providers.tables import Exports, Imports

__all__ = ["Range", "Row", "State", "all_told", "had", "held", "is_same", "joined", "left_open", "public"]


class State(StrEnum):
    """What a version has of that which a consumer takes."""

    HAS = "has"
    LACKS_SYMBOLS = "lacks-symbols"
    LACKS_LIBRARY = "lacks-library"
    NOT_KNOWN = "not-known"


class Row(NamedTuple):
    """One version. `library` is the first that is affected, `missing` are symbols or, of a library, similar names."""

    version: str
    state: State
    library: str = ""
    missing: tuple[str, ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether the consumer can't work with this version."""
        return self.state in {State.LACKS_SYMBOLS, State.LACKS_LIBRARY}

    @property
    def has_everything(self) -> bool:
        """Whether it has all that the consumer takes."""
        return self.state is State.HAS

    @property
    def lacks_library(self) -> bool:
        """Whether there is no such library: what is `missing` are then others, with similar names."""
        return self.state is State.LACKS_LIBRARY

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is missing, symbols without a version by their names alone."""
        return tuple(symbol.removesuffix(f"@{BASE}") for symbol in self.missing)


class Range(NamedTuple):
    """The versions of one provider, the oldest first, that some files were held against.

    `floor` is the first version, and `ceiling` the first after it, that bound those around the one that it was built
    with (else the newest that has everything); empty where nothing bounds them. `taken` are the symbols that count.
    """

    distribution: str
    libraries: tuple[str, ...]
    taken: frozenset[str]
    weak: frozenset[str]
    rows: tuple[Row, ...]
    floor: str = ""
    ceiling: str = ""

    @property
    def specifier(self) -> str:
        """The bounds as a requirement has them; empty if there are none."""
        return self._written([self._lower, self._upper], self.rows)

    @property
    def _lower(self) -> str:
        return f">={public(self.floor)}" if self.floor else ""

    @property
    def _upper(self) -> str:
        if not self.ceiling:
            return ""
        last, first = next(pair for pair in pairwise(self.rows) if pair[1].version == self.ceiling)
        is_one = public(last.version) == public(first.version)
        return f"{'<=' if is_one else '<'}{public(first.version)}"

    @staticmethod
    def _written(clauses: Iterable[str], rows: Iterable[Row]) -> str:
        """Join clauses, and leave out what no order tells apart: builds of one version, which its local part names."""
        from packaging.specifiers import SpecifierSet

        text = ",".join(filter(None, clauses))
        admitted = SpecifierSet(text, prereleases=True)
        builds = [row.version for row in rows if row.refuted and public(row.version) != row.version]
        return ",".join(filter(None, [text, *(f"!={version}" for version in builds if version in admitted)]))

    def refuting(self, declared: SpecifierSet) -> tuple[Row, ...]:
        """Return the versions that are declared to be good, and are not."""
        return tuple(row for row in self.rows if row.refuted and declared.contains(row.version, prereleases=True))

    def narrowed(self, declared: SpecifierSet) -> str:
        """Return the specifier to declare: the declared one, and what the files ask for in the place of its bounds."""
        refuted = self.refuting(declared)
        order = [row.version for row in self.rows]
        floor, ceiling = (order.index(version) if version else None for version in (self.floor, self.ceiling))
        low = floor is not None and any(order.index(row.version) < floor for row in refuted)
        high = ceiling is not None and any(order.index(row.version) >= ceiling for row in refuted)
        kept = [
            str(imports)
            for imports in declared
            if not (low and imports.operator in {">=", ">"}) and not (high and imports.operator in {"<", "<="})
        ]
        return self._written([self._lower if low else "", *kept, self._upper if high else ""], refuted)


def held(taken: Sequence[Imports], history: History, is_system: Callable[[str], bool], built_with: str = "") -> Range:
    """Hold what a consumer takes of some libraries of one provider against its history.

    `is_system` says which libraries are the platform's, so that nothing of a provider is looked for there.
    """
    wanted = {imports.library: _counting(imports, history) for imports in taken}
    rows = [_row(edition, wanted) for edition in history.editions]
    fitting = [edition for edition, row in zip(history.editions, rows, strict=True) if row.state is State.HAS]
    known = {name for edition in fitting for name in _outside(edition, wanted)}
    for place, (edition, row) in enumerate(zip(history.editions, rows, strict=True)):
        # Where a library needs others, which are not looked into, the symbols may have gone there.
        new = {name for name in _outside(edition, wanted) - known if not is_system(name)}
        if row.state is State.LACKS_SYMBOLS and new:
            rows[place] = Row(edition.version, State.NOT_KNOWN, row.library, tuple(sorted(new)))
        elif row.state is State.HAS and (library := _unsure(edition, taken, history)):
            rows[place] = Row(edition.version, State.NOT_KNOWN, *library)
    rows += [Row(edition.version, State.NOT_KNOWN) for edition in history.unread]
    rows.sort(key=lambda row: _version(row.version))
    floor, ceiling = _bounds(rows, built_with)
    for open_, nowhere in left_open(taken, history)[:1]:
        # Whose they are is not known: that a version has all the rest says nothing of them.
        rows = [Row(row.version, State.NOT_KNOWN, open_, nowhere) if row.state is State.HAS else row for row in rows]
    symbols = frozenset(symbol for some in wanted.values() for symbol in some)
    weak = frozenset(symbol for imports in taken for symbol in imports.weak)
    return Range(history.distribution, tuple(wanted), symbols, weak, tuple(rows), floor, ceiling)


def left_open(taken: Sequence[Imports], history: History) -> list[tuple[str, tuple[str, ...]]]:
    """Find, by a library, the symbols that a provider must have if no other has them, and that it never had."""
    names = had(taken, history.ever)
    found = []
    for imports in taken:
        wanted = (symbol for symbol in imports.sole - imports.bound if not is_of_toolchain(symbol))
        open_ = tuple(sorted(symbol for symbol in wanted if symbol.removesuffix(f"@{BASE}") not in names))
        found += [(imports.library, open_)] if open_ else []
    return found


def all_told(taken: Iterable[Imports], history: History) -> bool:
    """Return whether a history tells of all symbols whether they are the provider's, those of Python left out."""
    names = had(taken, history.ever)
    free = {symbol.removesuffix(f"@{BASE}") for imports in taken for symbol in imports.free - imports.bound}
    return all(name.startswith(("Py", "_Py")) or is_of_toolchain(name) for name in free - names)


def had(taken: Iterable[Imports], editions: Iterable[Edition]) -> set[str]:
    """Return the names of all symbols that the libraries of some imports had in some of these editions."""
    editions = tuple(editions)
    return {name for imports in taken for name in _names(imports.library, editions)}


def joined(several: Sequence[Range], built_with: str = "") -> Range:
    """Join what was found for each machine that a wheel is for: a version that one of them refuses is refused."""
    first, *others = several
    if all(other == first for other in others):
        return first
    rows: dict[str, Row] = {}
    for row in (row for ranges in several for row in ranges.rows):
        known = rows.get(row.version, row)
        rows[row.version] = max(
            known, row, key=lambda candidate: (candidate.refuted, candidate.state is State.NOT_KNOWN)
        )
    ordered = tuple(sorted(rows.values(), key=lambda row: _version(row.version)))
    taken, weak = (
        frozenset[str]().union(*some) for some in zip(*((ranges.taken, ranges.weak) for ranges in several), strict=True)
    )
    libraries = tuple(dict.fromkeys(name for ranges in several for name in ranges.libraries))
    return Range(first.distribution, libraries, taken, weak, ordered, *_bounds(ordered, built_with))


def _version(text: str) -> Version:
    from packaging.version import Version

    return Version(text)


def is_same(version: str, recorded: str) -> bool:
    """Return whether a version is the one that a record tells, which may say anything."""
    from packaging.utils import canonicalize_version

    return canonicalize_version(version) == canonicalize_version(recorded)


def public(version: str) -> str:
    """Return a version without its local part, which no clause with an order may have (PEP 440)."""
    return version.partition("+")[0]


def _counting(imports: Imports, history: History) -> frozenset[str]:
    """Return the symbols that count: those that are surely of the library, and those that it had in some version."""
    names = _names(imports.library, history.ever)
    free = (symbol for symbol in imports.free if symbol.removesuffix(f"@{BASE}") in names)
    return frozenset(symbol for symbol in (*imports.bound, *free) if not is_of_toolchain(symbol))


def _unsure(edition: Edition, taken: Sequence[Imports], history: History) -> tuple[str, tuple[str, ...]] | None:
    """Return the library that lacks symbols which others of its versions have, and which libstdc++ may have as well."""
    for imports in taken:
        library = edition.known_as(imports.library)
        ever = _names(imports.library, history.ever)
        wanted = (symbol for symbol in imports.unsure if symbol.removesuffix(f"@{BASE}") in ever)
        missing = lacking(wanted, edition.with_needs(library)) if library else frozenset()
        if missing:
            return imports.library, tuple(sorted(missing))
    return None


def _names(library: str, editions: Iterable[Edition]) -> set[str]:
    """Return the names of all symbols that a library had in some of these editions."""
    known = ((edition, edition.known_as(library)) for edition in editions)
    brought = (library for edition, library_of in known if library_of for library in edition.with_needs(library_of))
    return {symbol.partition("@")[0] for library in brought for symbol in library.symbols}


def _row(edition: Edition, wanted: dict[str, frozenset[str]]) -> Row:
    libraries = {name: edition.known_as(name) for name in wanted}
    for name, library in libraries.items():
        if library is None:
            return Row(edition.version, State.LACKS_LIBRARY, name, edition.similar_to(name))
    for name, library in libraries.items():
        missing = lacking(wanted[name], edition.with_needs(library)) if library else frozenset()
        if missing:
            return Row(edition.version, State.LACKS_SYMBOLS, name, tuple(sorted(missing)))
    return Row(edition.version, State.HAS)


def _outside(edition: Edition, names: Iterable[str]) -> set[str]:
    """Return what libraries of an edition need that is not in it, as far as it was read."""
    return {
        need.rpartition("/")[2]
        for library in _brought(edition, names)
        for need in library.needs
        if not edition.known_as(need.rpartition("/")[2])
    }


def _brought(edition: Edition, names: Iterable[str]) -> Iterator[Exports]:
    for name in names:
        library = edition.known_as(name)
        if library:
            yield from edition.with_needs(library)


def _bounds(rows: Sequence[Row], built_with: str) -> tuple[str, str]:
    """The run of versions around the one that is sure: its first, if one before is refuted, and the first after it."""
    sure = [place for place, row in enumerate(rows) if row.state is State.HAS]
    anchor = next((place for place in sure if is_same(rows[place].version, built_with)), None)
    if anchor is None:
        anchor = max(sure, default=None)
    if anchor is None:
        return "", ""
    below = max((place for place in range(anchor) if rows[place].refuted), default=None)
    above = next((place for place in range(anchor + 1, len(rows)) if rows[place].refuted), None)
    return rows[below + 1].version if below is not None else "", rows[above].version if above is not None else ""
