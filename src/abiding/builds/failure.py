"""Whose failure it is when the wrapped backend fails: a line of ours behind what it, or Python, prints of it."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from abiding.builds.installing import ways_to_bring
from abiding.findings.characters import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

    from abiding.project.pyproject import Pyproject

__all__ = ["attribute"]

_THERE = "the error is there, not in abiding"
_ABOVE = "what it printed says why, and the error is not in abiding"


def attribute(exc: BaseException, what: str, folder: Path, pyproject: Pyproject) -> None:
    """Let the last line that is printed of an exception say what of the wrapped backend has failed, and where.

    `pyproject` is that of `folder` as the hook began: what has failed may have changed or removed it.
    """
    place = next(_places(exc, folder), "")
    absent = _absent(exc, folder) if place else ""
    why = ways_to_bring(absent, pyproject) if absent else _THERE if place else _ABOVE
    line = f"abiding: {what}{f' at {on_one_line(place)}' if place else ''}: {why}"
    if not isinstance(exc, SystemExit):
        _print_last(exc, line)
        return
    if isinstance(exc.code, str):
        exc.code = _WithLine.of(exc.code, line)
        return
    if not isinstance(exc.code, int):  # Python would print it behind the line
        print(exc.code, file=sys.stderr)  # noqa: T201
        exc.code = 1
    print(line, file=sys.stderr)  # noqa: T201


class _WithLine(str):
    """The text with which a process exits, equal to what was raised; Python prints a line of ours behind it."""

    __slots__ = ("line",)
    line: str

    @classmethod
    def of(cls, text: str, line: str) -> _WithLine:
        """Return a text with such a line."""
        with_line = cls(text)
        with_line.line = line
        return with_line

    def __str__(self) -> str:
        return f"{self[:]}\n{self.line}"


def _absent(exc: BaseException, folder: Path) -> str:
    """Return the module for which a distribution is to be installed; empty if it is another failure."""
    if not isinstance(exc, ModuleNotFoundError) or not isinstance(exc.name, str):
        return ""
    name = exc.name.partition(".")[0]
    own = (folder / path for path in (f"{name}.py", name, f"src/{name}.py", f"src/{name}"))
    is_there = name in sys.modules or name in sys.stdlib_module_names or any(map(os.path.lexists, own))
    return "" if is_there else name


def _print_last(exc: BaseException, line: str) -> None:
    """Print a line after the traceback of an exception if nothing catches it; the exception itself stays as it is."""
    before = getattr(sys, "excepthook", None) or sys.__excepthook__

    def hook(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        before(kind, value, trace)
        if value is exc:
            print(line, file=sys.stderr)  # noqa: T201

    sys.excepthook = hook


def _places(exc: BaseException, folder: Path) -> Iterator[str]:
    """Yield the lines of the project's own files that may be at fault, the innermost first.

    Those that have called something else are not: it may have failed for whatever else it reads, setuptools for a value
    in pyproject.toml or a C file. Python's own modules fail for what they are given.
    """
    top = folder.resolve()
    frames = list(traceback.walk_tb(exc.__traceback__))
    script = next((frame for frame, _ in frames if _is_script(frame)), None)
    if isinstance(exc, SyntaxError) and exc.lineno:
        unread = _file_of(frames[-1][0].f_locals) if frames and not script else ""
        name = unread if exc.filename == _EXECUTED else exc.filename or ""
        yield from _in_project(name, exc.lineno, top)
    own = _codes(script.f_code) if script else set()
    for frame, line in reversed(frames):
        code = frame.f_code
        name = code.co_filename if code not in own else _file_of(frame.f_globals)
        place = list(_in_project(name, line, top))
        yield from place
        if not place and not _is_of_python(name):
            return


# What Python calls code that was handed to `exec` as a text, as setuptools hands over setup.py. What that hands over by
# itself has the same globals, and other lines.
_EXECUTED = "<string>"


def _is_script(frame: FrameType) -> bool:
    return frame.f_code.co_filename == _EXECUTED and frame.f_globals.get("__name__") == "__main__"


def _codes(code: CodeType) -> set[CodeType]:
    """Return the code of a module with that of the functions and classes which it defines."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return {code}.union(*map(_codes, inner))


def _file_of(variables: dict[str, object]) -> str:
    name = variables.get("__file__")
    return name if isinstance(name, str) else ""


def _is_of_python(name: str) -> bool:
    """Return whether a file is one of Python's own modules, or no file, as of frozen modules and executed texts."""
    path = Path(name)
    of_library = path.is_relative_to(Path(traceback.__file__).parent)
    return name.startswith("<") or (of_library and not {"site-packages", "dist-packages"} & set(path.parts))


def _in_project(name: object, line: int, top: Path) -> Iterator[str]:
    """Yield the place if the file is of the project: not of an environment that lies in its folder."""
    if not isinstance(name, str):  # a backend may raise what it likes
        return
    try:
        path = Path(name).resolve()
        is_there = bool(name) and path.is_file()
    except (OSError, ValueError):
        return
    if is_there and path.is_relative_to(top) and not path.is_relative_to(Path(sys.prefix).resolve()):
        yield f"{path.relative_to(top).as_posix()}:{line}"
