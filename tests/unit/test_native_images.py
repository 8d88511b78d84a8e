"""Compiled files as they are read; what of them is wrong is an error, whatever it is."""

from __future__ import annotations

import struct
import subprocess
from importlib.resources import files
from struct import pack
from typing import TYPE_CHECKING, Any

import pefile
import pytest
from elftools.elf.elffile import ELFFile

from abiding.findings.errors import AbidingError
from abiding.native.images import Format, Image, Symbols
from abiding.native.reading import read_image, read_symbols
from makers.compiled import library, mach_o, universal

if TYPE_CHECKING:
    from importlib.resources import files
from pathlib import Path

LIBRARIES = ["@rpath/libspam.3.dylib", "/usr/lib/libSystem.B.dylib"]
THIN = mach_o(
    "@rpath/libham.1.dylib",
    needs=LIBRARIES,
    run_paths=["@loader_path/../lib", "/opt/lib"],
    exported=["ham", "eggs"],
    imported=[("spam", 1), ("malloc", 2), ("anywhere", -2)],
)
IMAGE = Image(
    "ham/ham.so",
    Format.MACH_O,
    "libham.1.dylib",
    tuple(LIBRARIES),
    ("@loader_path/../lib", "/opt/lib"),
    inherited=True,
)
SYMBOLS = Symbols(
    frozenset({"ham", "eggs"}),
    {LIBRARIES[0]: frozenset({"spam"}), LIBRARIES[1]: frozenset({"malloc"}), "": frozenset({"anywhere"})},
)


# With offsets of 64 bits, as files of more than 4 GiB have them.
WIDE = struct.pack(">4I2Q2I", 0xCAFEBABF, 1, 0, 0, 40, len(THIN), 0, 0) + THIN


@pytest.mark.parametrize(
    "data", [THIN, universal(THIN), universal(THIN, THIN), WIDE], ids=["thin", "fat", "two", "wide"]
)
def test_mach_o(data: bytes) -> None:
    assert read_image(data, IMAGE.place) == IMAGE
    assert read_symbols(data, IMAGE) == SYMBOLS


def test_mach_o_of_two_kinds() -> None:
    other = mach_o("libham.1.dylib", needs=["libspam.4.dylib"], exported=["bacon"])
    image = read_image(universal(THIN, other), IMAGE.place)
    assert image
    assert image.needs == (*LIBRARIES, "libspam.4.dylib")
    assert read_symbols(universal(THIN, other), image).exported == {"ham", "eggs", "bacon"}


def put(data: bytes, place: int, *numbers: int, order: str = "<") -> bytes:
    new = struct.pack(f"{order}{len(numbers)}I", *numbers)
    return data[:place] + new + data[place + len(new) :]


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (put(THIN, 16, 1 << 31), "it announces 2,147,483,648 load commands"),
        (put(THIN, 36, 0), "it has a load command of 0 bytes, where there are"),
        (put(THIN, 36, 1 << 20), "it has a load command of 1,048,576 bytes, where there are"),
        (put(THIN, 16, 100), "unpack_from requires a buffer"),
        (put(universal(THIN), 4, 1 << 31, order=">"), "it announces 2,147,483,648 architectures"),
        (put(universal(THIN), 16, 9, order=">"), "it has no Mach-O header where it says"),
        (THIN[:20], "unpack_from requires a buffer"),
    ],
)
def test_mach_o_that_is_damaged(data: bytes, note: str) -> None:
    with pytest.raises(AbidingError) as caught:
        read_image(data, "ham/ham.so")
    (finding,) = caught.value.findings
    assert finding.rule == "bad-image"
    assert finding.message == "`ham/ham.so` is damaged: its headers can't be read"
    assert note in finding.notes[0]


