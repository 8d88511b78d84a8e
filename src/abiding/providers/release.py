"""A release of a provider: its libraries, what each exports, and its headers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.findings.named_tuple import NamedTuple
from abiding.native import contents
from abiding.native.platforms import Platform, apart, machine_of
from abiding.project.build_record import record_in
from abiding.providers import headers
from abiding.providers.interface_comparison import Material
from abiding.providers.published import is_library
from abiding.providers.symbol_tables import Exports, is_of_toolchain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from abiding.native.contents import Contents
    from abiding.project.exports import Export

__all__ = ["Library", "ProviderRelease", "class_of"]


class Library(NamedTuple):
    """A library of a release; `vague` are names of C++ that its users define themselves."""

    place: str
    exports: Exports
    vague: frozenset[str]

    def vague_symbols(self) -> set[str]:
        """Return the exported symbols that users define themselves."""
        # Tables of classes that are no templates are only in the library, although they are marked as weak.
        names = {name for name in self.vague if not class_of(name) and not is_of_toolchain(name)}
        return {symbol for symbol in self.exports.symbols if symbol.partition("@")[0] in names}

    def own_symbols(self) -> set[str]:
        """Return the exported symbols that only the library defines."""
        vague = self.vague_symbols()
        return {symbol for symbol in self.exports.symbols if symbol not in vague and not is_of_toolchain(symbol)}


class ProviderRelease(NamedTuple):
    """One of the two releases: its wheel, its contents, and its libraries by name."""

    path: Path
    contents: Contents
    libraries: dict[str, Library]
    export: Export | None
    platform: Platform

    @classmethod
    def read(cls, path: Path) -> ProviderRelease:
        """Read a wheel. Raises `AbidingError`."""
        platform = Platform.of(wheel_tags.parse(path.name)[2])
        opened = contents.of_wheel(path).loadable(platform.format)
        libraries = _libraries(opened, platform.machine)
        record = record_in(opened.member, path.name, opened.name)
        return cls(path, opened, libraries, record.exports if record else None, platform)

    @property
    def machines(self) -> frozenset[str]:
        """The kinds of Mac that it is for; an empty name for other wheels."""
        return frozenset(machine_of(tags) for tags in apart(self.platform.tags))

    def on(self, machine: str) -> ProviderRelease:
        """Return the same, with the parts of its libraries for one machine."""
        return self._replace(libraries=_libraries(self.contents, machine)) if machine else self

    def material(self, libraries: Iterable[str]) -> Material:
        """Return some of its libraries, and its headers, for a comparison."""
        files = {name: self.contents.files[self.libraries[name].place] for name in libraries}
        readers = {name: partial(self.contents.read, file) for name, file in files.items()}
        places = self.contents.files
        texts = headers.collect(places, lambda wanted: ((each, self.contents.read(places[each])) for each in wanted))
        return Material(readers, texts, self.contents.version)


def _libraries(contents: Contents, machine: str) -> dict[str, Library]:
    libraries = {}
    for image in sorted(contents.images, key=lambda image: image.place, reverse=True):
        if is_library(image.place):
            symbols = contents.symbols(image, machine)
            libraries[image.name] = Library(image.place, Exports.of(image, symbols), symbols.vague)
    return libraries


def class_of(symbol: str) -> str:
    """Return the C++ class of a symbol for a virtual table or type information; empty for others, and templates."""
    text = symbol.partition("@")[0]
    if not text.startswith(("_ZTV", "_ZTI", "_ZTS")):
        return ""
    rest, parts = text[4:].removeprefix("N"), []
    while length := re.match(r"\d+", rest):
        stop = length.end() + int(length[0])
        parts.append(rest[length.end() : stop])
        rest = rest[stop:]
    if rest.removesuffix("E"):
        return ""
    return "::".join(parts)
