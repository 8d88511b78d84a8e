"""Commands run in turns, and what comes of it."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """A command to be timed; `prepare` is called before each run and takes no part in the time.

    `clock` tells the time: with `processors` what its processes have computed, which is the same on a busy machine.
    """

    words: tuple[str | Path, ...]
    prepare: Callable[[], object] = lambda: None
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.perf_counter

    def seconds(self) -> float:
        self.prepare()
        # What the last run left for the disk to write is not this one's.
        os.sync()
        started = self.clock()
        done = subprocess.run(
            list(map(str, self.words)),
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        taken = self.clock() - started
        if done.returncode:
            sys.exit(f"$ {' '.join(map(str, self.words))}\n{done.stdout}\n{done.stderr}\nexit code {done.returncode}")
        return taken

    def output(self) -> str:
        """Run it once for what it prints."""
        self.prepare()
        words = list(map(str, self.words))
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            words, cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        ).stdout


def processors() -> float:
    """The seconds for which processors have worked for processes that were started from here, and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_turns(commands: Mapping[str, Command], runs: int, *, warm: bool = True) -> dict[str, list[float]]:
    """Run all commands in turns, `runs` times each, after one turn that is not counted; the seconds of each.

    The order is turned round every time: what a run leaves behind (caches, a hot processor) then favours nobody.
    """
    names = list(commands)
    for name in names if warm else ():
        commands[name].seconds()
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(runs):
        for name in names if turn % 2 else reversed(names):
            taken[name].append(commands[name].seconds())
    return taken


def ratio(numerator: list[float], denominator: list[float]) -> float:
    """The median of the ratios within each turn; where there were not as many of both, the ratio of the medians."""
    if len(numerator) != len(denominator):
        return statistics.median(numerator) / statistics.median(denominator)
    return statistics.median(one / other for one, other in zip(numerator, denominator, strict=True))
