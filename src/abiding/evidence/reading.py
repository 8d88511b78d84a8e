"""The compiled files of a wheel, or of what is installed, gone through for their interfaces: once, in pieces."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from abiding.evidence import torch
from abiding.evidence.interfaces import Module, interfaces_of
from abiding.evidence.texts import search
from abiding.findings import bounds
from abiding.native.names import may_be_image, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.archives.wheel import Wheel
    from abiding.archives.zipdirectory import Member

__all__ = ["Compiled", "Fair", "fair", "is_image", "module_of", "of_wheel", "own_names"]


# Of a file whose symbols are read.
_LARGEST = 1 << 30
_IMAGES = (
    b"\x7fELF", b"MZ",
    b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
)  # fmt: skip


class Compiled(NamedTuple):
    """The compiled files of one wheel.

    `modules` are those with an interface, in the order of the wheel; `number` is how many files were gone through.
    `names` are the modules and packages that the wheel has itself, by the last part of their names too, and
    `passed_over` the files that were not gone through.
    """

    modules: tuple[Module, ...]
    number: int
    names: frozenset[str]
    passed_over: tuple[str, ...] = ()


def of_wheel(wheel: Wheel) -> Compiled:
    """Go through the compiled files of a wheel. Raises `ArchiveError` if one can't be decompressed."""
    found = fair(wheel.directory.members())
    modules, number = [], 0
    for member, pieces in wheel.opened(found.members):
        first = next(pieces, b"")
        if first.startswith(_IMAGES):
            number += 1
            module = module_of(place_of(member.name), chain((first,), pieces))
            small = member.size <= _LARGEST
            modules.append(torch.refined(module, partial(wheel.contents, member, _LARGEST)) if small else module)
    names = frozenset(own_names(wheel.names))
    return Compiled(tuple(one for one in modules if one.interfaces), number, names, found.passed_over)


class Fair(NamedTuple):
    """The members of a wheel that may be compiled files, and the places of those that are not unpacked."""

    members: list[Member]
    passed_over: tuple[str, ...]


def fair(members: Iterable[Member]) -> Fair:
    """Tell compiled files from what is packed to fill the time and memory of who unpacks it.

    Of what is packed more densely than code, a harmless amount is taken in all.
    """
    left = bounds.CODE_HARMLESS
    found: list[Member] = []
    passed_over: list[str] = []
    for member in members:
        if may_be_image(member.name):
            is_dense = member.size > bounds.CODE_DENSITY * member.stored_size
            left -= member.size if is_dense else 0
            if is_dense and left < 0:
                passed_over.append(place_of(member.name))
            else:
                found.append(member)
    return Fair(found, tuple(passed_over))


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
