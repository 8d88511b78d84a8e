"""Whose failure it is when the wrapped backend fails: a line of ours behind what it, or Python, prints of it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from abiding.builds.wrapped_backend import Failure

__all__ = ["attribute"]


def attribute(exc: BaseException, failure: Failure) -> None:
    """Let the last line that is printed of an exception say what of the wrapped backend has failed, and where."""
    place = next(_places(exc, failure.folder), "")
    line = f"abiding: {failure.what}{f' at {place}' if place else ''}: the error is there, not in abiding"
    if not isinstance(exc, SystemExit):
        exc.add_note(line)
        return
    if isinstance(exc.code, str):  # Python would print it behind the line
        print(exc.code, file=sys.stderr)  # noqa: T201
        exc.code = 1
    print(line, file=sys.stderr)  # noqa: T201


def _places(exc: BaseException, folder: Path) -> Iterator[str]:
    """Yield the lines of the project's own files that an exception came through, the innermost first."""
    top = folder.resolve()
    frames = list(traceback.walk_tb(exc.__traceback__))
    if frames and isinstance(exc, SyntaxError) and exc.filename == _EXECUTED and exc.lineno:
        yield from _in_project(_file_of(frames[-1][0].f_locals), exc.lineno, top)
    for frame, line in reversed(frames):
        yield from _in_project(_file(frame), line, top)


# What Python calls code that was handed to `exec` as a text, as setuptools hands over setup.py.
_EXECUTED = "<string>"


def _file(frame: FrameType) -> str:
    name = frame.f_code.co_filename
    return _file_of(frame.f_globals) if name == _EXECUTED else name


def _file_of(variables: dict[str, object]) -> str:
    name = variables.get("__file__")
    return name if isinstance(name, str) else ""


def _in_project(name: str, line: int, top: Path) -> Iterator[str]:
    """Yield the place if the file is of the project: not of an environment that lies in its folder."""
    try:
        path = Path(name).resolve()
    except (OSError, ValueError):
        return
    if name and path.is_file() and path.is_relative_to(top) and not path.is_relative_to(sys.prefix):
        yield f"{path.relative_to(top).as_posix()}:{line}"
