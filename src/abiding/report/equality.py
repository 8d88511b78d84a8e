"""Describe how files with equal metadata still differ: in spelling, or in fields about the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import joined_literals
from abiding.metadata.fields import OF_THE_FILE, headers_of, is_of_the_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.metadata.core import CoreMetadata
    from abiding.releases.release import CheckedArtifact, Release

__all__ = ["Spellings", "apart"]


class Spellings(NamedTuple):
    """The remaining differences of files that mean the same: in fields about the files, and in spelling."""

    fields: tuple[str, ...]
    spelled: bool

    @property
    def words(self) -> str:
        """The end of the sentence that says that they are equal."""
        names = joined_literals(self.fields)
        verb = "differ" if len(self.fields) > 1 else "differs"
        if not self.spelled and names:
            return f"; only {names} {verb}"
        return ", spelled differently" + (f"; {names} {verb} too" if names else "")


def apart(files: Iterable[CheckedArtifact], release: Release) -> Spellings:
    """Compare files with the reference of their release, which they equal in meaning, character by character."""
    if release.comparison.reference is None:
        return Spellings((), spelled=True)
    reference = release.comparison.reference.metadata
    others = {checked.artifact.metadata.data: checked.artifact.metadata for checked in files}.values()
    fields = tuple(name for name in OF_THE_FILE if any(other.all(name) != reference.all(name) for other in others))
    left = _left(reference)
    return Spellings(fields, spelled=not fields or any(_left(other) != left for other in others))


def _left(metadata: CoreMetadata) -> bytes:
    """Return the metadata of a file without the fields about itself."""
    data, left, end = metadata.data, b"", 0
    for header in headers_of(data):
        if is_of_the_file(header.name):
            left, end = left + data[end : header.start], header.end
    return left + data[end:]
