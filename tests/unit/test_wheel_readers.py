"""What is read of a wheel is what pip, `installer`, `zipfile` and uv find in it; where they might not, it is refused."""

from __future__ import annotations

import shutil
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

import pytest
from fuzz import readers
from hypothesis import given, settings
from hypothesis import strategies as st

from abiding.archives import dist_info, record, zipscan
from abiding.archives.wheel import Statement, Wheel, listing_of, read_metadata
from abiding.archives.wheel_editing import rewrite
from abiding.artifacts.artifact import Artifact
from abiding.artifacts.disk import read_artifacts
from abiding.cli import main
from abiding.findings.errors import ArchiveError
from makers.archives import metadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME, INFO = "spam-1.0-py3-none-any.whl", "spam-1.0.dist-info"
GOOD, EVIL = metadata("Requires-Dist: good"), metadata("Requires-Dist: evil")
KELVIN, LONG_S = "\N{KELVIN SIGN}", "\N{LATIN SMALL LETTER LONG S}"
LARGE = 0xFFFFFFFF


class One(NamedTuple):
    """A member, and what its two headers say of it besides the truth; `local` fields are those that differ there."""

    name: str | bytes
    data: bytes = b""
    extra: bytes = b""
    comment: bytes = b""
    flags: int = 0
    attributes: int = 0o100644 << 16
    sizes: tuple[int, int] | None = None
    method: int = 0
    local: dict[str, bytes | int] = {}  # noqa: RUF012 (a constant)
    inside: int | None = None  # at this place of the data of the one before

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def packed(*members: One, before: bytes = b"", comment: bytes = b"", end64: tuple[int, ...] | None = None) -> bytes:
    """A ZIP archive of stored members, whatever they say."""
    out, central = bytearray(before), b""
    for one, last in zip(members, (members[0], *members), strict=False):
        at = len(out) if one.inside is None else len(out) - len(last.data) + one.inside
        sizes = one.sizes or (len(one.data), len(one.data))
        utf8 = 0 if isinstance(one.name, bytes) or one.name.isascii() else 0x800
        fields: dict[str, bytes | int] = {
            "flags": one.flags | utf8,
            "name": one.raw_name,
            "extra": one.extra,
            "stored": sizes[0],
            "size": sizes[1],
            "method": one.method,
        }
        if one.inside is None:
            out += b"PK\3\4" + _common({**fields, **one.local}, one.data) + one.data
        record = _common(fields, one.data)
        record, rest = record[:26], record[26:]
        record += struct.pack("<3H2I", len(one.comment), 0, 0, one.attributes, at - len(before))
        central += b"PK\1\2" + struct.pack("<H", 0x314) + record + rest + one.comment
    start, count = len(out) - len(before), len(members)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(central), start, len(comment))
    if end64:
        place = start + len(central)
        values = (count + end64[0], count + end64[0], len(central) + end64[1], start + end64[2])
        central += struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, *values)
        central += struct.pack("<4sIQI", b"PK\6\7", 0, place, 1)
    return bytes(out) + central + end + comment


def _common(fields: dict[str, bytes | int], data: bytes) -> bytes:
    name, extra = fields["name"], fields["extra"]
    assert isinstance(name, bytes)
    assert isinstance(extra, bytes)
    crc = fields.get("crc", zlib.crc32(data))
    numbers = (20, fields["flags"], fields.get("method", 0), 0, 0x21, crc, fields["stored"], fields["size"])
    return struct.pack("<5H3I2H", *numbers, len(name), len(extra)) + name + extra


def unicode_path(name: str, new: str, *, version: int = 1, crc: int | None = None) -> bytes:
    raw = new.encode()
    checksum = zlib.crc32(name.encode()) if crc is None else crc
    return struct.pack("<HHBI", 0x7075, 5 + len(raw), version, checksum) + raw


