"""Compare the artifacts of a release: each with its reference, and the wheels with each other."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from abiding.artifacts.artifact import Unreadable
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.difference import compare, meanings

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from abiding.artifacts.artifact import Artifact, Identity
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference

__all__ = ["RESOLVER_FIELDS", "Compared", "Comparison"]


# Fields that resolvers read; others don't change what is installed.
RESOLVER_FIELDS = ("Name", "Version", "Requires-Dist", "Requires-Python", "Provides-Extra")
# The first version of core metadata with the field; an older file can't have it.
_SINCE = {
    "Requires-Python": (1, 2),
    "Requires-External": (1, 2),
    "Maintainer": (1, 2),
    "Maintainer-email": (1, 2),
    "Project-URL": (1, 2),
    "Description-Content-Type": (2, 1),
    "Provides-Extra": (2, 1),
}
# Fields that old tools wrote only into wheels.
_LEFT_OUT = ("Requires-Dist", "Provides-Extra", "Requires-Python")
# PEP 643: from this version on, an sdist lists the fields that a wheel may change.
_MODERN = (2, 2)


class Compared(NamedTuple):
    """An artifact compared with its reference: the sdist, or without one a typical wheel.

    `deviations` are the differences of a wheel (right) from the largest group of wheels that agree in a field (left),
    `differences` those of an artifact from the sdist (left); without an sdist these are the deviations. `identical` is
    whether its metadata equals the reference's byte for byte.
    """

    artifact: Artifact
    differences: tuple[Difference, ...] = ()
    deviations: tuple[Difference, ...] = ()
    identical: bool = True


class Comparison(NamedTuple):
    """A release, compared.

    `name` is normalised. `unreadable` are files that were not compared. `reference` is the artifact with which the
    others are compared, None if nothing could be read. `unsaid` are fields for resolvers that wheels have, and that an
    sdist older than metadata 2.2 lacks: old tools did not write them, so this means nothing. `agreeing` has, for each
    field in which wheels differ, the size of the largest group that agrees, with which the others are compared.
    """

    name: str
    version: str
    compared: tuple[Compared, ...]
    unreadable: tuple[Unreadable, ...]
    reference: Artifact | None
    unsaid: tuple[str, ...]
    agreeing: Mapping[str, int]

    @classmethod
    def of(cls, files: Sequence[Artifact | Unreadable]) -> Comparison:
        """Compare the files of one release."""
        unreadable = tuple(file for file in files if isinstance(file, Unreadable))
        artifacts = [file for file in files if not isinstance(file, Unreadable)]
        sdists = [artifact for artifact in artifacts if artifact.kind == "sdist"]
        wheels = [artifact for artifact in artifacts if artifact.kind == "wheel"]
        among_wheels = _Wheels.of(wheels)
        reference = sdists[0] if sdists else among_wheels.typical
        unsaid = _unsaid(sdists[0], wheels) if sdists else ()
        deviations = among_wheels.deviations()
        # Many files have the same metadata.
        differences: dict[Identity, tuple[Difference, ...]] = {reference.identity: ()} if reference else {}
        compared = []
        for artifact in artifacts:
            identity = artifact.identity
            if sdists and identity not in differences:
                differences[identity] = _differences(sdists[0].metadata, artifact.metadata, unsaid)
            # An sdist with the same bytes as some wheels is not one of them.
            deviating = deviations.get(identity, ()) if artifact.kind == "wheel" else ()
            identical = reference is not None and identity == reference.identity
            compared.append(Compared(artifact, differences[identity] if sdists else deviating, deviating, identical))
        name, version, agreeing = files[0].name, files[0].version, among_wheels.agreeing
        return cls(name, version, tuple(compared), unreadable, reference, unsaid, agreeing)

    @property
    def files(self) -> tuple[Artifact | Unreadable, ...]:
        """All files, those that were not compared last."""
        return (*(each.artifact for each in self.compared), *self.unreadable)

    @property
    def sdist(self) -> Artifact | None:
        """The sdist with which wheels are compared; None if there is none."""
        return self.reference if self.reference and self.reference.kind == "sdist" else None

    @property
    def is_modern(self) -> bool:
        """Whether the reference is new enough (2.2) to bind the others in fields that are not dynamic."""
        return self.reference is not None and self.reference.metadata.version >= _MODERN

    @property
    def case(self) -> Literal[1, 2, 3, 4]:
        """The case of PEP 643. With an sdist: 1 nothing dynamic, 2 something, 4 older than 2.2; without: 3, or 4."""
        if self.sdist is not None:
            dynamic = self.sdist.metadata.dynamic
            return (2 if dynamic else 1) if self.is_modern else 4
        return 4 if any(each.artifact.metadata.version < _MODERN for each in self.compared) else 3

    def says(self, field: str) -> bool:
        """Return whether there is an sdist, and its value of a field, or the lack of one, has a meaning."""
        if self.sdist is None or field in self.unsaid:
            return False
        return _could_say(self.sdist.metadata, field) or bool(self.sdist.metadata.all(field))

    def binds(self, field: str) -> bool:
        """Return whether the standards require wheels to have the sdist's value of a field."""
        return self.sdist is not None and self.is_modern and not self.lets_vary(field)

    def lets_vary(self, field: str) -> bool:
        """Return whether the sdist allows wheels to have another value of a field."""
        if self.sdist is None:
            return False
        return self.is_modern and field.lower() in self.sdist.metadata.dynamic

    def is_apart(self, compared: Compared) -> bool:
        """Return whether an artifact differs from the sdist, or from other wheels in a field that the sdist lacks."""
        return bool(compared.differences) or any(not self.says(each.field) for each in compared.deviations)

    def others(self, field: str) -> str:
        """Return a phrase for the wheels with which a deviating wheel is compared in a field."""
        number = self.agreeing[field]
        if 2 * number > sum(each.artifact.kind == "wheel" for each in self.compared):
            return "most wheels"
        return f"{number} other wheels" if number > 1 else "another wheel"

    @property
    def resolver_relevant(self) -> bool:
        """Whether anything differs in a field that resolvers read."""
        return any(
            difference.field in RESOLVER_FIELDS
            for compared in self.compared
            for difference in (*compared.differences, *compared.deviations)
        )


