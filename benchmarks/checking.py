"""`abiding check` of releases, and what the start of a hook costs."""

from __future__ import annotations

import shutil
import statistics
import sys
import zipfile
from typing import TYPE_CHECKING

from benchmarks.measuring import Command, in_turns
from benchmarks.results import CACHE, Row
from makers.released import wheel_of

if TYPE_CHECKING:
    from pathlib import Path

_BARE = """
import pathlib, struct, sys, zlib
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    with open(path, "rb", buffering=0) as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65557))
        tail = file.read()
        length, offset = struct.unpack_from("<II", tail, tail.rindex(b"PK\\5\\6") + 12)
        file.seek(offset)
        directory = file.read(length)
        at = directory.rindex(b"PK\\1\\2", 0, directory.index(b".dist-info/METADATA"))
        stored, = struct.unpack_from("<I", directory, at + 20)
        place, = struct.unpack_from("<I", directory, at + 42)
        file.seek(place)
        name, extra = struct.unpack_from("<HH", file.read(30), 26)
        file.seek(place + 30 + name + extra)
        zlib.decompress(file.read(stored), -15)
"""
_METADATA = """
import pathlib, sys
from abiding.artifacts.disk import read_artifacts
from abiding.releases.check import releases
releases(read_artifacts([pathlib.Path(sys.argv[1])]))
"""
_LARGE_RELEASE = "lxml==6.1.3"


def _thousand() -> Path:
    folder = CACHE / "thousand"
    if len(list(folder.glob("*.whl"))) == 1000:  # noqa: PLR2004 (its name)
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    requires = "".join(f"Requires-Dist: dep{i}>=1.{i}\n" for i in range(20))
    for i in range(1000):
        version = f"1.{i // 100}"
        info = f"spam-{version}.dist-info"
        head = f"Metadata-Version: 2.1\nName: spam\nVersion: {version}\n{requires}\n"
        name = f"spam-{version}-cp313-cp313-manylinux_2_{i % 100 + 1}_x86_64.whl"
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member in range(60):
                archive.writestr(f"spam/m{member}.py", b"x = 1\n")
            archive.writestr(f"{info}/METADATA", head + "A line of the readme.\n" * 400)
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
    return folder


def check(runs: int) -> list[Row]:
    folder = _thousand()
    commands = {
        "metadata": Command((sys.executable, "-c", _METADATA, folder)),
        "check": Command((sys.executable, "-c", "import abiding, sys; abiding.check(sys.argv[1:])", folder)),
        "bare": Command((sys.executable, "-c", _BARE, folder)),
    }
    taken = in_turns(commands, runs)
    what, label = "10 releases of 100 wheels", "central directories read and METADATA inflated"
    return [
        Row.of("checking", f"metadata of {what}", label, taken["metadata"], taken["bare"], goal=2),
        Row.of("checking", f"{what}, also asked for compiled files", label, taken["check"], taken["bare"], goal=None),
    ]


def check_index(runs: int) -> list[Row]:
    command = Command((sys.executable, "-m", "abiding", "check", _LARGE_RELEASE))
    try:
        taken = in_turns({"check": command}, runs)["check"]
    except SystemExit as exc:
        print(f"check-index: skipped, {str(exc).splitlines()[-1]}")
        return []
    return [Row("checking", f"`{_LARGE_RELEASE}` on the index", "", statistics.median(taken), None, runs)]


_EVIDENCE = """
import pathlib, sys
from abiding.archives.wheel import Wheel
from abiding.evidence import reading
reading.of_wheel(Wheel.open(pathlib.Path(sys.argv[1])))
"""
_NATIVE = """
import pathlib, sys
from abiding import native
native.judge_wheels([pathlib.Path(sys.argv[1])])
"""
_BOTH = """
import pathlib, sys
from abiding import evidence, native
path, looking = pathlib.Path(sys.argv[1]), evidence.Looking()
native.judge_wheels([path], look=looking)
evidence.judge_wheels([path], looking)
"""
_MANY_MODULES = "scipy==1.17.1"


def evidence(runs: int) -> list[Row]:
    """Going through the compiled files of a wheel, beside unpacking it to nowhere, and what it adds to their check."""
    wheel = wheel_of(_MANY_MODULES, "linux")
    programs = {"evidence": _EVIDENCE, "native": _NATIVE, "both": _BOTH}
    commands = {name: Command((sys.executable, "-c", text, wheel)) for name, text in programs.items()}
    taken = in_turns(commands | {"unzip": Command(("unzip", "-tqq", wheel))}, runs)
    what = f"evidence of the compiled files of `{_MANY_MODULES}`"
    more = [max(0.0, both - native) for both, native in zip(taken["both"], taken["native"], strict=True)]
    return [
        Row.of("checking", what, "`unzip -t`", taken["evidence"], taken["unzip"], goal=0.8),
        Row.of(
            "checking",
            f"{what}, above the check of what they are linked with",
            "`unzip -t`",
            more,
            taken["unzip"],
            goal=0.1,
        ),
    ]


def start(runs: int) -> list[Row]:
    runs = max(runs, 21)
    bare = Command((sys.executable, "-c", "pass"))
    commands = {"pass": bare, "backend": Command((sys.executable, "-c", "import abiding.backend"))}
    taken = in_turns(commands, runs)
    more = statistics.median(a - b for a, b in zip(taken["backend"], taken["pass"], strict=True)) * 1000
    return [
        Row(
            "the start of a hook",
            "`import abiding.backend`, above `python -c pass`",
            "",
            more,
            None,
            runs,
            goal=30,
            unit="ms",
        )
    ]
