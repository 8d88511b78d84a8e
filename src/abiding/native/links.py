"""Follow what each file of a distribution needs: which library provides it, and whether it is found.

This module does not judge; `rules` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.bounds import NEEDS
from abiding.findings.errors import DamagedImageError
from abiding.findings.named_tuple import NamedTuple
from abiding.native.images import Format
from abiding.native.loaded_by_python import brought
from abiding.native.loader import Loader, base_name
from abiding.native.providers import Relation
from abiding.native.reach import Need, is_program, reach
from abiding.native.windows import does_without

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.platforms import Platform
    from abiding.native.providers import Neighbours

__all__ = ["Inside", "Link", "Missing", "Origin", "Provided", "System", "assume_loaded", "follow", "provided_links"]


class System(NamedTuple):
    """The platform has the library."""


class Inside(NamedTuple):
    """The distribution has it itself, in `image`; and whether the loader finds it."""

    image: Image
    reached: bool


class Provided(NamedTuple):
    """Another distribution, `contents`, has it in `image`; its relation, and whether the loader finds it."""

    contents: Contents
    image: Image
    relation: Relation
    reached: bool


class Missing(NamedTuple):
    """Nobody has it."""


Origin = System | Inside | Provided | Missing


class Link(NamedTuple):
    """A library that a file needs, by the name that it uses, and its origin."""

    image: Image
    library: str
    origin: Origin


def follow(
    consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str] = ()
) -> tuple[Link, ...]:
    """Find the origin of each library that the files of a distribution need.

    Its own libraries come first, as in a repaired wheel. `native` are names of providers whose libraries are meant even
    if the platform has others with the same names. Raises `AbidingError`.
    """
    try:
        return _Follower(consumer, neighbours, platform, native).links()
    except OverflowError as exc:
        raise DamagedImageError.at(f"{consumer.name} {consumer.version}", str(exc)) from exc


def assume_loaded(links: Iterable[Link], providers: Collection[str]) -> tuple[Link, ...]:
    """Return the links, those to libraries of providers that are preloaded marked as found, except for programs."""
    return tuple(
        link._replace(origin=link.origin._replace(reached=True))
        if isinstance(link.origin, Provided) and link.origin.contents.name in providers and not is_program(link.image)
        else link
        for link in links
    )


def provided_links(links: Iterable[Link]) -> Iterator[tuple[Link, Provided]]:
    """Return the links to libraries of other distributions."""
    return ((link, link.origin) for link in links if isinstance(link.origin, Provided))


class _Follower:
    def __init__(self, consumer: Contents, neighbours: Neighbours, platform: Platform, native: Collection[str]) -> None:
        self.consumer = consumer
        self.neighbours = neighbours
        self.platform = platform
        self.native = native
        self.inside: dict[str, list[Image]] = {}
        for image in consumer.images:
            for name in {image.name, image.folded_name}:
                self.inside.setdefault(name, []).append(image)
        for name, images in self.inside.items():
            images.sort(key=lambda image: (image.folded_name != name, image.place))
            del images[2:]  # the best, and one more for the case that the best itself asks
        self.providers: dict[str, Provided | None] = {}
        self.brought: dict[str, frozenset[str]] = {}

    def links(self) -> tuple[Link, ...]:
        needs = [(image, library) for image in self.consumer.images for library in image.needs]
        if len(needs) > NEEDS:
            raise OverflowError(f"its files need {len(needs):,} libraries in all, which is too many")
        open_needs = {Need(image.place, library) for image, library in needs if self.candidate(image, library)}
        owners = self.owners()
        files = {image.place: image for owner in reversed(owners) for image in owner.images}
        loader = Loader(files.values(), self.candidate, self.platform.layout, musl=self.platform.musl)
        reached = reach(self.consumer, loader, open_needs)
        by_place = {image.place: owner for owner in reversed(owners) for image in owner.images}

        def link(image: Image, library: str) -> Link:
            need = Need(image.place, library)
            target = reached.get(need)
            led = target and self.led(target, by_place[target.place], image, library)
            return Link(image, library, led or self.not_led(image, library, tried=need in reached))

        return tuple(link(image, library) for image, library in needs)

    def owners(self) -> list[Contents]:
        """Return the distributions whose files may be found, in order of precedence."""
        strangers = (provider.contents for provider in self.providers.values() if provider)
        return list(dict.fromkeys((self.consumer, *self.near(), *strangers)))

    def near(self) -> tuple[Contents, ...]:
        """Return the distributions that are certainly installed with this one."""
        return (*self.neighbours.direct.values(), *self.neighbours.transitive.values())

    def candidate(self, image: Image, library: str) -> Image | None:
        """Return the file that is meant if no run path leads to one; None if it is the platform's, or unknown."""
        if self.has(image, library):
            return None
        own = self.own(image, library)
        if own:
            return own
        other = self.provider(base_name(library))
        return other.image if other else None

    def own(self, image: Image, library: str) -> Image | None:
        return next((other for other in self.inside.get(base_name(library), ()) if other.place != image.place), None)

    def has(self, image: Image, library: str) -> bool:
        idle = image.format is Format.PE and does_without(image.file_name, library)
        return idle or self.platform.has(library, image.format)

    def provider(self, library: str) -> Provided | None:
        if library not in self.providers:
            shipped = next(self.neighbours.ship(library), None)
            self.providers[library] = Provided(*shipped, reached=False) if shipped else None
        return self.providers[library]

    def led(self, target: Image, owner: Contents, image: Image, library: str) -> Origin:
        """Return the origin of a library that the loader finds below site-packages, where it looks first."""
        if owner is self.consumer:
            return Inside(target, reached=True)
        relation = self.neighbours.relation(owner)
        # On Windows, Python has loaded its own DLLs first.
        if self.has(image, library) and (relation is not Relation.DIRECT or image.format is Format.PE):
            return System()
        return Provided(owner, target, relation, reached=True)

    def not_led(self, image: Image, library: str, *, tried: bool) -> Origin:
        """Return the origin of a library to which no run path leads; an own one counts as found if none was `tried`."""
        if self.has(image, library):
            return self.before_platform(image, library) or System()
        own = self.own(image, library)
        if own:
            return Inside(own, reached=not tried)
        other = self.provider(base_name(library))
        if other is None:
            return Missing()
        return other._replace(reached=self.is_brought(image, other.contents, other.image))

    def is_brought(self, user: Image, provider: Contents, image: Image) -> bool:
        """Return whether Python code loads a library before it is needed; read only if no run path leads to it."""
        if is_program(user):
            return False
        if provider.name not in self.brought:
            near = self.near()
            self.brought[provider.name] = brought(self.consumer, near if provider in near else (*near, provider))
        return image.place in self.brought[provider.name]

    def before_platform(self, image: Image, library: str) -> Provided | None:
        """Return the library of a native provider, even if the platform has one with the same name."""
        for provider in self.neighbours.direct.values():
            shipped = provider.shipped_as(base_name(library)) if provider.name in self.native else None
            if shipped:
                return Provided(provider, shipped, Relation.DIRECT, self.is_brought(image, provider, shipped))
        return None
