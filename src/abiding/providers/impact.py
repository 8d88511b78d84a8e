"""The effect of a provider's release on wheels that are linked with its libraries."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from abiding.findings.errors import AbidingError, MissingExtraError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of
from abiding.metadata import requirements
from abiding.native.links import Missing
from abiding.native.loader import base_name
from abiding.native.platforms import apart
from abiding.native.providers import required, target
from abiding.native.wheel_check import look_up, subject_of
from abiding.providers.interface_comparison import compare_interfaces
from abiding.providers.linked import built_with, imports_of, is_system_of, resolve_owners
from abiding.providers.ranges import VersionState, exported_names, is_same_version, public, working_range
from abiding.providers.symbol_tables import is_of_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from packaging.requirements import Requirement
    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listings
    from abiding.native.subject import Subject
    from abiding.providers.history import Edition, History
    from abiding.providers.linked import Histories
    from abiding.providers.ranges import VersionRow
    from abiding.providers.symbol_tables import Imports

__all__ = ["ConsumerOutcome", "Impact", "of_release"]


class ConsumerOutcome(StrEnum):
    """What a release means for one consumer."""

    FINE = "fine"
    REBUILD = "rebuild"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


# Of a wheel for several machines that counts which is worst.
_GRAVITY = (ConsumerOutcome.FINE, ConsumerOutcome.UNKNOWN, ConsumerOutcome.REBUILD, ConsumerOutcome.EXCLUDED)


class Impact(NamedTuple):
    """One consumer: its wheel, what the release means for it and why; `read_from` is its path or name."""

    consumer: str
    outcome: ConsumerOutcome
    why: str
    read_from: str


def of_release(release: Requirement, path: Path, listings: Listings, histories: Histories) -> Impact:
    """Check one wheel against a release of a provider, `NAME==VERSION`. What is not on the index is not known.

    Raises `AbidingError` if the wheel can't be read.
    """
    subject = subject_of(path, [])
    name, version = requirements.name_of(str(release)), next(iter(release.specifier)).version
    try:
        subject = look_up(subject, listings)
        machines = apart(subject.platform.tags)
        on_each = [_Case(name, version, subject, tags, histories).judge() for tags in machines]
        outcome, why = max(on_each, key=lambda pair: _GRAVITY.index(pair[0]))
    except AbidingError as exc:
        outcome, why = _unknown(exc)
    return Impact(path.name, outcome, why, str(path))


def _unknown(exc: AbidingError) -> tuple[ConsumerOutcome, str]:
    if isinstance(exc, MissingExtraError):
        raise exc
    return ConsumerOutcome.UNKNOWN, exc.findings[0].message


class _Case(NamedTuple):
    """A release of a provider, and a wheel with what is around it on one kind of machine."""

    name: str
    version: str
    subject: Subject
    tags: frozenset[Tag]
    histories: Histories

    def judge(self) -> tuple[ConsumerOutcome, str]:
        lines = required(self.subject.consumer.requires, target(self.tags))
        if self.name not in lines:
            return self.judge_unrequired()
        if self.name in self.subject.pinned:
            return ConsumerOutcome.EXCLUDED, f"it requires {self.name} by a URL, and no release on an index"
        accepted = lines[self.name]
        is_linked = self.name in imports_of(self.subject, self.tags)
        if accepted.contains(self.version, prereleases=True):
            why = f"it is not linked with a library of {self.name}"
            return self.judge_linked(accepted) if is_linked else (ConsumerOutcome.UNKNOWN, why)
        excluded = f"it requires {self.name}{accepted}"
        if not is_linked:
            return ConsumerOutcome.EXCLUDED, excluded
        try:
            outcome, why = self.judge_linked(accepted)
        except AbidingError as exc:
            outcome, why = _unknown(exc)
        return ConsumerOutcome.EXCLUDED, f"{excluded}; {_OTHERWISE[outcome]}: {why}"

    def judge_unrequired(self) -> tuple[ConsumerOutcome, str]:
        """Judge a wheel that does not require the provider: it may be linked with its libraries all the same."""
        linked = {
            base_name(link.library) for link, origin in self.subject.provided() if origin.contents.name == self.name
        }
        missing = {base_name(link.library) for link in self.subject.links if isinstance(link.origin, Missing)}
        history = self.histories.get(self.name, self.tags, None, sorted(missing)) if missing else None
        for edition in history.editions if history else ():
            linked |= {library for library in missing if edition.known_as(library)}
        if not linked:
            return ConsumerOutcome.FINE, f"it does not require {self.name}"
        libraries = " and ".join(sorted(linked))
        return (
            ConsumerOutcome.UNKNOWN,
            f"it is linked with {libraries} of {self.name}, which it does not require itself",
        )

    def judge_linked(self, admitted: SpecifierSet) -> tuple[ConsumerOutcome, str]:
        """Judge a wheel that is linked with libraries of the provider, whether it admits the release or not."""
        names = [imports.library for imports in imports_of(self.subject, self.tags)[self.name]]
        unread = ConsumerOutcome.UNKNOWN, f"{self.name} {self.version} has no wheel for its platform that could be read"
        history = self.history_until(admitted, names)
        if history is None:
            return unread
        libraries, history = resolve_owners(self.subject, self.name, self.tags, history, self.histories)
        rows = working_range(libraries, history, is_system_of(self.subject)).rows
        row = next((row for row in rows if is_same_version(row.version, self.version)), None)
        if row and row.state is VersionState.NOT_KNOWN and row.missing:
            return ConsumerOutcome.UNKNOWN, f"that depends on {_names(row)}"
        if row is None or row.state is VersionState.NOT_KNOWN:
            return unread
        if row.refuted:
            return ConsumerOutcome.REBUILD, _reason(row, libraries, history)
        new = next(edition for edition in history.editions if edition.version == row.version)
        fitting = [earlier for earlier in rows[: rows.index(row)] if earlier.state is VersionState.HAS]
        return self.judge_fitting(libraries, new, fitting, history)

    def history_until(self, admitted: SpecifierSet, libraries: Sequence[str]) -> History | None:
        """Read the releases up to this one; if it is yanked, those that are yanked too."""
        accepted = SpecifierSet(f"<={public(self.version)}", prereleases=admitted.prereleases)
        history = self.histories.get(self.name, self.tags, accepted, libraries)
        versions = history.versions if history else ()
        if any(is_same_version(version, self.version) for version in versions):
            return history
        ever = self.histories.get(self.name, self.tags, None, libraries)
        newest = Version(self.version)
        return ever and ever._replace(
            editions=tuple(edition for edition in ever.editions if Version(edition.version) <= newest)
        )

    def judge_fitting(
        self, libraries: Sequence[Imports], new: Edition, fitting: Sequence[VersionRow], history: History
    ) -> tuple[ConsumerOutcome, str]:
        """Compare a release that has all symbols with the one that the wheel was linked with, or that it works with."""
        recorded = built_with(self.subject, self.name)
        if is_same_version(new.version, recorded):
            return ConsumerOutcome.FINE, f"it was linked with {self.name} {recorded}"
        version = recorded or (fitting[-1].version if fitting else "")
        old = _edition(history.editions, version)
        if old is None:
            # What nobody is to install any more is there to be compared with.
            ever = self.histories.get(self.name, self.tags, None, [imports.library for imports in libraries])
            old = _edition(ever.editions if ever else (), version or self.last_before(ever, libraries))
        if old is not None:
            return _by_meaning(self.name, libraries, (old, new), self.histories)
        gone = f"{self.name} {recorded}, which it was linked with, is not there"
        why = gone if recorded else "there is no earlier release that it works with"
        return ConsumerOutcome.FINE, f"it has all that is used; nothing was compared: {why}"

    def last_before(self, ever: History | None, libraries: Sequence[Imports]) -> str:
        """Return the last version before this one that a wheel works with, of all that there ever were."""
        rows = working_range(libraries, ever, is_system_of(self.subject)).rows if ever else ()
        fitting = [
            row.version
            for row in rows
            if row.state is VersionState.HAS and Version(row.version) < Version(self.version)
        ]
        return fitting[-1] if fitting else ""


_OTHERWISE = {
    ConsumerOutcome.FINE: "its files would work with it",
    ConsumerOutcome.REBUILD: "its files would not work with it",
    ConsumerOutcome.UNKNOWN: "whether its files would work with it is not known",
}


def _edition(editions: Iterable[Edition], version: str) -> Edition | None:
    return next((edition for edition in editions if is_same_version(edition.version, version)), None)


def _by_meaning(
    name: str, libraries: Sequence[Imports], editions: tuple[Edition, Edition], histories: Histories
) -> tuple[ConsumerOutcome, str]:
    """Judge a release that has all symbols by what they mean, there and in the release before."""
    names = [imports.library for imports in libraries]
    imported = {
        symbol.partition("@")[0] for imports in libraries for symbol in (*imports.bound, *imports.free, *imports.weak)
    }
    # What is not surely of the provider's libraries may be anybody's, such as that of C.
    used = {symbol for symbol in imported & exported_names(libraries, editions) if not is_of_toolchain(symbol)}
    old, new = (histories.material(name, edition, names) for edition in editions)
    comparison = compare_interfaces(old, new, used)
    since = f"since {editions[0].version}"
    if comparison.changes:
        shown = "; ".join(f"{change.library}: {', '.join(change.names[:_NAMED])}" for change in comparison.changes)
        return ConsumerOutcome.REBUILD, f"changed {since}: {shown}"
    if comparison.unsure:
        return (
            ConsumerOutcome.UNKNOWN,
            f"that depends on whether it uses what changed {since}: {first_of(comparison.unsure, _NAMED)}",
        )
    if comparison.by_layouts:
        return ConsumerOutcome.FINE, f"it has all that is used, unchanged {since}"
    if comparison.by_headers:
        return ConsumerOutcome.FINE, f"it has all that is used, declared as {since}"
    return ConsumerOutcome.FINE, f"it has all that is used; {(*comparison.of_headers, *comparison.of_layouts)[0]}"


_NAMED = 3


def _reason(row: VersionRow, libraries: Sequence[Imports], history: History) -> str:
    if row.lacks_library:
        return f"there is no {row.library}" + (f", but {', '.join(row.missing)}" if row.missing else "")
    edition = _edition(history.editions, row.version)
    names = exported_names(libraries, [edition] if edition else [])
    # Symbols with another version are found by a new link.
    is_gone = any(symbol.partition("@")[0] not in names for symbol in row.missing)
    return f"{row.library} lacks {_names(row)}" + (", so that its source has to change" if is_gone else "")


def _names(row: VersionRow) -> str:
    return first_of(row.symbols, _NAMED)
