"""How much work something is, in calls of functions and in memory: that is the same on a machine that is busy."""

from __future__ import annotations

import sys
import tracemalloc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["calls", "memory"]


def calls(work: Callable[[], object]) -> int:
    """Count the functions that are called, those of C included. What `work` raises goes through."""
    number = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def memory(work: Callable[[], object]) -> int:
    """Return the bytes that are held at the most at one time. What `work` raises goes through."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
