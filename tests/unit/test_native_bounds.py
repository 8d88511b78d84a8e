"""What a compiled file says takes memory in proportion to its size: tables that lie over each other multiply nothing."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED

import pytest
from fuzz.growth import elf

from abiding.findings import bounds
from abiding.findings.errors import AbidingError
from abiding.native.contents import of_wheel
from abiding.native.images import Format, Image
from abiding.native.reading import read_image, read_symbols
from makers.compiled import mach_o, universal, wheel

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = Image("libham.so", Format.ELF, "libham.so")


def note(data: bytes, *, symbols: bool = True) -> str:
    """What is wrong with a file; empty if it can be read."""
    try:
        image = read_image(data, "libham.so") or LIBRARY
        if symbols:
            read_symbols(data, image)
    except AbidingError as exc:
        return exc.findings[0].notes[0]
    return ""


def versioned(version: str, *, defined: bool, count: int = 10) -> bytes:
    """An ELF file with so many symbols of one version, which it defines, or takes from another library."""
    names, places = b"\0" + version.encode() + b"\0", []
    for i in range(count):
        places.append(len(names))
        names += b"s%d\0" % i
    symbols = bytes(24) + b"".join(struct.pack("<IBBHQQ", place, 0x12, 0, defined, 0, 0) for place in places)
    numbers = struct.pack(f"<{count + 1}H", 0, *[2] * count)
    if defined:
        kind, table = 0x6FFFFFFD, struct.pack("<4HI2I2I", 1, 0, 2, 1, 0, 20, 0, 1, 0)
    else:
        kind, table = 0x6FFFFFFE, struct.pack("<2H3II2H2I", 1, 1, 1, 16, 0, 0, 0, 2, 1, 0)
    sections = [(3, 0, 0, 0, names), (11, 1, 1, 24, symbols), (0x6FFFFFFF, 2, 0, 2, numbers), (kind, 1, 1, 0, table)]
    titles = b"\0.dynstr\0.dynsym\0.gnu.version\0.other\0"
    sections.append((3, 0, 0, 0, titles))
    body, headers = b"", bytes(64)
    for title, (number, link, info, size, data) in zip((1, 9, 17, 30, 0), sections, strict=True):
        headers += struct.pack("<2I4Q2I2Q", title, number, 0, 0, 64 + len(body), len(data), link, info, 8, size)
        body += data
    fields = (3, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64, len(sections) + 1, len(sections))
    return b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<2HI3QI6H", *fields) + body + headers


@pytest.mark.parametrize("defined", [True, False])
def test_the_version_of_all_symbols(defined: bool) -> None:
    """Its name is in the text of each: a file of a megabyte took three thousand."""
    fair = versioned("V" * 256, defined=defined)
    found = read_symbols(fair, LIBRARY)
    assert f"s9@{'V' * 256}" in (found.versioned if defined else found.versions["V" * 256])
    assert "longer than 256 characters" in note(versioned("V" * 257, defined=defined))


def test_a_dynamic_segment_without_end() -> None:
    assert not note(elf(*(f"lib{i}.so" for i in range(300))), symbols=False)
    assert note(elf(*["libspam.so"] * 3000), symbols=False).endswith("its tables have no end")


def test_architectures_that_share_their_symbols() -> None:
    """Each is within its bounds, and there may be 32 of them."""
    thin = mach_o(exported=[f"spam_{i:0100}" for i in range(50)])
    assert not note(universal(thin, thin))
    count = 20
    entries = struct.pack(">5I", 0x01000007, 3, 8 + 20 * count, len(thin), 0) * count
    assert "more names than there is room for" in note(struct.pack(">2I", 0xCAFEBABE, count) + entries + thin)


def test_many_files_that_are_packed_too_densely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is harmless, and not all of them."""
    monkeypatch.setattr(bounds, "CODE_HARMLESS", 40_000)
    dense = elf("libc.so.6").ljust(15_000, b"\0")
    for count, fair in ((2, True), (3, False)):
        files = {f"ham/_{i}.so": dense for i in range(count)}
        path = wheel(tmp_path / str(count), "ham", files, compression=ZIP_DEFLATED)
        if fair:
            assert len(of_wheel(path).images) == count
        else:
            with pytest.raises(AbidingError, match=r"claims 15,000 bytes for `ham/_2\.so`, packed into"):
                of_wheel(path)


def test_a_small_file_is_no_burden_however_dense(tmp_path: Path) -> None:
    files = {f"ham/_{i}.so": elf("libc.so.6") for i in range(40)}
    path = wheel(tmp_path, "ham", files, compression=ZIP_DEFLATED)
    assert len(of_wheel(path).images) == len(files)
