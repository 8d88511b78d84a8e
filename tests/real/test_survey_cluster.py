"""A survey on a real Dask cluster, whose workers are processes: one that is ended changes nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from abiding.cli import main
from abiding.findings.errors import AbidingError
from abiding.survey import plan as planning
from makers.mortal import dies, dies_once
from makers.tables import OTHER, SDIST, WHEEL, row, table

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("distributed")
pytestmark = pytest.mark.real


def test_a_worker_that_dies_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(filename.replace("spam", name), name=name, dynamic=[], requires_dist=lines)
        for name in (f"n{number}" for number in range(200))
        for filename, lines in ((SDIST, ["a"]), (WHEEL, ["a"]), (OTHER, ["b" if name.endswith("1") else "a >= 0"]))
    ]
    source = table(tmp_path / "files.parquet", rows)
    monkeypatch.setattr(planning, "_ROWS", 100)
    made = {}
    for name, options in {"processes": (), "cluster": ("--dask", "local")}.items():
        out = tmp_path / f"{name}.parquet"
        given: list[Any] = [source, "--table", out, "--jobs", 2, *options]
        assert main(["survey", *map(str, given)]) == 0
        made[name] = out.read_bytes()
        monkeypatch.setattr(planning, "settle", partial(dies_once, tmp_path))
    assert (tmp_path / "died").exists()
    assert made["cluster"] == made["processes"]


def test_a_task_that_no_worker_survives_is_one_error() -> None:
    from abiding.survey.engines import dask

    with dask("local", 2) as run, pytest.raises(AbidingError) as caught:
        list(run(dies, [1, 2]))
    assert caught.value.findings[0].rule == "survey-failed"
