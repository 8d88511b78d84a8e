"""Run a program that reads untrusted files, with limits on time, memory and disk."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import IO

__all__ = ["processor_seconds", "run"]

# By the clock: so long a program may write nothing. What it reads may never come, and a busy machine is slow.
_SILENCE = 120


def run(line: list[str], output: IO[bytes], errors: IO[bytes], *, seconds: int, memory: int, size: int) -> int:
    """Run a program, and return its status; it is waited for as long as it writes something now and then.

    `seconds` are those of a processor, `memory` and `size` bytes: what it may have, and write into one file. Raises
    `OSError`, `subprocess.TimeoutExpired` if it waits for something, or another `subprocess.SubprocessError`.
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
            return _status(process, output)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if is_posix else process.kill()
            raise


def _status(process: subprocess.Popen[bytes], output: IO[bytes]) -> int:
    written = -1
    while written != (size := os.fstat(output.fileno()).st_size):
        written = size
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_SILENCE)
    raise subprocess.TimeoutExpired(process.args, _SILENCE)


def processor_seconds() -> float:
    """Return the seconds of a processor that were spent, by this process and those that it has waited for."""
    return sum(os.times()[:4])
