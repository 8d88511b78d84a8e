"""needed(a wheel) -> the libraries of installed distributions that it needs, told without reading its images.

For builds without native entries, which have nothing that reads compiled files: what a file needs is a text in it, with
zeros around, and so is its run path.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.density import filling
from abiding.archives.naming import normalised
from abiding.findings import bounds
from abiding.metadata import requirements
from abiding.native.names import is_mangled, may_be_image, module_name, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from importlib.metadata import Distribution

    from abiding.archives.wheel import Wheel

__all__ = ["Needed", "needed"]


class Needed(NamedTuple):
    """A library of a distribution, and the files of a wheel that need it.

    `is_required` is whether the wheel requires the distribution, `is_led` whether its files get to the library: by a
    run path, or because code of the wheel imports what the distribution has, and may load it so.
    """

    library: str
    distribution: str
    version: str
    users: tuple[str, ...]
    is_required: bool
    is_led: bool


def needed(
    wheel: Wheel, requires: Iterable[str], build_requires: Iterable[str], known: Collection[str]
) -> Iterator[Needed]:
    """Find the libraries that a wheel needs of what is required, by itself or for the build, and is not `known`.

    Of those alone that neither the wheel itself nor the machine has by the same name. Raises `ArchiveError`.
    """
    own = {place.rpartition("/")[2] for place in map(place_of, wheel.names)}
    required = _required(requires)
    for name in sorted({*required, *_required(build_requires)}.difference(known)):
        distribution = _installed(name)
        shipped = _shipped(distribution) if distribution else {}
        users = _users(wheel, {library: place for library, place in shipped.items() if library not in own})
        if distribution and users:
            from abiding.native.unasked import on_the_machine

            is_imported = _imports(wheel, distribution)
            for library, led in users.items():
                if not on_the_machine(library):
                    is_led = is_imported or all(led.values())
                    yield Needed(library, name, distribution.version, tuple(led), name in required, is_led)


def _required(lines: Iterable[str]) -> set[str]:
    """Return the normalised names that requirement lines ask for here."""
    return {normalised(requirement.name) for requirement in requirements.in_force(lines)}


def _installed(name: str) -> Distribution | None:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _shipped(distribution: Distribution) -> dict[str, str]:
    """Return the libraries that others can be linked with, by their file names, with their places."""
    places = [str(file) for file in distribution.files or ()]
    named = {place.rpartition("/")[2]: place for place in places if may_be_image(place) and not module_name(place)}
    return {name: place for name, place in named.items() if _is_library(name) and not is_mangled(name)}


def _is_library(name: str) -> bool:
    return name.endswith(".dll") or (name.startswith("lib") and (".so" in name or name.endswith(".dylib")))


def _users(wheel: Wheel, shipped: dict[str, str]) -> dict[str, dict[str, bool]]:
    """Return the files that need some libraries, given with their places: by library, and whether a run path leads."""
    users: dict[str, dict[str, bool]] = {}
    if not shipped:
        return users
    images = [member for member in wheel.directory.members() if may_be_image(member.name)]
    passed_over = filling(images, bounds.CODE_HARMLESS)
    for member, pieces in wheel.opened(member for member in images if member.name not in passed_over):
        place = place_of(member.name)
        texts = {name: _names(name, place, shipped[name]) for name in shipped}
        seen: set[bytes] = set()
        rest = b""
        for piece in pieces:
            window = rest + piece
            seen |= {text for some in texts.values() for part in some for text in part if text in window}
            rest = window[-_LONGEST:]
        for name, (needs, ways) in texts.items():
            if not seen.isdisjoint(needs):
                users.setdefault(name, {})[place] = not seen.isdisjoint(ways)
    return users


_LONGEST = 1024


def _names(name: str, place: str, shipped: str) -> tuple[list[bytes], list[bytes]]:
    """Return the texts by which a file at a place names a library, and those by which it leads to where that is."""
    way = posixpath.relpath(posixpath.dirname(shipped) or ".", posixpath.dirname(place) or ".")
    needs = [f"\0{name}\0", f"@rpath/{name}\0", f"@loader_path/{way}/{name}\0"]
    ways = [f"$ORIGIN/{way}", f"@loader_path/{way}"]  # or the install name has it
    return [text.encode() for text in needs], [text.encode() for text in ways]


def _imports(wheel: Wheel, distribution: Distribution) -> bool:
    """Return whether Python code of a wheel imports a module of a distribution."""
    from abiding.native.contents import Contents
    from abiding.native.scripts import scripts

    members = {member.name: member for member in wheel.directory.members()}
    files = {place_of(name): name for name in members if name.endswith(".py")}

    def beginning(name: str) -> bytes:
        fair = max(bounds.MODULE_HARMLESS, bounds.MODULE_DENSITY * members[name].stored_size)
        return wheel.beginning(members[name], min(bounds.MODULE, fair))

    code = Contents("", "", (), (), files, (), beginning)
    imported = {name for script in scripts(code).values() for name in (*script.imports, *script.later)}
    tops = {module_name(str(file)).partition(".")[0] for file in distribution.files or ()} - {""}
    return not tops.isdisjoint(name.partition(".")[0] for name in imported)
