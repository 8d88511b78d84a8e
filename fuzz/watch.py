"""A watch over one piece of work: how long it takes, how much memory, and where it writes."""

from __future__ import annotations

import os
import signal
import sys
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

MOST_SECONDS = 60
MOST_MEMORY = 64 << 20

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate", "os.utime"}
)


class Violation(BaseException):
    """Something happened that must not; no `except Exception` of the work can swallow it."""


class _Watch:
    """Audit hooks can't be taken away again: there is one, which looks only while a folder is set."""

    folder: str = ""
    installed: bool = False
    outside: str = ""

    @classmethod
    def install(cls) -> None:
        if not cls.installed:
            cls.installed = True
            sys.addaudithook(cls.hook)

    @classmethod
    def hook(cls, event: str, arguments: tuple[Any, ...]) -> None:
        if not cls.folder:
            return
        if event == "open":
            path, _, flags = arguments
            # What is opened by its descriptor was opened by its name before; modules are compiled where they are.
            if isinstance(path, int) or not (flags or 0) & _WRITING or "__pycache__" in os.fsdecode(path):
                return
            cls.look(path)
        elif event in _CHANGES:
            for path in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
                if not isinstance(path, int) and "__pycache__" not in os.fsdecode(path):
                    cls.look(path)

    @classmethod
    def look(cls, path: str | bytes | os.PathLike[str]) -> None:
        where = os.path.realpath(os.fsdecode(path))
        if where != os.devnull and not f"{where}/".startswith(f"{cls.folder}/"):
            cls.outside = where


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise Violation(f"not done after {MOST_SECONDS} seconds of a processor")


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Watch what is done meanwhile.

    Raises `Violation` if it takes too long (60 s of a processor), or too much memory (64 MiB), or writes anywhere but
    in `folder`.
    """
    _Watch.install()
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    previous = signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    _Watch.folder, _Watch.outside = os.path.realpath(folder), ""
    try:
        yield
    finally:
        _Watch.folder = ""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
        taken = tracemalloc.get_traced_memory()[1] - before
        if started:
            tracemalloc.stop()
    if _Watch.outside:
        raise Violation(f"wrote to {_Watch.outside}")
    if taken > MOST_MEMORY:
        raise Violation(f"took {taken >> 20} MiB of memory")
