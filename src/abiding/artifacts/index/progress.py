"""Progress of reading a release: a callback, and a line on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["Progress", "ProgressBar"]


class Progress(Protocol):
    """What is called, in the thread that began the reading, whenever a file has been read."""

    def __call__(self, done: int, total: int, received: int) -> None:
        """Take note that `done` of `total` files are read, for which `received` bytes came."""


_WIDTH = 24


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """A progress bar on a stream, if that is a terminal; the line is taken away when all is done."""

    stream: TextIO

    def __call__(self, done: int, total: int, received: int) -> None:
        """Draw it anew."""
        if not self.stream.isatty():
            return
        filled = _WIDTH * done // max(total, 1)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total} files, {received / 1e6:.1f} MB"
        # Back to the start of the line, and away with what stood there: understood by Windows' terminals as well.
        self.stream.write(f"\r\x1b[K{line}" if done < total else "\r\x1b[K")
        self.stream.flush()
