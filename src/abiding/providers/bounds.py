"""The versions of each provider that a wheel is linked with, as `abiding bounds` shows them: a table and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.evidence.stated import Bound, BoundState
from abiding.findings.words import counted, listed
from abiding.metadata import requirements
from abiding.native.examining import looked_up
from abiding.providers.linked import judge_admitted, ranges
from abiding.providers.tables import Imports

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.native.subject import Subject
    from abiding.providers.linked import Histories
    from abiding.providers.ranges import Range, Row

__all__ = ["Linked", "of_wheel"]


class Linked(NamedTuple):
    """What follows for one wheel: a bound for each provider, its versions one by one, and what is to be said."""

    bounds: tuple[Bound, ...]
    tables: tuple[Range, ...]
    findings: tuple[Finding, ...]


def of_wheel(wheel: Subject, listings: Listings, histories: Histories) -> Linked:
    """Hold a wheel against all published versions of its providers. Raises `AbidingError`."""
    subject = looked_up(wheel, listings)
    ranged = list(ranges(subject, histories))
    bounds = tuple(_bound(subject, linked, declared) for linked, declared in ranged)
    return Linked(bounds, tuple(linked for linked, _ in ranged), tuple(judge_admitted(subject, histories)))


def _bound(subject: Subject, range_: Range, declared: SpecifierSet) -> Bound:
    libraries = " and ".join(range_.libraries)
    refuted = range_.refuting(declared)
    line = f"{range_.distribution}{range_.specifier}" if range_.specifier else ""
    admitted = tuple(line for line in subject.consumer.requires if requirements.name_of(line) == range_.distribution)
    known = any(row.has_everything or row.refuted for row in range_.rows)
    state = BoundState.TOO_LOOSE if refuted else BoundState.FITS if known else BoundState.UNKNOWN
    return Bound(
        range_.distribution,
        f"{libraries} of {range_.distribution}",
        f"{counted(len(range_.taken), 'symbol')} of {libraries}",
        _deciding(subject, range_),
        admitted,
        line,
        state,
        "; ".join(map(_reason, _limits(range_))),
    )


def _limits(range_: Range) -> tuple[Row, ...]:
    """Why the range begins and ends where it does: the version before its first, and the first after it."""
    order = [row.version for row in range_.rows]
    places = (
        *([order.index(range_.floor) - 1] if range_.floor else []),
        *([order.index(range_.ceiling)] if range_.ceiling else []),
    )
    return tuple(range_.rows[place] for place in places)


def _deciding(subject: Subject, range_: Range) -> tuple[str, ...]:
    """The files that use what the versions outside of the range lack: all of the provider, where that is a library."""
    lacking = {symbol for row in _limits(range_) for symbol in row.missing}
    users: dict[str, frozenset[str]] = {}
    for link, origin in subject.provided():
        if origin.contents.name == range_.distribution:
            own = Imports.of(link.image, link.library, subject.consumer.symbols(link.image))
            users[link.image.place] = users.get(link.image.place, frozenset()) | own.bound | own.free | own.weak
    return tuple(place for place, symbols in users.items() if not lacking.isdisjoint(symbols)) or tuple(users)


def _reason(row: Row) -> str:
    if row.lacks_library:
        return f"{row.version} has no `{row.library}`"
    return f"{row.version} lacks {listed(row.symbols, _MOST_NAMED)}"


_MOST_NAMED = 3
