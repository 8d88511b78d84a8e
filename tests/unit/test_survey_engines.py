"""A survey in processes and on a Dask cluster: the same table, whatever dies or is broken off on the way."""

from __future__ import annotations

import pickle
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from abiding.cli import main
from abiding.findings.errors import AbidingError, MissingFileError
from abiding.survey import plan as planning
from abiding.survey.engines import dask, local
from abiding.survey.plan import Limits, Part, Plan, settle, survey
from makers.mortal import dies, dies_once
from makers.tables import OTHER, SDIST, WHEEL, row, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.survey.engines import Run

pytestmark = pytest.mark.slow


CHECKOUT = Path(__file__).parents[2]

duckdb = pytest.importorskip("duckdb")
distributed = pytest.importorskip("distributed")
from pyarrow import parquet  # noqa: E402


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Releases of many names, in all orders, with some rows that can't be judged, in files of several groups of rows."""
    folder = tmp_path_factory.mktemp("survey")
    rows = [
        row(filename.replace("spam", name), name=name, dynamic=[], downloads=number, metadata_sha256="", **said)
        for number, name in enumerate(f"n{i}" for i in range(60))
        for filename, said in (
            (SDIST, {"requires_dist": ["a", "b >=1"]}),
            (WHEEL, {"requires_dist": ["a", "b>=1"]}),
            (OTHER, {"requires_dist": ["c"] if number % 3 else ["a", "b >=1"]}),
        )
    ]
    rows[7]["requires_dist"] = ["a", None]
    rows[11]["filename"] = "other-1.0.tar.gz"
    rows.append(rows[0])
    made = [table(folder / "a.parquet", rows[1::2]), folder / "b.parquet"]
    parquet.write_table(parquet.read_table(table(folder / "c.parquet", rows[::2])), made[1], row_group_size=20)
    return made


def tables(folder: Path) -> list[Any]:
    """What finished parts come to: the table of releases as bytes, and what could not be judged."""
    with duckdb.connect() as connection:
        planning.create_views(connection, folder)
        planning.write_releases(connection, folder / "releases.parquet")
        others = [connection.execute(f"FROM {name}").fetchall() for name in ("bad", "others")]
    return [(folder / "releases.parquet").read_bytes(), *others]


