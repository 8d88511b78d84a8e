"""What a finished wheel admits of a provider that is checked beside it, held against what that exports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from abiding.cli import main
from abiding.project.build_record import BuildRecord, RecordedLine
from abiding.project.exports import Export
from makers.compiled import Pair

if TYPE_CHECKING:
    from pathlib import Path


def exporting(path: Path, export: Export) -> Path:
    record = BuildRecord("mesonpy", "0.22", "abi", "", exports=export)
    return with_record(path, record.to_json())


def with_record(path: Path, record: bytes) -> Path:
    with ZipFile(path, "a") as archive:
        name = next(one for one in archive.namelist() if one.endswith("/METADATA"))
        archive.writestr(name.replace("METADATA", "abiding.json"), record)
    return path


def said(capsys: pytest.CaptureFixture[str], *paths: Path) -> list[dict[str, object]]:
    main(["check", *map(str, paths), "--output-format", "json"])
    releases = json.loads(capsys.readouterr().out)["releases"]
    return [one for release in releases for one in release["findings"] if one["rule"] == "looser-than-exported"]


PROMISE = Export("prov>=1.1,<2", (), "minor versions add")


@pytest.mark.parametrize("version", ["1.1", "1.1+cu118", "1.1.post1"])
@pytest.mark.parametrize(
    ("line", "export", "looser"),
    [
        ("prov", PROMISE, True),
        ("prov>=1.1", PROMISE, True),
        ("prov>=1.1,<3", PROMISE, True),
        ("prov>=1.1,<2", PROMISE, False),
        ("prov>=1.0,<2", PROMISE, False),  # it may have been linked with 1.0, which exports just that
        ("prov==1.1.*", PROMISE, False),
        ("prov", Export("prov>=1.1,<2", ("libspam.so.3",)), True),
        ("prov", Export("prov>=1.1,<2", ("libother.so.1",)), False),
        ("prov", Export("prov>=1.1"), False),
    ],
)
def test_later_versions_are_within_the_promise(
    line: str, export: Export, looser: bool, version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = Pair(tmp_path)
    provider = exporting(pair.provider(version=version), export)
    found = said(capsys, pair.consumer(requires=(line,)), provider)
    assert bool(found) is looser
    for one in found:
        assert (one["severity"], one["expected"]) == ("warning", [export.requires])


def test_a_record_has_been_judged_by_the_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of `ignore-exports`, which only the build knows, nothing is said again."""
    pair = Pair(tmp_path)
    provider = exporting(pair.provider(version="1.1"), PROMISE)
    line = RecordedLine("prov>=1.1", "prov>=1.1", "", native=True, reason="abi", note="we know better")
    path = with_record(
        pair.consumer(requires=("prov>=1.1",)), BuildRecord("a", "1", "abi", "", lines=(line,)).to_json()
    )
    assert said(capsys, path, provider) == []


@pytest.mark.parametrize("record", [b"", b"[]", b'{"exports": 1}'])
def test_a_record_that_can_not_be_read_promises_nothing(
    record: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = Pair(tmp_path)
    assert said(capsys, pair.consumer(requires=("prov",)), with_record(pair.provider(version="1.1"), record)) == []
