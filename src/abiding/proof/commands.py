"""Run programs to their end, and keep as much of their output as is needed."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from abiding.findings import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["CommandError", "answer", "run"]


_PIECE = 64 << 10


class CommandError(Exception):
    """A program ended with another status than 0, or a hook failed; `output` is what it printed."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def run(command: Sequence[str | Path], folder: str | Path, variables: Mapping[str, str]) -> None:
    """Run a program for its effect. Raises `CommandError` with its output on both streams, in order.

    A backend may print more than fits into memory: of more than `bounds.OUTPUT` bytes, the middle is left out.
    """
    with _start(command, folder, variables, subprocess.STDOUT) as process:
        output = _kept(cast("BinaryIO", process.stdout))
    _hold(process, output)


def answer(command: Sequence[str | Path], folder: str | Path, variables: Mapping[str, str]) -> str:
    """Run a program and return all of its output, decoded as file names are. Raises `CommandError`."""
    with _start(command, folder, variables, subprocess.PIPE) as process:
        output, errors = process.communicate()
    _hold(process, errors.decode("utf-8", "replace"))
    return os.fsdecode(output)


@contextmanager
def _start(
    command: Sequence[str | Path], folder: str | Path, variables: Mapping[str, str], errors: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, and wait for its end; it is stopped if the wait is interrupted."""
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            words, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
    except OSError as exc:
        raise CommandError(f"{words[0]} can't be run: {exc.strerror}\n") from exc
    with process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def _hold(process: subprocess.Popen[bytes], output: str) -> None:
    """Raise `CommandError` if it has failed."""
    if process.returncode:
        name, *_ = cast("list[str]", process.args)
        raise CommandError(output or f"{name} ended with status {process.returncode} and said nothing\n")


def _kept(stream: BinaryIO) -> str:
    """Read a stream to its end, and return its beginning and its end."""
    half = bounds.OUTPUT // 2
    output, left_out = bytearray(), 0
    while True:
        piece = stream.read(_PIECE)
        output += piece
        if len(output) > (4 if piece else 2) * half:  # seldom, so that little is moved
            left_out += len(output) - 2 * half
            del output[half:-half]
        if not piece:
            break
    if not left_out:
        return output.decode("utf-8", "replace")
    head, tail = (part.decode("utf-8", "replace") for part in (output[:half], output[half:]))
    return f"{head}\n… {left_out:,} bytes of what it said are left out …\n{tail}"
