"""The versions of a provider that have everything a consumer uses.

This is necessary and not sufficient: it excludes versions, and adds none that is not declared.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.providers.symbol_tables import BASE, is_of_toolchain, missing_symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from abiding.providers.history import Edition, History
    from abiding.providers.symbol_tables import Exports, Imports

__all__ = [
    "Range",
    "VersionRow",
    "VersionState",
    "exported_names",
    "is_same_version",
    "join_ranges",
    "public",
    "tells_all",
    "unresolved",
    "working_range",
]


class VersionState(StrEnum):
    """Whether a version has what a consumer uses."""

    HAS = "has"
    LACKS_SYMBOLS = "lacks-symbols"
    LACKS_LIBRARY = "lacks-library"
    NOT_KNOWN = "not-known"


class VersionRow(NamedTuple):
    """One version. `library` is the first that is affected, `missing` are symbols or, of a library, similar names."""

    version: str
    state: VersionState
    library: str = ""
    missing: tuple[str, ...] = ()

    @property
    def refuted(self) -> bool:
        """Whether the consumer can't work with this version."""
        return self.state in {VersionState.LACKS_SYMBOLS, VersionState.LACKS_LIBRARY}

    @property
    def has_everything(self) -> bool:
        """Whether it has all that the consumer takes."""
        return self.state is VersionState.HAS

    @property
    def lacks_library(self) -> bool:
        """Whether the library does not exist; `missing` are then libraries with similar names."""
        return self.state is VersionState.LACKS_LIBRARY

    @property
    def symbols(self) -> tuple[str, ...]:
        """The missing symbols, without `@Base`."""
        return tuple(symbol.removesuffix(f"@{BASE}") for symbol in self.missing)


class Range(NamedTuple):
    """The versions of one provider, the oldest first, as some files need them.

    `floor` is the first version of the range around the one that the files were built with (else the newest complete
    one), and `ceiling` the first version after it; empty if the range is open. `taken` are the symbols that count.
    """

    distribution: str
    libraries: tuple[str, ...]
    taken: frozenset[str]
    weak: frozenset[str]
    rows: tuple[VersionRow, ...]
    floor: str = ""
    ceiling: str = ""

    @property
    def specifier(self) -> str:
        """The bounds as a specifier; empty if there are none."""
        return self._join([self._lower, self._upper], self.rows)

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
    def _join(clauses: Iterable[str], rows: Iterable[VersionRow]) -> str:
        """Join clauses, without bounds between builds of one version, which only have different local parts."""
        from packaging.specifiers import SpecifierSet

        text = ",".join(filter(None, clauses))
        admitted = SpecifierSet(text, prereleases=True)
        builds = [row.version for row in rows if row.refuted and public(row.version) != row.version]
        return ",".join(filter(None, [text, *(f"!={version}" for version in builds if version in admitted)]))

    def refuting(self, declared: SpecifierSet) -> tuple[VersionRow, ...]:
        """Return the versions that are declared, and don't work."""
        return tuple(row for row in self.rows if row.refuted and declared.contains(row.version, prereleases=True))

    def narrowed(self, declared: SpecifierSet) -> str:
        """Return the specifier to declare: the declared one, with its bounds replaced by those of the files."""
        refuted = self.refuting(declared)
        order = [row.version for row in self.rows]
        floor, ceiling = (order.index(version) if version else None for version in (self.floor, self.ceiling))
        low = floor is not None and any(order.index(row.version) < floor for row in refuted)
        high = ceiling is not None and any(order.index(row.version) >= ceiling for row in refuted)
        kept = [
            str(clause)
            for clause in declared
            if not (low and clause.operator in {">=", ">"}) and not (high and clause.operator in {"<", "<="})
        ]
        return self._join([self._lower if low else "", *kept, self._upper if high else ""], refuted)


def working_range(
    taken: Sequence[Imports], history: History, is_system: Callable[[str], bool], built_with: str = ""
) -> Range:
    """Compare what a consumer uses of a provider's libraries with its history.

    `is_system` tells which libraries are the platform's, and so don't have symbols of a provider.
    """
    wanted = {imports.library: _required(imports, history) for imports in taken}
    rows = [_row(edition, wanted) for edition in history.editions]
    fitting = [edition for edition, row in zip(history.editions, rows, strict=True) if row.state is VersionState.HAS]
    known = {name for edition in fitting for name in _outside(edition, wanted)}
    for place, (edition, row) in enumerate(zip(history.editions, rows, strict=True)):
        # If a library needs others that were not read, the symbols may have moved there.
        new = {name for name in _outside(edition, wanted) - known if not is_system(name)}
        if row.state is VersionState.LACKS_SYMBOLS and new:
            rows[place] = VersionRow(edition.version, VersionState.NOT_KNOWN, row.library, tuple(sorted(new)))
        elif row.state is VersionState.HAS and (lacking := _unsure(edition, taken, history)):
            rows[place] = VersionRow(edition.version, VersionState.NOT_KNOWN, *lacking)
    rows += [VersionRow(edition.version, VersionState.NOT_KNOWN) for edition in history.unread]
    rows.sort(key=lambda row: _version(row.version))
    floor, ceiling = _bounds(rows, built_with)
    for open_, nowhere in unresolved(taken, history)[:1]:
        # Their library is unknown, so a version with all other symbols may still lack them.
        rows = [
            VersionRow(row.version, VersionState.NOT_KNOWN, open_, nowhere) if row.state is VersionState.HAS else row
            for row in rows
        ]
    symbols = frozenset[str]().union(*wanted.values())
    weak = frozenset[str]().union(*(imports.weak for imports in taken))
    return Range(history.distribution, tuple(wanted), symbols, weak, tuple(rows), floor, ceiling)


