"""Editing METADATA of finished wheels and PKG-INFO of finished sdists."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import Command, in_turns
from benchmarks.releases import sdist_of, wheel_of
from benchmarks.results import CACHE, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "spam-1.0-py3-none-any.whl"
_INFO = "spam-1.0.dist-info"
_MEMBER = 8 << 20
_EDIT = Path(__file__).with_name("one_edit.py")
_lines = count()
_TORCH = "torch-2.10.0-cp311-cp311-manylinux_2_28_aarch64.whl"


def _wheel(size: int, place: str) -> Path:
    """A wheel of `size` bytes that don't compress, in members of 8 MiB, with METADATA `first` or `last`."""
    path = CACHE / f"{size >> 20}-{place}" / NAME
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    data = os.urandom(_MEMBER)
    code = {f"spam/{i}.bin": data for i in range(size // _MEMBER)} | {f"spam/m{i}.py": b"x = 1\n" for i in range(300)}
    about = {
        f"{_INFO}/METADATA": b"Metadata-Version: 2.1\nName: spam\nVersion: 1.0\n\n" + b"A line of the readme.\n" * 300,
        f"{_INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: spam\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members = {**about, **code} if place == "first" else {**code, **about}
    members[f"{_INFO}/RECORD"] = "".join(_rows(members)).encode()
    unfinished = path.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    unfinished.rename(path)
    return path


def _rows(members: dict[str, bytes]) -> Iterator[str]:
    import base64
    import hashlib

    digests: dict[int, str] = {}
    for name, data in members.items():
        if id(data) not in digests:
            digests[id(data)] = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        yield f"{name},sha256={digests[id(data)]},{len(data)}\n"
    yield f"{_INFO}/RECORD,,\n"


def _edit(way: str, source: Path, folder: str) -> Command:
    """An edit of `source` into a folder beside it, which is the private one of a build turned round."""
    target = source.parent / folder / source.name

    def prepare() -> None:
        target.parent.mkdir(exist_ok=True)
        # What was edited in place has been moved.
        if target.exists() and not source.exists():
            target.rename(source)
        target.unlink(missing_ok=True)

    return Command((sys.executable, _EDIT, way, source, target, f"added=={next(_lines)}"), prepare)


class _Edits(Command):
    """An edit that adds another line each time: one that changes nothing would be free."""

    __slots__ = ()

    def seconds(self) -> float:
        return Command((*self.words[:-1], f"added=={next(_lines)}"), self.prepare).seconds()


def _again(command: Command) -> _Edits:
    return _Edits(command.words, command.prepare)


def _copy(source: Path, folder: Path) -> Command:
    target = folder / source.name

    def prepare() -> None:
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)

    return Command(("cp", source, target), prepare)


def _peak(command: Command) -> float:
    """Peak memory of one more run, in MiB."""
    return int(Command((*command.words[:-1], f"added=={next(_lines)}"), command.prepare).output().split()[-1]) / 1024


def _memory(name: str, what: str, command: Command, goal: float = 40) -> Row:
    return Row(name, f"{what}: peak memory", "", _peak(command), None, 1, goal=goal, unit="MiB")


def wheels(runs: int) -> list[Row]:
    name = "editing a wheel of 1 GB"
    rows = []
    edits = {}
    for place, goal in (("last", 0.2), ("first", 1.2)):
        path = _wheel(1000 << 20, place)
        edit = _again(_edit("abiding", path, "edited"))
        other = _wheel(1000 << 20, "first")
        taken = in_turns({"edit": edit, "cp": _copy(other, other.parent / "copied")}, runs)
        edits[place] = taken["edit"]
        rows.append(Row.of(name, f"METADATA {place}", "`cp`", taken["edit"], taken["cp"], goal=goal))
        rows.append(_memory(name, f"METADATA {place}", edit))
        edit.prepare()
    for way, label in (
        ("wheel", "`wheel unpack && wheel pack`"),
        ("auditwheel", "auditwheel"),
        ("delocate", "delocate"),
    ):
        source = _wheel(1000 << 20, "last")
        seconds = [_edit(way, source, f"by-{way}").seconds()]
        shutil.rmtree(source.parent / f"by-{way}")
        for place, goal in (("last", 300), ("first", 40)):
            rows.append(Row.of(name, f"METADATA {place}", label, edits[place], seconds, goal=goal, faster=True))
    return rows


def growth(runs: int) -> list[Row]:
    name = "editing a wheel of 3 GB"
    large, small = (_again(_edit("abiding", _wheel(size << 20, "last"), "edited")) for size in (3000, 100))
    taken = in_turns({"large": large, "small": small}, runs)
    row = Row.of(name, "METADATA last", "a wheel of 100 MB", taken["large"], taken["small"], goal=2)
    memory = _memory(name, "METADATA last", large)
    large.prepare()
    small.prepare()
    return [row, memory]


def torch(runs: int) -> list[Row]:
    name = "editing a wheel of torch"
    released = wheel_of("torch", _TORCH)
    source = CACHE / "torch" / _TORCH
    if not source.exists():  # it is moved to and fro
        source.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(released, source)
    with zipfile.ZipFile(released) as archive:
        what = f"torch 2.10.0, {released.stat().st_size >> 20} MiB, {len(archive.namelist()):,} members"
    edit = _again(_edit("abiding", source, "edited"))
    taken = in_turns({"cp": _copy(released, source.parent / "copied"), "edit": edit}, runs)
    rows = [Row.of(name, what, "`cp`", taken["edit"], taken["cp"], goal=None), _memory(name, what, edit)]
    edit.prepare()
    return rows


def sdist(runs: int) -> list[Row]:
    name = "editing the sdist of numpy"
    released = sdist_of("numpy", "2.4.6")
    folder = CACHE / "sdist"
    ours = folder / "given" / released.name

    def prepare() -> None:
        ours.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(released, ours)

    edit = Command((sys.executable, _EDIT, "abiding_sdist", ours, folder / released.name, "added==1"), prepare)
    bare = Command((sys.executable, _EDIT, "bare_sdist", ours, folder / released.name, ""), prepare)
    taken = in_turns({"edit": edit, "bare": bare}, runs)
    label = "decompression and compression alone"
    return [Row.of(name, "PKG-INFO", label, taken["edit"], taken["bare"], goal=1.1), _memory(name, "PKG-INFO", edit)]
