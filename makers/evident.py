"""Files that say what compiled code says, without being code: what reads evidence searches bytes."""

from __future__ import annotations

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
