"""Wheels that were given: which can be installed beside another, and which of them ships a library."""

from __future__ import annotations

from bisect import insort
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.archives.names import normalised
from abiding.findings.errors import AbidingError, ArchiveError, MissingExtraError
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.platform_tag import PlatformTag
from abiding.native import contents
from abiding.native.machines import machines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag

    from abiding.native.contents import Contents

__all__ = ["AtHand", "WheelShelf", "fit_together", "tags_of"]


def tags_of(path: Path) -> frozenset[Tag]:
    """Return the tags in the name of a wheel. Raises `ArchiveError`."""
    from packaging.utils import InvalidWheelFilename

    try:
        return wheel_tags.parse(path.name)[2]
    except InvalidWheelFilename as exc:
        raise ArchiveError.at(path.name, "does not have the name of a wheel") from exc


class AtHand:
    """Some wheels, each of which may provide for the others. Each is read once."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._unread: list[_Wheel] = []
        self._by_name: dict[str, list[_Wheel]] = {}
        self._by_library: dict[str, list[_Wheel]] = {}
        for number, path in enumerate(paths):
            with suppress(ArchiveError):  # files that are no wheels are skipped
                wheel = _Wheel(number, path, _offers(tags_of(path)))
                self._unread.append(wheel)
                self._by_name.setdefault(normalised(path.name.partition("-")[0]), []).append(wheel)

    def called(self, name: str, own: Path) -> Iterator[Path]:
        """Return other wheels with this normalised name that can be installed beside `own`."""
        return _fitting(self._by_name.get(name, ()), own)

    def shipping(self, file_name: str, own: Path) -> Iterator[Path]:
        """Return the distributions that have a file with this name, or an image with it."""
        names = _asks(tags_of(own))
        new = [wheel for wheel in self._unread if not names.isdisjoint(wheel.offers)]
        if new:
            self._unread = [wheel for wheel in self._unread if names.isdisjoint(wheel.offers)]
        for wheel in new:
            for name in _libraries(wheel.path):
                insort(self._by_library.setdefault(name, []), wheel)
        return _fitting(self._by_library.get(file_name, ()), own)


class WheelShelf:
    """A shelf with the wheels at hand that can be installed beside `own`: same system, machine and Python."""

    def __init__(self, at_hand: AtHand, own: Path) -> None:
        self._at_hand = at_hand
        self._own = own
        self._read: dict[Path, Contents] = {}

    def get(self, name: str, _accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Read the first wheel of this name."""
        return next(map(self._contents, self._at_hand.called(name, self._own)), None)

    def shipping(self, file_name: str) -> Iterator[Contents]:
        """Index the files of all wheels; a wheel that can't be read has none."""
        return map(self._contents, self._at_hand.shipping(file_name, self._own))

    def _contents(self, path: Path) -> Contents:
        if path not in self._read:
            self._read[path] = contents.of_wheel(path)
        return self._read[path]


class _Wheel(NamedTuple):
    """A wheel, its number, and the environments that it fits."""

    number: int
    path: Path
    offers: frozenset[_Place]


def _fitting(wheels: Iterable[_Wheel], own: Path) -> Iterator[Path]:
    names = _asks(tags_of(own))
    return (wheel.path for wheel in wheels if not names.isdisjoint(wheel.offers) and wheel.path != own)


def _libraries(path: Path) -> frozenset[str]:
    try:
        images = contents.of_wheel(path).images
    except MissingExtraError:
        raise
    except AbidingError:
        return frozenset()
    return frozenset(name for image in images for name in (image.name, image.file_name))


def fit_together(own: Iterable[Tag], others: Iterable[Tag]) -> bool:
    """Return whether wheels with these tags can be installed in one environment: same system, machine and Python."""
    return not _asks(frozenset(own)).isdisjoint(_offers(frozenset(others)))


# A system and machine, and an ABI there.
_Place = tuple[tuple[str, str], str]
_ANY = ("", "")
# A wheel that fits any ABI has `none`, and fits beside each.
_EACH = "*"


@lru_cache(maxsize=4096)  # many wheels share a few sets of tags
def _offers(tags: frozenset[Tag]) -> frozenset[_Place]:
    """Return the environments that a wheel fits."""
    return frozenset(
        (kind, abi)
        for tag in tags
        for kind in ((_ANY,) if tag.platform == "any" else _kinds(tag.platform))
        for abi in (tag.abi, _EACH, *(("none",) if tag.abi.startswith("abi3") else ()))
    )


@lru_cache(maxsize=4096)
def _asks(tags: frozenset[Tag]) -> frozenset[_Place]:
    """Return the environments in which something can be installed beside a wheel."""
    return frozenset(
        (kind, abi)
        for tag in tags
        for kind in (*_kinds(tag.platform), _ANY)
        for abi in (("none", _EACH) if tag.abi == "none" else ("none", tag.abi))
    )


def _kinds(platform: str) -> tuple[tuple[str, str], ...]:
    """Return the machines of a platform; a universal one fits each of its machines."""
    family = PlatformTag.read(platform).family
    return tuple((family or platform, machine) for machine in machines(platform))
