"""The files of a release as values: sdists and wheels that were read, and files that could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from abiding.archives.wheel_tags import StatedTags
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.build_record import BuildRecord
    from abiding.project.pyproject import Pyproject

__all__ = ["Artifact", "Identity", "Unreadable", "member_of"]

Identity = tuple[bytes, str]


def member_of(file: str, name: str) -> str:
    """Return the name of a file in an archive, or in the folder of an unpacked sdist."""
    return f"{file.removesuffix('/')}/{name}"


class Artifact(NamedTuple):
    """One sdist or wheel of a release, on disk or on an index.

    `name` is normalised, `version` as in the file name. `metadata` is METADATA or PKG-INFO. `pyproject` is the sdist's
    pyproject.toml, if it was read (never from an index). `yanked` is the index's reason, empty if it is not yanked.
    `stated` is what its WHEEL says about its name, if it was read. `findings` are about the file itself. `record` is
    the build record of a wheel, None if there is none, or it was not read. `variant` is the variant.json of a wheel on
    disk; `variants` is the index's file of all variants, `NAME-VERSION-variants.json`, if it is beside a variant wheel.
    `read_from` is its path as given, or its URL without credentials. `on_index` is whether it is on an index, and
    `uploaded` the time, None if unknown. `place` is its folder, with a slash at its end, if another file of the release
    has the same name, else empty. `digest` stands for the bytes of METADATA where a table has nothing but their fields.
    """

    filename: str
    kind: Literal["sdist", "wheel"]
    name: str
    version: str
    metadata: CoreMetadata
    pyproject: Pyproject | None = None
    yanked: str = ""
    stated: StatedTags | None = None
    findings: tuple[Finding, ...] = ()
    record: BuildRecord | None = None
    variant: bytes | None = None
    variants: bytes | None = None
    on_index: bool = False
    read_from: str = ""
    uploaded: datetime | None = None
    place: str = ""
    digest: str = ""

    @property
    def called(self) -> str:
        """Its unique name in the release."""
        return self.place + self.filename

    @property
    def identity(self) -> Identity:
        """The same for artifacts whose METADATA are identical to the byte."""
        return self.metadata.data, self.digest

    def member(self, name: str) -> str:
        """Return the name of a file in it, so that it is not taken for one in the current folder."""
        return member_of(self.called, name)


class Unreadable(NamedTuple):
    """A file of a release that could not be read, on disk or on an index: `problem` says why.

    The other values are as in an `Artifact`, as far as the file name tells them. `kind` describes an argument that is
    neither an sdist nor a wheel.
    """

    filename: str
    kind: Literal["sdist", "wheel", "file", "folder", "release"]
    name: str
    version: str
    problem: Finding
    yanked: str = ""
    on_index: bool = False
    read_from: str = ""
    uploaded: datetime | None = None
    place: str = ""

    @property
    def called(self) -> str:
        """As of an `Artifact`."""
        return self.place + self.filename
