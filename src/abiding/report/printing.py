"""Print output of commands; input can't control the terminal or the CI service."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from abiding.findings.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["discard", "guarded", "lossless", "open_streams", "unguarded"]


# Replacements for characters that an encoding lacks.
_PLAINER = str.maketrans({"–": "..", "×": "x", "…": "...", "−": "-"})  # noqa: RUF001 (that is the point)


@contextmanager
def open_streams() -> Iterator[None]:
    """Replace a closed `sys.stdout` or `sys.stderr` by a stream that discards its output."""
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123 (a device)
        redirect_stdout(sys.stdout or nowhere),
        redirect_stderr(sys.stderr or nowhere),
    ):
        yield


def discard(stream: TextIO) -> None:
    """Discard the output of a stream that can't be written to, also what is buffered for the end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def lossless(stream: TextIO) -> None:
    """Let a stream accept any text: characters that its encoding lacks are replaced."""
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("abiding", _plainer)
        stream.reconfigure(errors="abiding")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(error, UnicodeEncodeError)  # nothing is read by this  # noqa: S101
    text = error.object[error.start : error.end].translate(_PLAINER)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end


@contextmanager
def guarded() -> Iterator[None]:
    """Let `sys.stdout` and `sys.stderr` escape control characters and commands to CI services."""
    out, err = (cast("TextIO", _Guarded(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(err):
        yield


def unguarded(stream: TextIO) -> TextIO:
    """Return the stream below a guard, for our own control characters and commands."""
    return stream.stream if isinstance(stream, _Guarded) else stream


# No command begins longer before its end.
_LONGEST = 40


class _Guarded:
    """A text stream that escapes; `_line` is the relevant part of the current line."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._line = ""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (everything but writing is that of the stream)
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        whole = printable(self._line + text)
        self.stream.write(whole[len(self._line) :])
        line = whole.rpartition("\n")[2].lstrip()
        # The end of a long line, which must not look like a beginning.
        self._line = line if len(line) <= _LONGEST else f"-{line[-_LONGEST:]}"
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)
