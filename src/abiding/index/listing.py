"""What single wheels on an index consist of: the names of their members, and METADATA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from packaging.utils import canonicalize_name, canonicalize_version

from abiding.disk import Said, hold_to_name
from abiding.errors import ArchiveError, IndexAccessError
from abiding.index.archives import listing_of_wheel
from abiding.index.page import wheels_of_project
from abiding.index.remote import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from packaging.specifiers import SpecifierSet

    from abiding.index.web import Web
    from abiding.metadata import CoreMetadata

__all__ = ["Listing", "Listings"]


def __dir__() -> list[str]:
    return __all__


@dataclass(frozen=True, slots=True)
class Listing:
    """A wheel on an index: its file name, the names of its members, and what its METADATA says."""

    filename: str
    members: tuple[str, ...]
    metadata: CoreMetadata


@dataclass(frozen=True, slots=True)
class Listings:
    """An index on which wheels are looked up."""

    web: Web
    url: str

    def newest(
        self, name: str, accepted: SpecifierSet, choose: Callable[[Sequence[str]], str | None]
    ) -> Listing | None:
        """Look into a wheel of the newest accepted version of which `choose` takes one, by its file name.

        None if there is none, or no such project. Raises `AbidingError` if the index or the wheel can't be read.
        """
        try:
            versions = wheels_of_project(self.web, self.url, name, accepted)
        except IndexAccessError as exc:
            if exc.findings[0].rule == "unknown-release":
                return None
            raise
        for wheels in versions:
            filename = choose(sorted(wheels))
            if filename:
                remote = RemoteFile(self.web, wheels[filename].url, filename, wheels[filename].size)
                members, metadata = listing_of_wheel(cast("BinaryIO", remote), filename)
                said = Said.parse(metadata, filename)
                version = wheels[filename].version or ""
                hold_to_name(filename, canonicalize_name(name), version, said)
                if canonicalize_version(said.version) != canonicalize_version(version):
                    raise ArchiveError.at(filename, f"has the metadata of version {said.version}")
                return Listing(filename, members, said.metadata)
        return None
