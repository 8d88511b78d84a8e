"""Read the compiled files of a wheel or an installation once, in pieces, for their interfaces."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.evidence import stable_abi, torch
from abiding.evidence.compiled_members import fair
from abiding.evidence.extensions import Watched
from abiding.evidence.imported import imported_always
from abiding.evidence.interfaces import Module, interfaces_of
from abiding.evidence.stable_abi import Uses
from abiding.evidence.texts import search
from abiding.findings.named_tuple import NamedTuple
from abiding.native.images import Format
from abiding.native.names import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from abiding.archives.wheel import Wheel
    from abiding.evidence.beyond_stable_abi import Unpromised
    from abiding.evidence.extensions import Extension
    from abiding.evidence.module_owners import Owned
    from abiding.evidence.stable_abi import Stable

__all__ = ["Compiled", "File", "compiled", "file_of", "module_of", "of_file", "of_wheel"]


# The size of a file whose symbols are read.
_LARGEST = 1 << 30


class File(NamedTuple):
    """One compiled file: its interfaces, its use of Python's stable ABI if it is for that, and its kind.

    `extension` is the extension module, if it is one.
    """

    module: Module
    uses: Uses = Uses()
    extension: Extension | None = None


class Compiled(NamedTuple):
    """The compiled files of one wheel.

    `modules` are those with an interface, in the order of the wheel, `stable` those for Python's stable ABI, and
    `beyond` those of them that use more of Python; `number` is the number of files that were read. `names` are the
    wheel's own modules and packages, also by the last part of their names, `tops` those at the top level, and
    `passed_over` the files that were not read. `extensions` are the extension modules, and `places` those of all files.
    `imported` returns the modules that code of the wheel always imports, as far as known.
    """

    modules: tuple[Module, ...]
    number: int
    names: frozenset[str]
    passed_over: tuple[str, ...] = ()
    stable: tuple[Stable, ...] = ()
    tops: frozenset[str] = frozenset()
    beyond: tuple[Unpromised, ...] = ()
    extensions: tuple[Extension, ...] = ()
    places: tuple[str, ...] = ()
    imported: Callable[[], frozenset[str]] = frozenset

    def has(self, owned: Owned) -> bool:
        """Return whether the wheel itself has a package that others may have; a known one must be at the same place."""
        parts = owned.package.split(".")
        return set(parts) <= self.names and (not owned.distributions or parts[0] in self.tops)


def of_wheel(wheel: Wheel, known: Mapping[str, File] | None = None) -> Compiled:
    """Read the compiled files of a wheel that are not `known`, by place. Raises `ArchiveError` for a damaged one."""
    known = known or {}
    fair_members = fair(wheel.directory.members())
    of_stable_abi = bool(stable_abi.tags_among(wheel_tags.expanded(wheel.path.name)))
    files = {place_of(member.name): known.get(place_of(member.name)) for member in fair_members.members}
    for member, pieces in wheel.opened(unread for unread in fair_members.members if place_of(unread.name) not in known):
        first = next(pieces, b"")
        if Format.of_data(first):
            place = place_of(member.name)
            contents = partial(wheel.contents, member, _LARGEST) if member.size <= _LARGEST else None
            files[place] = file_of(place, chain((first,), pieces), contents, of_stable_abi=of_stable_abi)
    read = compiled(filter(None, files.values()), wheel.names, fair_members.passed_over)
    return read._replace(imported=partial(imported_always, wheel))


def of_file(filename: str, place: str, data: bytes) -> File | None:
    """Read one file of the wheel with this name; None if it is no compiled file."""
    if not Format.of_data(data):
        return None
    of_stable_abi = bool(stable_abi.tags_among(wheel_tags.expanded(filename)))
    return file_of(place, [data], partial(bytes, data), of_stable_abi=of_stable_abi)


def compiled(files: Iterable[File], names: Iterable[str], passed_over: tuple[str, ...] = ()) -> Compiled:
    """Collect the results for the files of a wheel, whose members have these names."""
    files, places = tuple(files), list(map(place_of, names))
    own = (place.split("/") for place in places if ".dist-info/" not in place and not place.startswith("../"))
    return Compiled(
        tuple(file.module for file in files if file.module.interfaces),
        len(files),
        frozenset(part.partition(".")[0] for parts in own for part in parts),
        passed_over,
        tuple(file.uses.stable for file in files if file.uses.stable),
        frozenset(place.partition("/")[0].partition(".")[0] for place in places),
        tuple(file.uses.beyond for file in files if file.uses.beyond),
        tuple(file.extension for file in files if file.extension),
        tuple(places),
    )


def file_of(place: str, pieces: Iterable[bytes], contents: Callable[[], bytes] | None, *, of_stable_abi: bool) -> File:
    """Read one file, given by its place below site-packages and its bytes in pieces.

    `contents` returns all of it, to read its symbols; None if it is too large. `of_stable_abi` is whether its wheel is
    for Python's stable ABI.
    """
    watched = Watched(place, pieces)
    module = module_of(place, watched)
    if contents is None:
        return File(module, extension=watched.extension)
    uses = stable_abi.of_file(place, contents) if of_stable_abi else Uses()
    return File(torch.refine(module, contents), uses, watched.extension)


def module_of(place: str, pieces: Iterable[bytes]) -> Module:
    """Read one file, given by its place below site-packages and its bytes in pieces."""
    return Module(place, interfaces_of(search(pieces)))
