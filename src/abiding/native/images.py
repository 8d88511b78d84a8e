"""Images (ELF, Mach-O or PE files): what they need, their names, and where they look."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Format", "Image", "Opened", "Symbols"]


class Format(StrEnum):
    """The format of an image, which decides how its libraries are found."""

    ELF = "elf"
    MACH_O = "mach-o"
    PE = "pe"

    @classmethod
    def of_data(cls, data: bytes | bytearray) -> Format | None:
        """Return the format of a file that begins like this; None if it is no image."""
        return next((format_ for format_, magic in _MAGIC.items() if data.startswith(magic)), None)

    @classmethod
    def of_name(cls, name: str) -> Format:
        """Return the probable format of a file, by its name alone."""
        suffix = name.lower().rpartition(".")[2]
        return {"dylib": cls.MACH_O, "dll": cls.PE, "pyd": cls.PE}.get(suffix, cls.ELF)

    def fold(self, name: str) -> str:
        """Return a name as the loader compares it: Windows ignores case."""
        return name.lower() if self is Format.PE else name


_MAGIC = {
    Format.ELF: (b"\x7fELF",),
    Format.MACH_O: (
        b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce",
        b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
    ),
    Format.PE: (b"MZ",),
}  # fmt: skip


class Opened(NamedTuple):
    """A library that a file announces to open by name: any of `names`, and the `priority`."""

    names: tuple[str, ...]
    priority: str


@dataclass(frozen=True, slots=True)
class Image:
    """One file of compiled code.

    `place` is its path below site-packages, with `/`. `name` is the name by which others need it: SONAME, the last part
    of the install name, or the DLL name, else the file name. `needs` are the libraries as it names them, in order.
    `run_paths` are as written; with `inherited` they also count for the libraries that it loads (ELF DT_RPATH without
    DT_RUNPATH, and Mach-O). With `inherits` those of files that load it count for it (all but ELF with DT_RUNPATH).
    `named` is whether it contains its own name: without a SONAME, a library that was loaded by path is not known by its
    file name. `opens` are the libraries that it announces to open at run time.
    """

    place: str
    format: Format
    name: str
    needs: tuple[str, ...] = ()
    run_paths: tuple[str, ...] = ()
    inherited: bool = False
    inherits: bool = True
    named: bool = True
    opens: tuple[Opened, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of the file, below site-packages; empty for site-packages itself."""
        return self.place.rpartition("/")[0]

    @property
    def file_name(self) -> str:
        """The last part of `place`."""
        return self.place.rpartition("/")[2]

    @property
    def folded_name(self) -> str:
        """The file name as the loader compares it."""
        return self.format.fold(self.file_name)

    def is_called(self, library: str) -> bool:
        """Return whether it is meant by another file that needs a library of this name."""
        return self.format.fold(library) in map(self.format.fold, (self.name, self.file_name))


@dataclass(frozen=True, slots=True)
class Symbols:
    """The names that an image exports, and those it imports, by library; under the empty name if from any (ELF).

    Imports that may stay unresolved are in `weak`, all others in `imported`. Names with a version are repeated as
    `NAME@VERSION`: exports in `versioned`, and imports, by library, in `versions`. Exports of C++ that each user
    defines itself (templates, inline functions; GCC's "vague linkage") are also in `vague`. `data` has the exports that
    are no functions (ELF), with their size and kind, or an empty text for those without a kind.
    """

    exported: frozenset[str]
    imported: Mapping[str, frozenset[str]]
    versioned: frozenset[str] = frozenset()
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    weak: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vague: frozenset[str] = frozenset()
    data: Mapping[str, str] = field(default_factory=dict)

    def used_of(self, library: str, exported: frozenset[str]) -> frozenset[str]:
        """Return the names that it uses of `library`, which exports `exported`."""
        return self.imported.get(library, frozenset()) | (self.imported.get("", frozenset()) & exported)
