"""Check what the files of a wheel use of their providers against the published versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from abiding.archives.names import normalised
from abiding.findings.errors import UnknownReleaseError
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import joined_literals, literals
from abiding.native.links import Inside, Provided
from abiding.native.loader import base_name
from abiding.native.platforms import apart, machine_of
from abiding.native.providers import Relation
from abiding.native.symbols import of_others_alone
from abiding.providers.published import read_history, read_material
from abiding.providers.ranges import VersionState, exported_names, join_ranges, tells_all, unresolved, working_range
from abiding.providers.symbol_tables import BASE, Imports

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listings
    from abiding.artifacts.index.progress import Progress
    from abiding.native.links import Link
    from abiding.native.subject import Subject
    from abiding.providers.cache import Cache
    from abiding.providers.history import Edition, History, Unread
    from abiding.providers.interface_comparison import Material
    from abiding.providers.ranges import Range, VersionRow

__all__ = [
    "Histories",
    "built_with",
    "imports_of",
    "is_system_of",
    "judge_admitted",
    "resolve_owners",
    "working_ranges",
]


@dataclass(frozen=True, slots=True)
class Histories:
    """The histories of providers on an index, each read once."""

    listings: Listings
    cache: Cache
    progress: Progress | None = None
    _read: dict[object, History | None] = field(default_factory=dict)
    _wheels: dict[object, Edition | Unread] = field(default_factory=dict)
    _materials: dict[object, Material] = field(default_factory=dict)

    def get(
        self, name: str, tags: frozenset[Tag], accepted: SpecifierSet | None, libraries: Collection[str]
    ) -> History | None:
        """Read those accepted versions that can stand beside a wheel with these tags; None if there are none.

        If nothing says what is accepted, all that there ever were, those that are yanked too. Raises `AbidingError` if
        the index can't be read.
        """
        key = (name, tags, str(accepted), frozenset(libraries))
        if key not in self._read:
            self._read[key] = self._history(name, tags, accepted, libraries)
        return self._read[key]

    def material(self, distribution: str, edition: Edition, libraries: Collection[str]) -> Material:
        """Read the named libraries of an edition, and its headers, each once. Raises `AbidingError`."""
        key = (edition.filename, frozenset(libraries))
        if key not in self._materials:
            accepted = (SpecifierSet(f"=={edition.version}"), None)  # it may be yanked
            releases = (files for each in accepted for files in self.listings.published(distribution, each))
            wheels = (file for files in releases for file in files)
            wheel = next(wheel for wheel in wheels if wheel.filename == edition.filename)
            self._materials[key] = read_material(wheel, edition, libraries)
        return self._materials[key]

    def _history(
        self, name: str, tags: frozenset[Tag], accepted: SpecifierSet | None, libraries: Collection[str]
    ) -> History | None:
        try:
            return read_history(
                self.listings,
                name,
                tags,
                accepted,
                cache=self.cache,
                wanted=libraries,
                progress=self.progress,
                known=self._wheels,
            )
        except UnknownReleaseError:
            return None


def imports_of(subject: Subject, tags: frozenset[Tag]) -> dict[str, tuple[Imports, ...]]:
    """Return what a wheel takes of each distribution that it requires itself, by its name: for each library once.

    `tags` are its own, or those of them for one machine.
    """
    machine = machine_of(tags)
    by_name: dict[str, dict[str, Imports]] = {}
    inside: dict[str, frozenset[str]] = {}
    recorded = _recorded(subject)
    of_any = frozenset[str]().union(*recorded.values())
    sole = _sole(subject)
    for link in subject.links:
        if isinstance(link.origin, Inside):
            exported = subject.consumer.symbols(link.origin.image, machine).exported
            inside[link.image.place] = inside.get(link.image.place, frozenset()) | exported
    for link, origin in subject.provided():
        if origin.relation is not Relation.DIRECT:
            continue
        name = base_name(link.library)
        own = frozenset(f"{symbol}@{BASE}" for symbol in inside.get(link.image.place, ()))
        imports = Imports.of(link.image, link.library, subject.consumer.symbols(link.image, machine))
        of_provider = (imports.free - own) & recorded.get((origin.contents.name, name), frozenset())
        free = imports.free - own - (of_any - of_provider)
        imports = imports._replace(
            library=name,
            bound=imports.bound | of_provider,
            free=free,
            sole=free & sole.get(link.image.place, frozenset()),
        )
        libraries = by_name.setdefault(origin.contents.name, {})
        libraries[name] = libraries[name] | imports if name in libraries else imports
    return {name: tuple(libraries.values()) for name, libraries in by_name.items()}


def _recorded(subject: Subject) -> dict[tuple[str, str], frozenset[str]]:
    """Return the symbols that a wheel's own record says were taken of each library, by distribution and name."""
    recorded: dict[tuple[str, str], frozenset[str]] = {}
    for shared in subject.record.libraries if subject.record else ():
        key = normalised(shared.distribution), base_name(shared.library)
        symbols = (f"{symbol}@{BASE}" for user in shared.users for symbol in user.symbols)
        recorded[key] = recorded.get(key, frozenset()).union(symbols)
    return recorded


