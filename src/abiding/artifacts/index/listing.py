"""Read single wheels on an index: the names of their members, METADATA, and other members."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from packaging.utils import canonicalize_version

from abiding.archives.compression_ratio import filling, too_dense
from abiding.archives.names import normalised
from abiding.archives.wheel import directory_of, listing_of
from abiding.artifacts.identity import Identity, hold_to_name
from abiding.artifacts.index.hashing import Announced
from abiding.artifacts.index.page import files_of_release, wheels_of_project
from abiding.artifacts.index.remote import RemoteFile
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError, UnknownReleaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from packaging.specifiers import SpecifierSet
    from pypi_simple import DistributionPackage

    from abiding.archives.zipdirectory import Directory, ZipMember
    from abiding.artifacts.index.web import Web
    from abiding.metadata.core import CoreMetadata

__all__ = ["Keeping", "Listing", "Listings", "OpenWheel", "Published"]


@dataclass(frozen=True, slots=True)
class Listing:
    """A wheel on an index: its file name, the names of its members, and its METADATA."""

    filename: str
    members: tuple[str, ...]
    metadata: CoreMetadata


@dataclass(frozen=True, slots=True)
class OpenWheel:
    """A wheel on an index, whose members are read by range requests."""

    filename: str
    dist_info: str
    directory: Directory
    _remote: RemoteFile

    def read(self, names: Iterable[str], limit: int) -> Iterator[tuple[str, bytes]]:
        """Read members in the order of the archive, at most `limit` bytes of each.

        The total of suspiciously compressed members is limited. Raises `AbidingError`.
        """
        members = sorted((self.directory.get(name) for name in names), key=lambda member: member.offset)
        passed_over = filling(members, _HARMLESS)
        for run in _runs(members):
            self._remote.prefetch(run[0].offset, _stop(run[-1]))
            for member in run:
                if member.name in passed_over:
                    raise too_dense(member, self.filename)
                yield member.name, self.directory.contents(cast("BinaryIO", self._remote), member, limit)


def _runs(members: Iterable[ZipMember]) -> Iterator[list[ZipMember]]:
    """Group adjacent members, which are read by one request: a wheel may have hundreds of small ones."""
    run: list[ZipMember] = []
    for member in members:
        if run and (member.offset > _stop(run[-1]) + _GAP or _stop(member) - run[0].offset > _RUN):
            yield run
            run = []
        run.append(member)
    if run:
        yield run


def _stop(member: ZipMember) -> int:
    """Return the largest possible end of a member, whose local header may be longer than the directory entry."""
    return member.offset + _HEADER + len(member.raw_name) + member.stored_size


# Several wheels are read at once.
_HARMLESS = bounds.CODE_HARMLESS // 4
_GAP, _RUN = 128 << 10, 8 << 20
_HEADER = 256


@dataclass(frozen=True, slots=True)
class Published:
    """A wheel listed by an index: its file name, the version in it, and its announced hash.

    `size` is the number of bytes, None if the index does not give it.
    """

    filename: str
    version: str
    sha256: str
    size: int | None
    _url: str
    _web: Web

    @classmethod
    def of(cls, file: DistributionPackage, web: Web) -> Published:
        """Return the wheel for a file on a project's page."""
        digest = file.digests.get("sha256", "").lower()
        return cls(file.filename, file.version or "", digest, file.size, file.url, web)

    def open(self) -> OpenWheel:
        """Read its directory. Raises `AbidingError`."""
        digests = {"sha256": self.sha256} if self.sha256 else {}
        remote = RemoteFile(self._web, self._url, self.filename, self.size, digests)
        dist_info, directory = directory_of(cast("BinaryIO", remote), self.filename)
        return OpenWheel(self.filename, dist_info, directory, remote)

    def save(self, folder: Path) -> Path:
        """Read the whole file, piece by piece, into a folder. Raises `IndexAccessError`, `OSError`."""
        remote = RemoteFile(self._web, self._url, self.filename, self.size)
        size = remote.seek(0, io.SEEK_END)
        remote.seek(0)
        path = folder / self.filename
        announced = Announced({"sha256": self.sha256} if self.sha256 else {})
        hasher = announced.hasher()
        with path.open("wb") as file:
            for start in range(0, size, _SAVED):
                remote.prefetch(start, min(start + _SAVED, size))
                piece = remote.read(min(_SAVED, size - start)) or b""
                hasher.update(piece)
                file.write(piece)
        announced.compare(self.filename, hasher.hexdigest())
        return path


_SAVED = 16 << 20


class Keeping(Protocol):
    """A cache of what was read of wheels, by SHA-256."""

    def listing(self, sha256: str) -> tuple[tuple[str, ...], bytes] | None:
        """Return the names of a wheel's members, and its METADATA; None if it was not read yet."""

    def keep_listing(self, sha256: str, members: tuple[str, ...], metadata: bytes) -> None:
        """Store them."""


@dataclass(frozen=True, slots=True)
class Listings:
    """An index on which wheels are looked up."""

    web: Web
    url: str
    keeping: Keeping | None = None
    _pages: dict[object, list[list[Published]]] = field(default_factory=dict)

    def require(self, release: str) -> None:
        """Raise `IndexAccessError` if the index has no release `NAME==VERSION`, or can't be read."""
        files_of_release(self.web, self.url, release)

    def published(self, name: str, accepted: SpecifierSet | None) -> list[list[Published]]:
        """List the wheels of accepted versions that are not yanked, the newest version first; cached.

        If nothing restricts the versions, yanked ones are included. Raises `IndexAccessError`.
        """
        key = (name, str(accepted), accepted and accepted.prereleases)
        if key not in self._pages:
            versions = wheels_of_project(self.web, self.url, name, accepted)
            self._pages[key] = [
                [Published.of(wheels[filename], self.web) for filename in sorted(wheels)] for wheels in versions
            ]
        return self._pages[key]

    def newest_first(
        self, name: str, accepted: SpecifierSet, choose: Callable[[Sequence[str]], str | None]
    ) -> Iterator[Listing]:
        """Yield the wheel that `choose` returns for each accepted version, newest first. Raises `AbidingError`."""
        try:
            versions = wheels_of_project(self.web, self.url, name, accepted)
        except UnknownReleaseError:
            return
        for wheels in versions:
            filename = choose(sorted(wheels))
            if filename:
                yield self._listing(name, wheels[filename])

    def _listing(self, name: str, file: DistributionPackage) -> Listing:
        filename, version = file.filename, file.version or ""
        members, metadata = self._read(file)
        identity = Identity.parse(metadata, filename)
        hold_to_name(filename, normalised(name), version, identity)
        if canonicalize_version(identity.version) != canonicalize_version(version):
            raise ArchiveError.at(filename, f"has the metadata of version {identity.version}")
        return Listing(filename, members, identity.metadata)

    def _read(self, file: DistributionPackage) -> tuple[tuple[str, ...], bytes]:
        digest = file.digests.get("sha256", "").lower()
        cached = self.keeping.listing(digest) if self.keeping else None
        if cached is not None:
            return cached
        remote = RemoteFile(self.web, file.url, file.filename, file.size, file.digests)
        listing = listing_of(cast("BinaryIO", remote), file.filename)
        if self.keeping:
            self.keeping.keep_listing(digest, *listing)
        return listing
