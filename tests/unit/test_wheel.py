"""Edits of wheels are held against the archive before the edit, byte for byte, and against a reader of our own."""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import io
import mmap
import os
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abiding.archives import wheel_editing
from abiding.archives.record import updated_record
from abiding.archives.wheel import Wheel, read_metadata
from abiding.archives.wheel_editing import rewrite
from abiding.files.placing import copy_range, place
from abiding.findings.errors import ArchiveError
from makers.work import memory
from tests import strict_zip
from tests.unit import interruption

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "spam-1.4.0-py3-none-any.whl"
INFO = "spam-1.4.0.dist-info"
METADATA, RECORD = f"{INFO}/METADATA", f"{INFO}/RECORD"
HEAD = b"Metadata-Version: 2.1\nName: spam\nVersion: 1.4.0\n"
BODY = b"\n# Spam\n"
NEW = HEAD + b"Requires-Dist: numpy>=2,<2.5\nRequires-Dist: libgmp==6.3.0\n" + BODY
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
CODE = {"spam/__init__.py": b"x = 1\n" * 50, "spam/_spam.so": bytes(range(256)) * 20}
WHEEL = {f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n"}
PLAIN = {**CODE, METADATA: HEAD + BODY, **WHEEL}
ORDERS = {
    "first": {METADATA: HEAD + BODY, **WHEEL, **CODE},
    "middle": {"spam/__init__.py": b"", METADATA: HEAD + BODY, **WHEEL, "spam/_spam.so": bytes(5000)},
    "last": PLAIN,
    "behind RECORD": {**CODE, RECORD: b"", **WHEEL, METADATA: HEAD + BODY},
}


def row(name: str, data: bytes) -> str:
    text = io.StringIO()
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    csv.writer(text, lineterminator="").writerow((name, f"sha256={digest}", len(data)))
    return text.getvalue()


def record_of(members: Mapping[str, bytes], ending: str = "\n") -> bytes:
    rows = [row(name, data) + ending for name, data in members.items() if name != RECORD]
    return "".join([*rows, f"{RECORD},,{ending}"]).encode()


def make(
    path: Path,
    members: Mapping[str, bytes] = PLAIN,
    *,
    record: bytes | None = None,
    method: int = DEFLATED,
    dress: Callable[[zipfile.ZipInfo], object] = lambda _: None,
) -> Path:
    """Write a wheel with `members` in this order; RECORD is the last one unless it has another place there."""
    contents = {**members, RECORD: record_of(members) if record is None else record}
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as archive:
        for i, (name, data) in enumerate(contents.items()):
            info = zipfile.ZipInfo(name, (2020, 2, 1 + i % 28, 12, 30, 2 * (i % 30)))
            info.external_attr = (0o100755 if name.endswith(".so") else 0o100640) << 16
            info.compress_type = method
            dress(info)
            archive.writestr(info, data)
    return path


def edit(source: Path, put: Mapping[str, bytes], *, copy: bool = False) -> Path:
    """Edit a copy of `source` in a private folder, in place or by copying, and say where the result is."""
    target = source.parent / ("copied" if copy else "edited") / source.name
    private = target.parent / "private" / source.name
    private.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, private)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wheel_editing, "_LARGEST_TAIL", -1 if copy else 1 << 30)
        rewrite(Wheel.open(private), target, put)
    assert private.exists() == copy, "a file that is edited in place is moved, one that is copied stays"
    return target


def raw_members(path: Path) -> dict[str, tuple[bytes, tuple[Any, ...]]]:
    """All bytes of each member from its local header on, and what the central directory says, except the offset."""
    data = path.read_bytes()
    found = {}
    for entry in strict_zip.read(path):
        name, extra = struct.unpack_from("<2H", data, entry.offset + 26)
        stop = entry.offset + 30 + name + extra + entry.stored_size
        about = (entry.flags, entry.method, entry.time, entry.attributes, entry.extra, entry.version)
        found[entry.name] = (data[entry.offset : stop], about)
    return found


def physical_order(path: Path) -> list[str]:
    return [entry.name for entry in sorted(strict_zip.read(path), key=lambda entry: entry.offset)]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def assert_valid(path: Path) -> None:
    """Hold a wheel against all readers that are here, and RECORD against the members, as `installer` does."""
    strict_zip.read(path)
    members = {name: data for name, data in contents(path).items() if not name.endswith("/")}
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", path], check=True)
    (record,) = (name for name in members if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(io.StringIO(members[record].decode(), newline="")))
    assert sorted(name for name, _, _ in rows) == sorted(members)
    assert all([name, digest, size] == (
        [record, "", ""] if name == record else next(csv.reader([row(name, members[name])]))
    ) for name, digest, size in rows)  # fmt: skip


# What an edit leaves alone