def zip64(*sizes: int) -> bytes:
    return struct.pack(f"<2H{len(sizes)}Q", 1, 8 * len(sizes), *sizes)


CODE, META = One("spam.py", b"x = 1\n"), One(f"{INFO}/METADATA", GOOD)
WHEEL = One(f"{INFO}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
RECORD = One(f"{INFO}/RECORD", b"")
BASE = (CODE, META, WHEEL, RECORD)
N = f"{INFO}/METADATA"
OTHER = One(f"{INFO}/METADATB", EVIL)
END = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)
FAKE = One("other.txt", comment=b"PK\1\2" + bytes(42) + N.encode())


def with_end_in_comment() -> bytes:
    """A sound wheel whose comment is another end record: the first found from the front, and that from the back."""
    other = packed(CODE, One(N, EVIL), WHEEL, RECORD)
    return packed(*BASE, comment=other)


def _with_checksum(data: bytes) -> bytes:
    """The checksum of the last member changed in both of its headers; it has no contents."""
    at = data.rindex(b"PK\1\2") + 16
    local = data.rindex(b"PK\3\4") + 14
    data = data[:at] + b"abcd" + data[at + 4 :]
    return data[:local] + b"abcd" + data[local + 4 :]


REFUSED: dict[str, tuple[bytes, str]] = {
    # One file in two spellings, or two files of one.
    **{
        f"{spelled!r} besides": (packed(*BASE, One(spelled, EVIL)), message)
        for spelled, message in {
            N: "two members with the name", f"{N}/": "two members with the name",
            f"{INFO}/metadata": "one file on some systems", f"{INFO}/METADATA.": "one file on some systems",
            f"{INFO}/METADATA ": "one file on some systems", f"{INFO}/METADATA::$DATA": "one file on some systems",
            f"{INFO}/record": "one file on some systems", f"{INFO}/Wheel": "one file on some systems",
            f"{INFO}/M\N{ZERO WIDTH JOINER}ETADATA": "one file on some systems",
            f"{INFO}\\METADATA": "an unsafe name", f"{INFO}//METADATA": "an unsafe name",
            f"./{N}": "an unsafe name", f"{INFO}/./METADATA": "an unsafe name",
            f"/{N}": "an unsafe name", f"x/../{N}": "an unsafe name", "C:evil": "an unsafe name",
            "../evil.py": "an unsafe name", "/opt/evil.py": "an unsafe name", "a//b": "an unsafe name",
            f"{INFO}/METADATA\0.txt": "an unsafe name", "a\nb": "an unsafe name", "": "an unsafe name",
            "SPAM-1.0.dist-info/METADATA": "more than one metadata folder", "eggs-1.0.dist-info/RECORD": "more than one",
            "spam-1.0.DIST-INFO/METADATA": "more than one metadata folder", "spam-1.0.dist-info./METADATA": "more than one",
            f"spam-1.0.di{LONG_S}t-info/METADATA": "more than one metadata folder", "eggs.dist-info": "more than one",
            f"spam-1.0.data/purelib/{N}": "more than one metadata folder", f"spam-1.0.data/platlib/{N}": "more than one",
            f"spam-1.0.data/data/lib/python3.11/site-packages/{N}": "more than one metadata folder",
            f"spam-1.0.DATA/purelib/{N}": "more than one metadata folder",
            # What Windows calls the folder to programs of another age.
            "SPAM-1~1.DIS/METADATA": "more than one metadata folder", "spam-1~2.dis/RECORD": "more than one",
            "sp3F0A~1.DIS/x": "more than one metadata folder", "spam-1.0.data/purelib/SPAM-1~1.DIS/METADATA": "more than",
            # What can't be unpacked.
            "spam.py/x": "has a file `spam.py`, and others below it", f"{N}/x/y": "and others below it",
            "x" * 256: "a part of more than 255 bytes", "é" * 128: "a part of more than 255 bytes",
            f"a/{'x' * 300}/b": "a part of more than 255 bytes", "x/" * 501: "of more than 1,000 bytes",
        }.items()
    },
    "no METADATA, but the bytes of a record of it": (packed(CODE, FAKE, WHEEL, RECORD), f"has no `{N}`"),
    "no METADATA, but the bytes of its name": (packed(CODE, One("x", extra=b"")._replace(comment=N.encode())), "has no"),
    "METADATA in other letters": (packed(CODE, One(f"{INFO}/Metadata", GOOD), WHEEL, RECORD), f"has no `{N}`"),
    "the folder in other letters": (packed(CODE, One("spam-1.0.Dist-Info/METADATA", GOOD)), "has no `.dist-info` folder"),
    "no RECORD": (packed(CODE, META, WHEEL), f"has no `{INFO}/RECORD`"),
    "another project's": (packed(CODE, One("eggs-1.0.dist-info/METADATA", GOOD), One("eggs-1.0.dist-info/RECORD")), "of another"),
    # A second name in a field.
    "another member gets the name": (packed(*BASE, OTHER._replace(extra=unicode_path(OTHER.raw_name.decode(), N))), "two names"),
    "METADATA gets another name": (packed(CODE, META._replace(extra=unicode_path(N, "x")), WHEEL, RECORD), "two names"),
    "in the local header alone": (
        packed(CODE, META._replace(local={"extra": unicode_path(N, "x")}), WHEEL, RECORD), "two names"),
    "a second name with a wrong checksum": (packed(One("a", extra=unicode_path("a", "b", crc=1)), *BASE), "two names"),
    "a second name of another version": (packed(One("a", extra=unicode_path("a", "a", version=2)), *BASE), "two names"),
    "a second name without end": (packed(One("a", extra=b"\x75\x70\2\0ab"), *BASE), "is broken"),
    "a field that reaches too far": (packed(One("a", extra=b"UT\xff\0ab"), *BASE), "is broken"),
    "two zip64 fields": (packed(One("a", b"a", zip64(1, 1) + zip64(2, 2), sizes=(LARGE, LARGE)), *BASE), "is broken"),
    "a size that is nowhere": (packed(One("a", b"a", sizes=(1, LARGE)), *BASE), "is broken"),
    # The local header of METADATA says something else.
    **{
        f"local {field}": (packed(CODE, META._replace(local={field: value}), WHEEL, RECORD), "differ about")
        for field, value in dict[str, bytes | int]({
            "name": OTHER.raw_name, "size": 5, "stored": 5, "crc": 5, "method": 8, "flags": 0x800, "extra": b"UT\xff\0",
        }).items()
    },
    "encrypted": (packed(*BASE, One("a", flags=1)), "has an encrypted member: `a`"),
    "strongly encrypted": (packed(*BASE, One("a", flags=0x40)), "has an encrypted member: `a`"),
    "patched": (packed(*BASE, One("a", flags=0x20)), "has an encrypted member: `a`"),
    "a name that is not UTF-8": (packed(*BASE, One(b"\xff")._replace(flags=0x800)), "is broken"),
    "METADATA is a link": (packed(CODE, META._replace(attributes=0o120777 << 16), WHEEL, RECORD), "is a symbolic link"),
    "WHEEL begins in METADATA": (
        packed(CODE, One(N, GOOD + packed(WHEEL)), WHEEL._replace(inside=len(GOOD)), RECORD),
        "begins within"),
    # What no installer can unpack, as the directory says.
    **{
        f"{one.raw_name.decode()} compressed by method {method}": (
            packed(*(member._replace(method=method) if member is one else member for member in BASE)),
            f"has compressed `{one.raw_name.decode()}` by method {method}")
        for one in BASE for method in (1, 9, 12, 14, 93, 95, 99)
    },
    **{
        f"{one.raw_name.decode()} stored in {stored} bytes": (
            packed(*(member._replace(sizes=(stored, len(member.data))) if member is one else member for member in BASE)),
            f"is damaged: `{one.raw_name.decode()}` is not compressed")
        for one in BASE for stored in (3,)
    },
    # The end.
    "bytes before": (packed(*BASE, before=b"#!/bin/sh\n"), "bytes before its first member"),
    "two ends": (with_end_in_comment(), "ends twice|behind its end|shorter than"),
    "an end in the comment": (packed(*BASE, comment=END), "ends twice|behind its end|shorter than|lists 0 members"),
    "an end that has the rest for its comment": (
        packed(*BASE[:3], RECORD._replace(comment=END[:-2] + struct.pack("<H", len(END)))), "ends twice"),
    **{
        f"zip64 end with another {what}": (packed(*BASE, end64=change), "contradict each other")
        for what, change in {"count": (1, 0, 0), "size": (0, 1, 0), "offset": (0, 0, 1)}.items()
    },
}  # fmt: skip


