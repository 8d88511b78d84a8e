"""`abiding survey` of made-up tables, whose verdicts are known: right or not, how long, and with how much memory."""

from __future__ import annotations

import hashlib
import random
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks.results import CACHE, Row

if TYPE_CHECKING:
    from pathlib import Path

_FILES = 5  # of each release: an sdist and wheels
_SIZES = (100_000, 1_000_000)
_SEED = 18
_TAGS = ("cp311-cp311-win_amd64", "cp312-cp312-win_amd64", "cp313-cp313-win_amd64", "cp313-cp313-macosx_11_0_arm64")
_WORDS = ("core", "data", "flow", "graph", "image", "json", "kit", "lab", "math", "net", "py", "scan", "tool", "wave")


def survey(_: int) -> list[Row]:
    """Survey tables of growing size, and hold every verdict against what the table was made with."""
    seconds: list[float] = []
    peaks: list[float] = []
    for size in _SIZES:
        table, expected = _table(size)
        out = CACHE / f"survey-{size}-found.parquet"
        command = [
            sys.executable,
            "-m",
            "abiding",
            "survey",
            str(table),
            "--table",
            str(out),
            "--output-format",
            "json",
        ]
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - started)
        if done.returncode:
            sys.exit(done.stderr)
        # Of the largest process so far; the tables grow.
        peaks.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
        wrong = _wrong(expected, out)
        print(f"{size:,} files: {wrong} wrong verdicts, {seconds[-1]:.0f} s, {peaks[-1]:.0f} MB", flush=True)
        if wrong:
            sys.exit(f"{wrong} releases have another verdict than the table was made with")
    less, more = (f"{size:,} files" for size in _SIZES)
    grown = [seconds[1]], [seconds[0]]
    return [
        Row.of("surveys", f"{more}, time", less, *grown, goal=12),
        Row("surveys", f"{more}, memory", less, peaks[1], peaks[0], 1, peaks[1] / peaks[0], 3, unit="MB"),
    ]


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