@pytest.mark.parametrize("copy", [False, True], ids=["in place", "copied"])
@pytest.mark.parametrize("method", [STORED, DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("order", ORDERS)
def test_only_metadata_and_record_change(tmp_path: Path, order: str, method: int, copy: bool) -> None:
    source = make(tmp_path / NAME, ORDERS[order], method=method)
    target = edit(source, {METADATA: NEW}, copy=copy)
    assert_valid(target)
    assert physical_order(target) == physical_order(source)
    assert Wheel.open(target).names == Wheel.open(source).names
    before, after = raw_members(source), raw_members(target)
    for name, (data, about) in before.items():
        assert after[name][1] == about, "mode, time, method and extra fields are kept by all"
        assert (after[name][0] == data) == (name not in (METADATA, RECORD))
    assert contents(target) == {**contents(source), METADATA: NEW, RECORD: record_of({**ORDERS[order], METADATA: NEW})}


@pytest.mark.parametrize("order", ORDERS)
def test_both_ways_write_the_same_bytes(tmp_path: Path, order: str) -> None:
    source = make(tmp_path / NAME, ORDERS[order])
    put = {METADATA: NEW, f"{INFO}/abiding/provenance.json": b"{}"}
    assert edit(source, put).read_bytes() == edit(source, put, copy=True).read_bytes()


def test_the_beginning_is_not_even_written(tmp_path: Path) -> None:
    source = make(tmp_path / NAME)
    size = next(entry.offset for entry in strict_zip.read(source) if entry.name == METADATA)
    private = tmp_path / "private" / NAME
    private.parent.mkdir()
    shutil.copy(source, private)
    node = private.stat().st_ino
    rewrite(Wheel.open(private), tmp_path / NAME, {METADATA: NEW})
    assert source.stat().st_ino == node, "the private file itself has moved"
    assert source.read_bytes()[:size] == make(tmp_path / "again" / NAME).read_bytes()[:size]


def test_a_wheel_that_changes_nowhere_keeps_its_bytes(tmp_path: Path) -> None:
    members = {**PLAIN, f"{RECORD}.jws": b"signed"}
    source = make(tmp_path / NAME, members)
    private = tmp_path / "private" / NAME
    private.parent.mkdir()
    shutil.copy(source, private)
    rewrite(Wheel.open(private), tmp_path / "new.whl", {METADATA: HEAD + BODY})
    assert (tmp_path / "new.whl").read_bytes() == source.read_bytes()


def test_metadata_without_body(tmp_path: Path) -> None:
    source = make(tmp_path / NAME, {**PLAIN, METADATA: HEAD})
    assert Wheel.open(source).metadata() == HEAD
    target = edit(source, {METADATA: HEAD + b"Requires-Dist: numpy\n"})
    assert_valid(target)
    assert Wheel.open(target).metadata() == HEAD + b"Requires-Dist: numpy\n"


def test_permissions_of_the_file_are_kept_and_an_older_wheel_goes(tmp_path: Path) -> None:
    for copy in (False, True):
        source = make(tmp_path / f"{copy}" / NAME)
        source.chmod(0o640)
        older = source.parent / ("copied" if copy else "edited") / NAME
        older.parent.mkdir()
        older.write_bytes(b"older")
        target = edit(source, {METADATA: NEW}, copy=copy)
        assert target.stat().st_mode & 0o777 == 0o640
        assert_valid(target)


@pytest.mark.parametrize("link", [os.link, os.symlink], ids=["hard link", "symlink"])
@pytest.mark.parametrize("put", [{METADATA: NEW}, {}], ids=["edited", "placed"])
def test_a_file_with_another_name_is_never_edited(
    tmp_path: Path, link: Callable[[Path, Path], None], put: dict[str, bytes]
) -> None:
    cached = make(tmp_path / "cache" / NAME)
    before = cached.read_bytes()
    private = tmp_path / "private" / NAME
    private.parent.mkdir()
    link(cached, private)
    rewrite(Wheel.open(private), tmp_path / NAME, put)
    assert cached.read_bytes() == before
    assert (tmp_path / NAME).is_file()
    assert not (tmp_path / NAME).is_symlink()
    assert Wheel.open(tmp_path / NAME).metadata() == (NEW if put else HEAD + BODY)


@pytest.mark.parametrize("shift", [0, 1, 77, 4095, 4096])
@pytest.mark.parametrize("start", [0, 5, 4096])
def test_a_range_is_copied_whole(tmp_path: Path, start: int, shift: int) -> None:
    data = os.urandom(400_000)
    (tmp_path / "a").write_bytes(data)
    with (tmp_path / "a").open("rb", buffering=0) as source, (tmp_path / "b").open("xb", buffering=0) as target:
        target.write(bytes(shift))
        copy_range(source, target, start, 300_001)
        copy_range(source, target, 7, 2)
        with pytest.raises(OSError, match="shorter"):
            copy_range(source, target, 399_999, 2)
    assert (tmp_path / "b").read_bytes() == bytes(shift) + data[start : start + 300_001] + data[7:9] + data[-1:]


def test_a_file_system_that_maps_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    monkeypatch.setattr(mmap, "mmap", refused)
    test_a_range_is_copied_whole(tmp_path, start=5, shift=1)


# New members


@pytest.mark.parametrize("name", ["provenance.json", 'a, "quoted" name.json', "prüfung/数.json"])
@pytest.mark.parametrize("order", ORDERS)
def test_a_new_member_comes_before_record(tmp_path: Path, order: str, name: str) -> None:
    source = make(tmp_path / NAME, ORDERS[order])
    new = f"{INFO}/abiding/{name}"
    target = edit(source, {METADATA: NEW, new: b"{}"})
    assert_valid(target)
    for names in (physical_order(target), list(Wheel.open(target).names)):
        assert names[names.index(RECORD) - 1] == new
    assert contents(target)[new] == b"{}"
    entries = {entry.name: entry for entry in strict_zip.read(target)}
    assert (entries[new].time, entries[new].attributes) == (entries[METADATA].time, entries[METADATA].attributes)
    assert contents(target)[RECORD].decode().splitlines()[-2:] == [row(new, b"{}"), f"{RECORD},,"]


def test_other_members_may_be_changed_and_added(tmp_path: Path) -> None:
    source = make(tmp_path / NAME)
    with pytest.raises(ValueError, match=RECORD):
        rewrite(Wheel.open(source), tmp_path / "new.whl", {RECORD: b""})
    target = edit(source, {"spam/_spam.so": b"other", "new.pth": b"import os\n"})
    assert_valid(target)
    assert contents(target)["spam/_spam.so"] == b"other"
    assert contents(target)["new.pth"] == b"import os\n"


# RECORD


def test_rows_of_others_keep_their_bytes() -> None:
    rows = ['"spam/a, b.py",sha256=AA,1\r\n', "spam/é.py,sha256=BB,2\r\n", '"q""q",md5=C,\r\n', "odd line\r\n"]
    record = "".join([*rows, f'"{METADATA}",sha256=old,7\r\n', f"{RECORD}.p7s,,\r\n", f"{RECORD},,\r\n"]).encode()
    expected = "".join([*rows, row(METADATA, NEW) + "\r\n", f"{RECORD},,\r\n"]).encode()
    assert updated_record(record, {METADATA: NEW}, {f"{RECORD}.p7s"}, RECORD) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("", "{new}\n"),
        ("a,,", "a,,\n{new}\n"),
        ("a,,\n", "a,,\n{new}\n"),
        ("a,,\n{own},,", "a,,\n{new}\n{own},,"),
        ("{own},,\na,,\n", "{new}\n{own},,\na,,\n"),
        ("{own},,\n{name},sha256=x,1\na,,\n", "{own},,\n{new}\na,,\n"),
        ("{name},sha256=x,1\n{name},sha256=y,2\n{own},,\n", "{new}\n{own},,\n"),
        ('{own},,\n"' + "x" * 200_000 + '",,\n', '{new}\n{own},,\n"' + "x" * 200_000 + '",,\n'),
    ],
    ids=["empty", "no line end", "no own row", "no last line end", "own row first", "own row before", "twice", "huge"],
)
def test_a_row_is_found_or_made(record: str, expected: str) -> None:
    names = {"own": RECORD, "name": METADATA, "new": row(METADATA, NEW)}
    found = updated_record(record.format(**names).encode(), {METADATA: NEW}, (), RECORD)
    assert found == expected.format(**names).encode()


