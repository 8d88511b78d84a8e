"""Images: ELF, Mach-O and PE files, read for what they need, what they are called and where they look for it.

Nothing here looks at the machine that it runs on: what a file says is the same everywhere.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.errors import AbidingError
from abiding.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Format", "Image", "Symbols", "extra", "read_image", "read_symbols"]


def __dir__() -> list[str]:
    return __all__


class Format(StrEnum):
    """The format of an image, which decides how its libraries are found."""

    ELF = "elf"
    MACH_O = "mach-o"
    PE = "pe"


@dataclass(frozen=True, slots=True)
class Image:
    """One file of compiled code.

    `place` is its path below site-packages, with `/`. `name` is what other files call it: SONAME, the install name's
    last part, or the DLL name; the file name where there is none. `needs` are the libraries as it names them, in their
    order. `run_paths` are the folders it looks into, as written; with `inherited` they count for what it loads, too
    (ELF DT_RPATH without DT_RUNPATH, and Mach-O). With `inherits` those of the files that load it count for it as well
    (all but ELF with DT_RUNPATH). `named` is whether the file says its name itself: a library without SONAME that was
    loaded by its path is not known by its file name.
    """

    place: str
    format: Format
    name: str
    needs: tuple[str, ...] = ()
    run_paths: tuple[str, ...] = ()
    inherited: bool = False
    inherits: bool = True
    named: bool = True

    @property
    def folder(self) -> str:
        """The folder of the file, below site-packages; empty for site-packages itself."""
        return self.place.rpartition("/")[0]

    @property
    def file_name(self) -> str:
        """The last part of `place`."""
        return self.place.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Symbols:
    """The names that an image exports, and those it imports, by library; under the empty name if from any (ELF).

    Imports that may stay unresolved are in `weak`, all others in `imported`. Names that have a version are told once
    more as `NAME@VERSION`: the exported ones in `versioned`, the imported ones, by library, in `versions`.
    """

    exported: frozenset[str]
    imported: Mapping[str, frozenset[str]]
    versioned: frozenset[str] = frozenset()
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    weak: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def used_of(self, library: str, exported: frozenset[str]) -> frozenset[str]:
        """The names that are taken from `library`, which exports `exported`."""
        return self.imported.get(library, frozenset()) | (self.imported.get("", frozenset()) & exported)


_MACH_O = (
    b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
)  # fmt: skip


def read_image(data: bytes, place: str, artifact: str = "") -> Image | None:
    """Read one file; None if it is no image. Raises `AbidingError` (`missing-extra`, or `bad-image` if it is damaged).

    `artifact` is the wheel that it is in, for the message, or empty if it is installed.
    Archives of objects, linker scripts and images that are not for dynamic linking have nothing to say.
    """
    with extra(), _speaking_of(place, artifact):
        if data.startswith(b"\x7fELF"):
            from abiding.native import elf

            return elf.read(data, place)
        if data.startswith(_MACH_O):
            from abiding.native import macho

            return macho.read(data, place)
        if data.startswith(b"MZ"):
            from abiding.native import pe

            return pe.read(data, place)
    return None


def read_symbols(data: bytes, image: Image) -> Symbols:
    """Read the symbol tables of an image, which takes longer than the rest. Raises as `read_image` does."""
    with extra(), _speaking_of(image.place):
        if image.format is Format.ELF:
            from abiding.native import elf

            return elf.symbols(data)
        if image.format is Format.MACH_O:
            from abiding.native import macho

            return macho.symbols(data)
        from abiding.native import pe

        return pe.symbols(data)


@contextmanager
def extra() -> Iterator[None]:
    """Turn the absence of a library that reads images into one clear message."""
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "abiding").startswith("abiding"):
            raise
        raise AbidingError(
            Finding(
                "missing-extra",
                Severity.ERROR,
                f"reading compiled files needs `{exc.name}`, which is not installed",
                hints=("pip install 'abiding[native]'",),
            )
        ) from exc


@contextmanager
def _speaking_of(place: str, artifact: str = "") -> Iterator[None]:
    try:
        yield
    except (AbidingError, ModuleNotFoundError, MemoryError):
        raise
    except Exception as exc:  # the libraries have no common error, and all use Python's own too
        name = type(exc).__name__
        raise AbidingError(
            Finding(
                "bad-image",
                Severity.ERROR,
                f"`{place}` is damaged: its headers can't be read",
                artifact=artifact,
                notes=(f"{name}: {exc}" if str(exc) else name,),
            )
        ) from exc
