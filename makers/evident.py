"""Files that say what compiled code says, without being code: what reads evidence searches bytes."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from makers.archives import metadata, write_wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ELF, PE, MACH_O = b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"
CP311 = "spam-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"


def image(*texts: bytes, head: bytes = ELF, fill: int = 300) -> bytes:
    """An image with texts that end with zeros, with the name of the function through which interfaces are had."""
    return head + b"\1" * fill + b"\0".join((b"", b"PyCapsule_Import", *texts, b"")) + b"\2" * fill


def numpy_2(target: str) -> bytes:
    """What headers of numpy 2 compile in, for this least version."""
    check = (
        f"module was compiled against NumPy C-API version 0x%x (NumPy {target}) but the running NumPy has C-API version"
    )
    return b"\0".join(
        (b"numpy._core._multiarray_umath", b"numpy.core._multiarray_umath", b"_ARRAY_API", check.encode())
    )


NUMPY_1 = b"\0".join(
    (
        b"numpy.core._multiarray_umath",
        b"_ARRAY_API",
        b"module compiled against ABI version 0x%x but this version of numpy is 0x%x",
        b"module compiled against API version 0x%x but this version of numpy is 0x%x . Check the section",
    )
)


def wheel(folder: Path, *lines: str, files: Mapping[str, bytes], filename: str = CP311, more: str = "") -> Path:
    """A wheel that requires `lines`, with these files."""
    name, version = filename.split("-")[:2]
    said = metadata(*(f"Requires-Dist: {line}" for line in lines), *filter(None, [more]), name=name, version=version)
    return write_wheel(folder, filename, said, more=files)


# How a compiled file for a machine begins, as far as that is told there.
HEADERS = {
    **{
        f"elf-{name}": ELF + bytes((bits, 1)) + bytes(10) + struct.pack("<HH", 3, number)
        for name, bits, number in (
            ("x86_64", 2, 62),
            ("aarch64", 2, 183),
            ("i686", 1, 3),
            ("armv7l", 1, 40),
            ("ppc64le", 2, 21),
            ("mips", 1, 8),
        )
    },
    "elf-ppc64": ELF + b"\2\2" + bytes(10) + struct.pack(">HH", 3, 21),
    **{
        f"pe-{name}": PE + bytes(58) + struct.pack("<I", 64) + struct.pack("<4sH", b"PE", number)
        for name, number in (("x86", 0x014C), ("amd64", 0x8664), ("arm64", 0xAA64))
    },
    "mach-o-x86_64": MACH_O + struct.pack("<I", 0x01000007),
    "mach-o-arm64": MACH_O + struct.pack("<I", 0x0100000C),
    "mach-o-universal2": struct.pack(
        ">2I20s20s", 0xCAFEBABE, 2, struct.pack(">I", 0x01000007), struct.pack(">I", 0x0100000C)
    ),
}


def extension(place: str, kind: str, hook: str = "PyInit_") -> bytes:
    """What tells of an extension module: for which machine it is (`HEADERS`), and the function that initialises it."""
    name = place.rpartition("/")[2].partition(".")[0]
    return HEADERS[kind] + bytes(300) + f"{hook}{name}\0".encode() + bytes(300)