@pytest.mark.parametrize("ending", ["jws", "p7s"])
def test_signatures_that_no_longer_fit_are_dropped(tmp_path: Path, ending: str) -> None:
    members = {**PLAIN, f"{RECORD}.{ending}": b"signed", f"{INFO}/last": b"x"}
    target = edit(make(tmp_path / NAME, members), {METADATA: NEW})
    assert_valid(target)
    assert sorted(contents(target)) == sorted([*PLAIN, RECORD, f"{INFO}/last"])


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="/\\:."), min_size=1)


@settings(max_examples=60)
@given(
    st.dictionaries(NAMES.map("spam/{}".format), st.binary(max_size=300), max_size=5),
    st.permutations([METADATA, RECORD, f"{RECORD}.jws", f"{INFO}/WHEEL"]),
    st.integers(0, 5),
    st.dictionaries(
        st.one_of(st.just(METADATA), NAMES.map((INFO + "/{}").format)), st.binary(), min_size=1, max_size=3
    ),
    st.sampled_from([STORED, DEFLATED]),
)
def test_any_wheel_and_any_edit(
    tmp_path_factory: pytest.TempPathFactory,
    code: dict[str, bytes],
    order: list[str],
    place_of_code: int,
    put: dict[str, bytes],
    method: int,
) -> None:
    """The oracle: both ways of writing agree, and zipfile reads what a dict says should be there."""
    folder = tmp_path_factory.mktemp("any")
    put.pop(RECORD, None)
    infos = dict.fromkeys(order, b"old")
    names = [*order[:place_of_code], *code, *order[place_of_code:]]
    members = {name: {**code, **infos}[name] for name in names}
    target = edit(make(folder / NAME, members, method=method), put)
    assert target.read_bytes() == edit(folder / NAME, put, copy=True).read_bytes()
    if all(members.get(name) == data for name, data in put.items()):
        assert target.read_bytes() == (folder / NAME).read_bytes()
        return
    assert_valid(target)
    expected = {**members, **put}
    if f"{RECORD}.jws" not in put:
        del expected[f"{RECORD}.jws"]
    found = contents(target)
    del found[RECORD], expected[RECORD]
    assert found == expected


