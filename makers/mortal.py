"""Tasks that end the process that has come to them, as the system does for want of memory."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from abiding.survey.plan import Part, settle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["dies", "dies_once", "stays"]


def dies(_: object) -> None:
    os._exit(9)


def dies_once(folder: Path, part: Part) -> None:
    """Decide a part; the first process that comes to the third one ends in the middle of it."""
    if part.number == 2:
        try:
            (folder / "died").touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            (part.folder / "unfinished" / "half").mkdir()
            os._exit(9)
    settle(part)


def stays(task: object) -> None:
    """Say that it has begun, and never end."""
    os.write(1, f"{task}\n".encode())
    while True:
        time.sleep(60)
