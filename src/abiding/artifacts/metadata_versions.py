"""Warn of core metadata versions that current tools don't accept yet.

A Metadata-Version that does not exist is not reported here: no index accepts the upload.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import visible
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.metadata.core import CoreMetadata

__all__ = ["no_version", "too_new"]


class _Change(NamedTuple):
    """A version of core metadata, which tools accept it, and what to do."""

    version: tuple[int, int]
    fact: str
    hint: str


# As measured then, in ascending order; no tool knows newer versions.
_AS_OF = "August 2026"
_CHANGES = (
    _Change(
        (2, 5),
        "twine 7 takes it, twine 6.2 refuses to upload it; hatchling writes it by default from 1.32 on, "
        "flit-core 4 always does",
        'upload with twine 7 or later, or have 2.4 written: by hatchling with `core-metadata-version = "2.4"`, else by '
        "an earlier version of the backend, `flit-core<4` for example",
    ),
    _Change(
        (2, 6),
        "twine 7 takes it with packaging 26.3 beside it; the public index takes 2.5 at most",
        "write 2.5 or less for what is to be uploaded there",
    ),
)


def too_new(files: Iterable[tuple[str, CoreMetadata]]) -> Iterator[Finding]:
    """Yield a note on each of these files (name and metadata) with a version that some tools refuse."""
    known = [(metadata.version[:2], filename) for filename, metadata in files]
    newest = max((version for version, _ in known), default=(0, 0))
    change = next((change for change in reversed(_CHANGES) if newest >= change.version), None)
    if change is None:
        return
    text = ".".join(map(str, newest))
    beyond = "no tool is known that takes it" if newest > _CHANGES[-1].version else change.fact
    finding = Finding(
        "new-metadata-version",
        Severity.NOTE,
        f"Metadata-Version {text} is newer than what some tools take",
        field="Metadata-Version",
        found=text,
        notes=(f"in {_AS_OF}: {beyond}",),
        hints=(change.hint,),
    )
    yield from (finding._replace(artifact=filename) for version, filename in known if version == newest)


def no_version(wheels: Iterable[tuple[str, CoreMetadata]]) -> Iterator[Finding]:
    """Warn of wheels, by file names, whose `Metadata-Version` is absent, or is not two numbers."""
    for filename, metadata in wheels:
        if metadata.has_version:
            continue
        version = metadata.get("Metadata-Version").strip()
        yield Finding(
            "bad-metadata",
            Severity.WARNING,
            f"Metadata-Version `{visible(version)}` is not a version" if version else "there is no Metadata-Version",
            artifact=filename,
            field="Metadata-Version",
            found=version or None,
            found_from="wheel",
            notes=("pip and uv install the wheel; twine refuses to upload it",),
            hints=("build the wheel with a backend that writes 2.2 or later",),
        )
