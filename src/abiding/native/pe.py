"""Read PE files with pefile, which delvewheel requires."""

from __future__ import annotations

import pefile

from abiding.native.images import Format, Image, Symbols

__all__ = ["read", "symbols"]


_IMPORTS = ("IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT")
_ALL = tuple(pefile.DIRECTORY_ENTRY[name] for name in (*_IMPORTS, "IMAGE_DIRECTORY_ENTRY_EXPORT"))

# pefile leaves out what is behind the first 8,192, and Qt6Widgets.dll has more; no number of a DLL has more bits.
_MOST_EXPORTS = 0x10000


def read(data: bytes, place: str) -> Image:
    """Read the import tables, with delayed imports. Names of DLLs are in lower case, because Windows ignores case."""
    file = _open(data, fast_load=True)
    file.parse_data_directories(directories=_ALL[:2], import_dllnames_only=True)
    needs = dict.fromkeys(entry.dll.decode().lower() for entry in _imports(file))
    return Image(place, Format.PE, place.rpartition("/")[2].lower(), tuple(needs))


def symbols(data: bytes) -> Symbols:
    """Read the names in the import and export tables, without imports by number."""
    file = _open(data, fast_load=True, max_symbol_exports=_MOST_EXPORTS)
    file.parse_data_directories(directories=_ALL)
    imported: dict[str, set[str]] = {}
    for entry in _imports(file):
        names = {symbol.name.decode() for symbol in entry.imports if symbol.name}
        imported.setdefault(entry.dll.decode().lower(), set()).update(names)
    exports = getattr(file, "DIRECTORY_ENTRY_EXPORT", None)
    exported = {symbol.name.decode() for symbol in exports.symbols if symbol.name} if exports else set()
    return Symbols(frozenset(exported), {library: frozenset(names) for library, names in imported.items()})


def _open(data: bytes, **options: object) -> pefile.PE:
    """Open a file. Raises `ValueError` if it is truncated, which pefile would ignore."""
    file = pefile.PE(data=data, **options)
    whole = len(file.sections) == file.FILE_HEADER.NumberOfSections
    if not whole or any(_end(section) > len(data) for section in file.sections):
        raise ValueError("it ends before its last section does")
    return file


def _end(section: pefile.SectionStructure) -> int:
    """Return the largest possible end of a section in the file, whose last page may be incomplete."""
    size = min(section.SizeOfRawData, section.Misc_VirtualSize)
    return int(section.PointerToRawData + size if size else 0)


def _imports(file: pefile.PE) -> list[pefile.ImportDescData]:
    return [
        entry
        for name in _IMPORTS
        for entry in getattr(file, name.replace("IMAGE_DIRECTORY_ENTRY", "DIRECTORY_ENTRY"), ())
    ]
