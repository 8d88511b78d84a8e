"""Open plain files only: a pipe would block, and a device may never end."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["is_folder", "is_plain", "is_there", "leads_out", "open_plain", "read_for", "read_inside", "read_plain"]

_PIECE = 1 << 20


def open_plain(path: str | Path, *, buffered: bool = True) -> BinaryIO:
    """Open a plain file for reading. Raises `OSError` for anything else, and for invalid paths."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (of many files the path is a string)
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # of a folder the system says so
            raise OSError(errno.EINVAL, "It is not a plain file", str(path))
    except ValueError as exc:
        raise OSError(errno.EINVAL, "No file has a NUL in its name", str(path)) from exc
    return open(path, "rb", buffering=-1 if buffered else 0)  # noqa: PTH123


def read_plain(path: str | Path, most: int) -> bytes:
    """Read a plain file. Raises `OSError`, also if it has more bytes than `most`."""
    data = read_for(path, most)
    if len(data) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def read_for(path: str | Path, most: int) -> bytes:
    """Read a plain file, `most + 1` bytes of it if it has more than `most`: the caller refuses these. Raises `OSError`.

    Bytes of a file in an archive, or on an index, are held to a size where they are read.
    """
    pieces, left = [], most + 1
    with open_plain(path) as file:
        # Python reserves what it may read. The size alone is no bound: a file may grow, and those of /proc have none.
        wanted = min(most, os.fstat(file.fileno()).st_size) + 1
        while left and (piece := file.read(wanted)):
            pieces.append(piece)
            left -= len(piece)
            wanted = min(left, _PIECE)
    return b"".join(pieces)


def is_plain(path: Path) -> bool:
    """Return whether there is a plain file; false for an invalid name."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; false for an invalid name."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Return whether there is anything at a path; false for an invalid name."""
    return os.path.exists(path)  # noqa: PTH110 (which raises for a name that is too long)


# Files that a project names by a path. An sdist is somebody else's: what its pyproject.toml names must never be a file
# of the machine that it is looked at on.

# Core metadata as a whole may have as much.
_LARGEST = 16 << 20


def read_inside(folder: Path, name: str) -> bytes | None:
    """Read the plain file `name` below `folder`; None if there is none, it leads out of the folder, or is too large.

    A link may lead out of a tree, which is one's own (several projects of one repository share a readme like this),
    and never out of an unpacked sdist, which a PKG-INFO tells.
    """
    if leads_out(name):
        return None
    path = folder / name
    try:
        if (folder / "PKG-INFO").exists() and not path.resolve().is_relative_to(folder.resolve()):
            return None
        # What is not a plain file is never opened: a pipe would be waited for.
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            return None
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError):  # not there, a NUL in the name, links in a circle
        return None


def leads_out(path: str) -> bool:
    """Return whether the text of a relative path leads out of its folder, on any system, also by a drive."""
    parts = path.replace("\\", "/").split("/")
    depth = 0
    for part in parts:
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return path.startswith(("/", "\\")) or ":" in parts[0]
