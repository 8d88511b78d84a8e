"""Mach-O files, read with macholib, which delocate brings."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from macholib import mach_o
from macholib.MachO import MachO
from macholib.SymbolTable import SymbolTable

from abiding.native.images import Format, Image, Symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read", "symbols"]


def __dir__() -> list[str]:
    return __all__


# A library that is only weakly needed may be absent.
_NEEDS = {mach_o.LC_LOAD_DYLIB, mach_o.LC_REEXPORT_DYLIB, mach_o.LC_LAZY_LOAD_DYLIB, mach_o.LC_LOAD_UPWARD_DYLIB}
_ORDINALS = {*_NEEDS, mach_o.LC_LOAD_WEAK_DYLIB}


def read(data: bytes, place: str) -> Image:
    """Read the load commands of all architectures in the file."""
    needs: dict[str, None] = {}
    run_paths: dict[str, None] = {}
    name = place.rpartition("/")[2]
    with _opened(data) as file:
        for header in file.headers:
            for command, _, text in header.commands:
                if command.cmd in _NEEDS:
                    needs[_text(text)] = None
                elif command.cmd == mach_o.LC_RPATH:
                    run_paths[_text(text)] = None
                elif command.cmd == mach_o.LC_ID_DYLIB:
                    name = _text(text).rpartition("/")[2]
    return Image(place, Format.MACH_O, name, tuple(needs), tuple(run_paths), inherited=True)


def symbols(data: bytes) -> Symbols:
    """Read the symbol table. Names are without the underscore that C puts in front; weak imports are left out."""
    exported: set[str] = set()
    imported: dict[str, set[str]] = {}
    with _opened(data) as file:
        for header in file.headers:
            libraries = [_text(text) for command, _, text in header.commands if command.cmd in _ORDINALS]
            table = SymbolTable(file, header)
            exported.update(_name(name) for _, name in table.extdefsyms)
            for symbol, name in table.undefsyms:
                ordinal = symbol.n_desc >> 8
                if not symbol.n_desc & mach_o.N_WEAK_REF:
                    library = libraries[ordinal - 1] if 0 < ordinal <= len(libraries) else ""
                    imported.setdefault(library, set()).add(_name(name))
    return Symbols(frozenset(exported), {library: frozenset(names) for library, names in imported.items()})


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    with TemporaryDirectory(prefix="abiding-") as folder:  # macholib reads files only
        path = Path(folder, "image")
        path.write_bytes(data)
        yield MachO(str(path), allow_unknown_load_commands=True)


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode(errors="replace")


def _name(name: bytes) -> str:
    return name.decode(errors="replace").removeprefix("_")
