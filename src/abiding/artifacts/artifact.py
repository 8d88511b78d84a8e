"""The files of a release as values: sdists and wheels that were read, and files that could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from abiding.archives.wheel_tags import StatedTags
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.build_record import BuildRecord
    from abiding.project.pyproject import Pyproject

__all__ = ["Artifact", "Unreadable", "member_of"]


def member_of(file: str, name: str) -> str:
    """Return what a file in an archive is called, or in the folder that an sdist was unpacked to."""
    return f"{file.removesuffix('/')}/{name}"


class Artifact(NamedTuple):
    """One sdist or wheel of a release, on disk or on an index.

    `name` is normalised, `version` as the file name has it. `metadata` is METADATA or PKG-INFO. `pyproject` is the
    sdist's pyproject.toml where it is at hand (never over an index). `yanked` is the reason that the index gives, empty
    if it is not yanked. `stated` is what it says inside of its own name, if its WHEEL is at hand. `findings` are about
    the file, whatever its metadata say. `record` is what a wheel has of its build, None if it has none that can be
    read, or none is at hand. `variant` is the variant.json of a wheel that is on disk, None if it has none; `variants`
    is the file that an index has of all of them, `NAME-VERSION-variants.json`, if it lies beside a variant wheel.
    `read_from` is where it was read from: a path as it was given, or a URL without credentials. `on_index` is whether
    an index has taken it. `uploaded` is when, None if that is not known. `place` is the folder that it is told by where
    another file of the release has the same name, with a slash at its end; else it is empty.
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

    @property
    def called(self) -> str:
        """What it is called in the release, where no other file is called so."""
        return self.place + self.filename

    def member(self, name: str) -> str:
        """Return what a file in it is called, which is not that of a working folder."""
        return member_of(self.called, name)


class Unreadable(NamedTuple):
    """A file of a release that could not be read, on disk or on an index: `problem` says why.

    `name` and `version` are as of an `Artifact`, as far as the file name tells them; so is the rest. `kind` is that of
    what was given, where that is neither an sdist nor a wheel.
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
