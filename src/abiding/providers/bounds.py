"""The versions of each provider that a wheel is linked with, as `abiding bounds` shows them: a table and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.evidence.stated import Bound, State
from abiding.native.examining import looked_up
from abiding.providers.linked import ranges, too_loose
from abiding.providers.tables import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    loose = tuple(too_loose(subject, histories))
    return Linked(bounds, tuple(linked for linked, _ in ranged), loose)


def _bound(subject: Subject, range_: Range, declared: SpecifierSet) -> Bound:
    libraries = " and ".join(range_.libraries)
    refuted = range_.refuting(declared)
    line = f"{range_.distribution}{range_.specifier}" if range_.specifier else ""
    users = tuple(
        dict.fromkeys(
            link.image.place for link, origin in subject.provided() if origin.contents.name == range_.distribution
        )
    )
    admitted = tuple(line for line in subject.consumer.requires if _name(line) == range_.distribution)
    state = State.TOO_LOOSE if refuted else State.FITS
    return Bound(
        range_.distribution,
        f"{libraries} of {range_.distribution}",
        f"{len(range_.taken)} symbols of {libraries}",
        users,
        admitted,
        line,
        state,
        "; ".join(_reasons(range_)),
    )


def _name(line: str) -> str:
    from abiding.metadata import requirements

    try:
        return requirements.name_of(line)
    except ValueError:
        return ""


def _reasons(range_: Range) -> Iterator[str]:
    """Why the range begins and ends where it does: what the version before has not, and what the first after lacks."""
    order = [row.version for row in range_.rows]
    if range_.floor:
        yield _reason(range_.rows[order.index(range_.floor) - 1])
    if range_.ceiling:
        yield _reason(range_.rows[order.index(range_.ceiling)])


def _reason(row: Row) -> str:
    names = ", ".join(f"`{symbol.removesuffix(f'@{BASE}')}`" for symbol in row.missing[:3])
    if str(row.state) == "lacks-library":
        return f"{row.version} has no `{row.library}`"
    return f"{row.version} lacks {names}" + (f" and {len(row.missing) - 3} more" if len(row.missing) > 3 else "")  # noqa: PLR2004