# What other backends write


def _unseekable(path: Path) -> Path:
    """Write as to a pipe: with data descriptors."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", DEFLATED) as archive:
        for name, data in {**ORDERS["first"], RECORD: record_of(ORDERS["first"])}.items():
            archive.writestr(name, data)
    path.write_bytes(pipe.getvalue())
    return path


@pytest.mark.parametrize("mark", [True, False], ids=["marked", "bare"])
def test_data_descriptors_become_headers(tmp_path: Path, mark: bool) -> None:
    source = _unseekable(tmp_path / NAME)
    if not mark:
        source.write_bytes(_without_descriptor_marks(source.read_bytes()))
    with pytest.raises(strict_zip.Refused, match="data descriptor"):
        strict_zip.read(source)
    target = edit(source, {METADATA: NEW})
    assert_valid(target)
    assert contents(target) == {**contents(source), METADATA: NEW, RECORD: contents(target)[RECORD]}
    assert target.read_bytes() == edit(source, {METADATA: NEW}, copy=True).read_bytes()


def _without_descriptor_marks(data: bytes) -> bytes:
    """Take the four bytes off each descriptor and correct every offset."""
    head, central = data[: data.index(b"PK\1\2")], data[data.index(b"PK\1\2") :]
    offsets: dict[int, int] = {}
    old = 0
    for part in head.split(b"PK\7\x08"):
        if b"PK\3\4" in part:
            old = head.index(b"PK\3\4", old + 1 if offsets else 0)
            offsets[old] = old - 4 * len(offsets)
    for before, after in offsets.items():
        if before:
            at = central.index(struct.pack("<I", before) + b"s")
            central = central[:at] + struct.pack("<I", after) + central[at + 4 :]
    head = head.replace(b"PK\7\x08", b"")
    return head + central[:-6] + struct.pack("<IH", len(head), 0)


def test_comments_are_left_out(tmp_path: Path) -> None:
    def comment(info: zipfile.ZipInfo) -> None:
        info.comment = b"of a member"

    source = make(tmp_path / NAME, dress=comment)
    with zipfile.ZipFile(source, "a") as archive:
        archive.comment = b"of the archive"
    assert_valid(edit(source, {METADATA: NEW}))


def test_extra_fields_are_kept(tmp_path: Path) -> None:
    stamp = struct.pack("<2HBI", 0x5455, 5, 1, 1_600_000_000)

    def stamped(info: zipfile.ZipInfo) -> None:
        info.extra = stamp

    target = edit(make(tmp_path / NAME, dress=stamped), {METADATA: NEW})
    assert_valid(target)
    assert {entry.extra for entry in strict_zip.read(target)} == {stamp}


def test_folders_and_other_spellings_of_the_name(tmp_path: Path) -> None:
    members = {"spam/": b"", "Spam.Eggs-1.4.dist-info/": b""}
    members |= {name.replace(INFO, "Spam.Eggs-1.4.dist-info"): data for name, data in PLAIN.items()}
    path = tmp_path / "spam_eggs-1.4.0-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**members, "Spam.Eggs-1.4.dist-info/RECORD": b""}.items():
            archive.writestr(name, data)
    assert Wheel.open(path).dist_info == "Spam.Eggs-1.4.dist-info"
    assert read_metadata(path) == HEAD + BODY
    strict_zip.read(edit(path, {"Spam.Eggs-1.4.dist-info/METADATA": NEW}))


MESON_BUILD = """\
project('spam', version: '1.4.0')
python = import('python').find_installation(pure: true)
python.install_sources('spam/__init__.py', 'spam/größe, 1.py', subdir: 'spam')
"""
BACKENDS = {
    "flit_core": ("flit_core.buildapi", ""),
    "hatchling": ("hatchling.build", ""),
    "setuptools": ("setuptools.build_meta", ""),
    "poetry.core": ("poetry.core.masonry.api", ""),
    "pdm.backend": ("pdm.backend", ""),
    "mesonpy": ("mesonpy", MESON_BUILD),
}


@pytest.mark.parametrize("module", BACKENDS)
def test_wheels_of_real_backends(tmp_path: Path, module: str) -> None:
    pytest.importorskip(module)
    backend, meson = BACKENDS[module]
    (tmp_path / "spam").mkdir()
    (tmp_path / "spam" / "__init__.py").write_text('"""Spam."""\n')
    (tmp_path / "spam" / "größe, 1.py").write_text("x = 1\n")
    (tmp_path / "meson.build").write_text(meson or "# none")
    (tmp_path / "pyproject.toml").write_text(
        f'[build-system]\nbuild-backend = "{backend}"\nrequires = []\n'
        '[project]\nname = "spam"\nversion = "1.4.0"\ndescription = "Spam"\n'
    )
    code = f"import {backend} as backend; backend.build_wheel('build')"
    (tmp_path / "build").mkdir()
    search = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PATH": search},
    )  # fmt: skip
    assert not done.returncode, done.stderr
    (source,) = (tmp_path / "build").glob("*.whl")
    metadata = Wheel.open(source).metadata()
    assert read_metadata(source) == metadata
    new = metadata.replace(b"\nVersion: 1.4.0\n", b"\nVersion: 1.4.0\nRequires-Dist: numpy\n")
    target = edit(source, {METADATA: new})
    assert_valid(target)
    assert new != metadata
    assert contents(target)[METADATA] == new
    before, after = raw_members(source), raw_members(target)
    assert {name for name in before if before[name] != after[name]} == {METADATA, RECORD}
    assert list(before) == list(after)


# Beyond 4 GiB


def _huge(path: Path, *, size: int) -> Path:
    """Write a wheel in which METADATA comes behind a member of `size` zeros, which are a hole in the file."""
    tail = make(path.with_name("tail.whl")).read_bytes()
    directory = strict_zip.read(path.with_name("tail.whl"))
    zip64 = struct.pack("<2H2Q", 1, 16, size, size)
    common = (45, 0, 0, 0, 0x21, 0)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", *common, 2**32 - 1, 2**32 - 1, 5, len(zip64)) + b"spam0" + zip64
    shift = len(local) + size
    records = [struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, *common, 2**32 - 1, 2**32 - 1, 5, len(zip64), *[0] * 5)]
    records[0] += b"spam0" + zip64
    at = start = tail.index(b"PK\1\2")
    for entry in directory:
        length = 46 + len(entry.name)
        extra = struct.pack("<2HQ", 1, 8, entry.offset + shift)
        record = tail[at : at + length]
        records.append(record[:30] + struct.pack("<H", 12) + record[32:42] + b"\xff" * 4 + record[46:] + extra)
        records[-1] = records[-1][:6] + struct.pack("<H", 45) + records[-1][8:]
        at += length
    central = b"".join(records)
    count, offset = len(records), shift + start
    with path.open("wb") as file:
        file.write(local)
        file.seek(shift)
        file.write(tail[:start] + central)
        file.write(struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(central), offset))
        file.write(struct.pack("<4sIQI", b"PK\6\7", 0, offset + len(central), 1))
        file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(central), 2**32 - 1, 0))
    return path


def test_offsets_beyond_4_gib(tmp_path: Path) -> None:
    source = _huge(tmp_path / NAME, size=(4 << 30) + 1000)
    before = {entry.name: entry for entry in strict_zip.read(source, inflate=False)}
    new = f"{INFO}/abiding/provenance.json"
    rewrite(Wheel.open(source), tmp_path / NAME, {METADATA: NEW, new: b"{}"})
    after = {entry.name: entry for entry in strict_zip.read(tmp_path / NAME, inflate=False)}
    assert list(after) == ["spam0", *PLAIN, new, RECORD]
    assert after["spam/_spam.so"] == before["spam/_spam.so"]
    assert after[METADATA].offset == before[METADATA].offset > 2**32
    assert after[new].offset > after[f"{INFO}/WHEEL"].offset > after[METADATA].offset
    with zipfile.ZipFile(tmp_path / NAME) as archive:
        assert archive.read(METADATA) == NEW
        assert archive.read(new) == b"{}"
        assert archive.read("spam/__init__.py") == PLAIN["spam/__init__.py"]
    assert Wheel.open(tmp_path / NAME).metadata() == read_metadata(tmp_path / NAME) == NEW


def test_an_offset_that_passes_4_gib_by_the_edit(tmp_path: Path) -> None:
    """METADATA grows by so much that what follows it moves past the limit: no member before needed zip64."""
    filler = 2**32 - 3000
    source = _huge(tmp_path / NAME, size=filler)
    data = bytes(range(256)) * 40
    rewrite(Wheel.open(source), tmp_path / NAME, {METADATA: NEW, f"{INFO}/a": zlib.compress(data) + os.urandom(4000)})
    after = {entry.name: entry for entry in strict_zip.read(tmp_path / NAME, inflate=False)}
    assert after[METADATA].offset < 2**32 < after[RECORD].offset
    with zipfile.ZipFile(tmp_path / NAME) as archive:
        assert RECORD.encode() in archive.read(RECORD)


def test_many_members(tmp_path: Path) -> None:
    """More than 65,535 of them, which the old end record can't count."""
    source = tmp_path / NAME
    names = [*(b"spam/%d" % i for i in range(66_000)), METADATA.encode(), RECORD.encode()]
    head, central = [], []
    size = 0
    for name in names:
        common = (20, 0, 0, 0, 0x21, 0, 0, 0, len(name), 0)
        head.append(struct.pack("<4s5H3I2H", b"PK\3\4", *common) + name)
        central.append(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, *common, *[0] * 4, size) + name)
        size += len(head[-1])
    data = b"".join(head + central)
    end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, *[len(names)] * 2, len(data) - size, size)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, len(data), 1)
    end += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, len(data) - size, size, 0)
    source.write_bytes(data + end)
    target = edit(source, {METADATA: NEW})
    assert len(strict_zip.read(target)) == len(names)
    with zipfile.ZipFile(target) as archive:
        assert archive.read(METADATA) == NEW