def test_mach_o_with_one_name_for_all_its_symbols() -> None:
    symbols = [f"s{i}" for i in range(20)]
    data = mach_o(exported=["s" * 1000, *symbols])
    first = data.index(struct.pack("<IBBhQ", 1, 1, 0, 0, 0))
    for i in range(1, 21):
        data = put(data, first + 16 * i, 1)
    with pytest.raises(AbidingError, match="damaged") as caught:
        read_symbols(data, IMAGE)
    assert caught.value.findings[0].notes == ("ValueError: its symbols have more names than there is room for",)


def test_elf_with_a_table_that_leads_to_itself(tmp_path: Path) -> None:
    data = library(tmp_path / "libspam.so", calls=["getpid"]).read_bytes()
    image = read_image(data, "ham/libspam.so")
    assert image
    assert "getpid" in read_symbols(data, image).imported["libc.so.6"]
    # `sh_info` of .gnu.version_r (SHT_GNU_verneed): how many libraries it speaks of.
    (start,) = struct.unpack_from("<Q", data, 40)
    headers = range(start, len(data), 64)
    (at,) = (one for one in headers if struct.unpack_from("<I", data, one + 4) == (0x6FFFFFFE,))
    with pytest.raises(AbidingError, match=r"`ham/libspam\.so` is damaged") as caught:
        read_symbols(put(data, at + 44, 0xFFFFFFFF), image)
    (note,) = caught.value.findings[0].notes
    assert note.endswith("its tables have no end")


def test_symbols_of_an_elf_file_are_those_that_nm_lists(tmp_path: Path) -> None:
    path = library(tmp_path / "libham.so", *(f"ham_{i}" for i in range(300)), calls=["eggs", "spam"])
    symbols = read_symbols(path.read_bytes(), Image("libham.so", Format.ELF, "libham.so"))
    for option, found in (("--defined-only", symbols.exported), ("--undefined-only", symbols.imported[""])):
        listed = subprocess.run(["nm", "-D", "-P", option, path], capture_output=True, text=True, check=True).stdout
        kinds = dict(line.split()[:2] for line in listed.splitlines())
        weak = {name for name, kind in kinds.items() if kind == "w" or "@" in name}
        assert found == kinds.keys() - weak


def test_what_each_file_defines_that_uses_it_is_vague_as_nm_says(tmp_path: Path) -> None:
    code = """
    template <class T> struct Ham { T twice(T one); };
    template <class T> T Ham<T>::twice(T one) { static T kept = one; return kept + one; }
    template struct Ham<int>;
    inline int eggs() { return 7; }
    struct Spam { virtual ~Spam(); };
    Spam::~Spam() {}
    int uses() { return eggs(); }
    extern "C" __attribute__((weak)) int of_c() { return 1; }
    """
    path = tmp_path / "libham.so"
    subprocess.run(["g++", "-O0", "-shared", "-fPIC", "-xc++", "-", "-o", path], input=code, text=True, check=True)
    symbols = read_symbols(path.read_bytes(), Image("libham.so", Format.ELF, "libham.so"))
    listed = subprocess.run(["nm", "-D", "-P", "--defined-only", path], capture_output=True, text=True, check=True)
    kinds = dict(line.split()[:2] for line in listed.stdout.splitlines())
    assert set(kinds.values()) >= {"T", "V", "W", "u"}
    assert symbols.vague == {name for name, kind in kinds.items() if kind in "VWu"} - {"of_c"}


def test_elf_with_one_name_for_all_its_symbols(tmp_path: Path) -> None:
    path = library(tmp_path / "libham.so", "a" * 5000, *(f"f{i}" for i in range(2000)))
    data = bytearray(path.read_bytes())
    with path.open("rb") as file:
        table: Any = ELFFile(file).get_section_by_name(".dynsym")
        names: Any = ELFFile(file).get_section(table["sh_link"])
        start = data.index(b"a" * 5000, names["sh_offset"]) - names["sh_offset"]
        for at in range(table["sh_offset"], table["sh_offset"] + table["sh_size"], table["sh_entsize"]):
            struct.pack_into("<I", data, at, start)
    with pytest.raises(AbidingError, match="damaged") as caught:
        read_symbols(bytes(data), Image("libham.so", Format.ELF, "libham.so"))
    assert "more names than there is room for" in str(caught.value.findings[0].notes)


