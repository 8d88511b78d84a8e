"""Compiled files of wheels, read while another check has them decompressed, so that each is decompressed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from abiding.evidence.reading import File

__all__ = ["CompiledFiles"]


class CompiledFiles:
    """Reads the compiled files that it is called with, and keeps the results in `files`, by wheel and by place."""

    def __init__(self) -> None:
        self.files: dict[Path, dict[str, File]] = {}

    def __call__(self, path: Path, place: str, data: bytes) -> None:
        """Read a file of a wheel, if it is a compiled one."""
        from abiding.evidence import reading  # late: most wheels have none

        file = reading.of_file(path.name, place, data)
        if file:
            self.files.setdefault(path, {})[place] = file
