"""Bombs: files of at most 1 MiB that claim, or decompress to, thousands of times as much.

`python -m fuzz.bombs FILE` does everything with one file that can be done with it, and prints how long that took and
how much memory, both for the work alone. It is run as a process of its own, for the memory is that of the process.
"""

from __future__ import annotations

import io
import json
import resource
import shutil
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from abiding.findings import bounds
from makers.compiled import mach_o

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MOST_SECONDS = 60
# A gigabyte takes its time, to who makes the file as much as to who reads it.
SLOW = ("sdist of headers", "sdist of one huge file", "sdist of extensions", "sdist of zeros")
MOST_MEMORY = 64 << 20
_MOST_BYTES = 1 << 20
_HEAD = b"Metadata-Version: 2.2\nName: spam\nVersion: 1.0\n"
_WHEEL, _SDIST = "spam-1.0-py3-none-any.whl", "spam-1.0.tar.gz"


def _block(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def _member(name: str, data: bytes) -> bytes:
    return _block(name, len(data)) + data + bytes(-len(data) % 512)


def _pax(name: bytes, value: bytes) -> bytes:
    size = len(name) + len(value) + 3
    while len(str(size)) + len(name) + len(value) + 3 != size:
        size = len(str(size)) + len(name) + len(value) + 3
    data = b"%d %b=%b\n" % (size, name, value)
    return _block("pax", len(data), tarfile.XHDTYPE) + data + bytes(-len(data) % 512)


def _zipped(pieces: Iterable[bytes]) -> bytes:
    """One gzip member with as many of the pieces as fit into a file of the largest size, and the end of an archive."""
    deflater = zlib.compressobj(9, wbits=31)
    packed = []
    size = 0
    for piece in pieces:
        packed.append(deflater.compress(piece))
        size += len(packed[-1])
        if size > _MOST_BYTES - (32 << 10):
            break
    return b"".join((*packed, deflater.compress(bytes(1024)), deflater.flush()))


def _wheel(
    metadata: bytes,
    members: Iterable[str] = (),
    *,
    image: bytes = b"",
    method: int = zipfile.ZIP_DEFLATED,
    also: Mapping[str, bytes] | None = None,
) -> bytes:
    file = io.BytesIO()
    with catch_warnings(), zipfile.ZipFile(file, "w", method, compresslevel=9) as archive:
        simplefilter("ignore")
        for name in members:
            archive.writestr(name, b"")
        if image:
            archive.writestr("spam/_spam.so", image)
        texts = {
            "spam-1.0.dist-info/METADATA": metadata,
            "spam-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
            "spam-1.0.dist-info/RECORD": b"spam-1.0.dist-info/RECORD,,\n",
            **(also or {}),
        }
        for name, data in texts.items():
            archive.writestr(name, data)
    return file.getvalue()


_PKG_INFO = _member("spam-1.0/PKG-INFO", _HEAD)


def _forever(piece: bytes, first: bytes = _PKG_INFO) -> Iterator[bytes]:
    yield first
    while True:
        yield piece


# The largest metadata that is read at all.
_LARGEST = (16 << 20) - 4096
_LINES = {
    "empty fields": b"a:\n",
    "requirements": b"Requires-Dist: a\n",
    "dynamic": b"Dynamic: a\n",
    "folds": b" x\n",
    "breaks": b"\n",
    "carriage returns": b"a:\r\n",
}
# The largest of which the fields are read, and what takes readers long.
_LARGEST_READ = (2 << 20) - 4096
_ODD_LINES = {
    "form feeds": b"\f",
    "fields between form feeds": b"\fa:",
    "encoded words": b" =?utf-8?q?x?=",
    "beginnings of encoded words": b"=?",
    "no UTF-8": b"\xff",
}


# What a pyproject.toml may be full of, up to the bytes that are read of one: its beginning, what is repeated, its end.
_DECLARATIONS = {
    "unknown keys": ("[tool.abiding]\nbuild-backend='a'\n", "build-ba{}=1\n", ""),
    "entries": ("[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[", "'a{}',", "]\n"),
    "entries for one distribution": (
        "[project]\ndynamic=['dependencies']\ndependencies=[" + "".join(f"'a>{i}'," for i in range(9000)) + "]\n"
        "[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[",
        "'a<{}',",
        "]\n",
    ),
    "misspelled entries": ("[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[", "{{require={}}},", "]\n"),
    "unknown extras": (
        "[project]\nname='a'\n[project.optional-dependencies]\n" + "".join(f"f{i}=[]\n" for i in range(9000)) +
        "[tool.abiding]\nbuild-backend='a'\n[tool.abiding.wheel.optional-dependencies]\n",
        "e{}=['a']\n",
        "",
    ),
    "variants": ("[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[", "{{requires='a',variant='{}'}},", "]\n"),
    "brackets": ("a=[", "[],", "]\n"),
    "tables": ("", "[[a]]\n", ""),
    "dotted keys": ("", "a.b{}.c=1\n", ""),
    "parts of a key": ("a", ".a", "=1\n"),
    "parts of a header": ("[a", ".a", "]\n" + "".join(f"b{i}=1\n" for i in range(9000))),
    "keys of many parts": ("", ".".join("a" * 99) + ".b{}=1\n", ""),
    "headers of many parts": ("", "[" + ".".join("a" * 99) + ".b{}]\n", ""),
    "globs": (
        "[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[{{requires='a',select=[",
        "'cp31{}-*-*" + "*a" * 30 + "',",
        "]}}]\n",
    ),
    "globs that match nothing": (
        "[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[{{requires='a',select=[",
        "'win-x86-64-darwin-mac_os_x-osx-python3-cpython3-amd64-aarch64-windows-x64-{}',",
        "]}}]\n",
    ),
    "a glob": ("[tool.abiding]\nbuild-backend='a'\nwheel.dependencies=[{{requires='a',select='", "*a", "'}}]\n"),
    "a glob over modules": ("[tool.abiding]\nbuild-backend='a'\noptional-modules=['", "*a", "']\n"),
}  # fmt: skip


def _declaring(first: str, more: str, last: str) -> bytes:
    room = bounds.PYPROJECT - len(first) - len(last)
    parts = (more.format(number) for number in range(room // len(more.format(99_999))))
    return (first + "".join(parts) + last).encode()


def _elf(sections: int, size: int) -> bytes:
    """An ELF header for so many section headers, each of so many bytes, and the same number of segments."""
    fields = struct.pack("<2HI3QI6H", 3, 62, 1, 0, 64, 64, 0, 64, size, sections, size, sections, 0)
    return b"\x7fELF\2\1\1" + bytes(9) + fields


def _mach_o(sections: int, size: int) -> bytes:
    """A header that announces so many sections, all at the same place and of so many bytes."""
    header = struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 6, 1, 72 + 80 * sections, 0, 0)
    segment = struct.pack("<2I16x4Q4I", 0x19, 72 + 80 * sections, 0, 0, 0, 0, 0, 0, sections, 0)
    return header + segment + (bytes(40) + struct.pack("<QI28x", size, 1)) * sections


# As large as a compiled file may be that is packed so densely.
_DENSE = 39 << 20
_IMAGES: dict[str, Callable[[], bytes]] = {
    "an ELF file of zeros": lambda: b"\x7fELF".ljust(_DENSE, b"\0"),
    "an ELF file of many zeros": lambda: b"\x7fELF".ljust(10 * _DENSE, b"\0"),
    "an ELF file of one section, many times": lambda: _elf(0xFFFF, 0).ljust(_DENSE, b"\0"),
    "an ELF file of sections without number": lambda: _elf(0, 0).ljust(_DENSE, b"\xff"),
    "a PE file of zeros": lambda: b"MZ".ljust(_DENSE, b"\0"),
    "a Mach-O file of overlapping sections": lambda: _mach_o(_DENSE // 81, _DENSE),
}


# Members of a wheel that are read beside METADATA, if it has a compiled file that needs another one of it.
_MAC_WHEEL = "spam-1.0-cp311-cp311-macosx_11_0_arm64.whl"
_PROVENANCE = "spam-1.0.dist-info/abiding.json"
_LINKED = {
    "spam/_spam.so": mach_o(needs=["libham.dylib"], imported=[("ham", 1)]),
    "spam/libs/libham.dylib": mach_o("libham.dylib", exported=["ham"]),
}
_TEXT = (16 << 20) - 4096
_MEMBERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a WHEEL of empty lines": ("spam-1.0.dist-info/WHEEL", lambda: b"\n" * _TEXT),
    "a WHEEL of tags": ("spam-1.0.dist-info/WHEEL", lambda: b"Tag: py3-none-any\n" * (60 << 10)),
    "a RECORD of short rows": ("spam-1.0.dist-info/RECORD", lambda: b"aa\n" * (_TEXT // 3)),
    "an abiding.json of lists": (_PROVENANCE, lambda: b"[" + b"[]," * (_TEXT // 3 - 1) + b"0]"),
    "an abiding.json of numbers": (_PROVENANCE, lambda: b"[" + b"9.5," * (_TEXT // 4 - 1) + b"0]"),
    "a module of one emoji": ("spam/__init__.py", lambda: "# \U0001f600".encode() + b"#" * (39 << 20)),
    "a module of calls": ("spam/__init__.py", lambda: b"CDLL(a)\n" * (4 << 20)),
}


def _filled(line: bytes, head: bytes = _HEAD, size: int = _LARGEST) -> bytes:
    return head + line * ((size - len(head)) // len(line))


def _oddly_filled(line: bytes) -> bytes:
    return _filled(line, _HEAD + b"Requires-Dist: a", _LARGEST_READ)


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "sdist of headers": (_SDIST, lambda: _zipped(_forever(_block("spam-1.0/x") * 256))),
    "sdist of zeros": (_SDIST, lambda: _zipped(_forever(bytes(1 << 20)))),
    "sdist of one huge file": (_SDIST, lambda: _zipped(_forever(bytes(1 << 20), _PKG_INFO + _block("x", 1 << 33)))),
    "sdist of many PKG-INFO": (_SDIST, lambda: _zipped(_forever(_PKG_INFO * 64))),
    "sdist of extensions": (
        _SDIST,
        lambda: _zipped(_forever(_block("x", 0, tarfile.GNUTYPE_LONGNAME) * 1900 + _block("spam-1.0/x"))),
    ),
    "sdist of a size of 4300 digits": (_SDIST, lambda: _zipped([_PKG_INFO, _pax(b"size", b"9" * 4300), _block("x")])),
    "sdist of a PKG-INFO of a size of 4300 digits": (
        _SDIST,
        lambda: _zipped([_pax(b"size", b"9" * 4300), _block("spam-1.0/PKG-INFO")]),
    ),
    **{
        f"sdist with PKG-INFO of {name}": (
            _SDIST,
            lambda line=line: _zipped([_member("spam-1.0/PKG-INFO", _filled(line))]),  # type: ignore[misc]
        )
        for name, line in _LINES.items()
    },
    **{
        f"wheel with METADATA of {name}": (_WHEEL, lambda line=line: _wheel(_filled(line)))  # type: ignore[misc]
        for name, line in _LINES.items()
    },
    **{
        f"wheel with a requirement of {name}": (_WHEEL, lambda line=line: _wheel(_oddly_filled(line)))  # type: ignore[misc]
        for name, line in _ODD_LINES.items()
    },
    **{
        f"wheel with {name}": (
            _MAC_WHEEL,
            lambda member=member, make=make: _wheel(_HEAD, also={**_LINKED, member: make()}),  # type: ignore[misc]
        )
        for name, (member, make) in _MEMBERS.items()
    },
    "sdist with pyproject.toml of one emoji": (
        _SDIST,
        lambda: _zipped(
            [_PKG_INFO, _member("spam-1.0/pyproject.toml", "a = '\U0001f600'\n".encode() + b"#" * (15 << 20))]
        ),
    ),
    "sdist with pyproject.toml of brackets": (
        _SDIST,
        lambda: _zipped([_PKG_INFO, _member("spam-1.0/pyproject.toml", b"a = [" + b"[]," * (5 << 20))]),
    ),
    "sdist with pyproject.toml of tables": (
        _SDIST,
        lambda: _zipped([_PKG_INFO, _member("spam-1.0/pyproject.toml", b"[[a]]\n" * (2 << 20))]),
    ),
    **{
        f"sdist with a declaration of {name}": (
            _SDIST,
            lambda first=first, more=more, last=last: _zipped(  # type: ignore[misc]
                [_PKG_INFO, _member("spam-1.0/pyproject.toml", _declaring(first, more, last))]
            ),
        )
        for name, (first, more, last) in _DECLARATIONS.items()
    },
    **{
        f"wheel with {name}": (_WHEEL, lambda make=make: _wheel(_HEAD, image=make()))  # type: ignore[misc]
        for name, make in _IMAGES.items()
    },
    "wheel of many members": (_WHEEL, lambda: _wheel(_HEAD, (f"{i:x}" for i in range(9000)), method=0)),
    "wheel with one name twice among many": (
        _WHEEL,
        lambda: _wheel(_HEAD, (f"{min(i, 8999):x}" for i in range(9001)), method=0),
    ),
}


def write(name: str, folder: Path) -> Path:
    """Write a bomb, under the name that it needs, into `folder`."""
    filename, make = BOMBS[name]
    path = folder / filename
    data = make()
    if len(data) > _MOST_BYTES:
        raise ValueError(name, len(data))
    path.write_bytes(data)
    return path


def defuse(path: Path) -> dict[str, Any]:
    """Do in a new process what can be done with the file.

    The result has `seconds`, `memory` in bytes, and `error`: the last words of a process that did not end well.
    """
    command = [sys.executable, "-m", "fuzz.bombs", str(path)]
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10 * MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"seconds": 10.0 * MOST_SECONDS, "memory": 0, "error": "was stopped"}
    if done.returncode:
        return {"seconds": 0.0, "memory": 0, "error": done.stderr[-1500:]}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def highest() -> int:
    """The largest memory that this process has had.

    On Linux, not what `getrusage` says: that has the memory of the process in it that has started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text("ascii").partition("VmHWM:")[2].split()[0]) << 10
    unit = 1 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _work(path: Path, folder: Path) -> None:
    from abiding import native
    from abiding.archives.sdist import rewrite as rewrite_sdist
    from abiding.archives.wheel import Wheel
    from abiding.archives.wheel_editing import rewrite as rewrite_wheel
    from abiding.artifacts.disk import read_artifacts
    from abiding.findings.errors import AbidingError
    from abiding.findings.screen import screen
    from abiding.metadata.core import CoreMetadata
    from abiding.releases.check import releases

    for release in releases(read_artifacts([path])):
        for finding in (*release.findings, *release.unread):
            screen(AbidingError(finding))
    native.judge_wheels([path])
    (folder / "source").mkdir()
    source = Path(shutil.copy(path, folder / "source"))
    try:
        if path.name.endswith(".whl"):
            wheel = Wheel.open(source)
            new = CoreMetadata.parse(wheel.metadata(), "METADATA").with_requirements(["added"]).data
            rewrite_wheel(wheel, folder / path.name, {wheel.metadata_name: new})
        else:
            rewrite_sdist(
                source,
                folder / path.name,
                lambda _, data: CoreMetadata.parse(data, "METADATA").for_sdist(may_append=True).data,
            )
    except AbidingError as exc:
        screen(exc)


def main(path: str) -> None:
    """Work on the file at `path`."""
    with TemporaryDirectory() as folder:
        # What the modules take is paid for by every file.
        for name, data in (
            (_WHEEL, _wheel(_HEAD)),
            (_SDIST, _zipped([_PKG_INFO, _member("spam-1.0/pyproject.toml", b"")])),
        ):
            small = _made(Path(folder, f"small {name}"))
            (small / "given").mkdir()
            (small / "given" / name).write_bytes(data)
            _work(small / "given" / name, small)
        before, started = highest(), time.process_time()  # whatever else the machine does
        _work(Path(path), _made(Path(folder, "bomb")))
        seconds = time.process_time() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": highest() - before, "error": ""}) + "\n")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main(sys.argv[1])
