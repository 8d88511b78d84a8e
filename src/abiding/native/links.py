"""compare(a distribution, those around it) -> links: what each file needs, who has it, and whether it is found there.

No opinion: the rules have that.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.native.images import Format
from abiding.native.providers import Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.platforms import Platform
    from abiding.native.providers import Neighbours

__all__ = ["Link", "Source", "base_name", "expanded", "follow", "places", "preloads"]


def __dir__() -> list[str]:
    return __all__


class Source(StrEnum):
    """Where a library comes from."""

    PLATFORM = "platform"
    INSIDE = "inside"
    PROVIDER = "provider"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Link:
    """One file's need of one library, under the name that it uses.

    From a provider, `provider` and `shipped` are the distribution and its file, `standing` how it is related, and
    `reached` whether a run path leads there or the library is loaded before. `shipped` is also set for one inside.
    """

    image: Image
    library: str
    source: Source
    provider: Contents | None = None
    shipped: Image | None = None
    standing: Standing | None = None
    reached: bool = True


def follow(
    consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str] = ()
) -> tuple[Link, ...]:
    """Find out for every file of a distribution where each of its libraries comes from.

    What the distribution has itself comes first, as it does when it was repaired. `native` are names of providers whose
    libraries are meant even if the platform has others of that name. Raises `AbidingError`.
    """
    return _Follower(consumer, neighbours, platform, native).links()


class _Follower:
    def __init__(self, consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str]) -> None:
        self.consumer = consumer
        self.neighbours = neighbours
        self.platform = platform
        self.native = native
        self.inside: dict[str, Image] = {}
        for image in consumer.images:
            self.inside.setdefault(image.name, image)
            self.inside.setdefault(_cased(image.file_name, image.format), image)
        self.providers: dict[str, tuple[Contents, Image, Standing] | None] = {}
        self.reached: dict[tuple[str, str], bool | None] = {}
        # Who in the distribution loads what of it: those come first, and bring what they have found.
        self.loaders: dict[str, list[Image]] = {}
        for image in consumer.images:
            for library in image.needs:
                found = self.inside.get(base_name(library))
                if found and found is not image:
                    self.loaders.setdefault(found.place, []).append(image)

    def links(self) -> tuple[Link, ...]:
        return tuple(self.link(image, library) for image in self.consumer.images for library in image.needs)

    def link(self, image: Image, library: str) -> Link:
        inside = self.inside.get(base_name(library))
        if inside and inside is not image:
            return Link(image, library, Source.INSIDE, shipped=inside)
        if self.platform.has(library, image.format):
            return self.before_platform(image, library) or Link(image, library, Source.PLATFORM)
        found = self.provider(base_name(library))
        if not found:
            return Link(image, library, Source.NOWHERE)
        provider, shipped, standing = found
        reached = self.reaches(image, library, provider) or preloads(self.consumer, provider)
        return Link(image, library, Source.PROVIDER, provider, shipped, standing, reached)

    def before_platform(self, image: Image, library: str) -> Link | None:
        """The link to a provider whose library has the name of one of the platform's: run paths are searched first."""
        for provider in self.neighbours.direct.values():
            shipped = provider.shipped_as(base_name(library))
            led = any(place in provider.files for place in places(image, image, library))
            if shipped and (led or provider.name in self.native):
                reached = led or preloads(self.consumer, provider)
                return Link(image, library, Source.PROVIDER, provider, shipped, Standing.DIRECT, reached)
        return None

    def provider(self, library: str) -> tuple[Contents, Image, Standing] | None:
        if library not in self.providers:
            self.providers[library] = next(self.neighbours.ship(library), None)
        return self.providers[library]

    def reaches(self, image: Image, library: str, provider: Contents) -> bool:
        """Whether the loader gets from the image to the provider: by itself, or because of who loads the image."""
        key = (image.place, library)
        if key not in self.reached:
            self.reached[key] = None  # being looked into: files that load each other end here
            self.reached[key] = self.leads(image, library, provider)
        return bool(self.reached[key])

    def leads(self, image: Image, library: str, provider: Contents) -> bool:
        if any(place in provider.files for place in places(image, image, library)):
            return True
        known = self.reached
        loaders = self.loaders.get(image.place, ())
        others = [one for one in loaders if known.get((one.place, library), False) is not None]
        return bool(others) and all(self.brings(one, image, library, provider) for one in others)

    def brings(self, loader: Image, image: Image, library: str, provider: Contents) -> bool:
        if loader.inherited and any(place in provider.files for place in places(loader, image, library)):
            return True
        # A library that is loaded already is not looked for again, except on macOS, which goes by whole paths.
        needed = image.format is not Format.MACH_O and any(base_name(one) == base_name(library) for one in loader.needs)
        return (needed or loader.inherited) and self.reaches(loader, library, provider)


def places(owner: Image, image: Image, library: str) -> Iterator[str]:
    """The places below site-packages at which `image` finds a library by the run paths of `owner`."""
    if image.format is Format.PE:
        return
    if image.format is Format.MACH_O and not library.startswith("@rpath/"):
        place = expanded(library, image.folder)
        if place:
            yield place
        return
    for path in owner.run_paths:
        folder = expanded(path, owner.folder)
        if folder is not None:
            yield posixpath.normpath(posixpath.join(folder, library.removeprefix("@rpath/")))


_ORIGIN = re.compile(r"(?:\$ORIGIN|\$\{ORIGIN\}|@loader_path)(?=/|$)/*")


def expanded(path: str, folder: str) -> str | None:
    """The place below site-packages that a run path leads to from `folder`; None for one that does not begin there."""
    found = _ORIGIN.match(path)
    return posixpath.normpath(posixpath.join(folder, path[found.end() :])) if found else None


def base_name(library: str) -> str:
    """The name that a library is known by: its last part, for the install names of macOS."""
    return library.rpartition("/")[2]


def _cased(name: str, format_: Format) -> str:
    return name.lower() if format_ is Format.PE else name


_LOADS = re.compile(r"\bCDLL\b|\bLoadLibrary|add_dll_directory|\bload_library\b|WinDLL|RTLD_GLOBAL|ld_preload")

# What delvewheel adds is for what it has copied in.
_PATCH = re.compile(r"# start delvewheel patch.*?# end delvewheel patch", re.DOTALL)


@lru_cache(maxsize=256)
def preloads(consumer: Contents, provider: Contents) -> bool:
    """Whether Python code of the consumer imports the provider, and one of the two loads libraries by code.

    A sign, not a proof: code is read, not run. What `abiding env --load` sees is.
    """
    if not provider.modules:
        return False
    names = "|".join(map(re.escape, sorted(provider.modules)))
    imports = re.compile(rf"^[ \t]*(?:import|from)[ \t]+(?:{names})\b|import_module\(['\"](?:{names})\b", re.MULTILINE)
    importing = [_PATCH.sub("", text) for text in consumer.texts() if imports.search(text)]
    if not importing:
        return False
    # Of a provider that is only recorded no code is at hand; it was when the record was made. Of one on an index there
    # is none either, and the benefit of the doubt is the wheel's.
    return not provider.readable or any(map(_LOADS.search, (*importing, *provider.texts())))
