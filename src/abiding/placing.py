"""Files appear whole or not at all: written beside their place under another name, then renamed.

Whatever stops the work, a signal included, leaves the old file or the new one at the target, never a part of either.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from abiding.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["beside", "commit", "copy_range", "place", "replace_tail", "speaking_of", "write_all"]


def __dir__() -> list[str]:
    return __all__


_CHUNK = 1 << 20
# A process that dies never harms a renamed file; only a power cut can. Guarding against that too costs what the disk
# needs to take the file in: nothing much for most, as much again as copying it for a wheel of 1 GB.
_SYNC_LIMIT = 64 << 20


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turn each `OSError` into an `ArchiveError` about the file `path`, which is being read or written."""
    try:
        yield
    except OSError as exc:
        raise ArchiveError.at(path.name, _sentence(exc, path), hint=_hint(exc)) from exc


def _sentence(exc: OSError, path: Path) -> str:
    reason = exc.strerror or str(exc)
    return f"`{exc.filename or path}` can't be used: {reason[:1].lower()}{reason[1:]}"


def _hint(exc: OSError) -> str:
    import errno

    if exc.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the new file is written beside the finished one, so there has to be room for both"
    if exc.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return "the folder has to be writable: the new file is written in it and then renamed"
    return ""


@contextmanager
def beside(target: Path, source: Path) -> Iterator[BinaryIO]:
    """Open a new file in the folder of `target`, with the permissions of `source`; `commit` gives it its name.

    A file that is not committed is removed. Raises `OSError`.
    """
    path = target.with_name(f".abiding-{os.urandom(8).hex()}.tmp")
    mode = os.stat(source).st_mode & 0o777  # noqa: PTH116 (Path.stat costs the same and reads worse with the mask)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags, mode), "w+b") as file:
            yield _Named(file, path)
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
