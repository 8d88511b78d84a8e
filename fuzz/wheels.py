"""Wheels: what they are made of, and what must hold for any bytes that are called one."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from warnings import catch_warnings, simplefilter

from hypothesis import strategies as st

from abiding import native
from abiding.archives.wheel import Wheel, read_metadata
from abiding.archives.wheel_editing import rewrite
from abiding.artifacts.disk import read_artifacts
from abiding.findings.errors import AbidingError
from abiding.project.build_record import MEMBERS, BuildRecord, RecordedLine, Shared, User
from abiding.releases.check import releases
from fuzz import readers
from fuzz.damage import damaged, wounds
from fuzz.images import images
from fuzz.metadata import documents
from fuzz.watch import Violation, watched

# A wheel with compiled files, in which nothing need be said of the machine that this runs on.
NAME = "spam-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
INFO = "spam-1.0.dist-info"

_names = st.sampled_from(
    ("spam/__init__.py", "spam/größe.py", "spam/_spam.so", "spam/", "../outside", "/outside",
     "spam/../../outside", "a\\b", "C:outside",
     f"{INFO}/METADATA", f"{INFO}/RECORD", f"{INFO}/RECORD.jws", f"{INFO}/WHEEL", "eggs-2.dist-info/METADATA",
     "Spam-1.0.0.dist-info/METADATA", "METADATA", "spam/\x01", '"spam, eggs".py', "spam/x.dist-info/METADATA",
     "x" * 300, f"{INFO}/metadata", f"{INFO}/METADATA.", f"{INFO}/METADATA/", f"{INFO}/./METADATA",
     "spam-1.0.DIST-INFO/METADATA",
     f"spam-1.0.data/purelib/{INFO}/METADATA", f"{INFO}/METADATA/x", "METADATA")
) | st.text(max_size=12)  # fmt: skip


@st.composite
def wheels(draw: st.DrawFn) -> bytes:
    """The bytes of a wheel, sound or nearly so or not at all."""
    file = io.BytesIO()
    contents: dict[str, bytes] = {
        f"{INFO}/METADATA": draw(documents),
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n",
        f"{INFO}/RECORD": draw(_records),
    }
    if draw(st.booleans()):
        contents = {"spam/__init__.py": b"x = 1\n", "spam/_spam.so": draw(images), **contents}
    if draw(st.booleans()):
        contents[f"{INFO}/{draw(st.sampled_from(MEMBERS))}"] = damaged(draw(_provenances), draw(st.just([]) | wounds))
    extra = draw(st.lists(st.tuples(_names, st.binary(max_size=64)), max_size=3))
    with catch_warnings(), zipfile.ZipFile(file, "w", draw(st.sampled_from((0, 8, 8, 8, 12)))) as archive:
        simplefilter("ignore")
        for name, data in draw(st.permutations([*contents.items(), *extra])):
            info = zipfile.ZipInfo(name)
            info.compress_type = archive.compression
            info.extra = draw(_extras) or draw(st.sampled_from((b"", b"", _unicode_path(name, draw(_names)))))
            info.external_attr = draw(st.sampled_from((0o100644, 0o100644, 0o100644, 0o120777, 0o040755))) << 16
            archive.writestr(info, data)
        archive.comment = draw(st.sampled_from((b"", b"", b"PK\5\6" + bytes(18), b"comment")))
    return damaged(file.getvalue(), draw(wounds))


_extras = st.sampled_from((b"", b"", b"", b"UT\1\0x", b"\1\0\x08\0" + bytes(8), b"\1\0\xff\xff", b"\1"))


def _unicode_path(name: str, new: str) -> bytes:
    raw = new.encode("utf-8", "replace")
    return struct.pack("<HHBI", 0x7075, 5 + len(raw), 1, zlib.crc32(name.encode("utf-8", "replace"))) + raw


_rows = st.tuples(
    st.sampled_from((b"a", f"{INFO}/METADATA".encode(), b"", b'"a,b"', b'"a', "größe".encode(), b"\xff", b"a\x0bb")),
    st.sampled_from((b",", b",,", b",,,", b",sha256=x,", b"")),
    st.sampled_from((b"", b"1", b"-1", b'"1"', b" 1", "\u0663".encode(), b"9" * 5000, b"x")),
    st.sampled_from((b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"")),
).map(b"".join)  # fmt: skip
_records = (
    st.lists(_rows, max_size=4).map(b"".join) | st.sampled_from((b"", b'"', b'"a\n"",,\n')) | st.binary(max_size=48)
)


_texts = st.sampled_from(
    ("libham.so", "libc.so.6", "spam/_spam.so", "ham", "1.0", "ham==1.0", "spam==1.0", f"ham=={'9' * 5000}",
     "ham; extra == 'x'", "manylinux_2_28_x86_64", "", "0" * 64, f"1.{'9' * 5000}", "getpid")
)  # fmt: skip
_groups = st.lists(_texts, max_size=2).map(tuple)
_shared = st.builds(Shared, *[_texts] * 6, _groups, st.lists(st.builds(User, _texts, _groups), max_size=2).map(tuple))
_lines = st.builds(RecordedLine, *[_texts] * 3, st.booleans(), *[_texts] * 2)
_provenances = st.builds(
    BuildRecord,
    *[_texts] * 4,
    st.lists(_lines, max_size=2).map(tuple),
    st.lists(_shared, max_size=2).map(tuple),
).map(BuildRecord.to_json) | st.just(b"[" * 100_000)


def hold(data: bytes) -> None:
    """Read the wheel in every way, edit it, check it as a release. Raises `Violation`, and whatever else goes wrong."""
    with TemporaryDirectory() as folder:
        path, target = Path(folder, "source", NAME), Path(folder, NAME)
        path.parent.mkdir()
        path.write_bytes(data)
        # What `zipfile` takes for a hostile archive is not ours to limit; and the edit may use up the file.
        before, others = _members(path), readers.read(path)
        with watched(Path(folder)):
            slow, quick = _metadata(path), _quick_metadata(path)
            if slow is not None and slow != quick:
                raise Violation("the quick way to METADATA finds something else")
            for reader, files in others.items():
                if quick is not None and files is not None and files != {"METADATA": quick}:
                    raise Violation(f"{reader} finds another METADATA")
            if quick is not None and others.get("pip", {}) is None:
                raise Violation("pip finds no METADATA, or can't read RECORD")
            for release in releases(read_artifacts([path])):
                _ = release.verdict, release.findings
            native.judge_wheels([path])
            _edit(path, target)
        if target.exists():
            _compare(before, _members(target))


def _metadata(path: Path) -> bytes | None:
    try:
        wheel = Wheel.open(path)
        found = wheel.metadata()
    except AbidingError:
        return None
    for name in wheel.names:
        try:
            wheel.read(name, 1 << 20)
        except AbidingError:
            continue
    return found


def _quick_metadata(path: Path) -> bytes | None:
    try:
        return read_metadata(path)
    except AbidingError:
        return None


def _edit(source: Path, target: Path) -> None:
    new = b"Metadata-Version: 2.1\nName: spam\nVersion: 1.0\nRequires-Dist: added\n"
    try:
        rewrite(Wheel.open(source), target, {f"{INFO}/METADATA": new})
    except AbidingError:
        found = sorted(path.name for path in target.parent.iterdir())
        if found != ["source"]:
            raise Violation(f"left {found} behind") from None
        return
    if Wheel.open(target).metadata() != new:
        raise Violation("METADATA is not the new one")


def _compare(before: dict[str, bytes] | None, after: dict[str, bytes] | None) -> None:
    if before is None or after is None:
        if before is not None:
            raise Violation("zipfile could read the wheel before the edit and can't now")
        return
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed <= {f"{INFO}/METADATA", f"{INFO}/RECORD", f"{INFO}/RECORD.jws", f"{INFO}/RECORD.p7s"}:
        raise Violation(f"other members have changed: {changed}")


def _members(path: Path) -> dict[str, bytes] | None:
    """What `zipfile` reads, unless it can't."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename: archive.read(info) for info in archive.infolist() if info.file_size <= 1 << 20}
    except Exception:  # noqa: BLE001 (damaged archives make it raise nearly everything)
        return None
