"""Evidence: what compiled files say of the versions that they accept, held against what their wheel requires.

One sentence: *search* a file's bytes (`texts`), *know* the interfaces that it uses (`interfaces`), *ask* which versions
the wheel admits that can be installed beside it (`admitting`, `available`), and *judge* (`rules`).

Nothing of it is imported for a wheel without compiled files, and nothing but bytes is needed for what is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.evidence.looking import Looking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from abiding.archives.wheel import Wheel
    from abiding.evidence.wheels import Examined
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.guarded import Guarded

__all__ = ["Looking", "judge_built", "judge_wheels"]


def judge_wheels(paths: Iterable[Path], looked: Looking | None = None) -> dict[str, tuple[Finding, ...]]:
    """Judge all wheels with compiled files among some files, and right in some folders; the findings by path.

    Files that somebody else had at hand, and let be `looked` at, are not decompressed again. A wheel that can't be
    read is left out: whoever reads its metadata says so.
    """
    from abiding.native import names

    with_code = [path for path in names.wheels_among(paths) if names.has_code(path)]
    if not with_code:
        return {}
    from abiding.evidence import wheels

    return wheels.judge_wheels(with_code, looked)


def judge_built(wheel: Wheel, metadata: CoreMetadata, optional: Sequence[Guarded] = ()) -> Examined | None:
    """Judge a wheel that will have this METADATA; None for one without compiled files.

    `optional` are modules that may refuse what it admits. Raises `ArchiveError` if a file in it can't be decompressed.
    """
    if not native.has_code(wheel.names):
        return None
    from abiding.evidence import wheels

    return wheels.judge_built(wheel, metadata, optional)
