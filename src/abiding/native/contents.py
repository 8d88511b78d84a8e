"""What a distribution puts below site-packages, read from its wheel or its installation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.archives.compression_ratio import filling, is_dense, too_dense
from abiding.archives.names import normalised
from abiding.archives.wheel import Wheel
from abiding.files.plain import open_plain, read_plain
from abiding.findings import bounds
from abiding.findings.errors import DamagedImageError
from abiding.metadata.core import CoreMetadata
from abiding.native.names import may_be_image, module_name, place_of
from abiding.native.reading import read_image, read_symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from abiding.archives.zipdirectory import ZipMember
    from abiding.findings.finding import Finding
    from abiding.native.distribution import InstalledDistribution
    from abiding.native.images import Format, Image, Symbols

    Look = Callable[[str, bytes], object]

__all__ = ["Contents", "of_installed", "of_wheel", "place_of", "platforms_of", "read_file"]


_LARGEST = 4 << 30


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """A distribution. `name` is normalised; `platforms` are the platform tags of its wheel; `requires` its lines.

    `files` maps each place below site-packages to the name that `read` takes. `images` are the ELF, Mach-O and PE
    files. `readable` is false if only a record or a list of files is known. `broken` has findings on installed files
    that can't be read. `begin` reads the beginning of a file, which is enough for large ones. `foreign` are the images
    that were set apart because no loader of the platform takes them.
    """

    name: str
    version: str
    platforms: tuple[str, ...]
    requires: tuple[str, ...]
    files: Mapping[str, str]
    images: tuple[Image, ...]
    read: Callable[[str], bytes]
    readable: bool = True
    broken: tuple[Finding, ...] = ()
    begin: Callable[[str], bytes] | None = None
    foreign: tuple[Image, ...] = ()

    def loadable(self, format_: Format | None) -> Contents:
        """Return the same with images of one format only: some distributions have launchers for other systems."""
        own = tuple(image for image in self.images if image.format is format_)
        return replace(self, images=own, foreign=tuple(image for image in self.images if image.format is not format_))

    def symbols(self, image: Image, machine: str = "") -> Symbols:
        """Return the symbols of one of the images; `machine` as in `read_symbols`. Raises `AbidingError`."""
        return _symbols(self, image, machine)

    def member(self, name: str) -> bytes | None:
        """Return a file of its `.dist-info` folder; None if there is none."""
        place = next((place for place in self.files if place.endswith(f".dist-info/{name}")), None)
        return None if place is None else self.read(self.files[place])

    def sha256(self, place: str) -> str:
        """Return the digest of one of the files, in hexadecimal digits."""
        return hashlib.sha256(self.read(self.files[place])).hexdigest()

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the Python files, each with its place, as text, as far as they are looked at."""
        read = self.begin or self.read
        for place, name in self.files.items() if self.readable else ():
            if place.endswith(".py"):
                yield place, read(name)[: bounds.MODULE].decode("utf-8", "replace")

    @property
    def modules(self) -> frozenset[str]:
        """The names of its modules; of its packages, if only libraries are known."""
        modules = frozenset(filter(None, (module_name(place) for place in self.files if place.endswith(".py"))))
        return modules or self.packages

    @property
    def packages(self) -> frozenset[str]:
        """The names of its packages, including those without an `__init__.py`."""
        folders = {parent for place in self.files for parent in _parents(place) if ".dist-info" not in parent}
        return frozenset(filter(None, (module_name(f"{folder}/__init__.py") for folder in folders)))

    def shipped_as(self, library: str) -> Image | None:
        """Return the image with this name, by its SONAME or its file name."""
        return next((image for image in self.images if image.is_called(library)), None)


def _parents(place: str) -> Iterator[str]:
    parts = place.split("/")
    return ("/".join(parts[:i]) for i in range(1, len(parts)))


@lru_cache(maxsize=256)
def _symbols(contents: Contents, image: Image, machine: str) -> Symbols:
    return read_symbols(contents.read(contents.files[image.place]), image, machine)


def of_wheel(path: Path, look: Look | None = None) -> Contents:
    """Read a wheel. Raises `ArchiveError`, or another `AbidingError` if its images can't be read.

    `look` is given each file that may be an image, with its place, while it is at hand.
    """
    wheel = Wheel.open(path)
    metadata = CoreMetadata.parse(wheel.metadata(), path.name)
    files = {place_of(name): name for name in wheel.names if not name.endswith("/")}
    members = {member.name: member for member in wheel.directory.members()}
    images = [member for member in members.values() if may_be_image(member.name)]
    passed_over = filling(images, bounds.CODE_HARMLESS)

    def read(name: str) -> bytes:
        member = members[name]
        if name in passed_over or (is_dense(member) and member.size > bounds.CODE_HARMLESS):
            raise too_dense(member, path.name)
        return wheel.contents(member, _LARGEST)

    named = sorted({tag.platform for tag in wheel_tags.parse(path.name)[2]})
    platforms = tuple(dict.fromkeys((*named, *platforms_of(wheel.stated().tags))))

    def read_and_look(name: str) -> bytes:
        data = read(name)
        if look:
            look(place_of(name), data)
        return data

    made = _made(metadata, platforms, files, read_and_look, path.name)
    return replace(made, read=read, begin=lambda name: module_text(wheel, members[name]))


def module_text(wheel: Wheel, member: ZipMember) -> bytes:
    """Read the beginning of a Python file in a wheel; less of it if it is compressed suspiciously."""
    fair = max(bounds.MODULE_HARMLESS, bounds.MODULE_DENSITY * member.stored_size)
    return wheel.beginning(member, min(bounds.MODULE, fair))


def platforms_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the platforms of some tags, each once."""
    return tuple(dict.fromkeys(tag.rpartition("-")[2] for tag in tags))


def of_installed(distribution: InstalledDistribution) -> Contents:
    """Read an installed distribution, with what is `broken` in it. Raises `AbidingError` if its METADATA is."""
    tags = platforms_of(distribution.tags)
    broken: list[Finding] = []
    made = _made(distribution.metadata, tags, distribution.files, read_file, distribution.label, tell=broken.extend)
    return replace(made, broken=tuple(broken), begin=_beginning)


def _beginning(name: str) -> bytes:
    """Return the beginning of an installed file; nothing, if there is none that could be read."""
    try:
        with open_plain(name) as file:
            return file.read(bounds.MODULE)
    except OSError:
        return b""


def read_file(name: str | Path) -> bytes:
    """Read a file of an installed distribution. Raises `OSError`, also if it is no plain one, or too large."""
    return read_plain(name, _LARGEST)


def _made(
    metadata: CoreMetadata,
    platforms: tuple[str, ...],
    files: Mapping[str, str],
    read: Callable[[str], bytes],
    artifact: str,
    *,
    tell: Callable[[tuple[Finding, ...]], None] | None = None,
) -> Contents:
    images = []
    for place, name in files.items():
        if may_be_image(place):
            try:
                image = read_image(read(name), place, artifact)
            except (OSError, ValueError):  # listed in RECORD, but missing
                continue
            except DamagedImageError as exc:
                if tell is None:
                    raise
                tell(exc.findings)
                continue
            images += [image] if image else []
    return Contents(
        normalised(metadata.get("Name") or ""),
        metadata.get("Version") or "",
        platforms,
        metadata.all("Requires-Dist"),
        files,
        tuple(images),
        read,
    )
