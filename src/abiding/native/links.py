"""follow(a distribution, those around it) -> links: what each file needs, who has it, and whether it is found there.

No opinion: the rules have that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from abiding.native.images import Format
from abiding.native.loader import Loader, base_name
from abiding.native.names import module_name
from abiding.native.providers import Standing
from abiding.native.reach import Need, reach
from abiding.native.scripts import openings, scripts, with_parents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.platforms import Platform
    from abiding.native.providers import Neighbours

__all__ = ["Inside", "Link", "Missing", "Origin", "Provided", "System", "follow", "preloads", "provided"]


def __dir__() -> list[str]:
    return __all__


class System(NamedTuple):
    """The platform has the library."""


class Inside(NamedTuple):
    """The distribution has it itself: `image`, and whether the loader gets there."""

    image: Image
    reached: bool


class Provided(NamedTuple):
    """Another distribution, `contents`, has it in `image`; how it is related, and whether the loader gets there."""

    contents: Contents
    image: Image
    standing: Standing
    reached: bool


class Missing(NamedTuple):
    """Nobody has it."""


Origin = System | Inside | Provided | Missing


class Link(NamedTuple):
    """One file's need of one library, under the name that it uses, and where that comes from."""

    image: Image
    library: str
    origin: Origin


def follow(
    consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str] = ()
) -> tuple[Link, ...]:
    """Find out for every file of a distribution where each of its libraries comes from.

    What the distribution has itself comes first, as it does when it was repaired. `native` are names of providers whose
    libraries are meant even if the platform has others of that name. Raises `AbidingError`.
    """
    return _Follower(consumer, neighbours, platform, native).links()


def provided(links: Iterable[Link]) -> Iterator[tuple[Link, Provided]]:
    """The links to libraries of other distributions."""
    return ((link, link.origin) for link in links if isinstance(link.origin, Provided))


class _Follower:
    def __init__(self, consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str]) -> None:
        self.consumer = consumer
        self.neighbours = neighbours
        self.platform = platform
        self.native = native
        self.inside: dict[str, list[Image]] = {}
        for image in sorted(consumer.images, key=lambda image: image.place):
            for name in {image.name, _cased(image.file_name, image.format)}:
                self.inside.setdefault(name, []).append(image)
        self.providers: dict[str, Provided | None] = {}

    def links(self) -> tuple[Link, ...]:
        needs = [(image, library) for image in self.consumer.images for library in image.needs]
        wanted = {Need(image.place, library) for image, library in needs if self.meant(image, library)}
        owners = self.owners()
        files = {image.place: image for owner in reversed(owners) for image in owner.images}
        loader = Loader(files.values(), self.meant, musl=self.platform.musl)
        found = reach(self.consumer, loader, wanted)
        by_place = {image.place: owner for owner in reversed(owners) for image in owner.images}

        def link(image: Image, library: str) -> Link:
            need = Need(image.place, library)
            target = found.get(need)
            led = target and self.led(target, by_place[target.place], image, library)
            return Link(image, library, led or self.not_led(image, library, tried=need in found))

        return tuple(link(image, library) for image, library in needs)

    def owners(self) -> list[Contents]:
        """The distributions whose files may be found, in the order in which they count."""
        strangers = (one.contents for one in self.providers.values() if one)
        near = (*self.neighbours.direct.values(), *self.neighbours.transitive.values())
        return list(dict.fromkeys((self.consumer, *near, *strangers)))

    def meant(self, image: Image, library: str) -> Image | None:
        """The file that is meant by a name if no way leads to any; None for what the platform has, and for nobody's."""
        if self.has(image, library):
            return None
        own = self.own(image, library)
        if own:
            return own
        other = self.provider(base_name(library))
        return other.image if other else None

    def own(self, image: Image, library: str) -> Image | None:
        name = base_name(library)
        others = [one for one in self.inside.get(name, ()) if one != image]
        return min(others, key=lambda one: _cased(one.file_name, one.format) != name, default=None)

    def has(self, image: Image, library: str) -> bool:
        return self.platform.has(library, image.format)

    def provider(self, library: str) -> Provided | None:
        if library not in self.providers:
            shipped = next(self.neighbours.ship(library), None)
            self.providers[library] = Provided(*shipped, reached=False) if shipped else None
        return self.providers[library]

    def led(self, target: Image, owner: Contents, image: Image, library: str) -> Origin:
        """Where a library is from that the loader finds below site-packages: it looks there first."""
        if owner is self.consumer:
            return Inside(target, reached=True)
        standing = self.neighbours.standing(owner)
        if self.has(image, library) and standing is not Standing.DIRECT:
            return System()
        return Provided(owner, target, standing, reached=True)

    def not_led(self, image: Image, library: str, *, tried: bool) -> Origin:
        """Where a library is from to which no way leads: one that was not `tried` is not held against it."""
        if self.has(image, library):
            return self.before_platform(library) or System()
        own = self.own(image, library)
        if own:
            return Inside(own, reached=not tried)
        other = self.provider(base_name(library))
        if other is None:
            return Missing()
        return other._replace(reached=preloads(self.consumer, other.contents, other.image))

    def before_platform(self, library: str) -> Provided | None:
        """The library of a provider that is declared as native, though the platform has one of that name."""
        for provider in self.neighbours.direct.values():
            shipped = provider.shipped_as(base_name(library)) if provider.name in self.native else None
            if shipped:
                return Provided(provider, shipped, Standing.DIRECT, preloads(self.consumer, provider, shipped))
        return None


def _cased(name: str, format_: Format) -> str:
    return name.lower() if format_ is Format.PE else name


def preloads(consumer: Contents, provider: Contents, image: Image) -> bool:
    """Whether Python code of the consumer opens a library of the provider, or imports that and one of the two does.

    A sign, not a proof: code is read, not run. What `abiding env --load` sees is.
    """
    calls = openings(consumer)
    if any(call.names(image) for found in calls.values() for call in found):
        return True
    importing = frozenset(_importing(consumer, provider))
    # Of a provider that is only recorded no code is at hand; it was when the record was made. Of one on an index there
    # is none either, and the benefit of the doubt is the wheel's.
    if not importing or not provider.readable:
        return bool(importing)
    every = [call for place, found in calls.items() if module_name(place) in importing for call in found]
    every += [call for found in openings(provider).values() for call in found]
    return any(call.may_open(image) or call.may_add(image.folder) for call in every) or image.place in _brought(
        provider
    )


def _importing(consumer: Contents, provider: Contents) -> Iterator[str]:
    """The modules of the consumer that import one that the provider alone has."""
    theirs = provider.modules - (consumer.modules if provider.readable else consumer.packages)
    for module, script in scripts(consumer).items():
        if any(name in theirs for name in with_parents((*script.imports, *script.later))):
            yield module


@lru_cache(maxsize=64)
def _brought(provider: Contents) -> frozenset[str]:
    """The places of the libraries that the extension modules of a provider, and what its code opens, bring along."""
    named = {name: image for image in provider.images for name in (image.file_name, image.name)}
    calls = [call for found in openings(provider).values() for call in found]
    waiting = [image for image in provider.images if module_name(image.place) or any(c.names(image) for c in calls)]
    brought: set[str] = set()
    while waiting:
        needed = [named[name] for name in map(base_name, waiting.pop().needs) if name in named]
        waiting += [image for image in needed if image.place not in brought]
        brought.update(image.place for image in needed)
    return frozenset(brought)
