"""ELF files (System V ABI, chapter 5), read with pyelftools, which auditwheel brings."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection, GNUVerSymSection

from abiding.native.images import Format, Image, Symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read", "symbols"]


def __dir__() -> list[str]:
    return __all__


class _Metered(io.BytesIO):
    """A file that can be read only so often.

    In a damaged file tables lie over each other or lead back to their beginning, and pyelftools follows them. A real
    one is read once for each twelve of its bytes, and less the larger it is.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.left = len(data) // 4 + 100_000

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise ValueError("its tables have no end")
        return super().read(size)


def read(data: bytes, place: str) -> Image | None:
    """Read the dynamic segment; None if there is none (object files, static programs)."""
    tags = list(_dynamic(ELFFile(_Metered(data))))
    if not tags:
        return None
    found: dict[str, list[str]] = {}
    for tag in tags:
        for kind, attribute in _TEXTS.items():
            if tag.entry.d_tag == kind:
                found.setdefault(kind, []).append(getattr(tag, attribute))
    # DT_RPATH does not count where there is a DT_RUNPATH.
    run_paths = found.get("DT_RUNPATH") or found.get("DT_RPATH", [])
    return Image(
        place,
        Format.ELF,
        found.get("DT_SONAME", [place.rpartition("/")[2]])[0],
        tuple(found.get("DT_NEEDED", ())),
        tuple(path for text in run_paths for path in text.split(":") if path),
        inherited="DT_RPATH" in found and "DT_RUNPATH" not in found,
        inherits="DT_RUNPATH" not in found,
        named="DT_SONAME" in found,
    )


_TEXTS = {"DT_NEEDED": "needed", "DT_SONAME": "soname", "DT_RPATH": "rpath", "DT_RUNPATH": "runpath"}


def _dynamic(file: ELFFile) -> Iterator[Any]:
    for segment in file.iter_segments():
        if isinstance(segment, DynamicSegment):
            yield from segment.iter_tags()


def symbols(data: bytes) -> Symbols:
    """Read the dynamic symbol table; weak imports are left out, because they may stay unresolved.

    A name with a version says which library it is from (`GLIBC_2.17`); one without may come from any.
    """
    file = ELFFile(_Metered(data))
    libraries = _libraries_of_versions(file)
    versions = next((one for one in file.iter_sections() if isinstance(one, GNUVerSymSection)), None)
    exported: set[str] = set()
    imported: dict[str, set[str]] = {}
    table: Any = file.get_section_by_name(".dynsym")
    for number, symbol in enumerate(table.iter_symbols() if table else ()):
        entry = symbol.entry
        if not symbol.name or entry.st_info.bind == "STB_LOCAL":
            continue
        if entry.st_shndx != "SHN_UNDEF":
            exported.add(symbol.name)
        elif entry.st_info.bind != "STB_WEAK":
            version = versions.get_symbol(number).entry.ndx if versions else ""
            imported.setdefault(libraries.get(version, ""), set()).add(symbol.name)
    return Symbols(frozenset(exported), {library: frozenset(names) for library, names in imported.items()})


def _libraries_of_versions(file: ELFFile) -> dict[object, str]:
    """The library that each version index of a needed symbol belongs to."""
    found: dict[object, str] = {}
    for section in file.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for need, versions in section.iter_versions():
                found.update((version.entry.vna_other, need.name or "") for version in versions)
    return found
