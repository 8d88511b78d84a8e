"""What is read of an sdist is what pip and uv would find in it after unpacking; where they might not, it is refused."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fuzz import readers

from abiding.archives.sdist import Sdist, rewrite
from abiding.findings.errors import ArchiveError
from makers.archives import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

NAME, TOP = "spam-1.0.tar.gz", "spam-1.0/"
GOOD, EVIL = metadata("Requires-Dist: good"), metadata("Requires-Dist: evil")
TOML, OTHER = b'[tool.x]\na = "good"\n', b'[tool.x]\na = "evil"\n'
KELVIN = "\N{KELVIN SIGN}"


def header(
    name: bytes,
    size: int = 0,
    *,
    kind: bytes = b"0",
    link: bytes = b"",
    prefix: bytes = b"",
    magic: bytes = b"ustar\x0000",
    mode: bytes = b"0000644",
    owner: bytes = b"",
    group: bytes = b"",
    time: bytes = b"00000000000",
    device: bytes = b"",
) -> bytes:
    """One header with a right checksum, whatever it says."""
    parts = [name.ljust(100, b"\0"), *(field.ljust(8, b"\0") for field in (mode, owner, group))]
    parts += [b"%011o\0" % size, time.ljust(12, b"\0"), b" " * 8]
    block = b"".join(parts) + kind + link.ljust(100, b"\0") + magic.ljust(8, b"\0")
    block = block.ljust(329, b"\0") + device.ljust(16, b"\0") + prefix
    block = block.ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def file(name: str | bytes, data: bytes, *, kind: bytes = b"0", behind: bytes = b"", prefix: bytes = b"") -> bytes:
    """A member with contents; `behind` fills up its last block."""
    raw = name.encode() if isinstance(name, str) else name
    rest = -len(data) % 512
    return header(raw, len(data), kind=kind, prefix=prefix) + data + behind + bytes(rest - len(behind))


def records(*pairs: tuple[str, str]) -> bytes:
    found = b""
    for key, value in pairs:
        text = f" {key}={value}\n".encode()
        length = next(n for n in range(len(text), len(text) + 9) if len(str(n)) + len(text) == n)
        found += b"%d" % length + text
    return found


def pax(*pairs: tuple[str, str], kind: bytes = b"x", behind: bytes = b"") -> bytes:
    return file("pax", records(*pairs), kind=kind, behind=behind)


def long_name(name: str, kind: bytes = b"L") -> bytes:
    return file("././@LongLink", name.encode() + b"\0", kind=kind)


def link(name: str, target: str, kind: bytes = b"2") -> bytes:
    return header(name.encode(), kind=kind, link=target.encode())


def packed(path: Path, *parts: bytes) -> Path:
    path.write_bytes(gzip.compress(b"".join(parts) + bytes(1024), mtime=0))
    return path


P = TOP + "PKG-INFO"
PKG_INFO, PYPROJECT = file(P, GOOD), file(TOP + "pyproject.toml", TOML)
SPARSE = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9")]
MAP = b"1\n0\n9\n".ljust(512, b"\0") + b"some data"

REFUSED: dict[str, tuple[list[bytes], str]] = {
    # The same place, spelled in another way.
    **{
        f"{spelled} besides": ([PKG_INFO, PYPROJECT, file(spelled, EVIL)], message)
        for spelled, message in {
            f"./{P}": "two members with the name", f"{TOP}/PKG-INFO": "two members with the name",
            f"{TOP}./PKG-INFO": "two members with the name", f"{TOP}././/PKG-INFO": "two members with the name",
            "Spam-1.0/PKG-INFO": "two folders", "spam_1.0/PKG-INFO": "two folders",
            "././spam-1.0//pyproject.toml": "two members with the name",
            f"{TOP}x/../PKG-INFO": "an unsafe name", f"/{P}": "an unsafe name", "//spam-1.0/PKG-INFO": "an unsafe name",
            f"{TOP}pkg-info": "which is `PKG-INFO` on some systems", f"{TOP}PKG-INFO.": "on some systems",
            f"{TOP}PKG-INFO ": "on some systems", f"{TOP}PKG-INFO::$DATA": "on some systems",
            f"{TOP}PyProject.toml": "which is `pyproject.toml` on some systems",
            f"{TOP}P{KELVIN}G-INFO": "on some systems", f"{TOP}PKG-INFO/x": "on some systems",
            f"{TOP}P\N{ZERO WIDTH JOINER}KG-INFO": "on some systems",
            "spam-1.0./PKG-INFO": "two folders",
            # To Windows a path has backslashes, parts without trailing dots, and short names.
            "spam-1.0\\PKG-INFO": "beside its folder", "spam-1.0\\x\\PKG-INFO": "beside its folder",
            f"{TOP}x\\..\\PKG-INFO": "an unsafe name", f"{TOP}x/..\\pyproject.toml": "an unsafe name",
            "\\spam-1.0\\PKG-INFO": "an unsafe name", f"{TOP}\\PKG-INFO": "which is `PKG-INFO` on some systems",
            f"{TOP}PKG-INFO\\x": "on some systems", f"{TOP}... /PKG-INFO": "an unsafe name",
            f"{TOP}:x/PKG-INFO": "on some systems", f"{TOP}x/.. /../PKG-INFO": "an unsafe name",
            f"{TOP}PYPROJ~1.TOM": "which is `pyproject.toml` on some systems", f"{TOP}pyproj~2.tom": "on some systems",
            f"{TOP}pypro~12.tom": "on some systems", f"{TOP}py3A0F~1.TOM": "on some systems",
            # Beside the one folder that front ends go on with.
            "PKG-INFO": "beside its folder", "pyproject.toml": "beside its folder", "setup.py": "`setup.py` beside its folder",
            "other-1.0/PKG-INFO": "`other-1.0/PKG-INFO` beside its folder `spam-1.0`", "._spam-1.0": "beside its folder",
        }.items()
    },
    "not a plain spelling": ([file(f"{TOP}pkg-info", GOOD)], "on some systems"),
    "a file that ends like a folder": ([file(f"{P}/", GOOD)], "not a plain file"),
    "by pax, a file that ends like a folder": ([PKG_INFO, pax(("path", f"{P}/")), file("x", EVIL)], "not a plain file"),
    # Links.
    "symbolic link, then a file of its name": ([PKG_INFO, link(f"{TOP}x", "PKG-INFO"), file(f"{TOP}x", EVIL)], "through a link"),
    "hard link, then a file of its name": ([PKG_INFO, link(f"{TOP}x", P, b"1"), file(f"{TOP}x", EVIL)], "through a link"),
    "the name spelled otherwise": ([PKG_INFO, link(f"{TOP}x", P, b"1"), file(f"./{TOP}/X", EVIL)], "through a link"),
    "a folder that is a link": ([PKG_INFO, link(f"{TOP}d", "."), file(f"{TOP}d/PKG-INFO", EVIL)], "through a link"),
    "the top that is a link": ([PKG_INFO, link("e", "spam-1.0"), file("e/PKG-INFO", EVIL)], "beside its folder"),
    "the top first": ([file("setup.py", b""), PKG_INFO], "has `setup.py` beside its folder `spam-1.0`"),
    "a folder first": ([header(b"other/", kind=b"5"), PKG_INFO], "has `other/` beside its folder `spam-1.0`"),
    "a link to a link": (
        [PKG_INFO, link(f"{TOP}a", "."), link(f"{TOP}b", "a"), file(f"{TOP}b/PKG-INFO", EVIL)], "through a link"),
    "a link through a link": (
        [PKG_INFO, link(f"{TOP}a", "."), link(f"{TOP}a/b", P, b"1"), file(f"{TOP}b", EVIL)], "through a link"),
    "a long link": (
        [PKG_INFO, long_name(P, b"K"), link(f"{TOP}x", "y", b"1"), file(f"{TOP}x", EVIL)], "through a link"),
    "a folder over a link": ([PKG_INFO, link(f"{TOP}d", "."), header(f"{TOP}d".encode(), kind=b"5")], "through a link"),
    "PKG-INFO is a link": ([file(f"{TOP}x", EVIL), link(P, "x")], "not a plain file"),
    "PKG-INFO becomes a link": ([PKG_INFO, file(f"{TOP}x", EVIL), link(P, "x")], "not a plain file"),
    "PKG-INFO becomes a hard link": ([PKG_INFO, file(f"{TOP}x", EVIL), link(P, f"{TOP}x", b"1")], "not a plain file"),
    "PKG-INFO becomes a folder": ([PKG_INFO, header(P.encode(), kind=b"5")], "not a plain file"),
    "a link to /etc": ([PKG_INFO, link(f"{TOP}x", "/etc/passwd")], "leads out of it"),
    "a link up": ([PKG_INFO, link(f"{TOP}x", "../../x")], "leads out of it"),
    **{f"a link to {target}": ([PKG_INFO, PYPROJECT, link(f"{TOP}{name}", target)], "leads out of it")
       for name, target in (("x", ".."), ("x", "../spam-1.0"), ("x", "../spam-1.0/PKG-INFO"), ("x", "../x"), ("d/x", "../.."),
                            ("d/x", "../../spam-1.0/PKG-INFO"))},
    "a hard link up": ([PKG_INFO, link(f"{TOP}x", "../x", b"1")], "leads out of it"),
    "a link up, through another": (
        [PKG_INFO, link(f"{TOP}a", "."), link(f"{TOP}b", "a/../.."), file(f"{TOP}x", b"")], "leads out of it"),
    "a link up, through two": (
        [PKG_INFO, file(f"{TOP}d/e/f", b""), link(f"{TOP}g", "d/e"), link(f"{TOP}h", "g"), link(f"{TOP}i", "h/../../../../x")],
        "leads out of it"),
    "a link with backslashes": ([PKG_INFO, link(f"{TOP}x", "..\\..\\x")], "leads out of it"),
    "links in a circle": ([PKG_INFO, link(f"{TOP}a", "b"), link(f"{TOP}b", "a"), link(f"{TOP}c", "a")], "in a circle"),
    "a link to nothing": ([PKG_INFO, link(f"{TOP}x", "")], "an empty name"),
    "a hard link to nothing": ([PKG_INFO, link(f"{TOP}x", f"{TOP}y", b"1")], "a hard link to what is not there"),
    "a hard link to what comes": ([PKG_INFO, link(f"{TOP}x", f"{TOP}y", b"1"), file(f"{TOP}y", b"")], "is not there"),
    "a hard link to itself": ([PKG_INFO, link(f"{TOP}x", f"{TOP}x", b"1")], "is not there"),
    "a hard link to a folder": ([PKG_INFO, link(f"{TOP}x", "spam-1.0", b"1")], "a link to a folder"),
    "a hard link over a file": ([PKG_INFO, file(f"{TOP}x", b""), link(f"{TOP}x", P, b"1")], "where a file is"),
    # What can't be unpacked.
    "a file below a file": ([PKG_INFO, file(f"{TOP}z", b""), file(f"{TOP}z/y", b"")], "that lies below a file: `spam-1.0/z/y`"),
    "a file far below a file": ([PKG_INFO, file(f"{TOP}z", b""), file(f"{TOP}z/y/x/w", b"")], "lies below a file"),
    "a file below a link to one": (
        [PKG_INFO, file(f"{TOP}z", b""), link(f"{TOP}y", f"{TOP}z", b"1"), file(f"{TOP}y/x", b"")], "through a link"),
    "the top is a file": ([file(TOP[:-1], b""), PKG_INFO], "lies below a file"),
    "a folder over a file": ([PKG_INFO, file(f"{TOP}z", b""), header(f"{TOP}z/".encode(), kind=b"5")], "where a file is"),
    "a file over a folder": ([PKG_INFO, file(f"{TOP}z/y", b""), file(f"{TOP}z", b"")], "where a folder is"),
    "a link over a folder": ([PKG_INFO, file(f"{TOP}z/y", b""), link(f"{TOP}z", "x")], "where a folder is"),
    "a long part": ([PKG_INFO, pax(("path", TOP + "x" * 256)), file("x", b"")], "a part of more than 255 bytes"),
    "a long part of few letters": ([PKG_INFO, pax(("path", TOP + "é" * 128)), file("x", b"")], "a part of more than 255"),
    "a long part in the middle": ([PKG_INFO, long_name(f"{TOP}{'x' * 300}/y"), file("x", b"")], "a part of more than 255"),
    "a long path": ([PKG_INFO, pax(("path", TOP + "x/" * 500 + "x")), file("x", b"")], "of more than 1,000 bytes"),
    "a link with a long part": ([PKG_INFO, pax(("linkpath", "x" * 256)), link(f"{TOP}x", "y")], "a part of more than 255 bytes"),
    "a NUL in a name": ([PKG_INFO, pax(("path", f"{TOP}x\0y")), file("x", b"")], "a NUL in its name"),
    "a NUL in a link": ([PKG_INFO, pax(("linkpath", "x\0y")), link(f"{TOP}x", "y")], "a NUL in its name"),
    **{f"the time {time}": ([PKG_INFO, pax(("mtime", time)), file(f"{TOP}x", b"")], "a time that there is not")
       for time in ("1e999", "nan", "-inf", "Infinity", "9" * 400, "1e19")},
    "such a time for all": ([pax(("mtime", "1e999"), kind=b"g"), PKG_INFO], "a time that there is not"),
    "such a time in binary": (
        [PKG_INFO, header(f"{TOP}x".encode(), time=b"\x80" + b"\0" * 2 + b"\xff" * 9)], "a time that there is not"),
    "names in no character set": (
        [PKG_INFO, file("pax", b"17 hdrcharset=\xff\xfe\n", kind=b"x"), file(f"{TOP}x", b"")], "there is no tar header"),
    **{f"a header with a wrong {field}": ([PKG_INFO, odd, PYPROJECT], "no tar header")
       for field, odd in {
           "mode": header(b"x", mode=b"7x"), "owner": header(b"x", owner=b"8"), "group": header(b"x", group=b"-"),
           "time": header(b"x", time=b"7x"), "device": header(b"x", device=b"\xfe")}.items()},
    # Several headers that name one member.
    "two pax headers": ([PKG_INFO, pax(("path", P)), pax(("path", f"{TOP}x")), file("y", EVIL)], "two headers of one kind"),
    "two pax headers, the other way": ([PKG_INFO, pax(("path", f"{TOP}x")), pax(("path", P)), file("y", EVIL)], "two headers"),
    "two long names": ([PKG_INFO, long_name(P), long_name(f"{TOP}x"), file("y", EVIL)], "two headers of one kind"),
    "pax and long name": ([PKG_INFO, pax(("path", f"{TOP}x")), long_name(P), file("y", EVIL)], "two names"),
    "long name and pax": ([PKG_INFO, long_name(P), pax(("path", f"{TOP}x")), file("y", EVIL)], "two names"),
    "two paths in one": ([PKG_INFO, pax(("path", P), ("path", f"{TOP}x")), file("y", EVIL)], "two records `path`"),
    "an empty path": ([PKG_INFO, pax(("path", "")), file(f"{TOP}x", EVIL)], "an empty one"),
    "an empty long name": ([PKG_INFO, long_name(""), file(f"{TOP}x", EVIL)], "an empty one"),
    "a record behind the end of its header": (
        [PKG_INFO, pax(("comment", "x"), behind=records(("path", P))), file(f"{TOP}x", EVIL)], "more in the blocks"),
    "a name behind the end of its header": (
        [PKG_INFO, file("././@LongLink", TOP.encode(), kind=b"L", behind=b"PKG-INFO"), file(f"{TOP}x", EVIL)], "more in the"),
    "a prefix in a format without": (
        [PKG_INFO, header(b"PKG-INFO", len(EVIL), prefix=TOP[:-1].encode(), magic=b"ustar  \0")
         + EVIL + bytes(-len(EVIL) % 512)], "a name in two parts"),
    "one path for all": ([PKG_INFO, pax(("path", P), kind=b"g"), file(f"{TOP}x", EVIL)], "gives all members one path"),
    **{f"a header of kind {header_kind!r} and no member": ([PKG_INFO, PYPROJECT, pax(("comment", "a"), kind=header_kind)], "to no member")
       for header_kind in (b"x", b"g", b"K")},
    "one size for all": ([pax(("size", "3"), kind=b"g"), PKG_INFO], "gives all members one path or one size"),
    "one link for all": ([PKG_INFO, pax(("linkpath", P), kind=b"g")], "gives all members"),
    "sparse for all": ([pax(*SPARSE, kind=b"g"), PKG_INFO], "gives all members"),
    # What is not a plain file.
    "sparse": ([pax(*SPARSE), file(P, MAP)], "not a plain file"),
    "sparse by name": ([PKG_INFO, pax(*SPARSE, ("GNU.sparse.name", P)), file("GNUSparseFile.1/x", MAP)], "not a plain file"),
    "sparse with another name": ([pax(*SPARSE, ("GNU.sparse.name", f"{TOP}x")), file(P, MAP)], "two names"),
    **{
        f"sparse with a map whose {what}": (
            [PKG_INFO, PYPROJECT, pax(*SPARSE), file(f"{TOP}x", text.ljust(512, b"\0") + b"some data")], "there is no tar header")
        for what, text in {
            "parts overlap": b"2\n0\n5\n3\n4\n", "part is negative": b"1\n0\n-9\n", "part is more than there is": b"1\n0\n900\n",
            "part is behind the end": b"1\n100\n9\n", "numbers are none": b"1\nx\n9\n",
        }.items()
    },
    "sparse with a map without end": ([PKG_INFO, pax(*SPARSE), file(f"{TOP}x", b"9" * 1536)], "cut off"),
    "sparse with two sizes": ([PKG_INFO, pax(*SPARSE, ("size", "9")), file(f"{TOP}x", MAP)], "two sizes"),
    **{
        f"of kind {kind!r}": ([PKG_INFO, header(f"{TOP}x".encode(), kind=kind)], "neither a file, a folder nor a link")
        for kind in (b"3", b"4", b"6", b"V", b"Z")
    },
    "a link with contents": ([PKG_INFO, header(f"{TOP}x".encode(), 512, kind=b"2", link=b"y"), PKG_INFO], "that has none"),
    "a folder with contents": ([PKG_INFO, header(f"{TOP}x/".encode(), 512, kind=b"\0"), file(P, EVIL)], "that has none"),
    "a link with contents by pax": ([PKG_INFO, pax(("size", "512")), link(f"{TOP}x", "y"), file(P, EVIL)], "that has none"),
    "a size that is none": ([PKG_INFO, pax(("size", "1_0")), file(f"{TOP}x", b"0123456789")], "there is no tar header"),
}  # fmt: skip

FAIR: dict[str, list[bytes]] = {
    "plain": [header(TOP.encode(), kind=b"5"), PKG_INFO, PYPROJECT, file(f"{TOP}spam.py", b"")],
    "from here": [header(b"./", kind=b"5"), file(f"./{P}", GOOD), file(f"./{TOP}pyproject.toml", TOML)],
    "roundabout": [file(f"{TOP}/.//PKG-INFO", GOOD), PYPROJECT],
    "links": [
        PKG_INFO, PYPROJECT, file(f"{TOP}doc/a.md", b"a"), link(f"{TOP}b.md", "doc/a.md"), link(f"{TOP}doc/c", "../doc"),
        link(f"{TOP}d.md", f"{TOP}doc/a.md", b"1"), link(f"{TOP}README", "PKG-INFO"), file(f"{TOP}doc/e", b"e"),
    ],
    "a file, then a link in its place": [PKG_INFO, PYPROJECT, file(f"{TOP}x", b""), link(f"{TOP}x", "PKG-INFO")],
    "deeper": [PKG_INFO, PYPROJECT, file(f"{TOP}a/PKG-INFO", EVIL), file(f"{TOP}a/pyproject.toml", OTHER)],
    "similar": [PKG_INFO, PYPROJECT, file(f"{TOP}PKG-INFO.in", EVIL), file(f"{TOP}PKG-INFO2", EVIL)],
    "pax": [pax(("comment", "x"), kind=b"g"), pax(("path", P), ("mtime", "1.5")), file("short", GOOD), PYPROJECT],
    "pax and long name alike": [pax(("path", P)), long_name(P), file("short", GOOD), PYPROJECT],
    "long name": [long_name(P), file("short", GOOD), PYPROJECT],
    "times": [
        PKG_INFO, pax(("mtime", "-1.5"), ("atime", "nan")), file(f"{TOP}x", b""), pax(("mtime", "soon")), file(f"{TOP}y", b""),
        header(f"{TOP}z".encode(), time=b"\xff" * 12), pax(("mtime", "1e10")), PYPROJECT],
    "links to links": [
        PKG_INFO, file(f"{TOP}a/b/c", b""), link(f"{TOP}d", "a/b"), link(f"{TOP}e", "d/../b/c"), link(f"{TOP}f", "d/.."),
        link(f"{TOP}g", f"{TOP}e", b"1"), link(f"{TOP}h", "h"), link(f"{TOP}i", "not/there"), PYPROJECT],
    "twice": [PKG_INFO, file(f"{TOP}x", b"1"), file(f"{TOP}x", b"2"), *[header(f"{TOP}y/".encode(), kind=b"5")] * 2, PYPROJECT],
    "a folder at last": [PKG_INFO, file(f"{TOP}x/y/z", b""), header(f"{TOP}x/".encode(), kind=b"5"), PYPROJECT],
    "long": [PKG_INFO, pax(("path", f"{TOP}{'x' * 255}/{'é' * 127}/{'z' * 200}")), file("x", b""), PYPROJECT],
    "odd names": [PKG_INFO, *(file(f"{TOP}{name}", b"") for name in ("a\\x2db", "~1", "PKG-IN~1", "a~1.tom", "a:b", "CON",
        "x\ny", "PYPROJ~1.TXT", "...x", "x ", "-", "spam-1.0/PKG-INFO", "README", "readme")), PYPROJECT],
    "prefix": [file(b"PKG-INFO", GOOD, prefix=TOP[:-1].encode()), PYPROJECT],
    "no kind": [file(P, GOOD, kind=b"\0"), PYPROJECT, header(f"{TOP}x/".encode(), kind=b"\0")],
    "size by pax": [pax(("size", str(len(GOOD)))), header(P.encode()) + file(P, GOOD)[512:], PYPROJECT],
}  # fmt: skip
# What mixes formats, as no archiver does, uv refuses; and times before 1970, links up from links, names not for Windows.
NOT_UV = {"pax and long name alike", "long name", "no kind", "times", "links to links", "odd names"}
# Before Python 3.11.4 pip refuses links to what is no member, and a path that goes on behind the folder with a slash.
NOT_EARLY = {"links", "links to links", "roundabout"}
BOTH = {"PKG-INFO": GOOD, "pyproject.toml": TOML}


@pytest.mark.parametrize("case", REFUSED)
def test_what_readers_would_unpack_differently_is_refused(case: str, tmp_path: Path) -> None:
    parts, message = REFUSED[case]
    path = packed(tmp_path / NAME, *parts)
    with pytest.raises(ArchiveError, match=message) as caught:
        Sdist.open(path)
    assert caught.value.findings[0].artifact == NAME
    if "two members" not in message:  # of which a build leaves the later out: it knows its backend
        with pytest.raises(ArchiveError, match=message):
            rewrite(path, tmp_path / "new.tar.gz", lambda _, data: data)
    assert path.exists()


@pytest.mark.parametrize("case", FAIR)
def test_what_is_read_is_what_is_unpacked(case: str, tmp_path: Path) -> None:
    path = packed(tmp_path / NAME, *FAIR[case])
    read = Sdist.open(path)
    assert (read.files, read.missing) == (BOTH, None)
    # pip takes `.` for the top folder.
    by_pip = {} if case == "from here" else None if case in NOT_EARLY and "tarfile" not in readers.OF_SDISTS else BOTH
    assert readers.read(path) == dict.fromkeys(readers.OF_SDISTS, BOTH) | {"pip": by_pip}


@pytest.mark.skipif(not shutil.which("uv"), reason="uv is not here")
@pytest.mark.parametrize("case", FAIR)
def test_what_is_read_is_what_uv_reads(case: str, tmp_path: Path) -> None:
    path = packed(tmp_path / NAME, *FAIR[case])
    found = readers.read_by_uv(path)
    assert found == (None if case in NOT_UV else {"good"})
    # Of what uv refuses, not all is known; of what it takes, nothing is told.
    assert not (found and Sdist.open(path).findings)


PLAIN = PKG_INFO + PYPROJECT
END = bytes(1024)
BINARY = b"\x80" + bytes(10) + b"\5"


def patched(data: bytes, at: int, new: bytes, *, checksum: bytes = b"%06o\0 ") -> bytes:
    """Some blocks with another text in the first header."""
    block = bytearray(data[:512])
    block[148:156] = b" " * 8
    block[at : at + len(new)] = new
    block[148:156] = checksum % sum(block)
    return bytes(block) + data[512:]


def gnu(data: bytes) -> bytes:
    """The first header of some blocks as GNU tar has it."""
    return patched(data, 257, b"ustar  \0")


X, SMALL = f"{TOP}x".encode(), file(f"{TOP}x", b"")

# An archive to its end, and what uv says of it; empty where it takes it.
BY_THE_LETTER = {
    "plain": (PLAIN + END, ""),
    "a whole record": (PLAIN + bytes(-len(PLAIN) % 10240), ""),
    "more than two blocks": (PLAIN + bytes(1124), ""),
    "no end": (PLAIN, "it does not end with two blocks of zeros, but with 0 bytes of the 1,024"),
    "half an end": (PLAIN + bytes(512), "but with 512 bytes"),
    "nearly an end": (PLAIN + bytes(1023), "but with 1,023 bytes"),
    "a pax header without records": (file("pax", b"", kind=b"x") + PLAIN + END, "it has a pax header without records"),
    "one for all without records": (file("pax", b"", kind=b"g") + PLAIN + END, "it has a pax header without records"),
    "zeros in the place of records": (file("pax", bytes(20), kind=b"x") + PLAIN + END, "something that is no record"),
    "zeros behind records": (file("pax", b"14 comment=ab\n\0\0", kind=b"g") + PLAIN + END, "something that is no record"),
    "a record without a name": (pax(("", "abc")) + PLAIN + END, "something that is no record"),
    "a record twice": (pax(("comment", "a"), ("comment", "b")) + PLAIN + END, "two records `comment`"),
    "a record twice, alike": (pax(("comment", "a"), ("comment", "a")) + PLAIN + END, "two records `comment`"),
    "a record for all, and for one": (pax(("comment", "a"), kind=b"g") + pax(("comment", "b")) + PLAIN + END, ""),
    "a record of no value": (pax(("comment", "")) + PLAIN + END, ""),
    "a time that is a number": (pax(("mtime", "1.5"), ("atime", "")) + PLAIN + END, ""),
    "a time that is none": (pax(("mtime", "x")) + PLAIN + END, "record `mtime` that is not a number"),
    "a time before 1970": (pax(("mtime", "-1.5")) + PLAIN + END, "record `mtime` that is not a number"),
    "an owner that is none": (pax(("uid", "ab")) + PLAIN + END, "record `uid` that is not a number"),
    "a remark that is not UTF-8": (file("pax", b"13 comment=\xff\n", kind=b"x") + PLAIN + END, "`comment` that is not UTF-8"),
    "a remark of a vendor": (file("pax", b"20 SCHILY.xattr.a=\xff\n"[:20], kind=b"x") + PLAIN + END, ""),
    "a name that is not UTF-8": (PLAIN + file(TOP.encode() + b"\xff", b"") + END, "a name that is not UTF-8"),
    "GNU tar": (gnu(PKG_INFO) + gnu(PYPROJECT) + END, ""),
    "a long name of GNU tar": (gnu(long_name(P)) + gnu(PKG_INFO) + gnu(PYPROJECT) + END, ""),
    "two formats": (gnu(PKG_INFO) + PYPROJECT + END, "of two formats, pax and GNU tar"),
    "two formats, the other way": (PKG_INFO + gnu(PYPROJECT) + END, "of two formats"),
    "a long name of GNU tar in pax": (long_name(P) + PLAIN + END, "a header of the kind `L`"),
    "a pax header in GNU tar": (gnu(pax(("comment", "a"))) + gnu(PKG_INFO) + gnu(PYPROJECT) + END, "of the kind `x`"),
    "a pax header of another kind": (pax(("comment", "a"), kind=b"X") + PLAIN + END, "of the kind `X`"),
    "of no format": (header(f"{TOP}x".encode(), magic=b"") + PLAIN + END, "of neither format, pax or GNU tar"),
    "a record of no kind": (pax(("foo", "a")) + PLAIN + END, "a pax record `foo`, which is of no kind that uv takes"),
    "a record of another vendor": (pax(("RHT.security.selinux", "a")) + PLAIN + END, "`RHT.security.selinux`"),
    "a record of libarchive": (pax(("LIBARCHIVE.creationtime", "1"), ("ctime", "1")) + PLAIN + END, ""),
    "a binary time in GNU tar": (gnu(PKG_INFO) + gnu(PYPROJECT) + gnu(header(f"{TOP}x".encode(), time=BINARY)) + END, ""),
    "a binary time in pax": (PLAIN + header(f"{TOP}x".encode(), time=BINARY) + END, "`mtime` is not spelled as a number"),
    "a time of GNU tar before 1970": (
        gnu(PKG_INFO) + gnu(PYPROJECT) + gnu(header(f"{TOP}x".encode(), time=b"\xff" * 12)) + END,
        "`mtime` is not spelled as a number",
    ),
    "a file that leads to something": (PLAIN + header(X, link=b"abc") + END, "is no link, and has the target of one"),
    "a folder that leads to something": (PLAIN + header(X, kind=b"5", link=b"abc") + END, "has the target of one"),
    "a file with the name of a folder": (PLAIN + header(X + b"/") + END, "is no folder, and has the name of one"),
    "so of no kind": (PLAIN + header(X + b"/", kind=b"\0") + END, "is no folder, and has the name of one"),
    "a folder without a slash": (PLAIN + header(X, kind=b"5") + END, ""),
    # Of extended headers, the checksum and the size are numbers.
    **{
        f"an extended header with {field} {new!r}": (PLAIN + patched(pax(("comment", "a"), kind=kind), at, new) + SMALL + END, why)
        for kind, field, at, new, why in (
            (b"x", "mode", 100, b"     755", ""), (b"x", "uid", 108, b" " * 8, ""), (b"g", "gid", 116, b"\xff" * 8, ""),
            (b"g", "mtime", 136, b"\0x", ""), (b"x", "size", 124, b"         15\0", "whose `size` is not"),
            (b"g", "size", 124, b"\x80" + (13).to_bytes(11, "big"), "whose `size` is not"),
        )
    },
    "a long name with another time": (
        gnu(PKG_INFO) + gnu(PYPROJECT) + patched(gnu(long_name(f"{TOP}y")), 136, b"\xff" * 12) + gnu(SMALL) + END, ""),
    **{
        f"a file with {field} {new!r}": (PLAIN + patched(SMALL, at, new) + END, why and f"whose `{field}` is not spelled")
        for field, at, new, why in (
            ("mode", 100, b"     755", "x"), ("uid", 108, bytes(8), ""), ("gid", 116, b"0000005 ", ""), ("mtime", 136, bytes(12), ""),
            ("size", 124, bytes(12), "x"), ("size", 124, b"00000000000 ", ""), ("uid", 108, b"00000005", "x"),
        )
    },
    **{
        f"a checksum as {spelling!r}": (PLAIN + patched(SMALL, 0, b"s", checksum=spelling) + END, why)
        for spelling, why in (
            (b"%07o\0", ""), (b"%06o  ", ""), (b"%06o \0", ""), (b" %06o\0", "whose checksum"), (b"%08o", "whose checksum"),
            (b"%06o\0x", "whose checksum"),
        )
    },
    **{
        f"a record {key}={value[:30]}": (PLAIN + pax((key, value)) + SMALL + END, why and f"a pax record `{key}` {why}")
        for key, value, why in (
            ("uid", "18446744073709551615", ""), ("uid", "0" * 40 + "5", ""), ("gid", "18446744073709551616", "that is not"),
            ("gid", "", ""), ("uid", "1.5", "that is not a number"), ("atime", "18446744073709551615.5", ""),
            ("atime", "18446744073709551616", "that is not"), ("ctime", "18446744073709551616.5", "that is not a number"),
            ("ctime", "9" * 5000, "that is not a number"), ("atime", "0" * 5000 + "5.5", ""), ("mtime", "5.", "that is not a number"),
            ("size", "0", ""), ("size", "00", "that is not a number"), ("hdrcharset", "BINARY", ""), ("hdrcharset", "", ""),
            ("hdrcharset", "UTF-8", "with a character set"), ("charset", "x", ""), ("SCHILY.xattr.user.x", "1", ""),
        )
    },
    "a size with a zero ahead": (PLAIN + pax(("size", "044")) + header(X) + b"x" * 44 + bytes(468) + END, "`size` that is not"),
    "a size without": (PLAIN + pax(("size", "44")) + header(X) + b"x" * 44 + bytes(468) + END, ""),
    "a character set that is not UTF-8": (PLAIN + file("pax", b"13 charset=\xff\n", kind=b"x") + SMALL + END, "`charset` that is"),
    "a pax header between": (PLAIN + pax(("uid", "1")) + pax(("gid", "1"), kind=b"g") + SMALL + END, "a pax header between"),
    "a pax header before": (PLAIN + pax(("gid", "1"), kind=b"g") + pax(("uid", "1")) + SMALL + END, ""),
    # Sparse files.
    "sparse": (PLAIN + pax(*SPARSE) + file(f"{TOP}x", MAP) + END, "`GNU.sparse.major`, which is of no kind that uv takes"),
    "a folder with a record of sparse files": (
        PLAIN + pax(("GNU.sparse.foo", "9")) + header(X, kind=b"5") + END, "`GNU.sparse.foo`, which is of no kind"),
    "sparse by kind": (PLAIN + header(X, kind=b"S") + END, "it has a sparse file"),
    "sparse by kind, GNU tar": (gnu(PKG_INFO) + gnu(PYPROJECT) + gnu(header(X, kind=b"S")) + END, "it has a sparse file"),
    # Long names of GNU tar.
    **{
        f"a long name of GNU tar that ends with {end!r}": (
            gnu(PKG_INFO) + gnu(PYPROJECT) + gnu(file("././@LongLink", X + end, kind=b"L")) + gnu(SMALL) + END, why)
        for end, why in ((b"\0", ""), (b"\0\0", ""), (b"", "ends without a NUL"), (b"\0x", "goes on behind it"))
    },
    # What not all systems allow in a name.
    **{
        f"a file called {name!r}": (PLAIN + file(TOP + name, b"") + END, "what not all systems allow" if is_odd else "")
        for name, is_odd in {"a:b": True, "a\\b": True, "a\tb": True, "a\x7fb": True, "a ": True, "a /b": False, " a": False, "a.": False, "CON": False, 'a"*?<|>': False,
                          "\x80\u202e": False}.items()
    },
    "a link to such a name": (PLAIN + link(f"{TOP}x", "a:b") + END, "what not all systems allow"),
    "a link to a plain name": (PLAIN + link(f"{TOP}x", "a.b") + END, ""),
    # Where a link leads to.
    **{
        f"a link to {target}": (PLAIN + link(f"{TOP}a/b/x", target) + END, "goes up again" if is_odd else "")
        for target, is_odd in {"c/../y": True, "../c/../y": True, "c//../y": True, "c/./../y": True, "c/..": True, ".c/../y": True,
                          "..c/../y": True, "../../y": False, "./../y": False, ".././../y": False, ".//../y": False, "c../y": False, "c/..y": False,
                          "c/.../y": False, "c/y": False}.items()
    },
    "a hard link to a link": (PLAIN + link(f"{TOP}y", "PKG-INFO") + link(f"{TOP}x", f"{TOP}y", b"1") + END, "a hard link to a symbolic one"),
    "a hard link to a file": (PLAIN + link(f"{TOP}x", f"{TOP}PKG-INFO", b"1") + END, ""),
}  # fmt: skip

# With the newest of each version, and those that distributions have mended, pip refuses it too.
REFUSED_BY_SOME_PYTHONS = {"a record without a name"}
# Without the filters of tarfile, which are not in 3.11.2, pip unpacks these in its old way, and refuses most of them.
if not hasattr(tarfile, "data_filter"):
    REFUSED_BY_SOME_PYTHONS |= {case for case in BY_THE_LETTER if "link" in case or "name of a folder" in case}


@pytest.mark.parametrize("case", BY_THE_LETTER)
def test_what_uv_refuses_and_pip_unpacks_is_a_warning(case: str, tmp_path: Path) -> None:
    """Oracle: pip and uv."""
    data, why = BY_THE_LETTER[case]
    path = tmp_path / NAME
    path.write_bytes(gzip.compress(data, mtime=0))
    read = Sdist.open(path)
    assert read.files == BOTH
    if case not in REFUSED_BY_SOME_PYTHONS:
        assert readers.read(path)["pip"] == BOTH
    if shutil.which("uv"):
        assert readers.read_by_uv(path) == (None if why else {"good"})
    assert [(finding.rule, finding.severity) for finding in read.findings] == [("not-installable", "warning")] * bool(
        why
    )
    assert all(why in finding.message for finding in read.findings)


def test_what_is_written_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "private" / NAME
    path.parent.mkdir()
    path.write_bytes(gzip.compress(PLAIN, mtime=0))
    assert rewrite(path, tmp_path / NAME, lambda name, data: data + b"x\n" * (name == "pyproject.toml"))
    assert not Sdist.open(tmp_path / NAME).findings


def test_the_cases_are_worth_it(tmp_path: Path) -> None:
    """Many of what is refused is read by `tarfile` or by pip as what nobody would see who reads the first PKG-INFO."""
    other = {case for case, (parts, _) in REFUSED.items() if _is_other(packed(tmp_path / NAME, *parts))}
    assert len(other) > 15


def _is_other(path: Path) -> bool:
    return any(one and one.get("PKG-INFO") == EVIL for one in readers.read(path).values())


# The gzip file around it


@pytest.mark.parametrize("behind", [b"x", bytes(100), b"\0\0rest of an older file", bytes(70_000) + b"x"], ids=len)
def test_bytes_behind_are_a_warning(behind: bytes, tmp_path: Path) -> None:
    path = packed(tmp_path / NAME, *FAIR["plain"])
    path.write_bytes(path.read_bytes() + behind)
    found = Sdist.open(path)
    assert found.files == BOTH
    assert [(one.rule, one.severity, one.artifact) for one in found.findings] == [("bytes-behind", "warning", NAME)]
    assert readers.read(path) == dict.fromkeys(readers.OF_SDISTS, BOTH)
    with pytest.raises(ArchiveError, match="has bytes behind its compressed data"):
        rewrite(path, tmp_path / "new.tar.gz", lambda *_: b"new")


MORE: dict[str, Callable[[bytes], bytes]] = {
    "a second archive": lambda data: data + data,
    "behind zeros": lambda data: data + bytes(9) + data,
    "behind many zeros": lambda data: data + bytes(70_000) + data,
    "the rest of the archive": lambda _: gzip.compress(PKG_INFO) + gzip.compress(file(f"{TOP}x", EVIL) + bytes(1024)),
}


@pytest.mark.parametrize("case", MORE)
def test_a_second_gzip_member_is_refused(case: str, tmp_path: Path) -> None:
    """Python's `gzip` reads on, uv does not."""
    (tmp_path / NAME).write_bytes(MORE[case](packed(tmp_path / NAME, *FAIR["plain"]).read_bytes()))
    with pytest.raises(ArchiveError, match="has more than one gzip member"):
        Sdist.open(tmp_path / NAME)


def test_bytes_behind_an_archive_without_end(tmp_path: Path) -> None:
    """Python's `gzip` would be asked what comes, and stumble."""
    (tmp_path / NAME).write_bytes(gzip.compress(PKG_INFO) + b"x")
    assert readers.read(tmp_path / NAME) == dict.fromkeys(readers.OF_SDISTS)
    with pytest.raises(ArchiveError, match="it has no end, and bytes behind its compressed data"):
        Sdist.open(tmp_path / NAME)


# ZIP archives


@pytest.mark.parametrize("name", ["spam-1.0/pkg-info", "PKG-INFO", "SPAM-1.0/PKG-INFO", "spam-1.0/PKG-INFO."])
def test_a_zipped_sdist_is_held_to_the_same(name: str, tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(P, GOOD)
        path = tmp_path / "spam-1.0.zip"
        path.write_bytes(file.getvalue())
    path.write_bytes(file.getvalue())
    assert Sdist.open(path).files == {"PKG-INFO": GOOD}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, EVIL)
    with pytest.raises(ArchiveError, match=r"on some systems|beside its folder|two folders"):
        Sdist.open(path)
