"""Files that a project names by a path: read below its folder, and nowhere else.

An sdist is somebody else's. What its pyproject.toml names must never be a file of the machine that it is looked at on.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["leads_out", "read_inside"]


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
    """Say whether the words of a path lead out of the folder that it is relative to; on any system, drives included."""
    parts = path.replace("\\", "/").split("/")
    depth = 0
    for part in parts:
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return True
    return path.startswith(("/", "\\")) or ":" in parts[0]
