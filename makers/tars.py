"""Tar archives, byte by byte."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

TOP = "spam-1.4.0"
OLD = b"Metadata-Version: 2.1\nName: spam\nVersion: 1.4.0\n\n# Spam\n"
FORMATS = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT, "ustar": tarfile.USTAR_FORMAT}


def member(name: str, data: bytes = b"", **about: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(f"{TOP}/{name}" if name else TOP)
    info.size, info.mtime, info.mode = len(data), 1_600_000_000, 0o640
    for attribute, value in about.items():
        setattr(info, attribute, value)
    return info, data


def pack(
    path: Path,
    contents: Iterable[tuple[tarfile.TarInfo, bytes]],
    *,
    form: str = "pax",
    level: int = 9,
    time: int = 1_500_000_000,
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(tar(contents, form=form), level=level, time=time))
    return path


def tar(contents: Iterable[tuple[tarfile.TarInfo, bytes]], *, form: str = "pax") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=FORMATS[form]) as archive:
        for info, data in contents:
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def zipped(data: bytes, *, level: int = 9, time: int = 0, name: str = "spam.tar") -> bytes:
    file = io.BytesIO()
    with gzip.GzipFile(name, "wb", level, file, time) as stream:
        stream.write(data)
    return file.getvalue()