def _sole(subject: Subject) -> dict[str, frozenset[str]]:
    """Return by the place of each file the symbols that libraries alone can have which the wheel requires itself."""
    by_place: dict[str, list[Link]] = {}
    for link in subject.links:
        by_place.setdefault(link.image.place, []).append(link)
    return {
        place: frozenset(f"{symbol}@{BASE}" for symbol in of_others_alone(links, subject))
        for place, links in by_place.items()
        if {link.origin.relation for link in links if isinstance(link.origin, Provided)} == {Relation.DIRECT}
    }


def resolve_owners(
    subject: Subject, name: str, tags: frozenset[Tag], history: History, histories: Histories
) -> tuple[tuple[Imports, ...], History]:
    """Find out whose the symbols are that a provider may have, and has in no version of a history.

    More is read for them: all that there ever was of the provider, and, where one of these must have them, of the
    others that the wheel is linked with.
    Returns what is taken of the provider, and the history with what else there was of it. Raises `AbidingError`.
    """
    by_name = imports_of(subject, tags)
    libraries = by_name[name]
    if not tells_all(history, libraries):
        ever = histories.get(name, tags, None, [imports.library for imports in libraries])
        history = history._replace(others=ever.editions if ever else ())
    for other, theirs in by_name.items():
        if other == name or not unresolved(libraries, history):
            continue
        ever = histories.get(other, tags, None, [imports.library for imports in theirs])
        symbols = exported_names(theirs, ever.ever) if ever else set[str]()
        of_them = frozenset(f"{symbol}@{BASE}" for symbol in symbols)
        libraries = tuple(imports._replace(sole=imports.sole - of_them) for imports in libraries)
    return libraries, history


def working_ranges(
    subject: Subject, histories: Histories, *, admitted_only: bool = False
) -> Iterator[tuple[Range, SpecifierSet]]:
    """Find the versions of each provider that a wheel can work with, and those that it requires.

    With `admitted_only` no others are looked at. Raises `AbidingError` if the index can't be read.
    """
    for name in _on_an_index(subject):
        specifier = subject.neighbours.accepted.get(name, SpecifierSet())
        accepted = specifier if admitted_only else SpecifierSet(prereleases=specifier.prereleases)
        machines = apart(subject.platform.tags)
        on_each = filter(None, (_range(subject, name, tags, accepted, histories) for tags in machines))
        if ranges := list(on_each):
            yield join_ranges(ranges, built_with(subject, name)), specifier


def _on_an_index(subject: Subject) -> dict[str, tuple[Imports, ...]]:
    """Return what is taken of each distribution, but of those that are required by URL."""
    pinned = subject.pinned
    imports = imports_of(subject, subject.platform.tags)
    return {name: libraries for name, libraries in imports.items() if name not in pinned}


