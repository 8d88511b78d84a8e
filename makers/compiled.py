"""Small compiled files and wheels that hold them: what the tests of native code judge."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abiding.findings.finding import Finding

MANYLINUX = "cp311-cp311-manylinux_2_28_x86_64"
# What makes a library an extension module; without Python.h, which not every machine has.
MODULE = """
typedef struct { long ob_refcnt; void *ob_type, *m_init; long m_index; void *m_copy; } Base;
typedef struct { Base base; char *name, *doc; long size; void *methods, *slots, *a, *b, *c; } Definition;
extern void *PyModule_Create2(Definition *, int);
static Definition definition = {{1}, "NAME", 0, -1};
void *PyInit_NAME(void) { return PyModule_Create2(&definition, 1013); }
"""


def library(
    path: Path,
    *functions: str,
    calls: Sequence[str] = (),
    links: Sequence[Path] = (),
    soname: str = "",
    run_path: str = "",
    inherited: bool = False,
    texts: Sequence[bytes] = (),
    code: str = "",
) -> Path:
    """Compile a shared library that defines some functions, calls others, has texts, and is linked with libraries.

    `code` is more of its source.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    source = f"{code}\n" + "".join(f"int {name}(void) {{ return 7; }}\n" for name in functions)
    source += "".join(f'const char text_{place}[] = "{text.decode()}";\n' for place, text in enumerate(texts))
    declared = "".join(f"int {name}(void);\n" for name in calls)
    uses = " + ".join(f"{name}()" for name in calls) or "0"
    if path.name.startswith("_"):
        source += MODULE.replace("NAME", path.name.partition(".")[0])
    own_name = re.sub(r"[^a-z]", "_", path.name)
    program = f"{source}{declared}int use_of_{own_name}(void) {{ return {uses}; }}\n"
    # Every real library needs that of C, which the linker leaves out where nothing of it is called.
    options = ["-Wl,--no-as-needed", *([f"-Wl,-soname,{soname}"] if soname else [])]
    options += [f"-Wl,-rpath,{run_path}", f"-Wl,--{'disable' if inherited else 'enable'}-new-dtags"] if run_path else []
    # By their places, so that a library's SONAME and not its path is what is noted.
    command = ["gcc", "-shared", "-fPIC", "-O0", "-x", "c", "-", "-x", "none", "-o", path, *map(str, links), *options]
    subprocess.run(list(map(str, command)), input=program, text=True, check=True)
    return path


def wheel(
    folder: Path,
    name: str,
    files: Mapping[str, Path | bytes],
    *,
    requires: Sequence[str] = (),
    tag: str = MANYLINUX,
    version: str = "1.0",
    compression: int = ZIP_STORED,
) -> Path:
    """Write a wheel with these files, each at its place below site-packages."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    python, abi, platforms = tag.split("-")
    tags = "".join(f"Tag: {python}-{abi}-{platform}\n" for platform in platforms.split("."))
    lines = "".join(f"Requires-Dist: {line}\n" for line in requires)
    members = {
        **{place: file if isinstance(file, bytes) else file.read_bytes() for place, file in files.items()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{lines}".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n{tags}".encode(),
    }
    rows = [f"{place},sha256={digest(data)},{len(data)}" for place, data in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{name}-{version}-{tag}.whl"
    with ZipFile(path, "w", compression) as archive:
        for place, data in members.items():
            archive.writestr(place, data)
    return path


def mach_o(
    name: str = "",
    *,
    needs: Sequence[str] = (),
    run_paths: Sequence[str] = (),
    exported: Sequence[str] = (),
    imported: Sequence[tuple[str, int]] = (),
    machine: str = "arm64",
) -> bytes:
    """The load commands and symbols of a library; those it imports with the number of the library (from 1)."""
    commands = [_load_command(0xC, need, 16) for need in needs]
    commands += [_load_command(0x8000001C, path, 4) for path in run_paths]
    commands += [_load_command(0xD, name, 16)] if name else []
    names = b"\0"
    symbols = b""
    for symbol, library in [*((one, 0) for one in exported), *imported]:
        symbols += struct.pack("<IBBhQ", len(names), 0x1, 0, library << 8, 0)
        names += f"_{symbol}\0".encode()
    start = 32 + sum(map(len, commands)) + 24 + 80
    commands.append(struct.pack("<6I", 0x2, 24, start, len(exported) + len(imported), start + len(symbols), len(names)))
    commands.append(struct.pack("<20I", 0xB, 80, 0, 0, 0, len(exported), len(exported), len(imported), *[0] * 12))
    size = sum(map(len, commands))
    header = struct.pack("<8I", 0xFEEDFACF, _CPUS[machine], 0, 6, len(commands), size, 0, 0)
    return b"".join((header, *commands, symbols, names))


_CPUS = {"arm64": 0x0100000C, "x86_64": 0x01000007}


def _load_command(number: int, text: str, between: int) -> bytes:
    start = 8 + between
    data = text.encode() + b"\0"
    data += bytes(-(start + len(data)) % 8)
    return struct.pack("<3I", number, start + len(data), start) + bytes(start - 12) + data


def universal(*images: bytes) -> bytes:
    """A file for several architectures."""
    entries, data = b"", b""
    start = 8 + 20 * len(images)
    for image in images:
        (cpu,) = struct.unpack_from("<I", image, 4)
        entries += struct.pack(">5I", cpu, 0, start + len(data), len(image), 0)
        data += image
    return struct.pack(">2I", 0xCAFEBABE, len(images)) + entries + data


def digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def examine(path: Path, wheels: Iterable[Path] = ()) -> tuple[Finding, ...]:
    """Judge the compiled files of a wheel; `wheels` are other ones at hand, in which what it requires is looked up."""
    from abiding.native import wheel_check
    from abiding.native.wheels_at_hand import AtHand

    return wheel_check.judge_wheel(path, AtHand(wheels))


def installed(wheel: Path, folder: Path) -> Path:
    """Unpack a wheel, which is what an installer does with these."""
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


class Pair:
    """A provider of `libspam.so.3`, and a wheel with one extension module that calls a function of it."""

    def __init__(self, folder: Path, *, soname: str = "libspam.so.3", functions: Sequence[str] = ("spam",)) -> None:
        self.folder = folder
        self.place = f"prov/lib/{soname}"
        self.library = library(folder / soname, *functions, soname=soname)

    def provider(
        self,
        name: str = "prov",
        *,
        requires: Sequence[str] = (),
        tag: str = MANYLINUX,
        version: str = "1.0",
        code: str = "",
    ) -> Path:
        files: dict[str, Path | bytes] = {
            f"{name}/__init__.py": code.encode(),
            f"{name}/lib/{self.library.name}": self.library,
        }
        return wheel(self.folder / version, name, files, requires=requires, tag=tag, version=version)

    def module(
        self, run_path: str = "$ORIGIN/../prov/lib", *, calls: Sequence[str] = ("spam",), inherited: bool = False
    ) -> Path:
        path = self.folder / "_ham.so"
        return library(path, calls=calls, links=[self.library], run_path=run_path, inherited=inherited)

    def consumer(
        self,
        run_path: str = "$ORIGIN/../prov/lib",
        *,
        calls: Sequence[str] = ("spam",),
        requires: Sequence[str] = ("prov==1.0",),
        tag: str = MANYLINUX,
        more: Mapping[str, Path | bytes] | None = None,
    ) -> Path:
        files: dict[str, Path | bytes] = {"ham/_ham.so": self.module(run_path, calls=calls), "ham/__init__.py": b""}
        files |= more or {}
        return wheel(self.folder, "ham", files, requires=requires, tag=tag)
