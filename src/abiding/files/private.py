"""Private folders to work in, which are removed however the work ends.

They are removed at the end of the `with` block, after errors, Ctrl-C and SIGTERM too. Folders left by a killed process
or a power cut are removed by the next process that works in the same place: each holds a file that its process locks.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["private_folder", "unwinding"]


_PREFIX = ".abiding-"
_LOCK = "in-use"
_TERMINATED = 128 + 15  # the exit status for a process that was ended by SIGTERM


@contextmanager
def private_folder(folder: Path) -> Iterator[Path]:
    """Create an empty folder below `folder`, which is removed at the end with its contents. Raises `OSError`."""
    from tempfile import TemporaryDirectory

    for name in os.listdir(folder):  # noqa: PTH208 (names are what is looked at)
        if name.startswith(_PREFIX):
            _remove_if_dead(folder / name)
    # A file in it that some scanner still holds open is no reason to fail after all.
    temporary = TemporaryDirectory(prefix=_PREFIX, dir=folder, ignore_cleanup_errors=True)
    with unwinding(), temporary as name, _held(Path(name)):
        private = Path(name, "built")
        private.mkdir()
        yield private


@contextmanager
def unwinding() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that temporary files are removed; existing handlers are kept."""

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(_TERMINATED)

    try:
        mine = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        if mine:
            signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread
        mine = False
    try:
        yield
    finally:
        if mine:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


if sys.platform == "win32":

    def _held(folder: Path) -> BinaryIO:
        """Return a file that can't be removed while it is open."""
        return (folder / _LOCK).open("wb")

    def _remove_if_dead(folder: Path) -> None:
        with suppress(OSError):
            (folder / _LOCK).unlink()
            _remove(folder)

else:
    import fcntl

    def _held(folder: Path) -> BinaryIO:
        """Return a file that is locked while it is open, even before it gets its name."""
        new = folder / f"{_LOCK}.new"
        file = new.open("wb")
        with suppress(OSError):  # a file system without locks: the folder then stays if the process is killed
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        new.rename(folder / _LOCK)
        return file

    def _remove_if_dead(folder: Path) -> None:
        with suppress(OSError), (folder / _LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
