"""What became of a file that was read: its metadata, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.artifacts.artifact import Artifact, Unreadable

if TYPE_CHECKING:
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata

__all__ = ["metadata_of", "problem_of"]


def metadata_of(file: Artifact | Unreadable) -> CoreMetadata:
    """Fail unless the file was read."""
    assert isinstance(file, Artifact), file.problem
    return file.metadata


def problem_of(file: Artifact | Unreadable) -> Finding:
    """Fail if the file was read."""
    assert isinstance(file, Unreadable)
    return file.problem
