"""A checked release as a value: its artifacts, its findings, and its verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from abiding.findings.finding import Severity, by_weight, worst
from abiding.findings.named_tuple import NamedTuple
from abiding.releases.groups import order

if TYPE_CHECKING:
    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.findings.finding import Finding
    from abiding.metadata.difference import Difference
    from abiding.project.level import Level
    from abiding.releases.comparison import Compared, Comparison
    from abiding.releases.levels import BuiltAs

__all__ = ["CheckedArtifact", "Release", "Verdict"]


class Verdict(StrEnum):
    """The verdict on a release, or on one artifact; from best to worst."""

    CLEAN = "clean"
    EQUAL = "equal"
    DECLARED = "declared"
    NOT_COMPARABLE = "not-comparable"
    INCONSISTENT = "inconsistent"


class CheckedArtifact(NamedTuple):
    """One artifact of a release, with its comparison and its verdict.

    `level` is that of a wheel, None if its project has no levels. `variant` is empty for none, and None if there is no
    record of it.
    """

    compared: Compared
    verdict: Verdict
    level: BuiltAs | None = None
    variant: str | None = None

    @property
    def artifact(self) -> Artifact:
        """The artifact."""
        return self.compared.artifact

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Its differences from the sdist, whose values are on the left; without an sdist the `deviations`."""
        return self.compared.differences

    @property
    def deviations(self) -> tuple[Difference, ...]:
        """Its differences from the largest group of wheels that agree in a field, whose value is on the left."""
        return self.compared.deviations

    @property
    def filename(self) -> str:
        """The file name."""
        return self.artifact.filename

    @property
    def called(self) -> str:
        """Its name in the release, with its folder if another file has the same name."""
        return self.artifact.called

    @property
    def kind(self) -> Literal["sdist", "wheel"]:
        """Which kind of artifact it is."""
        return self.artifact.kind

    @property
    def read_from(self) -> str:
        """Where it was read from."""
        return self.artifact.read_from

    @property
    def on_index(self) -> bool:
        """Whether it is on an index."""
        return self.artifact.on_index


class Release(NamedTuple):
    """An sdist and its wheels, compared and judged.

    `verdict` is `clean` (all metadata identical to the byte), `equal` (in meaning), `declared` (different, and every
    difference is sanctioned), `inconsistent`, or `not-comparable` (the sdist is too old to have what wheels have).
    `resolver_relevant` is whether a field differs that resolvers read. All of this is about metadata, and so are
    `findings`; `compiled` are findings about the compiled files of wheels. `level` is the required level of all wheels,
    or None.
    """

    comparison: Comparison
    verdict: Verdict
    resolver_relevant: bool
    artifacts: tuple[CheckedArtifact, ...]
    findings: tuple[Finding, ...]
    compiled: tuple[Finding, ...] = ()
    level: Level | None = None

    @property
    def name(self) -> str:
        """The name of the project, normalised."""
        return self.comparison.name

    @property
    def version(self) -> str:
        """The version, as in the first file name."""
        return self.comparison.version

    @property
    def case(self) -> Literal[1, 2, 3, 4]:
        """The case of PEP 643: 1 nothing in the sdist is dynamic, 2 something is, 4 it is older than 2.2.

        Without an sdist 3, or 4 if a wheel is older.
        """
        return self.comparison.case

    @property
    def reference(self) -> str:
        """The name of the file with which the others are compared; empty if nothing could be read.

        It is the sdist, or else a wheel of the largest group that agrees.
        """
        return self.comparison.reference.called if self.comparison.reference else ""

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Fields that wheels have, and that the sdist lacks because an old tool made it."""
        return self.comparison.unsaid

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that could not be read."""
        return self.comparison.unreadable

    @property
    def files(self) -> tuple[CheckedArtifact | Unreadable, ...]:
        """All files, read or not: sdists first."""
        files: tuple[CheckedArtifact | Unreadable, ...] = (*self.artifacts, *self.unreadable)
        return tuple(
            sorted(files, key=lambda file: order(file.artifact if isinstance(file, CheckedArtifact) else file))
        )

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All findings, the most severe first."""
        return by_weight((*self.findings, *self.compiled))

    @property
    def worst(self) -> Severity | None:
        """The highest severity of its findings, None if there are none."""
        return worst(self.everything)

    @property
    def declares(self) -> bool:
        """Whether its sdist declares what wheels require, so that `Dynamic` alone does not allow differences."""
        pyprojects = [checked.artifact.pyproject for checked in self.artifacts if checked.called == self.reference]
        return bool(pyprojects and pyprojects[0] and pyprojects[0].declares)

    @property
    def unread(self) -> tuple[Finding, ...]:
        """Why artifacts could not be read, one finding each."""
        return tuple(file.problem for file in self.unreadable)
