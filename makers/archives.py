"""Real sdists and wheels with the metadata that a test wants."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def metadata(*lines: str, name: str = "spam", version: str = "1.0", level: str = "2.4", body: str = "") -> bytes:
    head = [f"Metadata-Version: {level}", f"Name: {name}", f"Version: {version}", *lines]
    return ("\n".join(head) + "\n" + (f"\n{body}" if body else "")).encode("utf-8", "surrogateescape")


def write_wheel(
    folder: Path, filename: str, data: bytes, tags: Iterable[str] = (), more: Mapping[str, bytes] | None = None
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    dist_info = "-".join(filename.split("-")[:2]) + ".dist-info"
    said = "".join(f"Tag: {tag}\n" for tag in tags)
    wheel_file = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n{said}".encode()
    rows = ""
    with ZipFile(folder / filename, "w", ZIP_DEFLATED) as archive:
        members = {"spam.py": b"", f"{dist_info}/METADATA": data, f"{dist_info}/WHEEL": wheel_file, **(more or {})}
        for name, contents in members.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).decode().rstrip("=")
            rows += f"{name},sha256={digest},{len(contents)}\n"
            archive.writestr(name, contents)
        archive.writestr(f"{dist_info}/RECORD", f"{rows}{dist_info}/RECORD,,\n")
    return folder / filename


def write_sdist(folder: Path, filename: str, data: bytes, pyproject: str | bytes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    top = filename.removesuffix(".tar.gz").removesuffix(".zip")
    members = {f"{top}/PKG-INFO": data, f"{top}/spam.py": b""}
    if pyproject is not None:
        members[f"{top}/pyproject.toml"] = pyproject if isinstance(pyproject, bytes) else pyproject.encode()
    if filename.endswith(".zip"):
        with ZipFile(folder / filename, "w") as archive:
            for member, contents in members.items():
                archive.writestr(member, contents)
        return folder / filename
    with tarfile.open(folder / filename, "w:gz") as tar:
        for member, contents in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(contents)
            tar.addfile(info, io.BytesIO(contents))
    return folder / filename


def wheel_name(tag: str = "py3-none-any", *, name: str = "spam", version: str = "1.0", build: str = "") -> str:
    return "-".join(part for part in (name, version, build, tag) if part) + ".whl"
