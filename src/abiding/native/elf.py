"""Read ELF files (System V ABI, chapter 5) with pyelftools, which auditwheel requires."""

from __future__ import annotations

import io
import json
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection, GNUVerSymSection
from elftools.elf.segments import NoteSegment

from abiding.native.images import Format, Image, Opened, Symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from elftools.elf.sections import Section

__all__ = ["read", "symbols"]


# A name may be the end of another one, but the total is limited.
_MOST_SHARED = 4
# Thousands of symbols share a version.
_LONGEST_VERSION = 256


class _Metered(io.BytesIO):
    """A file with a limit on the number of reads.

    In a damaged file, tables may overlap or form cycles, which pyelftools follows. Real files need up to a thousand
    reads, or with many symbols one for each 400 bytes, each of few bytes.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.left = 1_500 + len(data) // 100
        self.bytes_left = _MOST_SHARED * len(data) + 64 * self.left

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.left -= 1
        self.bytes_left -= len(data)
        if min(self.left, self.bytes_left) < 0:
            raise ValueError("its tables have no end")
        return data


def read(data: bytes, place: str) -> Image | None:
    """Read the dynamic segment; None if there is none (object files, static programs)."""
    segments = list(ELFFile(_Metered(data)).iter_segments())
    tags = [tag for segment in segments if isinstance(segment, DynamicSegment) for tag in segment.iter_tags()]
    if not tags:
        return None
    values: dict[str, list[str]] = {}
    for tag in tags:
        for kind, attribute in _TEXTS.items():
            if tag.entry.d_tag == kind:
                values.setdefault(kind, []).append(getattr(tag, attribute))
    if any(not name for kind in _NAMES for name in values.get(kind, ())):
        raise ValueError("it ends before its names do")
    # DT_RPATH does not count where there is a DT_RUNPATH.
    run_paths = values.get("DT_RUNPATH") or values.get("DT_RPATH", [])
    return Image(
        place,
        Format.ELF,
        values.get("DT_SONAME", [place.rpartition("/")[2]])[0],
        tuple(values.get("DT_NEEDED", ())),
        tuple(path for text in run_paths for path in text.split(":") if path),
        inherited="DT_RPATH" in values and "DT_RUNPATH" not in values,
        inherits="DT_RUNPATH" not in values,
        named="DT_SONAME" in values,
        opens=tuple(
            opened for segment in segments if isinstance(segment, NoteSegment) for opened in _opened(segment.data())
        ),
    )


# None of these is empty; pyelftools returns an empty text for an unterminated one.
_NAMES = ("DT_NEEDED", "DT_SONAME")
_TEXTS = {"DT_NEEDED": "needed", "DT_SONAME": "soname", "DT_RPATH": "rpath", "DT_RUNPATH": "runpath"}


# The note of the UAPI group's specification, "ELF Dlopen Metadata".
_OWNER, _DLOPEN = b"FDO\0", 0x407C0C0A
_ORDERS = ("<3I", ">3I")


def _opened(notes: bytes) -> Iterator[Opened]:
    """Yield the libraries that notes list as opened at run time; notes of another form are ignored."""
    if _OWNER not in notes:
        return
    # The type shows the byte order.
    order = next((candidate for candidate in _ORDERS if struct.pack(candidate, 0, 0, _DLOPEN)[8:] in notes), _ORDERS[0])
    place = 0
    while place + _HEADER <= len(notes):
        length, size, kind = struct.unpack_from(order, notes, place)
        start = place + _HEADER + -(-length // 4) * 4
        if kind == _DLOPEN and notes[place + _HEADER :][:length] == _OWNER:
            yield from _of_json(notes[start : start + size])
        place = start + -(-size // 4) * 4


_HEADER = 12


def _of_json(text: bytes) -> Iterator[Opened]:
    with suppress(ValueError, RecursionError):
        parsed = json.loads(text.rstrip(b"\0"))
        for note in parsed if isinstance(parsed, list) else ():
            names = note.get("soname") if isinstance(note, dict) else None
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                yield Opened(tuple(names), str(note.get("priority", "recommended")))


def symbols(data: bytes) -> Symbols:
    """Read the dynamic symbol table; weak imports are kept separate, because they may stay unresolved.

    The version of a name gives its library (`GLIBC_2.17`); a name without version may come from any. The table is not
    read with pyelftools, which creates an object for each of thousands of symbols.
    """
    file = ELFFile(_Metered(data))
    sections = list(file.iter_sections())
    needed, defined = _needed_versions(sections), _defined_versions(sections)
    if any(len(version) > _LONGEST_VERSION for version in (*defined.values(), *(pair[1] for pair in needed.values()))):
        raise ValueError(f"it has a version of symbols whose name is longer than {_LONGEST_VERSION} characters")
    table = next((section for section in sections if section.name == ".dynsym"), None)
    exported: set[str] = set()
    vague: set[str] = set()
    unlike: dict[str, str] = {}
    versioned: set[str] = set()
    versions: dict[str, set[str]] = {}
    strong: dict[str, set[str]] = {}
    weak: dict[str, set[str]] = {}
    for name, info, is_defined, number, size in _entries(data, file, table, sections) if table else ():
        binding, kind = info >> 4, info & 0xF
        if not name or binding == _LOCAL:
            continue
        if is_defined:
            exported.add(name)
            if kind not in _FUNCTIONS:
                unlike[name] = f"{size} bytes of {_DATA[kind]}" if kind in _DATA else ""
            if binding in _VAGUE and name.startswith("_Z"):
                vague.add(name)
            version = defined.get(number & _NUMBER, "")
            if version:
                versioned.add(f"{name}@{version}")
            continue
        library, version = needed.get(number, ("", ""))
        imports = weak if binding == _WEAK else strong
        imports.setdefault(library, set()).add(name)
        if version:
            versions.setdefault(library, set()).add(f"{name}@{version}")
    names = (frozenset(exported), _frozen(strong), frozenset(versioned), _frozen(versions), _frozen(weak))
    return Symbols(*names, frozenset(vague), unlike)


_WIDE = 64
_LOCAL, _WEAK, _UNIQUE = 0, 2, 10
_VAGUE = (_WEAK, _UNIQUE)
# A function, and one that is chosen when the file is loaded; then data.
_FUNCTIONS = (2, 10)
_DATA = {1: "data", 5: "data", 6: "thread-local data"}
# The fields of a symbol: offset of its name, binding and type, section, size; others are skipped.
_ENTRIES = {32: "I4xIBxH", 64: "IBxH8xQ"}


def _entries(
    data: bytes, file: ELFFile, table: Section, sections: Iterable[Section]
) -> Iterator[tuple[str, int, bool, int, int]]:
    """Yield the symbols of a table: name, binding and type, whether it is defined here, version index, size.

    The version index is 0 or 1 for a symbol without version. Raises `ValueError` for an invalid table.
    """
    order = "<" if file.little_endian else ">"
    entry = struct.Struct(order + _ENTRIES[file.elfclass])
    names = _bytes_of(data, file.get_section(table["sh_link"]))
    numbers = next((_bytes_of(data, section) for section in sections if isinstance(section, GNUVerSymSection)), b"")
    text = _bytes_of(data, table)
    count = len(text) // entry.size
    versions = struct.unpack_from(f"{order}{min(count, len(numbers) // 2)}H", numbers)
    left = _MOST_SHARED * len(names)
    for place, (start, *others) in enumerate(entry.iter_unpack(text[: count * entry.size])):
        info, section, size = others if file.elfclass == _WIDE else (*others[1:], others[0])
        stop = names.find(b"\0", start)
        name = names[start : stop if stop >= 0 else len(names)]
        left -= len(name)
        if left < 0:
            raise ValueError("its symbols have more names than there is room for")
        version = versions[place] if place < len(versions) else 0
        yield name.decode("utf-8", "replace"), info, section != 0, version, size


def _bytes_of(data: bytes, section: Section) -> bytes:
    start = section["sh_offset"]
    return data[start : start + section["sh_size"]]


# The top bit of a version index marks a hidden version, which linkers don't use for names without version.
_NUMBER = 0x7FFF


def _frozen(names: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {library: frozenset(symbols) for library, symbols in names.items()}


def _needed_versions(sections: Iterable[Section]) -> dict[object, tuple[str, str]]:
    """Return the library and the name of each version index of a needed symbol."""
    needed: dict[object, tuple[str, str]] = {}
    for section in sections:
        if isinstance(section, GNUVerNeedSection):
            for need, versions in section.iter_versions():
                needed.update((version.entry.vna_other, (need.name or "", version.name or "")) for version in versions)
    return needed


def _defined_versions(sections: Iterable[Section]) -> dict[object, str]:
    """Return the name of each version index of a defined symbol, but for the one that names the file itself."""
    defined: dict[object, str] = {}
    for section in sections:
        if isinstance(section, GNUVerDefSection):
            for version, names in section.iter_versions():
                name = next(iter(names), None)
                if name and not version.entry.vd_flags & 1:
                    defined[version.entry.vd_ndx] = name.name
    return defined
