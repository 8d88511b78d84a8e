"""Who ships a library: the distributions at hand, and their relation to the consumer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from abiding.archives.names import normalised
from abiding.metadata import markers, requirements
from abiding.metadata.platform_tag import PlatformTag
from abiding.native.contents import Contents
from abiding.native.images import Format, Image
from abiding.native.metapackages import brought, environments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag

    from abiding.project.build_record import BuildRecord, Shared

__all__ = ["Neighbours", "Recorded", "Relation", "Shelf", "pinned", "required", "target"]


class Relation(StrEnum):
    """The relation of a distribution to the one that needs a library."""

    DIRECT = "direct"
    TRANSITIVE = "transitive"
    STRANGER = "stranger"


class Shelf(Protocol):
    """A place where distributions can be looked up."""

    def get(self, name: str, accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Return the distribution with this normalised name, if possible in an accepted version."""

    def shipping(self, file_name: str) -> Iterable[Contents]:
        """Return the distributions that have a file with this name."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Distributions as a wheel's build record lists them, which may not be at hand."""

    record: BuildRecord

    def get(self, name: str, _accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Return a stand-in for a recorded distribution with its libraries, or for the metapackage that required it."""
        shared = [library for library in self.record.libraries if normalised(library.distribution) == name]
        if not shared:
            return self._metapackage(name)
        files = {library.file: library.file for library in shared}
        first, images = shared[0], tuple(map(_image, shared))
        return Contents(name, first.version, first.platforms, (), files, images, _absent, readable=False)

    def _metapackage(self, name: str) -> Contents | None:
        asking = [library for library in self.record.libraries if requirements.name_of(library.requirement) == name]
        lines = [
            f'{library.distribution}=={library.version}; extra == "{extra}"'
            for library in asking
            for extra in sorted(requirements.parse(library.requirement).extras)
        ]
        return Contents(name, "0", (), tuple(dict.fromkeys(lines)), {}, (), _absent, readable=False) if lines else None

    def shipping(self, file_name: str) -> Iterator[Contents]:
        """Return the recorded distributions that have a file with this name."""
        for library in self.record.libraries:
            provider = self.get(normalised(library.distribution)) if _image(library).is_called(file_name) else None
            if provider:
                yield provider


def _image(library: Shared) -> Image:
    # It is found by its SONAME or its file name; both are in the record.
    return Image(library.file, Format.of_name(library.file), library.library)


def _absent(name: str) -> bytes:
    raise FileNotFoundError(name)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The distributions that one requires, those that these require, and the names of unknown ones.

    `shelves` are searched in order. `accepted` are the versions of those that it requires, with unknown ones.
    `conditional` are those that it requires only in some environments, or for an extra, each with the marker.
    `elsewhere` are those that a metapackage requires under other conditions, each with the metapackage and its line.
    """

    shelves: tuple[Shelf, ...]
    direct: Mapping[str, Contents]
    transitive: Mapping[str, Contents]
    unknown: tuple[str, ...]
    accepted: Mapping[str, SpecifierSet] = field(default_factory=dict)
    conditional: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[str], tags: Iterable[Tag], shelves: Iterable[Shelf]) -> Neighbours:
        """Look up the requirements of a wheel with these tags, also those by metapackages, and their requirements."""
        shelves, lines, tags = tuple(shelves), tuple(lines), tuple(tags)
        environment = target(tags)
        names = required(lines, environment)
        by_extras = brought(lines, tags, partial(_first, shelves))
        for name, accepted in by_extras.accepted.items():
            names.setdefault(name, accepted)
        distributions = {name: _first(shelves, name, accepted) for name, accepted in names.items()}
        direct = {name: contents for name, contents in distributions.items() if contents}
        transitive: dict[str, Contents] = {}
        waiting = [
            (direct[name], requirement.extras) for name, requirement in _asked(lines, environment) if name in direct
        ]
        waiting += [(contents, set()) for contents in direct.values()]
        while waiting:
            contents, extras = waiting.pop()
            for name, requirement in _asked(contents.requires, environment, extras):
                next_ = None if name in direct or name in transitive else _first(shelves, name, requirement.specifier)
                if next_:
                    transitive[name] = next_
                    waiting.append((next_, requirement.extras))
        unknown = tuple(name for name, contents in distributions.items() if not contents)
        conditional = {name: marker for name, marker in _conditional(lines, tags) if name not in names}
        return cls(shelves, direct, transitive, unknown, names, conditional, by_extras.elsewhere)

    def relation(self, contents: Contents) -> Relation:
        """Return the relation of a distribution to the one that requires these."""
        if contents.name in self.direct:
            return Relation.DIRECT
        return Relation.TRANSITIVE if contents.name in self.transitive else Relation.STRANGER

    def ship(self, library: str) -> Iterator[tuple[Contents, Image, Relation]]:
        """Yield the distributions that ship a library, the most closely related first."""
        seen = set()
        for relation, distributions in ((Relation.DIRECT, self.direct), (Relation.TRANSITIVE, self.transitive)):
            for name, contents in distributions.items():
                seen.add(name)
                image = contents.shipped_as(library)
                if image:
                    yield contents, image, relation
        for shelf in self.shelves:
            for contents in shelf.shipping(library):
                image = contents.shipped_as(library) if contents.name not in seen else None
                if image:
                    yield contents, image, Relation.STRANGER


