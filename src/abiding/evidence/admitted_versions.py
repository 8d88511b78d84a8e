"""The versions of a distribution that a wheel admits, in the environments where it can be installed.

A version is admitted if something requires the distribution and no line that applies excludes it. Markers, extras and
several lines are taken into account. A wheel that does not require a distribution admits no version of it.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.evidence.available_versions import available, kinds_beside
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import markers, narrowing, requirements
from abiding.metadata.environments import Environments, Steps, UndecidedError
from abiding.metadata.exclusions import installable
from abiding.metadata.platform_tag import PlatformTag
from abiding.metadata.requires_dist import Line, spelled_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from abiding.metadata.core import CoreMetadata

__all__ = ["Admission"]


_STEPS = 100_000
# Exact pre-releases or yanked versions in lines.
_NAMED = 64


class _Wanted(NamedTuple):
    """One line for the distribution: its text, its versions, and the environments in which it applies.

    `specifier` is None for a URL, which stands for an unknown version.
    """

    text: str
    specifier: SpecifierSet | None
    where: Environments

    def excludes(self, version: Version) -> bool:
        """Return whether it excludes a version."""
        return self.specifier is None or not self.specifier.contains(version, prereleases=True)


class Admission(NamedTuple):
    """The lines of a wheel for one distribution.

    `places` are the environments for each known kind of wheel of the distribution that can be installed beside this
    one; `anywhere` are all environments of this one. `too_many` is the number of lines if there are too many to check;
    then nothing is known.
    """

    distribution: str
    lines: tuple[_Wanted, ...]
    places: dict[str, Environments]
    anywhere: Environments
    too_many: int = 0

    @classmethod
    def of(cls, distribution: str, metadata: CoreMetadata, tags: Iterable[str]) -> Admission:
        """Read the lines of a wheel with these tags for a distribution, by its normalised name."""
        own = normalised(metadata.get("Name"))
        read = [Line.read(text, own) for text in dict.fromkeys(metadata.all("Requires-Dist"))]
        try:
            spelled = spelled_out(read)
        except UndecidedError:
            spelled = [line for line in read if not line.own_extras]
        lines = tuple(
            _Wanted(line.text, requirements.parse(line.text).specifier if line.what[-1] is None else None, line.where)
            for line in spelled
            if isinstance(line.what, tuple) and line.what[0] == distribution
        )
        if not lines or len(lines) > bounds.LINES_ADMITTING:
            return cls(distribution, (), {}, Environments.all(), len(lines))
        requires_python, tags = metadata.get("Requires-Python"), list(tags)
        known = available(distribution)
        beside = {kind: tag for tag in tags for kind in (kinds_beside(tag, known) if known else ())}
        places = {kind: _there(requires_python, kind.partition("-")[0], tag) for kind, tag in beside.items()}
        try:
            everywhere = [_there(requires_python, "", tag) for tag in tags]
            anywhere = Environments.joined("or", everywhere, Steps(_STEPS))
        except (UndecidedError, IndexError):
            anywhere = Environments.all()
        return cls(distribution, lines, places, anywhere)

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines, as in METADATA."""
        return tuple(line.text for line in self.lines)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The markers of the lines that may apply to this wheel; an empty one if one always does."""
        here = self.here
        if not self._are_possible([~line.where for line in here]):
            return ("",)
        return tuple(dict.fromkeys(str(requirements.parse(line.text).marker or "") for line in here))

    @property
    def condition(self) -> str:
        """These markers joined; empty if there is none."""
        conditions = self.conditions
        return " or ".join(conditions if len(conditions) == 1 else (f"({part})" for part in conditions))

    @property
    def here(self) -> tuple[_Wanted, ...]:
        """The lines that may apply to this wheel."""
        return tuple(line for line in self.lines if self._are_possible([line.where]))

    def opposing(self, text: str) -> tuple[str, ...]:
        """Return the lines that no version satisfies together with a new line."""
        other = requirements.parse(text)
        here = {line.text: requirements.parse(line.text) for line in self.here if line.specifier is not None}
        return tuple(there for there, requirement in here.items() if narrowing.excludes(requirement, other))

    def excludes(self, text: str) -> bool:
        """Return whether a new line leaves no version in all environments in which one of these applies."""
        opposing = self.opposing(text)
        elsewhere = [~line.where for line in self.here if line.text in opposing]
        return bool(opposing) and not any(self._are_possible([line.where, *elsewhere]) for line in self.here)

    def _are_possible(self, conditions: Sequence[Environments]) -> bool:
        try:
            return Environments.joined("and", [self.anywhere, *conditions], Steps(_STEPS)).branch is not False
        except UndecidedError:
            return True

    def admitted(self, refused: Callable[[Version], bool]) -> list[Version]:
        """Return the refused versions that this wheel admits, and that have a wheel for its environments."""
        known = available(self.distribution)
        if known is None or not self.lines:
            return []
        own = self._named()
        versions_refused: set[Version] = set()
        for kind, where in self.places.items():
            there = {version for version in known.wheels[kind] if version not in known.yanked or version in own}
            there |= {version for version in own if version.is_prerelease and version >= min(known.wheels[kind])}
            versions_refused.update(
                self._among(sorted(version for version in there - versions_refused if refused(version)), where)
            )
        return sorted(versions_refused)

    def by_specifier(self, refused: Callable[[Version], bool]) -> list[Version]:
        """Return the versions that the lines admit, with or without a wheel."""
        known = available(self.distribution)
        versions = (version for version in known.versions if version not in known.yanked) if known else ()
        return self._among(list(filter(refused, versions)), self.anywhere)

    def _among(self, versions: Sequence[Version], where: Environments) -> list[Version]:
        """Return the versions that are admitted in at least one of some environments."""
        decided: dict[tuple[bool, ...], bool] = {}
        admitted = []
        for version in versions:
            excluding = tuple(line.excludes(version) for line in self.lines)
            if excluding not in decided:
                decided[excluding] = self._is_possible(excluding, where)
            if decided[excluding]:
                admitted.append(version)
        return admitted

    def _is_possible(self, excluding: tuple[bool, ...], where: Environments) -> bool:
        """Return whether some line applies in an environment, and none of the excluding ones."""
        against = [line.where for line, excludes in zip(self.lines, excluding, strict=True) if excludes]
        steps = Steps(_STEPS)
        try:
            required = Environments.joined("or", [line.where for line in self.lines], steps)
            parts = [where, required, *(~excluded for excluded in against)]
            return Environments.joined("and", parts, steps).branch is not False
        except UndecidedError:
            return False

    def _named(self) -> frozenset[Version]:
        """Return the versions that lines name, which count even if they are pre-releases or yanked."""
        from packaging.version import InvalidVersion, Version

        versions = set()
        for clause in (clause for line in self.lines for clause in line.specifier or ()):
            if clause.operator in ("==", "===", ">=", "~="):
                with suppress(InvalidVersion):
                    version = Version(clause.version)
                    if version.is_prerelease or clause.operator.startswith("=="):
                        versions.add(version)
        return frozenset(islice(versions, _NAMED))


def _there(requires_python: str, python: str, tag: str) -> Environments:
    """Return the environments of a wheel with this tag; with `python`, only those with that interpreter."""
    interpreter, _, platform = tag.split("-")
    exact = python.removesuffix("t")
    where = installable(requires_python, [f"{exact}-{exact}-{platform}" if python else tag])
    conditions = ['implementation_name == "cpython"'] if (exact or interpreter).startswith("cp") else []
    machine = PlatformTag.read(platform).platform_machine
    conditions += [f'platform_machine == "{machine}"'] if machine else []
    try:
        return where & markers.of_releases(" and ".join(conditions))
    except UndecidedError:
        return where
