"""A wheel on disk, or one that is being built, judged by what its compiled files say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.archives import tagging
from abiding.archives.wheel import Wheel
from abiding.evidence import reading, rules
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from abiding.findings.finding import Finding

__all__ = ["checked", "examined"]


def checked(paths: Iterable[Path]) -> dict[str, tuple[Finding, ...]]:
    """Judge wheels on disk, each by its own METADATA; the findings by file name."""
    found: dict[str, tuple[Finding, ...]] = {}
    for path in paths:
        with suppress(ArchiveError):  # who reads its metadata, or its images, says so
            wheel = Wheel.open(path)
            found[path.name] = examined(wheel, CoreMetadata.parse(wheel.metadata(), path.name))
    return found


def examined(wheel: Wheel, metadata: CoreMetadata, optional: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Judge one wheel that has, or will have, this METADATA. Raises `ArchiveError`."""
    compiled = reading.of_wheel(wheel)
    if not compiled.modules:
        return ()
    return tuple(rules.judge(wheel.path.name, compiled, metadata, tagging.expanded(wheel.path.name), optional))
