"""What compiled files say about the versions that they accept, compared with what their wheel requires.

`texts` searches the bytes of a file, `interfaces` knows what the texts mean, `admitted_versions` and
`available_versions` tell which versions of a distribution the wheel accepts, and `rules` judges.

Nothing of this is imported for a wheel without compiled files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.evidence.shared_reading import CompiledFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from abiding.archives.wheel import Wheel
    from abiding.evidence.wheels import Examined
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.optional_modules import OptionalModules

__all__ = ["CompiledFiles", "judge_built", "judge_wheels"]


def judge_wheels(paths: Iterable[Path], looked: CompiledFiles | None = None) -> dict[str, tuple[Finding, ...]]:
    """Judge all wheels with compiled files among some files, and directly in some folders; the findings by path.

    Files that are already in `looked` are not decompressed again. A wheel that can't be read is left out, because
    reading its metadata reports it.
    """
    from abiding.native import names

    with_code = [path for path in names.wheels_among(paths) if names.has_code(path)]
    if not with_code:
        return {}
    from abiding.evidence import wheels

    return wheels.judge_wheels(with_code, looked)


def judge_built(wheel: Wheel, metadata: CoreMetadata, optional: Sequence[OptionalModules] = ()) -> Examined | None:
    """Judge a wheel that will have this METADATA; None for one without compiled files.

    `optional` are modules that may refuse what it admits. Raises `ArchiveError` if a file in it can't be decompressed.
    """
    if not native.has_code(wheel.names):
        return None
    from abiding.evidence import wheels

    return wheels.judge_built(wheel, metadata, optional)