def unresolved(taken: Sequence[Imports], history: History) -> list[tuple[str, tuple[str, ...]]]:
    """Find symbols, by library, that the provider should have because no other one does, and that it never had."""
    names = exported_names(taken, history.ever)
    by_library = []
    for imports in taken:
        wanted = (symbol for symbol in imports.sole - imports.bound if not is_of_toolchain(symbol))
        open_ = tuple(sorted(symbol for symbol in wanted if symbol.removesuffix(f"@{BASE}") not in names))
        by_library += [(imports.library, open_)] if open_ else []
    return by_library


def tells_all(history: History, taken: Iterable[Imports]) -> bool:
    """Return whether a history shows for all symbols, except for Python's, whether they are the provider's."""
    names = exported_names(taken, history.ever)
    free = {symbol.removesuffix(f"@{BASE}") for imports in taken for symbol in imports.free - imports.bound}
    return all(name.startswith(("Py", "_Py")) or is_of_toolchain(name) for name in free - names)


def exported_names(taken: Iterable[Imports], editions: Iterable[Edition]) -> set[str]:
    """Return the names of all symbols that the libraries of some imports had in some of these editions."""
    editions = tuple(editions)
    return set[str]().union(*(_names(imports.library, editions) for imports in taken))


def join_ranges(several: Sequence[Range], built_with: str) -> Range:
    """Join the results for each machine of a wheel: a version that fails on one of them fails."""
    first, *others = several
    if all(other == first for other in others):
        return first
    rows: dict[str, VersionRow] = {}
    for row in (row for each in several for row in each.rows):
        known = rows.get(row.version, row)
        rows[row.version] = max(known, row, key=lambda each: (each.refuted, each.state is VersionState.NOT_KNOWN))
    ordered = tuple(sorted(rows.values(), key=lambda row: _version(row.version)))
    taken = frozenset[str]().union(*(each.taken for each in several))
    weak = frozenset[str]().union(*(each.weak for each in several))
    libraries = tuple(dict.fromkeys(name for each in several for name in each.libraries))
    return Range(first.distribution, libraries, taken, weak, ordered, *_bounds(ordered, built_with))


def _version(text: str) -> Version:
    from packaging.version import Version

    return Version(text)


def is_same_version(version: str, recorded: str) -> bool:
    """Return whether a version equals the one in a record, which may be invalid."""
    from packaging.utils import canonicalize_version

    return canonicalize_version(version) == canonicalize_version(recorded)


def public(version: str) -> str:
    """Return a version without its local part, which ordered clauses can't have (PEP 440)."""
    return version.partition("+")[0]


def _required(imports: Imports, history: History) -> frozenset[str]:
    """Return the symbols that count: those bound to the library, and those that it had in some version."""
    names = _names(imports.library, history.ever)
    free = (symbol for symbol in imports.free if symbol.removesuffix(f"@{BASE}") in names)
    return frozenset(symbol for symbol in (*imports.bound, *free) if not is_of_toolchain(symbol))


def _unsure(edition: Edition, taken: Sequence[Imports], history: History) -> tuple[str, tuple[str, ...]] | None:
    """Return the library that lacks symbols which other versions have, and libstdc++ may have, too."""
    for imports in taken:
        library = edition.known_as(imports.library)
        ever = _names(imports.library, history.ever)
        wanted = (symbol for symbol in imports.unsure if symbol.removesuffix(f"@{BASE}") in ever)
        missing = missing_symbols(wanted, edition.with_needs(library)) if library else frozenset()
        if missing:
            return imports.library, tuple(sorted(missing))
    return None


def _names(library: str, editions: Iterable[Edition]) -> set[str]:
    """Return the names of all symbols that a library had in some of these editions."""
    loaded = (exports for edition in editions for exports in _loaded(edition, [library]))
    return {symbol.partition("@")[0] for exports in loaded for symbol in exports.symbols}


def _row(edition: Edition, wanted: dict[str, frozenset[str]]) -> VersionRow:
    libraries = {name: edition.known_as(name) for name in wanted}
    for name, library in libraries.items():
        if library is None:
            return VersionRow(edition.version, VersionState.LACKS_LIBRARY, name, edition.similar_to(name))
    for name, library in libraries.items():
        missing = missing_symbols(wanted[name], edition.with_needs(library)) if library else frozenset()
        if missing:
            return VersionRow(edition.version, VersionState.LACKS_SYMBOLS, name, tuple(sorted(missing)))
    return VersionRow(edition.version, VersionState.HAS)


def _outside(edition: Edition, names: Iterable[str]) -> set[str]:
    """Return the libraries that libraries of an edition need, and that were not read with it."""
    return {
        need.rpartition("/")[2]
        for library in _loaded(edition, names)
        for need in library.needs
        if not edition.known_as(need.rpartition("/")[2])
    }


def _loaded(edition: Edition, names: Iterable[str]) -> Iterator[Exports]:
    """Yield the libraries of an edition with these names, each with those that it needs."""
    for name in names:
        library = edition.known_as(name)
        if library:
            yield from edition.with_needs(library)


def _bounds(rows: Sequence[VersionRow], built_with: str) -> tuple[str, str]:
    """Return the bounds of the range around a working version: its first, if an earlier one fails, and the next."""
    sure = [place for place, row in enumerate(rows) if row.state is VersionState.HAS]
    anchor = next((place for place in sure if is_same_version(rows[place].version, built_with)), None)
    if anchor is None:
        anchor = max(sure, default=None)
    if anchor is None:
        return "", ""
    below = max((place for place in range(anchor) if rows[place].refuted), default=None)
    above = next((place for place in range(anchor + 1, len(rows)) if rows[place].refuted), None)
    return rows[below + 1].version if below is not None else "", rows[above].version if above is not None else ""
