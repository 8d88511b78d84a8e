"""Where texts of a file are looked for. Oracle: files put together here, of which the place of the text is known."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

import abiding
from abiding.archives.zipdirectory import Directory
from abiding.evidence.texts import search
from makers.evident import numpy_2, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from abiding.archives.zipdirectory import ZipMember

CODE, TEXTS, DATA, BOTH = 5, 4, 6, 7
TEXT = b"\0PyCapsule_Import\0" + numpy_2("2.0") + b"\0"
LENGTH = 1000


def elf(segments: list[int], at: int, *, bits: int = 64, order: str = "<", over: int = 0, kind: int = 1) -> bytes:
    """An ELF file with these segments, one behind the other, the text in one of them; in none if `at` is beyond."""
    size = {32: 32, 64: 56}[bits]
    start = 64 + size * len(segments)
    places = [start + i * LENGTH for i in range(len(segments))]
    rows = []
    for flags, place in zip(segments, places, strict=True):
        length = LENGTH + over
        if bits == 64:
            rows.append(struct.pack(order + "2I6Q", kind, flags, place, place, place, length, length, 1))
        else:
            rows.append(struct.pack(order + "8I", kind, place, place, place, length, length, flags, 1))
    head = bytearray(64)
    head[:6] = b"\x7fELF" + bytes([bits // 32, {"<": 1, ">": 2}[order]])
    form, (where, sizes) = {32: ("I", (28, 42)), 64: ("Q", (32, 54))}[bits]
    struct.pack_into(order + form, head, where, 64)
    struct.pack_into(order + "2H", head, sizes, size, len(segments))
    parts = [TEXT.ljust(LENGTH, b"\1") if i == at else b"\1" * LENGTH for i in range(len(segments) + 1)]
    return b"".join((bytes(head), *rows, *parts))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("segments", "at", "seen"),
    [
        ([TEXTS, CODE, TEXTS, DATA], 0, True),
        ([TEXTS, CODE, TEXTS, DATA], 1, False),
        ([TEXTS, CODE, TEXTS, DATA], 2, True),
        ([TEXTS, CODE, TEXTS, DATA], 3, True),
        # What is not loaded: symbols that `strip` takes out, and what debuggers read.
        ([TEXTS, CODE, TEXTS, DATA], 4, False),
        # Code and texts in one.
        ([CODE, DATA], 0, True),
        ([BOTH], 0, True),
        ([CODE, DATA], 2, False),
    ],
)
def test_texts_are_looked_for_where_a_file_can_use_them(
    segments: list[int], at: int, seen: bool, bits: int, order: str
) -> None:
    assert bool(search([elf(segments, at, bits=bits, order=order)]).targets) is seen


@pytest.mark.parametrize("at", range(5))
def test_headers_that_say_nothing_hide_nothing(at: int) -> None:
    """Segments that share bytes or that no file has, none that are loaded or there, headers cut off or left out."""
    segments = [TEXTS, CODE, TEXTS, DATA]
    whole = elf(segments, at)
    damaged = [
        elf(segments, at, over=1),
        elf(segments, at, kind=4),
        *(whole[:place] + b"\xff" * 8 + whole[place + 8 :] for place in (32, 64 + 8, 64 + 32, 64 + 2 * 56 + 8)),
        whole[:56] + b"\xff\xff" + whole[58:],
        whole[:56] + b"\0\0" + whole[58:],
        whole[:4] + b"\7\7" + whole[6:],
        b"MZ" + whole[2:],
    ]
    assert [bool(search([data]).targets) for data in damaged] == [True] * len(damaged)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_headers_may_have_any_number_in_them(bits: int, order: str) -> None:
    """Also numbers that are larger than any place in a file."""
    whole = elf([TEXTS, CODE, DATA], 0, bits=bits, order=order)
    for at in range(6, 64 + 3 * 56):
        for bytes_ in (b"\x80", b"\xff", b"\0", b"\xff" * 8):
            search([whole[:at] + bytes_ + whole[at + len(bytes_) :]])


@pytest.mark.parametrize("length", range(0, 70, 3))
def test_a_file_that_is_cut_off_in_its_headers(length: int) -> None:
    assert search([elf([TEXTS, CODE], 0)[:length]]).targets == frozenset()


def compiled(path: Path, text: bytes) -> bytes:
    """A library that has a text, and was compiled."""
    source = f"const char text[] = {{{', '.join(map(str, text))}}};"
    subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=source, text=True, check=True)
    return path.read_bytes()


@pytest.mark.parametrize("filename", ["spam-1.0-cp311-cp311-linux_x86_64.whl", "spam-1.0-cp311-abi3-linux_x86_64.whl"])
def test_a_member_is_decompressed_once(filename: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file is linked with, and what it says, are read while it is at hand."""
    read: list[str] = []
    pieces = Directory.pieces

    def counted(self: Directory, file: object, member: ZipMember) -> Iterator[bytes]:
        read.append(member.name)
        return pieces(self, file, member)  # type: ignore[arg-type]

    monkeypatch.setattr(Directory, "pieces", counted)
    names = ("spam/_a.abi3.so", "spam/_b.abi3.so")
    file = compiled(tmp_path / "spam.so", TEXT)
    path = wheel(tmp_path, "numpy", files=dict.fromkeys(names, file), filename=filename)
    (release,) = abiding.check([path])
    assert "bound-too-loose" in [one.rule for one in release.compiled]
    assert [read.count(name) for name in names] == [1, 1]
