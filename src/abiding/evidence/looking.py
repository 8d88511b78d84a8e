"""Compiled files of wheels gone through while somebody else has them at hand: one decompression serves both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.evidence.reading import File

__all__ = ["Looking"]


class Looking:
    """Is shown files, one after the other, and keeps what they say: in `files`, by wheel and by place."""

    def __init__(self) -> None:
        self.files: dict[Path, dict[str, File]] = {}

    def __call__(self, path: Path, place: str, data: bytes) -> None:
        """Go through a file of a wheel, if it is a compiled one."""
        from abiding.evidence import reading  # late: most wheels have none

        file = reading.of_file(path.name, place, data)
        if file:
            self.files.setdefault(path, {})[place] = file