@pytest.mark.parametrize("data", [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"])
def test_nothing_but_the_beginning(data: bytes) -> None:
    with pytest.raises(AbidingError, match="damaged"):
        read_image(data, "ham/ham.so")


@pytest.mark.parametrize("name", ["cli-64.exe", "cli-32.exe", "gui-arm64.exe"])
def test_a_dll_that_is_cut_off(name: str) -> None:
    """Controls: all of it, and all but what pads its last page."""
    data = files("setuptools").joinpath(name).read_bytes()
    last = max(pefile.PE(data=data).sections, key=lambda section: section.PointerToRawData)
    end = last.PointerToRawData + min(last.SizeOfRawData, last.Misc_VirtualSize)
    for length in (len(data), end):
        image = read_image(data[:length], "toy.dll")
        assert image
        assert image.needs
        read_symbols(data[:length], image)
    for length in (10, 100, 200, 400, 700, 1000, len(data) // 2, end - 1):
        with pytest.raises(AbidingError, match="damaged"):
            read_image(data[:length], "toy.dll")


def test_an_elf_file_whose_names_are_cut_off() -> None:
    """A small file with its names at the end; control: all of it."""
    texts = b"\0liba.so\0libme.so\0"
    dynamic = pack("<10Q", 1, 1, 14, 9, 5, 256, 10, len(texts), 0, 0)
    head = b"\x7fELF\2\1\1" + bytes(9) + pack("<2HI3QI6H", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    load = pack("<2I6Q", 1, 5, 0, 0, 0, 256 + len(texts), 256 + len(texts), 4096)
    data = head + load + pack("<2I6Q", 2, 6, 176, 176, 176, 80, 80, 8) + dynamic + texts
    image = read_image(data, "ham.so")
    assert image
    assert (image.needs, image.name) == (("liba.so",), "libme.so")
    for length in range(256, len(data)):
        with pytest.raises(AbidingError, match="damaged"):
            read_image(data[:length], "ham.so")


def test_a_dll_has_as_many_exports_as_it_says() -> None:
    """Qt6Widgets.dll has 8,571; pefile alone leaves out what is behind the first 8,192 of them."""
    count = 9000
    names = [f"toy_{number}".encode() + b"\0" for number in range(count)]
    head = bytearray(files("setuptools").joinpath("cli-64.exe").read_bytes())
    file = pefile.PE(data=bytes(head))
    last = file.sections[-1]
    # The table behind all that there is, in the last section, which reaches so much farther.
    start, address = len(head), last.VirtualAddress + len(head) - last.PointerToRawData
    functions, pointers, ordinals = 40, 40 + 4 * count, 40 + 8 * count
    texts = ordinals + 2 * count
    places = [address + texts]
    for name in names[:-1]:
        places.append(places[-1] + len(name))
    table = pack(
        "<10I", 0, 0, 0, places[0], 1, count, count, *(address + one for one in (functions, pointers, ordinals))
    )
    table += pack(f"<{count}I", *(0x1000 + number for number in range(count))) + pack(f"<{count}I", *places)
    table += pack(f"<{count}H", *range(count)) + b"".join(names)
    last.SizeOfRawData = last.Misc_VirtualSize = start + len(table) - last.PointerToRawData
    file.OPTIONAL_HEADER.DATA_DIRECTORY[0].VirtualAddress = address
    file.OPTIONAL_HEADER.DATA_DIRECTORY[0].Size = len(table)
    data = bytes(file.write()) + table
    read = read_image(data, "toy.dll")
    assert read
    assert len(read_symbols(data, read).exported) == count
