"""Run a program that reads untrusted files, with limits on time, memory and disk."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import IO

__all__ = ["processor_seconds", "run"]

# Of the clock, beside those of the processor: what it reads may never come.
_SECONDS = 60


def run(line: list[str], output: IO[bytes], errors: IO[bytes], *, seconds: int, memory: int, size: int) -> int:
    """Run a program, and return its status; it is not waited for longer than it may take.

    `seconds` are those of a processor, `memory` and `size` bytes: what it may have, and write into one file. Raises
    `OSError` or `subprocess.SubprocessError`.
    """

    def limit() -> None:
        """Bound what a process and those that it starts may take and write."""
        import resource

        for kind, bound in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, size),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))

    is_posix = os.name == "posix"
    # In a session of its own it has no terminal that it could read, and its children end with it.
    with subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        preexec_fn=limit if is_posix else None,  # noqa: PLW1509 (it takes no lock)
        start_new_session=is_posix,
    ) as process:
        try:
            return process.wait(_SECONDS + seconds)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if is_posix else process.kill()
            raise


def processor_seconds() -> float:
    """Return the seconds of a processor that were spent, by this process and those that it has waited for."""
    return sum(os.times()[:4])
