"""Progress of reading a release: a callback, and a line on the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["Progress", "ProgressBar"]


class Progress(Protocol):
    """A function that is called after each file, in the thread that began the reading."""

    def __call__(self, done: int, total: int, received: int) -> None:
        """Show that `done` of `total` files are read, with `received` bytes."""


_WIDTH = 24


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """A progress bar on a stream, if that is a terminal; it is erased at the end."""

    stream: TextIO

    def __call__(self, done: int, total: int, received: int) -> None:
        """Redraw it."""
        if not self.stream.isatty():
            return
        filled = _WIDTH * done // max(total, 1)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total} files, {received / 1e6:.1f} MB"
        # Return to the start of the line, and erase it; terminals on Windows understand this too.
        self.stream.write(f"\r\x1b[K{line}" if done < total else "\r\x1b[K")
        self.stream.flush()
