"""unforeseen(exception) -> error: a fault of ours, told as an error is, with what a report of it needs."""

from __future__ import annotations

import sys
from pathlib import Path

from abiding._version import __version__
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import short

__all__ = ["unforeseen"]

_HERE = Path(__file__).parent.parent
_MOST_PLACES, _MOST_SAID = 6, 300


def unforeseen(exc: Exception) -> AbidingError:
    """Return the error that tells of an exception that nobody has foreseen: its kind, its words, and where it was."""
    what = f"{type(exc).__name__}: {exc}".rstrip(": \n")
    python = ".".join(map(str, sys.version_info[:3]))
    return AbidingError(
        Finding(
            "unforeseen",
            Severity.ERROR,
            f"abiding has failed by a fault of its own: {short(what, _MOST_SAID)}",
            notes=(f"abiding {__version__}, Python {python}, at {', '.join(_places(exc)) or 'no place of ours'}",),
            hints=("report it to the project with these lines, and with the file that it is about if you may",),
        )
    )


def _places(exc: Exception) -> list[str]:
    """Return where in our own files it was, the innermost first."""
    import traceback

    frames = [
        (Path(frame.filename), frame.lineno)
        for frame in reversed(traceback.extract_tb(exc.__traceback__))
        if Path(frame.filename).is_relative_to(_HERE)
    ]
    return [f"{path.relative_to(_HERE).as_posix()}:{line}" for path, line in frames[:_MOST_PLACES]]
