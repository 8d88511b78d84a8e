"""What many files say together has bounds: the largest are left out, named, and all others are judged as ever."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.artifacts.disk import read_artifacts
from abiding.cli import main
from abiding.findings import bounds
from abiding.project.build_record import BuildRecord, RecordedLine
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.outcomes import metadata_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORD = BuildRecord("x", "1", "abi", "", (RecordedLine("a", "b", "c", native=False, reason="", note=""),) * 10_000)
# Within the bounds of one file, and packed as nobody packs: in a few KiB each.
HOSTILE: dict[str, Callable[[Path, int], Path]] = {
    "descriptions": lambda folder, i: _packed(folder, i, b"\n%d" % i + b"x" * (bounds.METADATA - 200)),
    "fields": lambda folder, i: _packed(folder, i, b"X: %d\n" % i + b"a:\n" * (bounds.METADATA_LINES - 100)),
    "requirements": lambda folder, i: _packed(folder, i, b"Requires-Dist: a%d\n" % i * (bounds.REQUIREMENTS // 30)),
    "records": lambda folder, i: _packed(folder, i, b"", record=RECORD.to_json()),
    "pyproject.toml": lambda folder, i: write_sdist(
        folder, f"evil-{i}.tar.gz", _of(i), f"a = {i}\n" + "#" * (bounds.PYPROJECT - 100)
    ),
}  # fmt: skip
MANY = 12


def _of(number: int) -> bytes:
    return f"Metadata-Version: 2.2\nName: evil\nVersion: {number}\n".encode()


def _packed(folder: Path, number: int, more: bytes, record: bytes = b"") -> Path:
    path, info = folder / f"evil-{number}-py3-none-any.whl", f"evil-{number}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{info}/METADATA", _of(number) + more)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
        if record:
            archive.writestr(f"{info}/abiding.json", record)
    return path


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_largest_of_many_are_left_out(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bounds, "TOGETHER", 8 << 20)  # files that fill more take their time
    for number in range(MANY):
        HOSTILE[kind](tmp_path, number)
    write_sdist(tmp_path, "spam-1.0.tar.gz", metadata("Requires-Dist: good"))
    write_wheel(tmp_path, wheel_name(), metadata("Requires-Dist: good"))
    found = read_artifacts([tmp_path])
    left_out = [file for file in found if isinstance(file, Unreadable)]
    assert 0 < len(left_out) < MANY
    assert {one.name for one in left_out} == {"evil"}
    assert all("check it alone" in file.problem.hints[0] for file in left_out)
    assert main(["check", "--output-format", "concise", str(tmp_path)]) == 2
    said = capsys.readouterr().out
    assert "spam 1.0: clean" in said
    assert said.count("is left out") == len(left_out)


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_way_out_leads_out(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TOGETHER", 1)
    monkeypatch.setattr(bounds, "TOGETHER_DENSITY", 1)
    (one,) = read_artifacts([HOSTILE[kind](tmp_path, 0)])
    assert isinstance(one, Artifact)


def test_what_is_the_same_takes_room_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TOGETHER", 3 << 20)
    monkeypatch.setattr(bounds, "TOGETHER_DENSITY", 1)
    one = _packed(tmp_path, 1, b"\n" + b"x" * (bounds.METADATA - 200)).read_bytes()
    for number in range(MANY):
        (tmp_path / f"evil-1-{number}-py3-none-any.whl").write_bytes(one)
    found = read_artifacts([tmp_path])
    assert len({id(metadata_of(artifact)) for artifact in found}) == 1
    assert all(isinstance(file, Artifact) for file in found)


def test_files_in_proportion_to_what_they_say_are_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of a mirror are: there is room in proportion to their size."""
    monkeypatch.setattr(bounds, "TOGETHER", 1)
    for number in range(MANY):
        text = " ".join(str(hash((number, i)) % 9973) for i in range(2000))
        write_wheel(
            tmp_path,
            f"spam-{number}-py3-none-any.whl",
            metadata(f"Requires-Dist: a{number}", version=str(number), body=text),
        )
    assert all(isinstance(file, Artifact) for file in read_artifacts([tmp_path]))
