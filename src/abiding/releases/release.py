"""A checked release as a value: its artifacts, its findings, and its verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from abiding.findings.finding import Severity, by_weight, worst
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
    """What a release comes to, or one artifact beside its reference; from best to worst."""

    CLEAN = "clean"
    EQUAL = "equal"
    DECLARED = "declared"
    NOT_COMPARABLE = "not-comparable"
    INCONSISTENT = "inconsistent"


class CheckedArtifact(NamedTuple):
    """One artifact and what its comparison with the reference of its release comes to.

    `level` is the one that a wheel was built at, None for those of projects that have no levels. `variant` is the one
    that it was built in: empty for none, None if its record does not say.
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
        """Where it differs from the sdist, whose values are on the left; without an sdist the `deviations`."""
        return self.compared.differences

    @property
    def deviations(self) -> tuple[Difference, ...]:
        """Where it differs from what the largest group of wheels says in that field, which is on the left."""
        return self.compared.deviations

    @property
    def filename(self) -> str:
        """The file name."""
        return self.artifact.filename

    @property
    def called(self) -> str:
        """What it is called in the release."""
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
        """Whether an index has taken it."""
        return self.artifact.on_index


class Release(NamedTuple):
    """An sdist and its wheels, compared and judged.

    `verdict` is `clean` (all metadata identical to the byte), `equal` (in meaning), `declared` (different, and every
    difference is sanctioned), `inconsistent`, or `not-comparable` (the sdist is too old to say what wheels say).
    `resolver_relevant` is whether anything differs that a resolver reads. All of that is about metadata, and so are
    `findings`; `compiled` are those about the compiled files of wheels. `level` is the level that all wheels have to be
    of, None if any will do.
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
        """The version, as the first file name has it."""
        return self.comparison.version

    @property
    def case(self) -> Literal[1, 2, 3, 4]:
        """The case of PEP 643: 1 nothing in the sdist is dynamic, 2 something is, 4 it is older than 2.2.

        Without an sdist 3, or 4 if a wheel is older.
        """
        return self.comparison.case

    @property
    def reference(self) -> str:
        """The name of the file that the others are held against; empty if nothing could be read.

        It is the sdist, else a wheel that the largest group of wheels agrees with.
        """
        return self.comparison.reference.called if self.comparison.reference else ""

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The fields of which the sdist says nothing, because an old tool made it, and wheels do."""
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
        """All findings, the gravest first."""
        return by_weight((*self.findings, *self.compiled))

    @property
    def worst(self) -> Severity | None:
        """The severity of the gravest finding, None if there are no findings."""
        return worst(self.everything)

    @property
    def declares(self) -> bool:
        """Whether its sdist, if that is at hand, declares what wheels require; else it can only leave fields open."""
        pyprojects = [checked.artifact.pyproject for checked in self.artifacts if checked.called == self.reference]
        return bool(pyprojects and pyprojects[0] and pyprojects[0].declares)

    @property
    def unread(self) -> tuple[Finding, ...]:
        """Why artifacts could not be read, one finding each."""
        return tuple(file.problem for file in self.unreadable)