def claiming(name: str, *, size: int = 0, stored: int = 0, offset: int = 0) -> bytes:
    """The sound wheel, whose directory has other numbers for a member, in a field that has room for them."""
    whole, raw = packed(*BASE), name.encode()
    count, length, start = struct.unpack("<2xH2I2x", whole[-14:])
    at = whole.index(raw, start) - 46
    record = bytearray(whole[at : at + 46 + len(raw)])
    given = [(number, place) for number, place in ((size, 24), (stored, 20), (offset, 42)) if number]
    for _, place in given:
        struct.pack_into("<I", record, place, LARGE)
    extra = zip64(*(number for number, _ in given))
    struct.pack_into("<H", record, 30, len(extra))
    records = whole[start:at] + record + extra + whole[at + len(record) : start + length]
    return whole[:start] + records + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(records), start, 0)


def hiding(hidden: One, *members: One) -> bytes:
    """An archive with a member between two others, of which its directory knows nothing."""
    whole = packed(*members, hidden)
    count, size, start = struct.unpack("<2xH2I2x", whole[-14:])
    records = whole[start : start + size]
    cut = records.rindex(b"PK\1\2")
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count - 1, count - 1, cut, start, 0)
    return whole[:start] + records[:cut] + end


# What only those find who read from the first byte on; of a wheel on an index no more is read than it takes.
STREAMED: dict[str, tuple[bytes, str]] = {
    "a member that no record is about": (hiding(One(N, EVIL), *BASE), "belong to no member"),
    "another member called METADATA there": (packed(*BASE, OTHER._replace(local={"name": N.encode()})), "differ about"),
    "other sizes of code there": (packed(CODE._replace(local={"size": 3}), *BASE[1:]), "differ about"),
    "no data descriptor behind": (packed(CODE, META._replace(flags=8), *BASE[2:]), "no data descriptor that fits"),
}  # fmt: skip