@pytest.fixture(scope="module")
def expected(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What comes of it in one part and in one process."""
    folder = tmp_path_factory.mktemp("expected")
    with local(1) as run:
        survey(Plan.of(files, Limits(), parts=1), folder, run)
    found = tables(folder)
    releases = parquet.read_table(folder / "releases.parquet").to_pylist()
    assert [one["verdict"] for one in releases].count("inconsistent") == 40
    assert len(releases) == 60
    assert len(found[1]) == 3
    return found


def cut(files: list[Path], parts: int = 5) -> Plan:
    return Plan.of(files, Limits(), parts=parts)


@pytest.mark.parametrize("parts", [1, 3, 64])
def test_parts_and_pieces_change_nothing(
    parts: int, files: list[Path], expected: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "_BYTES", 1)
    with local(1) as run:
        survey(cut(files, parts), tmp_path, run)
    assert tables(tmp_path) == expected
    assert {one.name for one in tmp_path.iterdir() if one.is_dir()} == {"decided"}


def test_both_engines_make_the_same_table(files: list[Path], expected: list[Any], tmp_path: Path) -> None:
    with local(2) as run:
        survey(cut(files), tmp_path / "processes", run)
    assert tables(tmp_path / "processes") == expected
    with (
        distributed.LocalCluster(processes=False, dashboard_address=None) as cluster,
        dask(cluster.scheduler_address, 1) as run,
    ):
        survey(cut(files), tmp_path / "cluster", run)
    assert tables(tmp_path / "cluster") == expected


def test_a_process_that_dies_is_survived(
    files: list[Path], expected: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "settle", partial(dies_once, tmp_path))
    with local(2) as run:
        survey(cut(files), tmp_path / "parts", run)
    assert (tmp_path / "died").exists()
    assert tables(tmp_path / "parts") == expected


def test_a_task_that_no_process_survives_is_one_error() -> None:
    with local(2) as run, pytest.raises(AbidingError) as caught:
        list(run(dies, [1, 2]))
    assert caught.value.findings[0].rule == "survey-failed"
    assert "`--parts`" in caught.value.findings[0].hints[0]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_processes_end_with_the_survey_that_is_killed() -> None:
    """What they write to is open as long as one of them is there."""
    code = (
        "if __name__ == '__main__':\n"
        "    from abiding.survey.engines import local\n"
        "    from makers.mortal import stays\n"
        "    with local(2) as run: list(run(stays, [1, 2]))\n"
    )
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=CHECKOUT)
    assert started.stdout
    assert {started.stdout.readline().strip() for _ in range(2)} == {b"1", b"2"}
    started.kill()
    assert started.communicate(timeout=120)[0] == b""


def test_a_survey_goes_on_where_it_was_broken_off(
    files: list[Path], expected: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def interrupted(part: Part) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        settle(part)
        done.append(part.number)

    monkeypatch.setattr(planning, "settle", interrupted)
    with local(1) as run:
        with pytest.raises(KeyboardInterrupt):
            survey(cut(files), tmp_path, run)
        done.append(-1)
        # What was read is not read again, and what was decided is not decided again.
        monkeypatch.setattr(planning, "scatter", None)
        survey(cut(files), tmp_path, run)
        assert done == [0, 1, -1, 2, 3, 4]
        survey(cut(files), tmp_path, run)
        assert done == [0, 1, -1, 2, 3, 4]
    assert tables(tmp_path) == expected


def test_parts_are_those_of_these_sources_and_of_these_options(files: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.parquet"
    copy.write_bytes(files[0].read_bytes())
    other = table(tmp_path / "other.parquet", [row()])
    assert cut(files).key() == cut([copy, files[1]]).key()
    plans = [cut(files), cut(files[::-1]), cut(files[:1]), cut([*files, other]), cut(files, 6),
             Plan.of(files, Limits(in_sql=False), parts=5)]  # fmt: skip
    assert len({one.key() for one in plans}) == len(plans)


def test_a_folder_that_not_all_workers_have(files: list[Path], tmp_path: Path) -> None:
    def elsewhere(function: Any, tasks: list[Any]) -> Iterator[object]:
        return (function(task._replace(folder=tmp_path / "elsewhere")) for task in tasks)

    with pytest.raises(AbidingError, match="all workers need the same folder"):
        survey(cut(files), tmp_path / "here", cast("Run", elsewhere))


def test_errors_go_from_one_process_to_another() -> None:
    error = MissingFileError.at("a.parquet", "Nothing was surveyed", "give another")
    there = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
    assert (type(there), there.findings, there.closing, str(there)) == (
        MissingFileError,
        error.findings,
        error.closing,
        str(error),
    )


def test_the_command(
    files: list[Path], expected: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, parts = tmp_path / "out.parquet", tmp_path / "parts"
    given = [*map(str, files), "--table", str(out), "--parts", str(parts)]
    assert main(["survey", *given, "--jobs", "1"]) == 0
    assert out.read_bytes() == expected[0]
    first = capsys.readouterr()
    (folder,) = parts.iterdir()
    assert [one.name for one in folder.iterdir()] == ["decided"]
    assert main(["survey", *given, "--jobs", "1"]) == 0
    assert capsys.readouterr().out == first.out


@pytest.mark.parametrize(("options", "said"), [
    (["--dask", "tcp://127.0.0.1:9"], "`--dask ADDRESS` needs `--parts`"),
    (["--dask", "tcp://127.0.0.1:9", "--parts", "parts"], "error[survey-failed]: there is no Dask scheduler at `tcp://127.0.0.1:9`"),
    (["--dask", "nonsense://x", "--parts", "parts"], "error[survey-failed]: there is no Dask scheduler at `nonsense://x`"),
    (["--dask", "", "--parts", "parts"], "it is empty; `local` starts a cluster"),
    (["--parts", "file"], "`file` is not a folder"),
    (["--parts", "file/below"], "the folder can't be written to"),
    (["--parts", "/proc/none"], "the folder can't be written to"),
    (["--jobs", "1", "--memory", "1KB"], "error[survey-failed]"),
])  # fmt: skip
def test_options_that_lead_nowhere(
    options: list[str], said: str, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("abiding.survey.engines._SECONDS", 0.2)
    (tmp_path / "file").touch()
    with suppress(SystemExit):
        assert main(["survey", str(files[0]), *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_without_the_extra(
    files: list[Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["survey", str(files[0]), "--dask", "local"]) == 2
    assert "install `abiding[dask]`" in capsys.readouterr().err
