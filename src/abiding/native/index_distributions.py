"""Distributions on a package index, with the libraries that their wheels ship, by file names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename

from abiding.archives import wheel_tags
from abiding.findings import bounds
from abiding.findings.patterns import pattern
from abiding.native import contents
from abiding.native.images import Format, Image
from abiding.native.names import is_mangled, may_be_image, module_name, stem
from abiding.native.platforms import floors
from abiding.native.wheels_at_hand import fit_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.tags import Tag

    from abiding.artifacts.index.listing import Listing, Listings
    from abiding.native.contents import Contents

__all__ = ["Indexed", "chosen"]


_VERSIONED = pattern(r"(.*\.so(?:\.\d+)*)\.\d+")


@dataclass(frozen=True, slots=True)
class Indexed:
    """A shelf with the newest accepted wheel of each distribution on an index that can be installed beside some tags.

    If it has a `missing` library in another version only, an older wheel with the right one; with `thorough`, also if
    it has only libraries of other names. Distributions named in `elsewhere` are not looked up on the index.
    """

    index: Listings
    tags: frozenset[Tag]
    missing: frozenset[str] = frozenset()
    thorough: bool = False
    elsewhere: frozenset[str] = frozenset()
    _read: dict[str, Contents | None] = field(default_factory=dict)

    def get(self, name: str, accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Look up a distribution, once. Raises `AbidingError` if the index or the wheel can't be read."""
        if name in self.elsewhere:
            return None
        if name not in self._read:
            self._read[name] = self._look_up(name, accepted or SpecifierSet())
        return self._read[name]

    def _look_up(self, name: str, accepted: SpecifierSet) -> Contents | None:
        newest = None
        editions = self.index.newest_first(name, accepted, partial(chosen, self.tags))
        for number, listing in enumerate(islice(editions, bounds.EDITIONS), 1):
            edition = _contents(name, listing)
            newest = newest or edition
            if any(edition.shipped_as(library) for library in self.missing):
                return edition
            in_another_version = {stem(image.name) for image in edition.images} & set(map(stem, self.missing))
            if not (in_another_version or (self.thorough and number < bounds.FURTHER and _has_any(edition))):
                break
        return newest

    def shipping(self, _file_name: str, /) -> tuple[Contents, ...]:
        """Return nothing: an index can't search for files."""
        return ()


def _has_any(contents: Contents) -> bool:
    """Return whether it has libraries with which others could be linked."""
    return any(not module_name(image.place) and not is_mangled(image.file_name) for image in contents.images)


def chosen(tags: frozenset[Tag], filenames: Sequence[str]) -> str | None:
    """Return the wheel for the same platform, of those that can be installed beside one with these tags.

    If there is none, the one for the oldest platform. Wheels of one release may differ: those of pyarrow for
    manylinux2014 use the old libstdc++'s strings.
    """
    own = {tag.platform for tag in tags}
    fitting = [filename for filename in filenames if fit_together(tags, _tags(filename))]

    def rank(filename: str) -> tuple[bool, tuple[int, int]]:
        platforms = _platforms(filename)
        oldest = min((floor.version for floor in floors(platforms).values()), default=(0, 0))
        return own.isdisjoint(platforms), oldest

    return min(fitting, key=rank, default=None)


def _platforms(filename: str) -> tuple[str, ...]:
    return tuple(sorted({tag.platform for tag in _tags(filename)}))


def _tags(filename: str) -> frozenset[Tag]:
    """Return the tags of a wheel; none if the file name is not that of a wheel."""
    try:
        return wheel_tags.parse(filename)[2]
    except InvalidWheelFilename:
        return frozenset()


def _contents(name: str, listing: Listing) -> Contents:
    places = [contents.place_of(member) for member in listing.members if not member.endswith("/")]
    images = tuple(image for place in places if may_be_image(place) for image in _images(place))

    def absent(member: str) -> bytes:
        raise FileNotFoundError(member)

    return contents.Contents(
        name,
        listing.metadata.get("Version") or "",
        _platforms(listing.filename),
        listing.metadata.all("Requires-Dist"),
        dict(zip(places, places, strict=True)),
        images,
        absent,
        readable=False,
    )


def _images(place: str) -> Iterator[Image]:
    """Return all names under which a file may be needed: `libham.so.3.1` is mostly needed as `libham.so.3`."""
    name = place.rpartition("/")[2]
    format_ = Format.of_name(name)
    name = format_.fold(name)
    yield Image(place, format_, name)
    while shorter := _VERSIONED.fullmatch(name):
        name = shorter[1]
        yield Image(place, format_, name)