ROWS = b"spam.py,,\n%s\nspam-1.0.dist-info/RECORD,,\n"


def recorded(rows: bytes, **more: int) -> bytes:
    return packed(*BASE[:3], RECORD._replace(data=rows, **more))  # type: ignore[arg-type]


_NO_ROW = "has a RECORD that has a row that is not name, hash and size"
# What an installer needs and a resolver does not: a RECORD that pip or uv refuses.
RECORDS: dict[str, tuple[bytes, str]] = {
    **{
        f"row {row[:40]!r}": (recorded(ROWS % row), _NO_ROW)
        for row in (
            b"a", b"a,b", b"a,,,", b"a,b,c,d", b'"a', b"a,sha256=x,y", b"a,,-1", b'"a","b","c"', b",", b"  ", b'a"b,c",,',
            # Sizes: uv has 64 bits for them and knows ASCII digits, Python has a limit for its numbers.
            b"a,,18446744073709551616", b"a,," + b"9" * 5000, "a,,\u0663".encode(), '"a",,"\u0663"'.encode(), "a,,\xb2".encode(),
            b"a,,1_0", b"a,,0x10", b"a,, 1", b"a,,1 ", b"a,,1.0", b"a,,\x0bb,,",
        )
    },
    **{f"empty row {rows!r}": (recorded(rows), "has a RECORD that has an empty row")
       for rows in (ROWS % b"", ROWS % b"\r", b"\n", b"\na,,\n", b"a,,\n\n", b"a,,\r\n\r\n", ROWS % b"a,b,1\n\nc,,")},
    **{f"long {name}": (recorded(ROWS % row), "has a RECORD that pip can't read .row 2.: field larger than field limit")
       for name, row in {"name": b"a" * 131_073 + b",,", "quoted": b'"' + b"a" * 131_073 + b'",,', "hash": b"a," + b"a" * 131_073 + b","}.items()},
    "Latin-1": (recorded(ROWS % b"\xe9,,"), "has a RECORD that has a row that is not UTF-8"),
    "Latin-1 in quotes": (recorded(ROWS % b'"\xe9",,'), "has a RECORD that has a row that is not UTF-8"),
    "UTF-16": (recorded((ROWS % b"a,,").decode().encode("utf-16")), "has a RECORD that has a row that is not UTF-8"),
    "checksum in both": (_with_checksum(packed(*BASE)), f"the contents of `{INFO}/RECORD` are not what it announces"),
    "not to be decompressed": (recorded(b"\xff" * 9, method=8), "can't be decompressed"),
    "cut off": (recorded(b"K", method=8), "not what it announces"),
}  # fmt: skip
# One that both take, and read differently.
RECORDS_APART: dict[str, tuple[bytes, str]] = {
    **{f"row ends for pip at {end!r}": (recorded(ROWS % f"a{end}b,,".encode()), "at which the row ends for pip")
       for end in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"},
    "line break": (recorded(ROWS % b'"a\nb",sha256=x,1'), "which pip leaves out"),
    "carriage return": (recorded(ROWS % b'"a\rb",,'), "which pip leaves out"),
    "byte order mark": (recorded(b"\xef\xbb\xbf" + ROWS % b"a,,"), "begins with a byte order mark"),
    "byte order mark before quotes": (recorded(b'\xef\xbb\xbf"a",,\n'), "begins with a byte order mark"),
}  # fmt: skip
RECORDS_FAIR = {
    **{f"row {row!r}": recorded(ROWS % row) for row in (
        b"a,,", b"a,,\r", b'"a,b",,', b'"a","b","3"', b"\xc3\xa9,x,5", b"a,b,1\nc,,", b"../a,,", b",,", b"a,,\rb,,", b'a"b,,', b'"a"b,,',
        b"a,,18446744073709551615", b"a,,+5", b"a,," + b"0" * 30 + b"1", b"a" * 1001 + b",,", b"a" * 131_000 + b",,",
    )},
    "nothing": recorded(b""), "no end": recorded(b"spam.py,,"),
    "CR alone": recorded((ROWS % b"a,,1").replace(b"\n", b"\r")), "CRLF": recorded((ROWS % b"a,,1").replace(b"\n", b"\r\n")),
    "CR alone, in quotes": recorded((ROWS % b'"a,b",,').replace(b"\n", b"\r")),
}  # fmt: skip

FAIR: dict[str, bytes] = {
    "plain": packed(*BASE),
    "in another order": packed(RECORD, WHEEL, META, CODE),
    "folders": packed(One("spam/", attributes=0x10), One(f"{INFO}/", attributes=0x10), *BASE),
    "hidden files": packed(One(".x"), One("spam/.y"), One("spam/..z"), One("a.b/c..d"), *BASE),
    "other letters": packed(One("spam/größe.py"), One(b"spam/gr\x94\xe1e2.py", flags=0), *BASE),
    "case matters elsewhere": packed(One("spam/A.py"), One("spam/a.py"), *BASE),
    "other metadata": packed(One(f"spam/_vendor/{N}", EVIL), One("spam/METADATA", EVIL), One("METADATA", EVIL), *BASE),
    "beside METADATA": packed(One(f"{INFO}/METADATA.txt"), One(f"{INFO}/RECORD.jws"), One(f"{INFO}/licenses/WHEEL"), *BASE),
    "data": packed(One("spam-1.0.data/purelib/spam/x.py"), One("spam-1.0.data/scripts/spam"), *BASE),
    "extra fields": packed(*(one._replace(extra=b"UT\5\0\1abcd") for one in BASE)),
    "a name said twice": packed(CODE, META._replace(extra=unicode_path(N, N)), WHEEL, RECORD),
    "comments": packed(*(one._replace(comment=b"PK\1\2 of a member") for one in BASE), comment=b"of all: PK\5\6"[:8]),
    "zip64": packed(CODE, META._replace(extra=zip64(len(GOOD), len(GOOD)), sizes=(LARGE, LARGE)), WHEEL, RECORD),
    "zip64 end": packed(*BASE, end64=(0, 0, 0)),
    "attributes": packed(*(one._replace(attributes=0) for one in BASE)),
    "tildes": packed(One("spam/a~1.py"), One("SPAM~1.DIS"), One("spam/SPAM-1~1.DIS"), One("spam-2~1.txt"), *BASE),
    "long": packed(One("x" * 255), One("é" * 127), One(f"{'y' * 255}/{'z' * 255}"), *BASE),
    "beside": packed(One("spam.pyi"), One("spam.py-x/a"), One("spam.p/y"), One("spam/py"), *BASE),
    "link elsewhere": packed(One("spam/link.py", b"x.py", attributes=0o120777 << 16), *BASE),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_readers_may_take_differently_is_refused(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By everybody who reads it: there is one judgement."""
    data, message = REFUSED[case]
    path = tmp_path / NAME
    path.write_bytes(data)
    for read in (Statement.open, read_metadata, _opened, _in_file):
        with pytest.raises(ArchiveError, match=message) as caught:
            read(path)
        assert caught.value.findings[0].artifact == NAME
    assert main(["check", str(path)]) == 2
    assert NAME in capsys.readouterr().out


@pytest.mark.parametrize("case", STREAMED)
def test_what_would_be_unpacked_on_the_way_is_refused(case: str, tmp_path: Path) -> None:
    data, message = STREAMED[case]
    path = tmp_path / NAME
    path.write_bytes(data)
    for read in (Statement.open, read_metadata, _opened):
        with pytest.raises(ArchiveError, match=message):
            read(path)
    assert main(["check", str(path)]) == 2


@pytest.mark.parametrize("case", [*RECORDS, *RECORDS_APART])
def test_a_record_that_not_all_installers_read_alike_is_refused(case: str, tmp_path: Path) -> None:
    data, message = {**RECORDS, **RECORDS_APART}[case]
    path = tmp_path / NAME
    path.write_bytes(data)
    for read in (Wheel.open, Statement.open, read_metadata):
        with pytest.raises(ArchiveError, match=message):
            read(path)
    assert main(["check", str(path)]) == 2


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not here")
@pytest.mark.parametrize("case", [*RECORDS, *RECORDS_FAIR])
def test_pip_and_uv_install_what_has_a_record_that_is_taken(case: str, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(RECORDS_FAIR[case] if case in RECORDS_FAIR else RECORDS[case][0])
    assert (_outcome(path) == GOOD) == (readers.read(path)["pip"] is not None and readers.is_installed_by_uv(path))


@pytest.mark.parametrize("case", RECORDS_FAIR)
def test_a_wheel_is_edited_whatever_ends_the_rows_of_its_record(case: str, tmp_path: Path) -> None:
    path, target = tmp_path / "old" / NAME, tmp_path / NAME
    path.parent.mkdir()
    path.write_bytes(RECORDS_FAIR[case])
    before = Wheel.open(path).read(f"{INFO}/RECORD")
    rewrite(Wheel.open(path), target, {N: EVIL})
    after = Wheel.open(target).read(f"{INFO}/RECORD")
    assert [row for row in record.rows(after) if row[0] != N] == list(record.rows(before))
    assert record.line_ends(after) - record.line_ends(before) in (1, 2)
    assert readers.read(target) == {one: {"METADATA": EVIL} for one in ("zipfile", "pip", "installer")}


def _opened(path: Path) -> bytes:
    return Wheel.open(path).metadata()


def _in_file(path: Path) -> bytes:
    with path.open("rb", buffering=0) as file:
        return listing_of(file, path.name)[1]


@pytest.mark.parametrize("case", FAIR)
def test_what_is_read_is_what_installers_read(case: str, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(FAIR[case])
    assert Statement.open(path).metadata == read_metadata(path) == _opened(path) == _in_file(path) == GOOD
    assert readers.read(path) == {one: {"METADATA": GOOD} for one in ("zipfile", "pip", "installer")}
    (artifact,) = read_artifacts([path])
    assert isinstance(artifact, Artifact)
    assert artifact.stated is not None
    assert artifact.stated.tags == ("py3-none-any",)


SPELLINGS = [N, f"{INFO}/RECORD", f"{INFO}/WHEEL", "spam.py", f"{INFO}/metadata", f"{INFO}/METADATA.", f"{INFO}/Record",
             f"{INFO}/x/METADATA", f"spam/{N}", "eggs-1.dist-info/x", "SPAM-1.0.DIST-INFO/y", f"a.data/purelib/{N}", "a/.b",
             "a//b", "../a", "a/..", "größe", f"{INFO}/METADATA\N{ZERO WIDTH JOINER}", "a/", "a", "", "a\\b", "C:x"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(SPELLINGS), unique=True).map(lambda more: [*SPELLINGS[:3], *more]))
def test_what_is_plain_at_a_glance_is_plain_at_length(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """The same is refused, for the same reason, where nothing is seen at a glance."""
    path = tmp_path_factory.getbasetemp() / NAME
    path.write_bytes(packed(*(One(name, GOOD if name == N else b"") for name in dict.fromkeys(names))))
    quick = _outcome(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dist_info, "_is_clear", lambda *_: False)
        patch.setattr(zipscan, "_are_plain", lambda *_: False)
        assert _outcome(path) == quick


@pytest.mark.parametrize("number", [1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("fields", [["size"], ["stored"], ["offset"], ["size", "stored"], ["size", "stored", "offset"]])
@pytest.mark.parametrize("name", [N, f"{INFO}/RECORD", f"{INFO}/WHEEL", "spam.py"])
def test_a_number_that_is_no_place_in_a_file(name: str, fields: list[str], number: int, tmp_path: Path) -> None:
    """Some are larger than systems can seek to."""
    path = tmp_path / NAME
    path.write_bytes(claiming(name, **dict.fromkeys(fields, number)))
    ways: list[Callable[[Path], object]] = [Wheel.open, Statement.open, read_metadata]
    for read in [*ways, _in_file] if name == N else ways:
        with pytest.raises(
            ArchiveError, match=r"damaged|contradicts itself|claims|not compressed|broken|first member|no member"
        ):
            read(path)


def _outcome(path: Path) -> bytes | str:
    try:
        return read_metadata(path)
    except ArchiveError as exc:
        return exc.findings[0].message


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not here")
@pytest.mark.parametrize("case", FAIR)
def test_what_is_read_is_what_uv_reads(case: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(FAIR[case])
    assert readers.read_by_uv(tmp_path / NAME) == (None if case == "comments" else {"good"})


def test_a_compiled_file_does_not_make_an_unreadable_wheel_readable(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(packed(*BASE, One("spam/_s.so", b"\x7fELF"), One("../evil.py")))
    assert main(["check", str(tmp_path)]) == 2