def _conditional(lines: Iterable[str], tags: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    """Yield the requirements whose marker is true in some environments of a wheel with these tags."""
    within = environments_of(tags)
    for line in lines:
        marker = requirements.marker_of(line)
        if marker and within.meets(markers.of_releases(marker)):
            yield requirements.name_of(line), marker


def required(lines: Iterable[str], environment: Mapping[str, str]) -> dict[str, SpecifierSet]:
    """Return the names and versions that lines require in an environment, without extras."""
    names: dict[str, SpecifierSet] = {}
    for name, requirement in _asked(lines, environment):
        names[name] = names[name] & requirement.specifier if name in names else requirement.specifier
    return names


def pinned(lines: Iterable[str], environment: Mapping[str, str]) -> frozenset[str]:
    """Return the normalised names of requirements by URL, which are not looked up on an index."""
    return frozenset(name for name, asked in _asked(lines, environment) if asked.url)


def _asked(
    lines: Iterable[str], environment: Mapping[str, str], extras: Iterable[str] = ()
) -> Iterator[tuple[str, Requirement]]:
    """Yield the requirements that apply in an environment with some extras, by normalised name."""
    for requirement in requirements.in_force(lines, environment, extras):
        yield normalised(requirement.name), requirement


def target(tags: Iterable[Tag]) -> dict[str, str]:
    """Return the marker environment of a machine for a wheel with these tags; this machine's values if open."""
    from packaging.markers import default_environment

    environment = {name: str(value) for name, value in default_environment().items()}
    tag = max(tags, key=lambda candidate: candidate.platform != "any")
    platform = PlatformTag.read(tag.platform)
    if platform.system:
        environment |= dict(zip(("sys_platform", "platform_system", "os_name"), platform.names, strict=True))
        environment["platform_machine"] = platform.platform_machine or _OTHERS.get(platform.machine, platform.machine)
    if tag.interpreter.startswith("cp") and tag.abi == tag.interpreter:
        version = f"{tag.interpreter[2]}.{tag.interpreter[3:]}"
        environment |= {"python_version": version, "python_full_version": f"{version}.0"}
    return environment


# Where Python for it may run on a machine of another name, it is called like this on one of its own.
_OTHERS = {"32": "x86", "universal2": ""}


def _first(shelves: Iterable[Shelf], name: str, accepted: SpecifierSet) -> Contents | None:
    return next((contents for shelf in shelves if (contents := shelf.get(name, accepted))), None)
