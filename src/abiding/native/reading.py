"""Read ELF, Mach-O and PE files, each by the library for its format.

The result does not depend on the machine that this runs on.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding.findings.errors import AbidingError, DamagedImageError, needing
from abiding.native.images import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.native.images import Image, Symbols

__all__ = ["WORK", "read_image", "read_symbols"]

# What the extra `native` is for.
WORK = "reading what compiled files are linked with"


def read_image(data: bytes, place: str, artifact: str = "", *, machine: str = "") -> Image | None:
    """Read one file; None if it is no image. Raises `AbidingError` (`missing-extra`, or `bad-image` if it is damaged).

    `artifact` is its wheel, for the message, or empty if it is installed. `machine` is the one that counts in a Mach-O
    file for several, by its name in platform tags; empty for all together. Static libraries, linker scripts and images
    that are not for dynamic linking give None.
    """
    with needing("native", WORK), _speaking_of(place, artifact):
        match Format.of_data(data):
            case Format.ELF:
                from abiding.native import elf

                return elf.read(data, place)
            case Format.MACH_O:
                from abiding.native import macho

                return macho.read(data, place, machine)
            case Format.PE:
                from abiding.native import pe

                return pe.read(data, place)
    return None


def read_symbols(data: bytes, image: Image, machine: str = "") -> Symbols:
    """Read the symbol tables of an image, which takes longer than the rest. `machine` and raises as in `read_image`."""
    with needing("native", WORK), _speaking_of(image.place):
        if image.format is Format.ELF:
            from abiding.native import elf

            return elf.symbols(data)
        if image.format is Format.MACH_O:
            from abiding.native import macho

            return macho.symbols(data, machine)
        from abiding.native import pe

        return pe.symbols(data)


@contextmanager
def _speaking_of(place: str, artifact: str = "") -> Iterator[None]:
    try:
        yield
    except (AbidingError, ModuleNotFoundError, MemoryError):
        raise
    except Exception as exc:  # the libraries have no common error, and all use Python's own too
        name = type(exc).__name__
        raise DamagedImageError.at(
            artifact, f"`{place}` is damaged: its headers can't be read", note=f"{name}: {exc}" if str(exc) else name
        ) from exc
