"""Run the tasks of a survey, in local processes or on a Dask cluster.

A task writes its result to a file, and leaves nothing if it is interrupted, so that it can be run again.
"""

from __future__ import annotations

import logging
import os
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING, Protocol, TypeVar

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client, LocalCluster

__all__ = ["LOCAL", "Run", "dask", "local"]


LOCAL = "local"
_DEATHS = 3  # of processes, until it is taken for the fault of the task
_SECONDS = 30
_LESS = "give less at a time: fewer `--jobs`, or more `--memory`; with `--parts` what is done is kept"

Task = TypeVar("Task")


class Run(Protocol):
    """Calls a function with each task, in whatever process, and yields the results as they arrive."""

    def __call__(self, function: Callable[[Task], object], tasks: Sequence[Task]) -> Iterator[object]:
        """Run the tasks. Raises `AbidingError` if one fails."""


@contextmanager
def local(jobs: int) -> Iterator[Run]:
    """Run tasks in a number of local processes."""
    yield partial(_in_processes, jobs)


def _in_processes(jobs: int, function: Callable[[Task], object], tasks: Sequence[Task]) -> Iterator[object]:
    if jobs == 1 or len(tasks) == 1:
        yield from map(function, tasks)
        return
    left, deaths = dict(enumerate(tasks)), 0
    while left:
        # Not by fork, which would not copy DuckDB's threads.
        with ProcessPoolExecutor(min(jobs, len(left)), get_context("spawn"), _end_with_parent) as pool:
            numbers = {pool.submit(function, task): number for number, task in left.items()}
            try:
                for future in as_completed(numbers):
                    result = future.result()
                    del left[numbers[future]]
                    yield result
            except BrokenProcessPool as exc:
                deaths += 1
                if deaths > _DEATHS:
                    raise _died() from exc
            finally:
                pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """Let this process end when its parent is killed."""

    def wait() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()


@contextmanager
def _start(cluster: Callable[[], LocalCluster]) -> Iterator[LocalCluster]:
    """Start a cluster whose workers ignore Ctrl-C, which the terminal sends to all; the survey ends them."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        started = cluster()
    finally:
        signal.signal(signal.SIGINT, handler)
    with started:
        yield started


@contextmanager
def dask(address: str, jobs: int) -> Iterator[Run]:
    """Run on the cluster at an address, or on a new one of `jobs` workers (`local`). Raises `AbidingError`."""
    from distributed import Client, LocalCluster

    if address == LOCAL:
        # The memory is DuckDB's to keep to, as without a cluster. What Dask logs of a busy machine helps nobody.
        cluster = partial(
            LocalCluster,
            n_workers=jobs,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
        with _start(cluster) as started, Client(started) as client:
            yield partial(_on_cluster, client)
        return
    try:
        client = Client(address, timeout=_SECONDS)
    except (OSError, ValueError) as exc:
        hint = "start one with `dask scheduler` and `dask worker`, or give `local`"
        finding = Finding("survey-failed", Severity.ERROR, f"there is no Dask scheduler at `{address}`", hints=(hint,))
        raise AbidingError(finding, "Nothing was surveyed") from exc
    with client:
        yield partial(_on_cluster, client)


def _on_cluster(client: Client, function: Callable[[Task], object], tasks: Sequence[Task]) -> Iterator[object]:
    import distributed

    futures = client.map(function, tasks, pure=False)
    try:
        for future in distributed.as_completed(futures):
            yield future.result()
    except distributed.KilledWorker as exc:
        raise _died() from exc
    finally:
        client.cancel(futures)


def _died() -> AbidingError:
    finding = Finding(
        "survey-failed", Severity.ERROR, "a process that judged was ended again and again", hints=(_LESS,)
    )
    return AbidingError(finding, "The survey is not complete")
