"""`abiding survey` of made-up tables, whose verdicts are known: right or not, how long, and with how much memory."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.results import CACHE, Row

if TYPE_CHECKING:
    from pathlib import Path

_FILES = 5  # of each release: an sdist and wheels
_SIZES = (100_000, 1_000_000)
_LARGEST = 10_000_000
_SEED = 18
_TAGS = ("cp311-cp311-win_amd64", "cp312-cp312-win_amd64", "cp313-cp313-win_amd64", "cp313-cp313-macosx_11_0_arm64")
_WORDS = ("core", "data", "flow", "graph", "image", "json", "kit", "lab", "math", "net", "py", "scan", "tool", "wave")
_PAUSE = 0.25


class Run(NamedTuple):
    """What one survey took: wall time, time of processors, and the most memory of all its processes together, in MB."""

    seconds: float
    work: float
    peak: float


def survey(_: int) -> list[Row]:
    """Survey tables of growing size."""
    return _grown(*_SIZES)


def survey_largest(_: int) -> list[Row]:
    """Survey a table ten times as large as that."""
    return _grown(_SIZES[-1], _LARGEST)


def survey_cluster(_: int) -> list[Row]:
    """Survey on a Dask cluster: two workers against one, and two of which one is killed in the middle."""
    one, two = (_surveyed(_SIZES[0], "--dask", "local", "--jobs", str(jobs)) for jobs in (1, 2))
    killed = _surveyed(_SIZES[0], "--dask", "local", "--jobs", "2", kill_after=two.seconds / 2)
    what = f"{_SIZES[0]:,} files on a cluster"
    return [
        Row.of("surveys", f"{what}, two workers", "one worker", [two.seconds], [one.seconds], goal=0.7),
        Row.of("surveys", f"{what}, one of two killed", "none killed", [killed.seconds], [two.seconds], goal=2.5),
    ]


def _grown(*sizes: int) -> list[Row]:
    small, large = map(_surveyed, sizes)
    less, more = (f"{size:,} files" for size in sizes)
    memory = large.peak / small.peak
    return [
        Row.of("surveys", f"{more}, time", less, [large.seconds], [small.seconds], goal=12),
        Row.of("surveys", f"{more}, time of processors", less, [large.work], [small.work], goal=12),
        Row("surveys", f"{more}, memory of all processes", less, large.peak, small.peak, 1, memory, 3, unit="MB"),
    ]


def _surveyed(size: int, *options: str, kill_after: float = 0) -> Run:
    """Survey a table, and hold every verdict against what it was made with."""
    table, expected = _table(size)
    out = CACHE / f"survey-{size}-found.parquet"
    command = [sys.executable, "-m", "abiding", "survey", str(table), "--table", str(out), *options]
    before, started = os.times(), time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        peak = _watched(process, kill_after)
    seconds, after = time.perf_counter() - started, os.times()
    if process.returncode:
        sys.exit(process.returncode)
    work = sum(after[2:4]) - sum(before[2:4])
    wrong = _wrong(expected, out)
    print(f"{size:,} files: {wrong} wrong verdicts, {seconds:.0f} s, {work:.0f} s of work, {peak:.0f} MB", flush=True)
    if wrong:
        sys.exit(f"{wrong} releases have another verdict than the table was made with")
    return Run(seconds, work, peak)


def _watched(process: subprocess.Popen[bytes], kill_after: float) -> float:
    """The most memory that it and its children have, in MB; the child that has worked most is killed after a while."""
    import psutil

    root, peak, started = psutil.Process(process.pid), 0.0, time.perf_counter()
    while process.poll() is None:
        try:
            children = root.children(recursive=True)
            peak = max(peak, sum(one.memory_full_info().pss for one in (root, *children)) / 1e6)
            if kill_after and time.perf_counter() - started > kill_after:
                kill_after = 0
                max(children, key=lambda one: one.cpu_times().user).kill()
        except psutil.NoSuchProcess:
            pass
        time.sleep(_PAUSE)
    return peak


def _wrong(expected: Path, found: Path) -> int:
    import duckdb

    query = (
        f"SELECT count(*) FROM '{expected}' AS e FULL JOIN '{found}' AS f ON e.name = f.name AND e.version = f.version "
        'WHERE f.verdict IS DISTINCT FROM e.verdict OR f."case" IS DISTINCT FROM e."case"'
    )
    (count,) = duckdb.execute(query).fetchall()[0]
    return int(count)


def _table(size: int) -> tuple[Path, Path]:
    """Write a table of so many files, and one of the verdicts; the same from the same seed."""
    import pyarrow
    from pyarrow import parquet

    files, verdicts = (CACHE / f"survey-{size}{kind}.parquet" for kind in ("", "-expected"))
    if files.is_file() and verdicts.is_file():
        return files, verdicts
    CACHE.mkdir(parents=True, exist_ok=True)
    texts = pyarrow.list_(pyarrow.string())
    columns: dict[str, Any] = dict.fromkeys(
        ("name", "version", "filename", "packagetype", "metadata_version"), pyarrow.string()
    )
    columns |= {"requires_python": pyarrow.string(), "metadata_sha256": pyarrow.string()}
    columns |= {"requires_dist": texts, "provides_extra": texts, "dynamic": texts, "downloads": pyarrow.int64()}
    schema = pyarrow.schema(list(columns.items()))
    known = pyarrow.schema([(name, pyarrow.string()) for name in ("name", "version", "verdict", "case")])
    chance = random.Random(_SEED)  # noqa: S311 (nothing is secret)
    with parquet.ParquetWriter(files, schema) as writer, parquet.ParquetWriter(verdicts, known) as judge:
        for start in range(0, size // _FILES, 10_000):
            made = [_release(chance, number) for number in range(start, min(start + 10_000, size // _FILES))]
            writer.write_table(pyarrow.Table.from_pylist([row for _, rows in made for row in rows], schema))
            judge.write_table(pyarrow.Table.from_pylist([verdict for verdict, _ in made], known))
    return files, verdicts


def _release(chance: random.Random, number: int) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """One release: 4 of 100 inconsistent, 1 declared, 15 spelled in several ways, the others the same to the byte."""
    verdict = chance.choices(("inconsistent", "declared", "equal", "clean"), (4, 1, 15, 80))[0]
    name = f"{chance.choice(_WORDS)}-{chance.choice(_WORDS)}{number}"
    version = ".".join(str(chance.randrange(1, 30)) for _ in range(chance.randrange(2, 4))) + chance.choice(
        ("", "", "", "rc1")
    )
    lines = [_line(chance, one) for one in chance.sample(range(20_000), chance.randrange(1, 15))]
    dynamic = ["Requires-Dist"] if verdict == "declared" else []
    rows = []
    for place, tag in enumerate(("", *_TAGS)):
        said = lines
        if place == _FILES - 1 and verdict in ("inconsistent", "declared"):
            said = [*lines, "only-there>=1"]
        elif place and verdict == "equal":
            said = [_respelled(chance, line) for line in chance.sample(lines, len(lines))]
            said = [" ".join((said[0], "")), *said[1:]] if said == lines else said
        rows.append({
            "name": name,
            "version": version,
            "filename": f"{name.replace('-', '_')}-{version}{f'-{tag}.whl' if tag else '.tar.gz'}",
            "packagetype": "bdist_wheel" if tag else "sdist",
            "metadata_version": "2.4",
            "requires_python": ">=3.9",
            "metadata_sha256": hashlib.sha256("\n".join(said).encode()).hexdigest(),
            "requires_dist": said,
            "provides_extra": [],
            "dynamic": dynamic,
            "downloads": chance.randrange(1_000_000),
        })  # fmt: skip
    case = "2" if dynamic else "1"
    return {"name": name, "version": version, "verdict": verdict, "case": case}, rows


def _line(chance: random.Random, number: int) -> str:
    name = f"{chance.choice(_WORDS)}-{_WORDS[number % len(_WORDS)]}{number}"
    marker = chance.choice(("", "", "", "; python_version < '3.12'", "; sys_platform == 'win32'"))
    return f"{name}>={chance.randrange(9)}.{chance.randrange(30)},<{chance.randrange(10, 20)}{marker}"


def _respelled(chance: random.Random, line: str) -> str:
    what, _, marker = line.partition("; ")
    name, _, specifiers = what.partition(">=")
    lower, _, upper = specifiers.partition(",")
    what = chance.choice((what, f"{name} >={lower}, {upper}", f"{name.replace('-', '_')} {upper},>={lower}"))
    return f"{what} ; {marker.replace(chr(39), chr(34))}" if marker else what
