"""The record of a build: whoever reads one finds it in the same places, and a release reads that of a wheel once."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.archives.wheel import Wheel
from abiding.artifacts import sets
from abiding.artifacts.artifact import Artifact
from abiding.artifacts.disk import read_artifacts
from abiding.evidence.wheels import OnDisk
from abiding.findings.errors import ArchiveError
from abiding.native import contents, wheel_check
from abiding.native.distribution import InstalledDistribution
from abiding.project.build_record import MEMBERS, BuildRecord, record_in, record_of
from makers.archives import metadata, write_sdist, write_wheel
from makers.levels import ABI, API, LINUX, PYPROJECT, SAID, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INFO = "spam-1.0.dist-info"


def _installed(path: Path) -> InstalledDistribution:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.parent / "site")
    return InstalledDistribution(path.parent / "site", path.parent / "site" / INFO, "spam")


def _artifact(path: Path) -> Artifact:
    (artifact,) = read_artifacts([path])
    assert isinstance(artifact, Artifact)
    return artifact


READERS: dict[str, Callable[[Path], BuildRecord | None]] = {
    "check": lambda path: _artifact(path).record,
    "show": lambda path: sets.of_wheel(path)[1],
    "archive": lambda path: record_of(Wheel.open(path)),
    "compiled files": lambda path: OnDisk.of(path).record,
    "linked with": wheel_check.native_record,
    "contents": lambda path: record_in(contents.of_wheel(path).member, "spam"),
    "installed": lambda path: record_in(_installed(path).member, "spam"),
}
NATIVE = record("abi").replace(b'"native": false', b'"native": true')


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("reader", READERS)
def test_all_find_a_record_in_the_same_places(reader: str, member: str, tmp_path: Path) -> None:
    path = write_wheel(tmp_path, LINUX, metadata(API, ABI), more={f"{INFO}/{member}": NATIVE})
    assert READERS[reader](path) == BuildRecord.from_json(NATIVE, LINUX)


@pytest.mark.parametrize("data", [None, b""])
@pytest.mark.parametrize("reader", READERS)
def test_none_find_one_where_there_is_none(reader: str, data: bytes | None, tmp_path: Path) -> None:
    more = {} if data is None else {f"{INFO}/{MEMBERS[0]}": data}
    assert READERS[reader](write_wheel(tmp_path, LINUX, metadata(API), more=more)) is None


def test_what_can_not_be_read_is_a_finding_on_the_file(tmp_path: Path) -> None:
    path = write_wheel(tmp_path, LINUX, metadata(API), more={f"{INFO}/{MEMBERS[0]}": b"{"})
    artifact = _artifact(path)
    assert (artifact.record, [one.rule for one in artifact.findings]) == (None, ["bad-provenance"])
    with pytest.raises(ArchiveError, match="can't be read"):
        record_of(Wheel.open(path))


def test_a_release_reads_the_record_of_a_wheel_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def reading(data: bytes, artifact: str, name: str = "") -> BuildRecord:
        read.append(artifact)
        return own(data, artifact, name)

    own = BuildRecord.from_json
    monkeypatch.setattr(BuildRecord, "from_json", reading)
    write_sdist(tmp_path, "spam-1.0.tar.gz", SAID, PYPROJECT)
    write_wheel(tmp_path, LINUX, metadata(API, ABI), more={f"{INFO}/{MEMBERS[0]}": record("abi")})
    (release,) = abiding.check([tmp_path])
    assert [(one.level, one.variant) for one in release.artifacts if one.kind == "wheel"] == [("abi", "")]
    assert read == [LINUX]


def test_a_distribution_that_is_told_of_by_one_file_has_no_record(tmp_path: Path) -> None:
    (tmp_path / "spam-1.0.egg-info").write_bytes(metadata(API))
    told = InstalledDistribution(tmp_path, tmp_path / "spam-1.0.egg-info", "spam")
    assert told.label == "spam 1.0"
    assert record_in(told.member, "spam") is None
    assert dict(told.files) == {}
