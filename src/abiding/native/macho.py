"""Read Mach-O files, as defined in Apple's `mach-o/loader.h` and `mach-o/fat.h`.

macholib, which delocate requires, names the commands. It does not read the files itself: it keeps the contents of every
section, and a file of a megabyte can list the same section a thousand times.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from macholib import mach_o

from abiding.findings.named_tuple import NamedTuple
from abiding.native.images import Format, Image, Symbols
from abiding.native.machines import MACH_O_CPUS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read", "symbols"]


# A library that is only weakly needed may be absent.
_NEEDS = {mach_o.LC_LOAD_DYLIB, mach_o.LC_REEXPORT_DYLIB, mach_o.LC_LAZY_LOAD_DYLIB, mach_o.LC_LOAD_UPWARD_DYLIB}
_ORDINALS = {*_NEEDS, mach_o.LC_LOAD_WEAK_DYLIB}
# Real files have a handful of architectures, and some hundred commands at most.
_MOST_ARCHITECTURES, _MOST_COMMANDS = 32, 10_000
_LONGEST_NAME = 4096  # paths on macOS have at most 1,024 characters
# A name may be the end of another one, but not for ever.
_MOST_SHARED = 4

# Of a file for several architectures: whether offsets have 64 bits.
_FAT = {b"\xca\xfe\xba\xbe": struct.Struct(">8xII4x"), b"\xca\xfe\xba\xbf": struct.Struct(">8xQQ8x")}


class _Layout(NamedTuple):
    """The byte order, the size of the header, and the layout of a symbol (`struct nlist`)."""

    order: str
    header: int
    symbol: struct.Struct


_LAYOUTS = {
    b"\xcf\xfa\xed\xfe": _Layout("<", 32, struct.Struct("<IBBhQ")),
    b"\xfe\xed\xfa\xcf": _Layout(">", 32, struct.Struct(">IBBhQ")),
    b"\xce\xfa\xed\xfe": _Layout("<", 28, struct.Struct("<IBBhI")),
    b"\xfe\xed\xfa\xce": _Layout(">", 28, struct.Struct(">IBBhI")),
}


class _Architecture(NamedTuple):
    """The part of a file for one architecture; `commands` are the load commands by number, as bytes.

    `machine` is its name in platform tags, empty if it has none.
    """

    machine: str
    data: memoryview
    layout: _Layout
    commands: tuple[tuple[int, memoryview], ...]

    def numbers(self, command: memoryview, count: int) -> tuple[int, ...]:
        """Return the numbers of 32 bits that a command begins with, behind its own number and size."""
        return struct.unpack_from(f"{self.layout.order}{count}I", command, 8)

    def text(self, command: memoryview) -> str:
        """Return the name or path in a command, which begins with its offset."""
        (start,) = self.numbers(command, 1)
        return bytes(command[start:][:_LONGEST_NAME]).partition(b"\0")[0].decode(errors="replace")


def read(data: bytes, place: str, machine: str = "") -> Image:
    """Read the load commands for a machine, else for all. Raises `ValueError`, `struct.error` for a damaged file."""
    needs: dict[str, None] = {}
    run_paths: dict[str, None] = {}
    name = place.rpartition("/")[2]
    for architecture in _for(machine, data):
        for number, command in architecture.commands:
            if number in _NEEDS:
                needs[architecture.text(command)] = None
            elif number == mach_o.LC_RPATH:
                run_paths[architecture.text(command)] = None
            elif number == mach_o.LC_ID_DYLIB:
                name = architecture.text(command).rpartition("/")[2]
    return Image(place, Format.MACH_O, name, tuple(needs), tuple(run_paths), inherited=True)


def symbols(data: bytes, machine: str = "") -> Symbols:
    """Read the symbol tables. Names are without C's leading underscore; weak imports are left out.

    In a file for several machines, those of the given one count; all together if none is given, or the file has none
    for it. Raises as `read` does.
    """
    exported: set[str] = set()
    vague: set[str] = set()
    imported: dict[str, set[str]] = {}
    room = _Room(_MOST_SHARED * len(data))
    for architecture in _for(machine, data):
        libraries = [architecture.text(command) for number, command in architecture.commands if number in _ORDINALS]
        table = _Table.of(architecture)
        for name, description in table.defined(room):
            exported.add(name)
            if description & mach_o.N_WEAK_DEF and name.startswith("_Z"):
                vague.add(name)
        for name, description in table.undefined(room):
            ordinal = description >> 8
            if not description & mach_o.N_WEAK_REF:
                library = libraries[ordinal - 1] if 0 < ordinal <= len(libraries) else ""
                imported.setdefault(library, set()).add(name)
    by_library = {library: frozenset(names) for library, names in imported.items()}
    return Symbols(frozenset(exported), by_library, vague=frozenset(vague))


def _for(machine: str, data: bytes) -> tuple[_Architecture, ...]:
    everything = tuple(_architectures(data))
    return tuple(image for image in everything if machine and image.machine == machine) or everything


def _architectures(data: bytes) -> Iterator[_Architecture]:
    view = memoryview(data)
    entry = _FAT.get(data[:4])
    if entry is None:
        yield _architecture(view)
        return
    (count,) = struct.unpack_from(">I", data, 4)
    if count > _MOST_ARCHITECTURES:
        raise ValueError(f"it announces {count:,} architectures")
    for i in range(count):
        offset, size = entry.unpack_from(data, 8 + i * entry.size)
        yield _architecture(view[offset : offset + size])


def _architecture(data: memoryview) -> _Architecture:
    layout = _LAYOUTS.get(bytes(data[:4]))
    if layout is None:
        raise ValueError("it has no Mach-O header where it says")
    (cpu,) = struct.unpack_from(f"{layout.order}I", data, 4)
    count, size = struct.unpack_from(f"{layout.order}2I", data, 16)
    if count > _MOST_COMMANDS:
        raise ValueError(f"it announces {count:,} load commands")
    commands, rest = [], data[layout.header :][:size]
    for _ in range(count):
        number, length = struct.unpack_from(f"{layout.order}2I", rest)
        if not 8 <= length <= len(rest):  # noqa: PLR2004 (number and size themselves)
            raise ValueError(f"it has a load command of {length:,} bytes, where there are {len(rest):,}")
        commands.append((number, rest[:length]))
        rest = rest[length:]
    return _Architecture(MACH_O_CPUS.get(cpu, ""), data, layout, tuple(commands))


class _Room:
    """A limit on the bytes of symbols and names in all architectures, which may share tables."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Take a number of bytes. Raises `ValueError` if not enough are left."""
        self.left -= count
        if self.left < 0:
            raise ValueError("its symbols have more names than there is room for")


