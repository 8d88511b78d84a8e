"""What a release of a provider does to wheels that are linked with its libraries."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings.errors import AbidingError, MissingExtraError
from abiding.findings.words import first_of
from abiding.metadata import requirements
from abiding.native.examining import looked_up, subject_of
from abiding.native.platforms import apart
from abiding.native.providers import required, target
from abiding.providers.changed import compared
from abiding.providers.linked import is_system_of, taken
from abiding.providers.ranges import State, held

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from packaging.requirements import Requirement
    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listings
    from abiding.native.subject import Subject
    from abiding.providers.history import Edition
    from abiding.providers.linked import Histories
    from abiding.providers.ranges import Row
    from abiding.providers.tables import Imports

__all__ = ["Impact", "Outcome", "of_release"]


class Outcome(StrEnum):
    """What a release means for one consumer."""

    FINE = "fine"
    REBUILD = "rebuild"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


# Of a wheel for several machines that counts which is worst.
_GRAVITY = (Outcome.FINE, Outcome.UNKNOWN, Outcome.REBUILD, Outcome.EXCLUDED)


class Impact(NamedTuple):
    """One consumer: the file name of its wheel, what the release means for it, and why, in words."""

    consumer: str
    outcome: Outcome
    why: str


def of_release(release: Requirement, path: Path, listings: Listings, histories: Histories) -> Impact:
    """Hold one wheel against a release of a provider, `NAME==VERSION`. What can't be read is not known."""
    try:
        subject = looked_up(subject_of(path, []), listings)
        on_each = [_judged(release, subject, tags, histories) for tags in apart(subject.platform.tags)]
        outcome, why = max(on_each, key=lambda pair: _GRAVITY.index(pair[0]))
    except MissingExtraError:
        raise
    except AbidingError as exc:
        outcome, why = Outcome.UNKNOWN, exc.findings[0].message
    return Impact(path.name, outcome, why)


def _judged(release: Requirement, subject: Subject, tags: frozenset[Tag], histories: Histories) -> tuple[Outcome, str]:
    name = requirements.name_of(str(release))
    version = next(iter(release.specifier)).version
    lines = required(subject.consumer.requires, target(tags))
    libraries = taken(subject, tags).get(name, ())
    if name not in lines:
        return Outcome.FINE, f"it does not require {name}"
    if not lines[name].contains(version, prereleases=True):
        return Outcome.EXCLUDED, f"it requires {name}{lines[name]}"
    if not libraries:
        return Outcome.UNKNOWN, f"it is not linked with a library of {name}"
    from packaging.specifiers import SpecifierSet

    accepted = SpecifierSet(f"<={version}", prereleases=lines[name].prereleases)
    history = histories.get(name, tags, accepted, [imports.library for imports in libraries])
    rows = held(libraries, history, is_system_of(subject)).rows if history else ()
    row = next((row for row in rows if _same(row.version, version)), None)
    if row and row.state is State.NOT_KNOWN and row.missing:
        return Outcome.UNKNOWN, f"that depends on {_names(row)}"
    if row is None or row.state is State.NOT_KNOWN:
        return Outcome.UNKNOWN, f"{name} {version} has no wheel for its platform that could be read"
    if row.refuted:
        return Outcome.REBUILD, _reason(row)
    before = _before(row, rows, subject, name)
    if history is None or before is None:
        return Outcome.FINE, "it has all that is used"
    editions = [
        next(edition for edition in history.editions if edition.version == each.version) for each in (before, row)
    ]
    return _by_meaning(name, libraries, editions, histories)


def _before(row: Row, rows: Sequence[Row], subject: Subject, name: str) -> Row | None:
    """The version that a wheel was linked with, or else the last one that it works with; None if that is this one."""
    shared = subject.provenance.libraries if subject.provenance else ()
    recorded = next((library.version for library in shared if requirements.name_of(library.distribution) == name), "")
    if recorded:
        return next((other for other in rows if _same(other.version, recorded) and other is not row), None)
    return next((other for other in reversed(rows[: rows.index(row)]) if other.state is State.HAS), None)


def _by_meaning(
    name: str, libraries: Sequence[Imports], editions: Sequence[Edition], histories: Histories
) -> tuple[Outcome, str]:
    """Judge a release that has all symbols by what they mean, there and in the release before."""
    names = [imports.library for imports in libraries]
    used = {
        symbol.partition("@")[0] for imports in libraries for symbol in (*imports.bound, *imports.free, *imports.weak)
    }
    old, new = (histories.material(name, edition, names) for edition in editions)
    comparison = compared(old, new, used)
    since = f"since {editions[0].version}"
    if comparison.changes:
        shown = "; ".join(f"{change.library}: {', '.join(change.names[:_NAMED])}" for change in comparison.changes)
        return Outcome.REBUILD, f"changed {since}: {shown}"
    if comparison.by_layouts:
        return Outcome.FINE, f"it has all that is used, unchanged {since}"
    if comparison.by_headers:
        return Outcome.FINE, f"it has all that is used, declared as {since}"
    return Outcome.FINE, f"it has all that is used; {(*comparison.of_headers, *comparison.of_layouts)[0]}"


def _same(one: str, other: str) -> bool:
    from packaging.version import Version

    return Version(one) == Version(other)


_NAMED = 3


def _reason(row: Row) -> str:
    if row.lacks_library:
        return f"there is no {row.library}" + (f", but {', '.join(row.missing)}" if row.missing else "")
    return f"{row.library} lacks {_names(row)}"


def _names(row: Row) -> str:
    return first_of(row.symbols, _NAMED)