# What is refused


def changed(data: bytes, old: bytes, new: bytes, count: int = -1) -> bytes:
    assert old in data
    return data.replace(old, new, count)


def zipped(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", DEFLATED) as archive:
        for name, data in members:
            archive.NameToInfo.pop(name, None)
            archive.writestr(name, data)
    return file.getvalue()


def patched(data: bytes, name: str, at: int, field: bytes, *, local: int | None = None) -> bytes:
    """Overwrite a field of the record of `name`, `at` bytes from its beginning; `local` is its place in the header."""
    place_of_name = data.rindex(name.encode())
    start = data.rindex(b"PK\1\2", 0, place_of_name) + at
    data = data[:start] + field + data[start + len(field) :]
    if local is not None:
        start = data.rindex(b"PK\3\4", 0, data.index(name.encode())) + local
        data = data[:start] + field + data[start + len(field) :]
    return data


def dead(data: bytes, before: int) -> bytes:
    """Put four bytes before a member, counted from 0, and correct all offsets."""
    start = data.index(b"PK\1\2")
    offsets = [at for at in range(start) if data.startswith(b"PK\3\4", at)]
    central = data[start:]
    for offset in reversed(offsets[before:]):
        central = changed(central, struct.pack("<I", offset) + b"s", struct.pack("<I", offset + 4) + b"s", 1)
    at = offsets[before]
    return data[:at] + b"dead" + data[at:start] + central[:-6] + struct.pack("<IH", start + 4, 0)


def overlapping(data: bytes) -> bytes:
    """Let the second record point at the first member's header, under the first member's name."""
    return patched(data, "spam/_spam.so", 42, struct.pack("<I", 0))


BASE = [*PLAIN.items(), (RECORD, record_of(PLAIN))]
GOOD = zipped(*BASE)
END = struct.Struct("<4s4H2IH")
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is not a ZIP archive"),
    "text": (b"hello " * 100, "is not a ZIP archive"),
    "cut off": (GOOD[:-100], "is cut off"),
    "cut off in the end record": (GOOD[:-3], "is cut off"),
    "trailing bytes": (GOOD + b"x", "behind its end"),
    "prefix": (b"#!/bin/sh\n" + GOOD, "has 10 bytes before its first member"),
    "dead bytes first": (dead(GOOD, 0), "has 4 bytes before its first member"),
    "gap": (dead(GOOD, 1), "has 4 bytes that belong to no member behind `spam/__init__.py`"),
    "overlap": (overlapping(GOOD), "begins within `spam/__init__.py`"),
    "two METADATA": (zipped(*BASE, (METADATA, b"")), f"has two members with the name `{METADATA}`"),
    "no METADATA": (zipped(*CODE.items(), (RECORD, b"")), f"has no `{METADATA}`"),
    "no RECORD": (zipped(*PLAIN.items()), f"has no `{RECORD}`"),
    "no dist-info": (zipped(*CODE.items()), "has no `.dist-info` folder"),
    "two dist-info": (zipped(*BASE, ("x-1.dist-info/METADATA", b"")), "more than one metadata folder"),
    "another dist-info": (changed(GOOD, b"spam-1.4.0.dist", b"spam-1.5.0.dist"), "of another version"),
    "encrypted": (patched(GOOD, "spam/_spam.so", 8, b"\1\0", local=6), "encrypted member: `spam/_spam.so`"),
    "method": (patched(GOOD, METADATA, 10, b"\x0e\0", local=8), "by method 14"),
    "other method": (patched(GOOD, METADATA, 10, b"\0\0"), "is not compressed, with"),
    "huge METADATA": (patched(GOOD, METADATA, 24, struct.pack("<I", 1 << 31), local=22), "claims 2,147,483,648 bytes"),
    "huge stored METADATA": (patched(GOOD, METADATA, 20, struct.pack("<I", 1 << 31)), "differ about"),
    "false size": (patched(GOOD, METADATA, 24, struct.pack("<I", 5), local=22), "damaged"),
    "false checksum": (patched(GOOD, METADATA, 16, b"abcd", local=14), "damaged"),
    "false local size": (patched(GOOD, "spam/_spam.so", 24, struct.pack("<I", 5)), "differ about `spam/_spam.so`"),
    "false local name": (changed(GOOD, b"spam/_spam.so", b"spam/_spam.xx", 1), "differ about `spam/_spam.so`"),
    "false local flags": (GOOD[:6] + b"\x08\0" + GOOD[8:], "differ about `spam/__init__.py`"),
    "false count": (GOOD[:-14] + b"\7\0\7\0" + GOOD[-10:], "lists 5 members and announces 7"),
    "several files": (GOOD[:-18] + b"\1\0" + GOOD[-16:], "several files"),
    "zip64 locator": (GOOD[:-22] + struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1) + GOOD[-22:], "zip64"),
    "no record": (changed(GOOD, b"PK\1\2", b"PK\1\3", 1), "begins no record"),
    "zip64 missing": (patched(GOOD, METADATA, 20, b"\xff" * 4), "is broken"),
    "bytes for METADATA": (changed(GOOD, zlib.compress(HEAD + BODY)[2:12], b"\xff" * 10), "decompressed"),
    "name not UTF-8": (patched(GOOD, "spam/_spam.so", 46, b"\xff", local=30)[:], ""),
    **{
        f"name {name!r}": (zipped(*BASE).replace(b"spam/_spam.so", name.encode()), "an unsafe name")
        for name in ("../x/_spam.so", "/pam/_spam.so", "spam/../am.so", "spam//spam.so", "./am/_spam.so",
                     "C:am/_spam.so", "spam\\_spam.so", "spam/_spam\nso", "spam/_spam\0so", "spam/./pam.so")
    },
}  # fmt: skip
REFUSED["name not UTF-8"] = (
    patched(patched(GOOD, "spam/_spam.so", 46, b"\xff"), "spam/__init__.py", 8, b"\0\0"),
    "differ about",
)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(tmp_path: Path, case: str) -> None:
    data, message = REFUSED[case]
    source = tmp_path / "private" / NAME
    source.parent.mkdir()
    source.write_bytes(data)
    with pytest.raises(ArchiveError) as caught:
        rewrite(Wheel.open(source), tmp_path / NAME, {METADATA: NEW})
    (finding,) = caught.value.findings
    assert message in finding.message
    assert finding.artifact == NAME
    assert not finding.message.endswith(".")
    assert list(tmp_path.iterdir()) == [source.parent]
    assert source.read_bytes() == data, "nothing has been written"