def _range(
    subject: Subject, name: str, tags: frozenset[Tag], accepted: SpecifierSet, histories: Histories
) -> Range | None:
    """Return the range of one provider on a kind of machine; None if nothing is taken there, or nothing published."""
    libraries = imports_of(subject, tags).get(name, ())
    history = histories.get(name, tags, accepted, [imports.library for imports in libraries]) if libraries else None
    if history is None:
        return None
    libraries, history = resolve_owners(subject, name, tags, history, histories)
    return working_range(libraries, history, is_system_of(subject), built_with(subject, name))


def is_system_of(subject: Subject) -> Callable[[str], bool]:
    """Return which libraries are those of the platform that a wheel is for."""
    platform = subject.platform
    return lambda library: platform.format is not None and platform.has(library, platform.format)


def built_with(subject: Subject, name: str) -> str:
    """Return the version of a provider that a wheel was linked with, by its record; empty if that does not say it."""
    shared = subject.record.libraries if subject.record else ()
    return next((library.version for library in shared if normalised(library.distribution) == name), "")


def judge_admitted(subject: Subject, histories: Histories) -> Iterator[Finding]:
    """Check a wheel against all provider versions that it admits. Raises `AbidingError` if the index can't be read."""
    admitted = list(working_ranges(subject, histories, admitted_only=True))
    yield from _unpublished(subject, {range_.distribution for range_, _ in admitted if range_.rows})
    for range_, declared in admitted:
        yield from _too_loose(subject, range_, declared)


def _unpublished(subject: Subject, published: Collection[str]) -> Iterator[Finding]:
    """Note the providers of which nothing admitted is published, so that a wheel was held against none of them."""
    for name, libraries in _on_an_index(subject).items():
        if name in published:
            continue
        line = f"{name}{subject.neighbours.accepted.get(name, '')}"
        names = " and ".join(f"`{imports.library}`" for imports in libraries)
        yield Finding(
            "unknown-release",
            Severity.NOTE,
            f"the index has no `{line}` that installs where the wheel does: what the wheel takes of {names} was held "
            "against no version",
            artifact=subject.artifact,
            hints=("name the index that has it: `--index-url URL`",),
        )


def _too_loose(subject: Subject, range_: Range, declared: SpecifierSet) -> Iterator[Finding]:
    """Find that a wheel admits versions of a provider that its own files refuse."""
    refuted = range_.refuting(declared)
    if not refuted:
        return
    line = f"{range_.distribution}{declared}"
    narrowed = range_.narrowed(declared)
    fits = any(row.state is not VersionState.NOT_KNOWN and not row.refuted for row in range_.rows)
    versions = "a version" if len(refuted) == 1 else f"{len(refuted)} versions"
    # Of many the last and the first say where they begin and end.
    ends = refuted if len(refuted) <= _MOST_SHOWN else (refuted[0], refuted[-1])
    yield Finding(
        "bound-too-loose",
        subject.severity,
        f"`{line}` admits {versions} that the wheel's own files refuse",
        artifact=subject.artifact,
        field="Requires-Dist",
        expected=f"{range_.distribution}{narrowed}" if fits else None,
        found=line,
        expected_from="its compiled files",
        found_from="required",
        notes=tuple(_reason(range_.distribution, row) for row in ends),
        hints=(f"declare `{range_.distribution}{narrowed}`",)
        if fits
        else ("build it with a version that is published, and let the requirement say which that is",),
    )


_MOST_SHOWN = 3


def _reason(name: str, row: VersionRow) -> str:
    if row.lacks_library:
        others = joined_literals(row.missing)
        return f"{name} {row.version} has no `{row.library}`" + (f", but {others}" if others else "")
    return f"{name} {row.version} lacks {literals(row.symbols, 1)} of `{row.library}`"
