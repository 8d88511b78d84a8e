"""The compiled files of a wheel, or of what is installed, gone through for their interfaces: once, in pieces."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from abiding.evidence.interfaces import Module, interfaces_of
from abiding.evidence.texts import search
from abiding.findings import bounds
from abiding.native.names import may_be_image, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.archives.wheel import Wheel
    from abiding.archives.zipdirectory import Member

__all__ = ["Compiled", "is_fair", "is_image", "module_of", "of_wheel", "own_names"]


_IMAGES = (
    b"\x7fELF", b"MZ",
    b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
)  # fmt: skip


class Compiled(NamedTuple):
    """The compiled files of one wheel.

    `modules` are those with an interface, in the order of the wheel; `number` is how many files were gone through, and
    `names` are the modules and packages that the wheel has itself, by the last part of their names too.
    """

    modules: tuple[Module, ...]
    number: int
    names: frozenset[str]


def of_wheel(wheel: Wheel) -> Compiled:
    """Go through the compiled files of a wheel. Raises `ArchiveError` if one can't be decompressed."""
    members = [one for one in wheel.directory.members() if may_be_image(one.name) and is_fair(one)]
    modules, number = [], 0
    for member, pieces in wheel.opened(members):
        first = next(pieces, b"")
        if first.startswith(_IMAGES):
            number += 1
            modules.append(module_of(place_of(member.name), chain((first,), pieces)))
    return Compiled(tuple(one for one in modules if one.interfaces), number, frozenset(own_names(wheel.names)))


def is_fair(member: Member) -> bool:
    """Whether it is not packed to fill the memory of who unpacks it: that is no compiled file."""
    return member.size <= max(bounds.CODE_HARMLESS, bounds.CODE_DENSITY * member.stored_size)


def is_image(data: bytes) -> bool:
    """Whether a file that begins like this is an ELF, Mach-O or PE file."""
    return data.startswith(_IMAGES)


def module_of(place: str, pieces: Iterable[bytes]) -> Module:
    """Go through one file, given by its place below site-packages and its bytes in pieces."""
    return Module(place, interfaces_of(search(pieces)))


def own_names(names: Iterable[str]) -> Iterator[str]:
    """The parts of the places of members, without suffixes: what modules and packages are called."""
    for name in names:
        place = place_of(name)
        if ".dist-info/" not in place and not place.startswith("../"):
            for part in place.split("/"):
                yield part.partition(".")[0]