class _Table(NamedTuple):
    """The symbols of one architecture (LC_SYMTAB), and their groups (LC_DYSYMTAB)."""

    symbols: memoryview
    strings: bytes
    groups: tuple[int, ...]
    record: struct.Struct

    @classmethod
    def of(cls, architecture: _Architecture) -> _Table:
        commands = dict(architecture.commands)
        tables = architecture.numbers(commands.get(mach_o.LC_SYMTAB, memoryview(bytes(24))), 4)
        groups = architecture.numbers(commands.get(mach_o.LC_DYSYMTAB, memoryview(bytes(32))), 6)
        start, count, strings, length = tables
        record = architecture.layout.symbol
        symbols = architecture.data[start : start + count * record.size]
        return cls(symbols, bytes(architecture.data[strings : strings + length]), groups, record)

    def defined(self, room: _Room) -> Iterator[tuple[str, int]]:
        """Return the exported names, each with its description."""
        return self._named(self.groups[2], self.groups[3], room)

    def undefined(self, room: _Room) -> Iterator[tuple[str, int]]:
        """Return the imported names, each with its description (`n_desc`), which gives the library."""
        return self._named(self.groups[4], self.groups[5], room)

    def _named(self, first: int, count: int, room: _Room) -> Iterator[tuple[str, int]]:
        size = self.record.size
        records = self.symbols[first * size : (first + count) * size]
        for start, _, _, description, _ in self.record.iter_unpack(records[: len(records) // size * size]):
            name = self.strings[start : self.strings.find(b"\0", start)] if start else b""
            room.take(size + len(name))
            yield name.decode(errors="replace").removeprefix("_"), description