@pytest.mark.parametrize(
    "name", ["spam.whl", "spam-1.4.0.whl", "spam-1.4.0-py3-none-any.zip", "spam-x-py3-none-any.whl"]
)
def test_names_that_no_wheel_has(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD)
    with pytest.raises(ArchiveError, match=r"does not have the name of a wheel"):
        Wheel.open(tmp_path / name)


def test_members_that_are_not_there_or_too_large(tmp_path: Path) -> None:
    opened = Wheel.open(make(tmp_path / NAME))
    assert opened.read("spam/__init__.py", limit=300) == PLAIN["spam/__init__.py"]
    with pytest.raises(ArchiveError, match=r"claims 300 bytes for `spam/__init__.py`"):
        opened.read("spam/__init__.py", limit=299)
    with pytest.raises(ArchiveError, match="has no `spam/other`"):
        opened.read("spam/other")


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """Some 250,000 bytes that would be 250 million, announced as a thousand."""
    deflater = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(deflater.compress(bytes(1 << 20)) for _ in range(250)) + deflater.flush()
    start = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(bomb), 1000, len(METADATA), 0)
    record = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(bomb), 1000, len(METADATA), *[0] * 6)
    other = record[:42] + struct.pack("<I", len(start) + len(METADATA) + len(bomb))
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, 0, 0, len(RECORD), 0) + RECORD.encode()
    other = other[:20] + bytes(8) + struct.pack("<H", len(RECORD)) + other[30:] + RECORD.encode()
    head = start + METADATA.encode() + bomb + local
    central = record + METADATA.encode() + other
    path = tmp_path / NAME
    path.write_bytes(head + central + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(central), len(head), 0))

    def refused() -> None:
        with pytest.raises(ArchiveError, match="damaged"):
            Wheel.open(path).metadata()
        with pytest.raises(ArchiveError, match="damaged"):
            read_metadata(path)

    assert memory(refused) < 8 << 20


