"""The libraries of installed distributions that a wheel needs, found without parsing its files.

This is for builds without native entries, where no reader of compiled files is installed. A needed library and a run
path are both texts in the file, with a zero byte before and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.compression_ratio import filling
from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata import requirements
from abiding.metadata.installed import NotInstalledError, installed
from abiding.native.names import is_mangled, may_be_image, module_name, place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from abiding.archives.wheel import Wheel

__all__ = ["Needed", "needed", "version_of"]


class Needed(NamedTuple):
    """A library of a distribution, and the files of a wheel that name it, as all do that need it.

    `place` is where the distribution has it. `version` is empty if unknown. `is_required` is whether the wheel requires
    the distribution, `is_led` whether its files may find the library: by a run path, or because code of the wheel may
    load it.
    """

    library: str
    place: str
    distribution: str
    version: str
    users: tuple[str, ...]
    is_required: bool
    is_led: bool


def needed(
    wheel: Wheel, requires: Iterable[str], build_requires: Iterable[str], known: Collection[str]
) -> Iterator[Needed]:
    """Find the libraries that a wheel needs of distributions which it or the build requires, and that are not `known`.

    Libraries that the wheel or the machine has by the same name don't count, nor, for distributions of the build, those
    that a requirement of the wheel has. Raises `ArchiveError`.
    """
    own = {place.rpartition("/")[2] for place in map(place_of, wheel.names)}
    required = _required(requires)
    shipped = {name: _shipped(name) - own for name in sorted({*required, *_required(build_requires)})}
    at_hand = {library for name in required for library in shipped[name]}
    wanted = {
        library: name
        for name, libraries in shipped.items()
        if name not in known
        for library in libraries
        if name in required or library not in at_hand
    }
    users, has_way = _users(wheel, wanted) if wanted else ({}, False)
    for library in sorted(users):
        from abiding.native.api_level_links import on_the_machine

        name = wanted[library]
        if not on_the_machine(library):
            is_led = has_way or _loads(wheel, name)
            place = next(place for place in _files(name) if place.rpartition("/")[2] == library)
            yield Needed(library, place, name, version_of(name), tuple(users[library]), name in required, is_led)


def _required(lines: Iterable[str]) -> set[str]:
    """Return the normalised names of the requirements that apply here."""
    return {normalised(requirement.name) for requirement in requirements.in_force(lines)}


def _files(name: str) -> list[str]:
    """Return the files of an installed distribution; none if it is not installed, or its RECORD is broken."""
    import csv
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return [str(file) for file in distribution(name).files or ()]
    except (PackageNotFoundError, OSError, TypeError, ValueError, csv.Error):
        return []


def version_of(name: str) -> str:
    """Return the public version of an installed distribution; empty if it is not there, or has none that is one."""
    try:
        return installed(name).public
    except (NotInstalledError, ValueError):
        return ""


def _shipped(name: str) -> set[str]:
    """Return the file names of the libraries in a distribution that others can be linked with."""
    names = {place.rpartition("/")[2] for place in _files(name) if may_be_image(place) and not module_name(place)}
    return {name for name in names if _LIBRARY.fullmatch(name.encode()) and not is_mangled(name)}


# Windows finds DLLs in folders that code has added, which the files don't show.
_LIBRARY = pattern(rb"lib[^\0/\s]{1,200}\.(?:so(?:\.[\w.]+)?|dylib)")
_NAMED = pattern(rb"(?:\0|@rpath/|@loader_path/(?:[^\0/]{1,100}/){0,20})(%s)(?=\0)" % _LIBRARY.pattern)
_WAY = pattern(rb"\$ORIGIN|\$\{ORIGIN\}|@loader_path")


def _users(wheel: Wheel, wanted: Collection[str]) -> tuple[dict[str, list[str]], bool]:
    """Return the files that name some libraries, by library, and whether one of the files has a run path."""
    users: dict[str, list[str]] = {}
    has_way = False
    images = [member for member in wheel.directory.members() if may_be_image(member.name)]
    passed_over = filling(images, bounds.CODE_HARMLESS)
    for member, pieces in wheel.opened(member for member in images if member.name not in passed_over):
        names: set[str] = set()
        rest = b""
        for piece in pieces:
            window = rest + piece
            names |= {match[1].decode("utf-8", "replace") for match in _NAMED.finditer(window)}
            has_way = has_way or bool(_WAY.search(window))
            rest = window[-_LONGEST:]
        for name in names.intersection(wanted):
            users.setdefault(name, []).append(place_of(member.name))
    return users, has_way


_LONGEST = 1024


def _loads(wheel: Wheel, name: str) -> bool:
    """Return whether Python code of a wheel imports a module of a distribution, or one that opens libraries."""
    from abiding.native.contents import Contents, module_text
    from abiding.native.python_imports import scripts

    members = {member.name: member for member in wheel.directory.members()}
    files = {place_of(name): name for name in members if name.endswith(".py")}

    code = Contents("", "", (), (), files, (), lambda name: module_text(wheel, members[name]))
    imported = {module for script in scripts(code).values() for module in (*script.imports, *script.later)}
    tops = {module_name(file).partition(".")[0] for file in _files(name)} - {""} | _OPENING
    return any(module.partition(".")[0] in tops or module in tops for module in imported)


# Modules by which code opens libraries, or finds where they are.
_OPENING = {"cffi", "ctypes", "cuda", "importlib.util"}