def _differences(sdist: CoreMetadata, metadata: CoreMetadata, unsaid: tuple[str, ...]) -> tuple[Difference, ...]:
    """Return where a file differs from the sdist, in the fields that both could have."""
    return tuple(
        difference
        for difference in compare(sdist, metadata)
        if (difference.left or _could_say(sdist, difference.field)) and difference.field not in unsaid
    )


def _could_say(metadata: CoreMetadata, field: str) -> bool:
    """Return whether the field exists in the file's version of core metadata."""
    return metadata.version >= _SINCE.get(field, (0,))


def _unsaid(sdist: Artifact, wheels: Sequence[Artifact]) -> tuple[str, ...]:
    """Return the fields that an old sdist lacks and wheels have, if `Requires-Dist` is one of them."""
    of_sdist = sdist.metadata
    if of_sdist.version >= _MODERN or of_sdist.all("Requires-Dist"):
        return ()
    fields = {field for field in _LEFT_OUT if any(wheel.metadata.all(field) for wheel in wheels)}
    if "Requires-Dist" not in fields:
        return ()
    return tuple(field for field in _LEFT_OUT if field in fields and not of_sdist.all(field))


class _Wheels(NamedTuple):
    """The wheels of a release: their distinct metadata, the number of wheels with each, and the differing values."""

    wheels: Sequence[Artifact]
    distinct: Mapping[Identity, CoreMetadata]
    by_field: Mapping[str, Mapping[Identity, Hashable]]

    @classmethod
    def of(cls, wheels: Sequence[Artifact]) -> _Wheels:
        distinct = {wheel.identity: wheel.metadata for wheel in wheels}
        first, *others = distinct.values() or (None,)
        fields = {difference.field: None for other in others for difference in (compare(first, other) if first else ())}
        by_field = {field: {key: meanings(metadata, field) for key, metadata in distinct.items()} for field in fields}
        return cls(wheels, distinct, by_field)

    @property
    def typical(self) -> Artifact | None:
        """A wheel that agrees with most others, above all in fields that resolvers read."""
        resolver = [field for field in self.by_field if field in RESOLVER_FIELDS]
        keys = [wheel.identity for wheel in self.wheels]
        together = Counter(tuple(self.by_field[field][key] for field in resolver) for key in keys)
        votes = {field: self._votes(field) for field in self.by_field}
        files = Counter(keys)

        def rank(wheel: Artifact) -> tuple[int, int, int]:
            key = wheel.identity
            alone = sum(votes[field][of_field[key]] for field, of_field in self.by_field.items())
            return together[tuple(self.by_field[field][key] for field in resolver)], alone, files[key]

        return max(self.wheels, key=rank, default=None)

    def _votes(self, field: str) -> Counter[Hashable]:
        return Counter(self.by_field[field][wheel.identity] for wheel in self.wheels)

    def _most(self, field: str) -> Hashable:
        """Return the largest group's value of a field; of equally large groups, the one of the typical wheel."""
        votes, typical = self._votes(field), self.typical
        usual = self.by_field[field][typical.identity] if typical else None
        return max(votes, key=lambda value: (votes[value], value == usual))

    @property
    def agreeing(self) -> dict[str, int]:
        """How many wheels are in the largest group, by field."""
        return {field: max(self._votes(field).values()) for field in self.by_field}

    def deviations(self) -> dict[Identity, tuple[Difference, ...]]:
        """Return the deviations of wheels from the largest groups, by their metadata."""
        differing: dict[Identity, tuple[Difference, ...]] = {}
        for field, of_field in self.by_field.items():
            most = self._most(field)
            one_of_most = next(self.distinct[key] for key, value in of_field.items() if value == most)
            for key, metadata in self.distinct.items():
                if of_field[key] != most:
                    differing[key] = differing.get(key, ()) + compare(one_of_most, metadata, [field])
        return differing
