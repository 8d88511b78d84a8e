"""Read the history of a provider from its published wheels, for one platform.

One wheel of each version is read: its RECORD, and those members that are libraries, by range requests. Libraries whose
digest in RECORD is in the cache are not downloaded.
"""

from __future__ import annotations

import base64
import csv
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from abiding.archives.record import rows
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, ArchiveError, MissingExtraError
from abiding.findings.patterns import pattern
from abiding.native.contents import place_of
from abiding.native.index_distributions import chosen
from abiding.native.names import may_be_image, module_name, stem
from abiding.native.platforms import machine_of
from abiding.native.reading import read_image, read_symbols
from abiding.providers.headers import collect
from abiding.providers.history import Edition, History, Unread
from abiding.providers.interface_comparison import Material
from abiding.providers.symbol_tables import Exports

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listings, OpenWheel, Published
    from abiding.artifacts.index.progress import Progress
    from abiding.providers.cache import Cache

__all__ = ["is_library", "read_history", "read_material"]


# The libraries of one wheel are in memory one after the other, of several wheels at once.
_AT_ONCE = 4


def read_history(
    listings: Listings,
    name: str,
    tags: frozenset[Tag],
    accepted: SpecifierSet | None,
    *,
    cache: Cache,
    wanted: Collection[str] | None = None,
    progress: Progress | None,
    known: dict[object, Edition | Unread] | None = None,
) -> History | None:
    """Read the accepted versions that are not yanked, and have a wheel that fits beside one with these tags.

    Without `accepted`, all versions are read, even yanked ones. `wanted` are the names of libraries to read, with those
    that they need, None for all. `known` is an earlier history to extend. None if no version has such a wheel. Raises
    `IndexAccessError` if there is no such project, or the index can't be read, and `AbidingError` (`missing-extra`) if
    no reader of compiled files is installed.
    """
    wheels = []
    for files in listings.published(name, accepted)[: bounds.EDITIONS]:
        by_name = {file.filename: file for file in files}
        filename = chosen(tags, sorted(by_name))
        if filename:
            wheels.append(by_name[filename])
    if not wheels:
        return None
    reading = _Reading(cache, wanted, machine_of(tags), {} if known is None else known)
    editions: list[Edition] = []
    unread: list[Unread] = []
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="abiding-symbols") as pool:
        try:
            for done, read in enumerate(pool.map(reading.read, reversed(wheels)), 1):
                (editions if isinstance(read, Edition) else unread).append(read)  # type: ignore[arg-type]
                if progress:
                    progress(done, len(wheels), listings.web.received)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            cache.prune()
    return History(name, min(tag.platform for tag in tags), tuple(editions), tuple(unread))


