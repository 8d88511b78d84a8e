"""Programs that are run to their end, with everything that they say kept."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["CommandError", "run"]


def __dir__() -> list[str]:
    return __all__


class CommandError(Exception):
    """A program ended with another status than 0, or a hook did not do its work; `output` is all that it said."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        self.output = output


def run(command: Sequence[str | Path], folder: str | Path, variables: Mapping[str, str]) -> str:
    """Run a program and return what it said on both streams, in order. Raises `CommandError`."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as exc:
        raise CommandError(f"{words[0]} can't be run: {exc.strerror}\n") from exc
    if done.returncode:
        raise CommandError(done.stdout or f"{words[0]} ended with status {done.returncode} and said nothing\n")
    return done.stdout
