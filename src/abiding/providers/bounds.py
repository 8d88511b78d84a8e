"""The working versions of each provider that a wheel is linked with, for `abiding bounds`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.evidence.asked_versions import Bound, BoundState
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import literals, number_of
from abiding.metadata import requirements
from abiding.native.wheel_check import look_up
from abiding.providers.linked import judge_admitted, working_ranges
from abiding.providers.symbol_tables import Imports

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.native.subject import Subject
    from abiding.providers.linked import Histories
    from abiding.providers.ranges import Range, VersionRow

__all__ = ["LinkedBounds", "of_wheel"]


class LinkedBounds(NamedTuple):
    """The result for one wheel: a bound for each provider, the verdict on each of its versions, and findings."""

    bounds: tuple[Bound, ...]
    tables: tuple[Range, ...]
    findings: tuple[Finding, ...]


def of_wheel(wheel: Subject, listings: Listings, histories: Histories) -> LinkedBounds:
    """Check a wheel against all published versions of its providers. Raises `AbidingError`."""
    subject = look_up(wheel, listings)
    ranges = list(working_ranges(subject, histories))
    bounds = tuple(_bound(subject, range_, declared) for range_, declared in ranges)
    return LinkedBounds(bounds, tuple(range_ for range_, _ in ranges), tuple(judge_admitted(subject, histories)))


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
        f"{number_of(len(range_.taken), 'symbol')} of {libraries}",
        _deciding(subject, range_),
        admitted,
        line,
        state,
        "; ".join(map(_reason, _limits(range_))),
    )


def _limits(range_: Range) -> tuple[VersionRow, ...]:
    """Return the versions next to the range: the last before it, and the first after it."""
    order = [row.version for row in range_.rows]
    places = (
        *([order.index(range_.floor) - 1] if range_.floor else []),
        *([order.index(range_.ceiling)] if range_.ceiling else []),
    )
    return tuple(range_.rows[place] for place in places)


def _deciding(subject: Subject, range_: Range) -> tuple[str, ...]:
    """Return the files that use symbols missing next to the range; all users, if the library is missing."""
    lacking = {symbol for row in _limits(range_) for symbol in row.missing}
    users: dict[str, frozenset[str]] = {}
    for link, origin in subject.provided():
        if origin.contents.name == range_.distribution:
            imports = Imports.of(link.image, link.library, subject.consumer.symbols(link.image))
            symbols = imports.bound | imports.free | imports.weak
            users[link.image.place] = users.get(link.image.place, frozenset()) | symbols
    return tuple(place for place, symbols in users.items() if not lacking.isdisjoint(symbols)) or tuple(users)


def _reason(row: VersionRow) -> str:
    if row.lacks_library:
        return f"{row.version} has no `{row.library}`"
    return f"{row.version} lacks {literals(row.symbols, _MOST_NAMED)}"


_MOST_NAMED = 3