def read_material(wheel: Published, edition: Edition, libraries: Collection[str]) -> Material:
    """Read the libraries with these names from a wheel, and its headers, to compare them. Raises `AbidingError`."""
    archive = wheel.open()
    places = {place_of(member): member for member in archive.directory.names}

    def read(wanted: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        members = [places[place] for place in wanted if place in places]
        return ((place_of(member), data) for member, data in archive.read(members, bounds.LIBRARY))

    wanted = {edition.place_of(library) for library in libraries}
    by_name = {edition.libraries[place].name: partial(bytes, data) for place, data in read(sorted(wanted))}
    return Material(by_name, collect(places, read), edition.version)


@dataclass(frozen=True, slots=True)
class _Reading:
    cache: Cache
    wanted: Collection[str] | None
    machine: str
    known: dict[object, Edition | Unread]

    def read(self, wheel: Published) -> Edition | Unread:
        key = (wheel.filename, self.machine, frozenset(self.wanted) if self.wanted is not None else None)
        if key not in self.known:
            self.known[key] = self.edition(wheel)
        return self.known[key]

    def edition(self, wheel: Published) -> Edition | Unread:
        try:
            return Edition(wheel.version, wheel.filename, self.libraries(wheel))
        except MissingExtraError:
            raise
        except AbidingError as exc:
            finding = exc.findings[0]
            return Unread(wheel.version, wheel.filename, ": ".join((finding.message, *finding.notes)))

    def libraries(self, wheel: Published) -> dict[str, Exports]:
        opened: list[OpenWheel] = []

        def archive() -> OpenWheel:
            opened[:] = opened or [wheel.open()]
            return opened[0]

        kept = self.cache.wheel(wheel.sha256)
        digests = dict(_libraries_of(archive()) if kept is None else kept)
        exports: dict[str, Exports] = {}
        members = self.wanted_among(digests)
        while members:
            exports |= self.read_members(members, digests, archive)
            members = _needed(exports, digests) if self.wanted is not None else []
        if digests != kept:
            self.cache.keep_wheel(wheel.sha256, digests)
        if exports and not any(library.name for library in exports.values()):
            raise ArchiveError.at(wheel.filename, f"has no library at `{min(exports)}`, but something else")
        # Sorted, because the first of several with the same file name counts.
        return {place_of(member): exports[member] for member in sorted(exports) if exports[member].name}

    def wanted_among(self, members: Iterable[str]) -> list[str]:
        """Return the members that may be wanted libraries: all, if none has such a name."""
        members = list(members)
        if self.wanted is None:
            return members
        stems = {stem(name) for name in self.wanted}
        return [name for name in members if stem(name) in stems] or members

    def read_members(
        self, members: Iterable[str], digests: dict[str, str], archive: Callable[[], OpenWheel]
    ) -> dict[str, Exports]:
        """Read members, or get them from the cache by digest; wrong digests of RECORD are corrected."""
        kept = {member: self.cache.library(digests[member], self.machine) for member in members}
        libraries = {member: exports for member, exports in kept.items() if exports}
        unknown = [member for member in kept if member not in libraries]
        for member, data in archive().read(unknown, bounds.LIBRARY) if unknown else ():
            # Most wheels of scipy-openblas32 were repaired after RECORD was written, which installers ignore.
            digest = digests[member] = hashlib.sha256(data).hexdigest()
            image = read_image(data, place_of(member), machine=self.machine)
            symbols = read_symbols(data, image, self.machine) if image else None
            # A linker script or a static library, without dynamic symbols.
            exports = Exports.of(image, symbols) if image and symbols else Exports("", (), frozenset())
            self.cache.keep_library(digest, exports, self.machine)
            libraries[member] = exports
        return libraries


def is_library(place: str) -> bool:
    """Return whether the file at a place may be a library to link with: neither a module, nor a program."""
    name = place.rpartition("/")[2].lower()
    is_named = "." in name or _FRAMEWORK.search(place) is not None
    return may_be_image(place) and is_named and not name.endswith((".exe", ".pyd")) and not module_name(place)


# The library of a macOS framework has the framework's name, without a suffix.
_FRAMEWORK = pattern(r"(?:^|/)([^/]+)\.framework/(?:Versions/[^/]+/)?\1$")


def _libraries_of(wheel: OpenWheel) -> dict[str, str]:
    """Return the members that are libraries, each with its digest in RECORD, or empty."""
    record = f"{wheel.dist_info}/RECORD"
    ((_, data),) = wheel.read([record], bounds.RECORD)
    digests = dict.fromkeys((name for name in wheel.directory.names if is_library(place_of(name))), "")
    try:
        for row in rows(data):
            if len(row) > 1 and row[0] in digests and row[1].startswith("sha256="):
                text = row[1].removeprefix("sha256=")
                digests[row[0]] = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()
    except (ValueError, csv.Error) as exc:
        raise ArchiveError.at(wheel.filename, f"has a RECORD that can't be read: {exc}") from exc
    return digests


def _needed(libraries: dict[str, Exports], members: Iterable[str]) -> list[str]:
    """Return the other members that some libraries need."""
    names = {name.rpartition("/")[2] for library in libraries.values() for name in library.needs}
    stems = set(map(stem, names - {library.name for library in libraries.values()}))
    return [name for name in members if name not in libraries and stem(name) in stems]
