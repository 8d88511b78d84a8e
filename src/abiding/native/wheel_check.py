"""Check a wheel on disk: what its compiled files need, and what it declares."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from abiding.archives.wheel import Wheel
from abiding.findings.errors import AbidingError, ArchiveError, IndexAccessError, MissingExtraError
from abiding.native import contents
from abiding.native.index_distributions import Indexed
from abiding.native.links import Missing, Provided, assume_loaded, follow
from abiding.native.loader import base_name
from abiding.native.opened_libraries import unprovided
from abiding.native.platforms import Platform
from abiding.native.providers import Neighbours, Recorded
from abiding.native.rules import judge_subject
from abiding.native.subject import Subject
from abiding.native.wheels_at_hand import AtHand, WheelShelf, tags_of
from abiding.project.build_record import record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.native.providers import Shelf
    from abiding.project.build_record import BuildRecord

    Judge = Callable[[Subject], Iterable[Finding]]
    Look = Callable[[Path, str, bytes], object]

__all__ = ["judge_wheel", "judge_wheels", "look_up", "native_record", "needs_others", "subject_of"]


def judge_wheel(
    path: Path, wheels: AtHand, index: Listings | None = None, *, more: Judge | None = None, look: Look | None = None
) -> tuple[Finding, ...]:
    """Judge the compiled files of a wheel; `wheels` are those at hand of distributions that it may require.

    If a library is still missing, others are looked up on the `index`. `more` judges the result, too. `look` is called
    with each compiled file, its wheel and its place.
    """
    subject = subject_of(path, [WheelShelf(wheels, path)], look=look)
    if index and subject.neighbours.unknown and _missing(subject):
        subject = look_up(subject, index)
    return (*judge_subject(subject), *(more(subject) if more else ()))


def needs_others(subject: Subject) -> bool:
    """Return whether a wheel requires other distributions, and needs libraries that neither it nor its platform has."""
    others = any(isinstance(link.origin, Missing | Provided) for link in subject.links)
    return others and bool(subject.consumer.requires)


def look_up(subject: Subject, index: Listings) -> Subject:
    """Look up on the index the libraries that no distribution at hand provides. Raises `AbidingError`."""
    indexed = partial(Indexed, index, subject.platform.tags, _missing(subject), elsewhere=subject.pinned)
    on_index = _with(subject, indexed())
    # Older versions of the requirements are many, and only searched for what the newest lack.
    return _with(subject, indexed(thorough=True)) if _missing(on_index) else on_index


def _with(subject: Subject, shelf: Shelf) -> Subject:
    neighbours = Neighbours.of(subject.consumer.requires, subject.platform.tags, [*subject.neighbours.shelves, shelf])
    return replace(subject, neighbours=neighbours, links=follow(subject.consumer, neighbours, subject.platform))


def _missing(subject: Subject) -> frozenset[str]:
    """Return the names of the libraries that no distribution at hand has."""
    linked = (base_name(link.library) for link in subject.links if isinstance(link.origin, Missing))
    return frozenset(linked).union(*unprovided(subject))


def judge_wheels(
    wheels: Iterable[Path],
    at_hand: Sequence[Path],
    index: Listings | None = None,
    more: Judge | None = None,
    look: Look | None = None,
) -> dict[str, tuple[Finding, ...]]:
    """Judge wheels, each with those `at_hand` and the index, as `judge_wheel` does; the findings by path."""
    findings: dict[str, tuple[Finding, ...]] = {}
    judge_one = partial(judge_wheel, wheels=AtHand(at_hand), index=index, more=more, look=look)
    for path in wheels:
        with suppress(ArchiveError):  # reading its metadata reports it
            findings[str(path)] = _judged(path, judge_one)
    return findings


def _judged(path: Path, judge_one: Callable[[Path], tuple[Finding, ...]]) -> tuple[Finding, ...]:
    try:
        return judge_one(path)
    except IndexAccessError:
        raise
    except MissingExtraError as exc:
        if native_record(path):
            raise
        return exc.noted(path.name)
    except ArchiveError as exc:
        Wheel.open(path)  # a wheel that can't be read is reported elsewhere
        return exc.findings
    except AbidingError as exc:
        return exc.findings


def subject_of(
    path: Path,
    shelves: Iterable[Shelf],
    requires: Iterable[str] | None = None,
    native: Sequence[str] = (),
    look: Look | None = None,
) -> Subject:
    """Read a wheel and follow what it needs; `requires` are given if they are not in its METADATA yet.

    `native` are the normalised names of native entries, of a wheel that is being built with them; `look` is as for
    `judge_wheel`. Raises `AbidingError`.
    """
    tags = tags_of(path)
    platform = Platform.of(tags)
    consumer = contents.of_wheel(path, partial(look, path) if look else None).loadable(platform.format)
    if requires is not None:
        consumer = replace(consumer, requires=tuple(requires))
    record = native_record(path)
    shelves = tuple(shelves)
    recorded = [Recorded(record)] if record else []
    neighbours = Neighbours.of(consumer.requires, tags, [*shelves, *recorded])
    return Subject(
        path.name,
        consumer,
        assume_loaded(follow(consumer, neighbours, platform, native), record.preloaded if record else ()),
        neighbours,
        platform,
        record,
        lambda name: next((shipped for shelf in shelves if (shipped := shelf.get(name))), None),
    )


def native_record(path: Path) -> BuildRecord | None:
    """Read the build record of a wheel with native entries; None for other wheels. Raises `ArchiveError`."""
    record = record_of(Wheel.open(path))
    return record.if_native if record else None
