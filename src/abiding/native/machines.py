"""Which platforms load a compiled file: by the format and the machines that its header and their tags name.

All that asks for a format or a machine goes by these tables. No library is needed for it: the first bytes of a file say
what it is for.
"""

from __future__ import annotations

import struct

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata.platform_tag import PlatformTag
from abiding.native.images import Format

__all__ = ["HEADER", "MACH_O_CPUS", "NAMING_PLATFORM", "BuiltFor", "called", "format_of", "machines"]


# What to do where a tag names no platform, and what is in the wheel needs one. A build says it of its backend.
NAMING_PLATFORM = (
    "let the backend know that the wheel has compiled code, as the page on this rule says for each backend, or give "
    "the built wheel another tag with `wheel tags`"
)

# Of the platforms, by what their tags begin with; what is for Emscripten is of another one.
_FORMATS = {
    "linux": Format.ELF,
    "musllinux": Format.ELF,
    "android": Format.ELF,
    "macosx": Format.MACH_O,
    "ios": Format.MACH_O,
    "win": Format.PE,
}
_CALLED = {Format.ELF: "ELF", Format.MACH_O: "Mach-O", Format.PE: "PE"}
# What one file of a Mac may be for.
_SEVERAL = {"universal2": ("arm64", "x86_64"), "intel": ("i386", "x86_64")}


def format_of(platform: str) -> Format | None:
    """Return the format of the files that a platform loads; None for `any`, and for one without any of these."""
    return _FORMATS.get(PlatformTag.read(platform).family)


def machines(platform: str) -> tuple[str, ...]:
    """Return the machines of a platform tag, by their names in tags; an empty name if it has none."""
    read = PlatformTag.read(platform)
    return _SEVERAL.get(read.machine, (read.machine,)) if read.family == "macosx" else (read.machine,)


# What headers call the machines, by names in tags. Of ELF it takes the number of bits and the order of bytes too.
_ELF_MACHINES = {
    (3, 1, 1): "i686",
    (62, 2, 1): "x86_64",
    (40, 1, 1): "armv7l",
    (183, 2, 1): "aarch64",
    (21, 2, 1): "ppc64le",
    (21, 2, 2): "ppc64",
    (22, 2, 2): "s390x",
    (243, 2, 1): "riscv64",
    (258, 2, 1): "loongarch64",
}
MACH_O_CPUS = {7: "i386", 0x01000007: "x86_64", 0x0100000C: "arm64"}
_PE_MACHINES = {0x014C: "x86", 0x8664: "amd64", 0xAA64: "arm64"}

# One machine by its many names: in tags, in headers, and in the names of extension modules.
_NAMES = (
    ("x86_64", "amd64"),
    ("i686", "i386", "i486", "i586", "x86", "32"),
    ("aarch64", "arm64", "arm64_v8a"),
    ("armv7l", "armv6l", "armv8l", "armeabi_v7a", "arm"),
    ("ppc64le", "powerpc64le"),
    ("ppc64", "powerpc64"),
    ("s390x",),
    ("riscv64",),
    ("loongarch64",),
)
_KNOWN = {name: names[0] for names in _NAMES for name in names}
_ON_IOS = pattern(r"_iphone(?:os|simulator)\Z")


def called(machine: str) -> str:
    """Return the one name of a machine that has many; empty for one that is not known."""
    return _KNOWN.get(_ON_IOS.sub("", machine), "")


# So much of a file is read for it.
HEADER = 4096
# What begins a Mach-O file for several machines: how long what is said of each is.
_FAT = {b"\xca\xfe\xba\xbe": 20, b"\xca\xfe\xba\xbf": 32}
_MOST_MACHINES = 32
_ORDERS = {1: "<", 2: ">"}


class BuiltFor(NamedTuple):
    """The format of a compiled file, and the machines that it is for; none if that is not known."""

    format: Format
    machines: tuple[str, ...] = ()

    @classmethod
    def of_header(cls, data: bytes) -> BuiltFor | None:
        """Read how a file begins; None if it is no image. What is cut off is for a machine that is not known."""
        format_ = Format.of_data(data)
        if format_ is None:
            return None
        try:
            names = dict.fromkeys(_READERS[format_](data))
        except struct.error:
            return cls(format_)
        return cls(format_, tuple(names) if all(names) else ())

    def runs_on(self, platform: str, machine: str = "") -> bool:
        """Return whether a platform loads it: on any of its machines, or on the one that is given.

        Of `any`, and of a platform or machine that is not known, nobody can say that it doesn't.
        """
        if not PlatformTag.read(platform).family:
            return True
        if format_of(platform) is not self.format:
            return False
        there = set(map(called, (machine,) if machine else machines(platform)))
        return not self.machines or "" in there or not there.isdisjoint(map(called, self.machines))

    def __str__(self) -> str:
        return f"{_CALLED[self.format]} for {' and '.join(self.machines)}" if self.machines else _CALLED[self.format]


def _of_elf(data: bytes) -> list[str]:
    bits, order = struct.unpack_from("2B", data, 4)
    (machine,) = struct.unpack_from(f"{_ORDERS.get(order, '<')}H", data, 18)
    return [_ELF_MACHINES.get((machine, bits, order), "")]


def _of_mach_o(data: bytes) -> list[str]:
    size = _FAT.get(data[:4])
    if size is None:
        order = "<" if data[:1] in (b"\xcf", b"\xce") else ">"
        return [MACH_O_CPUS.get(cpu, "") for cpu in struct.unpack_from(f"{order}I", data, 4)]
    (count,) = struct.unpack_from(">I", data, 4)
    cpus = (struct.unpack_from(">I", data, 8 + i * size)[0] for i in range(min(count, _MOST_MACHINES)))
    return [MACH_O_CPUS.get(cpu, "") for cpu in cpus]


def _of_pe(data: bytes) -> list[str]:
    (start,) = struct.unpack_from("<I", data, 0x3C)
    signature, machine = struct.unpack_from("<4sH", data, start)
    return [_PE_MACHINES.get(machine, "") if signature == b"PE\0\0" else ""]


_READERS = {Format.ELF: _of_elf, Format.MACH_O: _of_mach_o, Format.PE: _of_pe}