@settings(max_examples=300)
@given(st.data())
def test_damage_is_an_error_or_harmless(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever bytes change, the outcome is an `ArchiveError` and no file, or a wheel in good order."""
    broken = bytearray(GOOD)
    start = GOOD.index(b"PK\1\2")
    for _ in range(data.draw(st.integers(1, 4))):
        low = data.draw(st.sampled_from([0, start]))
        broken[data.draw(st.integers(low, len(broken) - 1))] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damage")
    source = folder / "private" / NAME
    source.parent.mkdir()
    source.write_bytes(broken)
    try:
        rewrite(Wheel.open(source), folder / NAME, {METADATA: NEW})
    except ArchiveError:
        assert list(folder.iterdir()) == [source.parent]
    else:
        assert Wheel.open(folder / NAME).metadata() == NEW
        assert not _strictly_wrong(folder / NAME)


def _strictly_wrong(path: Path) -> str:
    try:
        strict_zip.read(path, inflate=False)
    except strict_zip.Refused as exc:
        # Neither PyPI nor uv compares times, or looks at the flags that are not about framing.
        return "" if ": time is" in str(exc) or "flags" in str(exc) else str(exc)
    return ""


# All or nothing


@pytest.mark.parametrize("older", [False, True], ids=["new", "older there"])
@pytest.mark.parametrize("job", ["edit wheel", "copy wheel", "place"])
def test_death_at_any_step_leaves_nothing_or_a_whole_wheel(tmp_path: Path, job: str, older: bool) -> None:
    source = make(tmp_path / NAME, ORDERS["middle"])
    outcomes = interruption.interrupted(job, "kill", source, tmp_path / "steps", older=older)
    assert [one["code"] for one in outcomes] == [interruption.DIED] * (len(outcomes) - 1) + [0]
    assert len(outcomes) > (2 if job == "place" else 4)
    for one in outcomes:
        target = Path(one["target"])
        if one["code"] and not target.exists():
            assert not older
        elif one["code"] and target.read_bytes() == b"older":
            assert older
        else:
            assert_valid(target)
            assert interruption.ADDED in b"\n" + Wheel.open(target).metadata() or job == "place"
    assert not outcomes[-1]["temporary"]


@pytest.mark.parametrize("older", [False, True], ids=["new", "older there"])
@pytest.mark.parametrize("job", ["edit wheel", "copy wheel"])
def test_a_full_disk_is_an_error(tmp_path: Path, job: str, older: bool) -> None:
    source = make(tmp_path / NAME, ORDERS["middle"])
    outcomes = interruption.interrupted(job, "full", source, tmp_path / "steps", older=older)
    assert [one["code"] for one in outcomes] == [1] * (len(outcomes) - 1) + [0]
    assert len(outcomes) > 2
    for one in outcomes:
        assert not one["temporary"]
        if one["code"]:
            there = Path(one["target"])
            assert (there.read_bytes() if there.exists() else None) == (b"older" if older else None)


def test_folders_that_can_not_be_written(tmp_path: Path) -> None:
    for copy in (False, True):
        source = make(tmp_path / "private" / NAME)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wheel_editing, "_LARGEST_TAIL", -1 if copy else 1 << 30)
            with pytest.raises(ArchiveError, match="no such file or directory"):
                rewrite(Wheel.open(source), tmp_path / "nowhere" / NAME, {METADATA: NEW})
        (tmp_path / "folder" / NAME).mkdir(parents=True, exist_ok=True)
        with pytest.raises(ArchiveError, match="is a directory"):
            place(make(tmp_path / "private" / NAME), tmp_path / "folder" / NAME)
        assert os.listdir(tmp_path / "folder") == [NAME]  # noqa: PTH208


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no such file"):
        Wheel.open(tmp_path / NAME)
    (tmp_path / NAME).mkdir()
    with pytest.raises(ArchiveError, match="is a directory"):
        read_metadata(tmp_path / NAME)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    source = make(tmp_path / "private" / NAME)
    (tmp_path / "out").mkdir(mode=0o555)
    with pytest.raises(ArchiveError, match="permission denied") as caught:
        rewrite(Wheel.open(source), tmp_path / "out" / NAME, {METADATA: NEW})
    assert caught.value.findings[0].hints


def test_another_file_system(tmp_path: Path) -> None:
    places = (Path("/dev/shm"), Path("/var/tmp"))  # noqa: S108
    others = [place for place in places if place.is_dir() and place.stat().st_dev != tmp_path.stat().st_dev]
    if not others:
        pytest.skip("there is no other file system at /dev/shm, and none at /var/tmp")
    source = make(others[0] / f"abiding-{os.getpid()}" / NAME)
    try:
        rewrite(Wheel.open(source), tmp_path / NAME, {METADATA: NEW})
    finally:
        shutil.rmtree(source.parent)
    assert_valid(tmp_path / NAME)
