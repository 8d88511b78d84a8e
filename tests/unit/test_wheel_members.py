"""Members outside of the metadata folder, replaced: all else of the wheel stays what it was, to the byte."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest

from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.findings.errors import ArchiveError
from makers.compiled import digest

INFO = "ham-1.0.dist-info"


def written(folder: Path, members: dict[str, bytes], compression: int = ZIP_DEFLATED) -> Path:
    path = folder / "ham-1.0-py3-none-any.whl"
    names = [*members, f"{INFO}/METADATA", f"{INFO}/RECORD"]
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n" for name, data in members.items())
    contents = {**members, f"{INFO}/METADATA": b"Name: ham\n", f"{INFO}/RECORD": record.encode()}
    with ZipFile(path, "w", compression) as archive:
        for name in names:
            info = ZipInfo(name, (2020, 2, 2, 2, 2, 2))
            info.external_attr = 0o100755 << 16
            info.compress_type = compression
            archive.writestr(info, contents[name])
    return path


def records(path: Path) -> dict[str, tuple[str, str]]:
    with ZipFile(path) as archive:
        return {row[0]: (row[1], row[2]) for row in csv.reader(archive.read(f"{INFO}/RECORD").decode().splitlines())}


@pytest.mark.parametrize("compression", [ZIP_DEFLATED, ZIP_STORED])
@pytest.mark.parametrize("size", [3, 7, 30])
def test_a_member_in_the_middle(tmp_path: Path, compression: int, size: int) -> None:
    path = written(tmp_path, {"a.so": b"aaaa", "b.so": b"bbbbbbb", "c.so": b"cc"}, compression)
    with ZipFile(path) as archive:
        before = {
            info.filename: (info.date_time, info.external_attr, info.compress_type) for info in archive.infolist()
        }
    new = b"B" * size
    rewrite(Wheel.open(path), tmp_path / "out.whl", {"b.so": new})
    with ZipFile(tmp_path / "out.whl") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.so", "b.so", "c.so", f"{INFO}/METADATA", f"{INFO}/RECORD"]
        assert [archive.read(name) for name in ("a.so", "b.so", "c.so")] == [b"aaaa", new, b"cc"]
        after = {info.filename: (info.date_time, info.external_attr, info.compress_type) for info in archive.infolist()}
    assert after == before
    assert records(tmp_path / "out.whl")["b.so"] == (f"sha256={digest(new)}", str(size))
    assert records(tmp_path / "out.whl")["a.so"] == (f"sha256={digest(b'aaaa')}", "4")


def test_a_large_member(tmp_path: Path) -> None:
    """Larger than anything that is read of metadata."""
    data = hashlib.sha256(b"").digest() * (1 << 20)
    path = written(tmp_path, {"a.so": data, "b.so": b"b"})
    new = b"x" + data[1:]
    rewrite(Wheel.open(path), tmp_path / "ham-1.0-py3-none-linux_x86_64.whl", {"a.so": new})
    wheel = Wheel.open(tmp_path / "ham-1.0-py3-none-linux_x86_64.whl")
    assert wheel.read("a.so", limit=1 << 26) == new
    assert wheel.read("b.so") == b"b"


def test_nothing_changes_if_the_contents_are_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, {"a.so": b"aaaa"})
    before = path.read_bytes()
    rewrite(Wheel.open(path), tmp_path / "out.whl", {"a.so": b"aaaa"})
    assert (tmp_path / "out.whl").read_bytes() == before


@pytest.mark.parametrize("compression", [ZIP_DEFLATED, ZIP_STORED])
def test_the_beginning_of_a_member(tmp_path: Path, compression: int) -> None:
    data = bytes(range(256)) * 8192
    path = written(tmp_path, {"a.py": data}, compression)
    whole = Wheel.open(path)
    member = whole.directory.get("a.py")
    for size in (0, 1, 5000, len(data), len(data) + 1):
        assert whole.beginning(member, size) == data[:size]


def test_record_with_more_rows_than_there_are_files(tmp_path: Path) -> None:
    path = written(tmp_path, {"a.so": b"aaaa"})
    fair, unfair = ({f"{INFO}/RECORD": b"a.so,,\n" * rows} for rows in (1000, 1010))
    for record in (fair, unfair):
        with ZipFile(path, "w") as archive:
            for name, data in {"a.so": b"aaaa", f"{INFO}/METADATA": b"Name: ham\n", **record}.items():
                archive.writestr(name, data)
        if record is unfair:
            with pytest.raises(ArchiveError, match="has 1,010 rows in RECORD for 3 files"):
                rewrite(Wheel.open(path), tmp_path / "out.whl", {f"{INFO}/METADATA": b"Name: egg\n"})
        else:
            rewrite(Wheel.open(path), tmp_path / "out.whl", {f"{INFO}/METADATA": b"Name: egg\n"})
