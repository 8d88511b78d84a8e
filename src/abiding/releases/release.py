"""Artifacts -> releases: what is to be said about each, and its verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from abiding import evidence, native
from abiding.findings.finding import Severity, by_weight, worst
from abiding.findings.meaning import breaks, is_among_wheels
from abiding.releases import rules
from abiding.releases.comparison import Comparison
from abiding.releases.declared import declared_in
from abiding.releases.groups import group_by_release, order
from abiding.releases.levels import judge_levels, level_of, without_consequences, without_level
from abiding.releases.versions import two_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.metadata.difference import Difference
    from abiding.native.examining import Judge
    from abiding.native.subject import Subject
    from abiding.project.level import Level
    from abiding.releases.comparison import Compared
    from abiding.releases.declared import Declared
    from abiding.releases.levels import BuiltAs

__all__ = ["CheckedArtifact", "Release", "Verdict", "releases", "with_compiled", "with_findings"]


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


def releases(files: Iterable[Artifact | Unreadable], level: Level | None = None) -> list[Release]:
    """Group files into releases by name and version, and check each; in the order in which they were given.

    Files of one name are called by their paths (`namesakes`). With `level`, a wheel that was built at another one is an
    error.
    """
    groups = group_by_release(files)
    apart = {finding.artifact: finding for finding in two_versions(groups)}
    return [_release(group, [apart[file.called] for file in group if file.called in apart], level) for group in groups]


def with_compiled(
    releases: Iterable[Release], paths: Iterable[Path], listings: Listings | None = None
) -> list[Release]:
    """Return the releases with what is to be said of the compiled files of those wheels that are on disk, in `paths`.

    With `listings`, what the wheels require and is not at hand is looked up on an index. Raises `IndexAccessError` if
    that can't be read, and `AbidingError` (`missing-extra`) if a wheel was built with native entries, and nothing is
    installed that reads compiled files.
    """
    paths = list(paths)
    looking = evidence.Looking()  # what the one reads, the other need not read again
    linked = native.judge_wheels(paths, listings, _held_to_providers(listings), looking)
    claimed = evidence.judge_wheels(paths, looking)

    def of(release: Release) -> tuple[Finding, ...]:
        findings = dict.fromkeys(
            finding for judged in (linked, claimed) for each in release.artifacts for finding in _said_of(each, judged)
        )
        # Of a record that all of them read it is told already.
        known = {(finding.rule, finding.artifact, finding.message) for finding in release.findings}
        return tuple(finding for finding in findings if (finding.rule, finding.artifact, finding.message) not in known)

    return [release._replace(compiled=of(release)) for release in releases]


def with_findings(releases: Iterable[Release], findings: Mapping[str, tuple[Finding, ...]]) -> list[Release]:
    """Return the releases with what else is to be said of the compiled files of some, by where these are from."""

    def of(release: Release) -> tuple[Finding, ...]:
        return tuple(finding for checked in release.artifacts for finding in _said_of(checked, findings))

    return [release._replace(compiled=(*release.compiled, *of(release))) for release in releases]


def _said_of(checked: CheckedArtifact, findings: Mapping[str, tuple[Finding, ...]]) -> Iterator[Finding]:
    """Give what was found in a file; who looked into it knows its own name, and not that of the release for it."""
    for finding in findings.get(checked.read_from, ()):
        yield finding._replace(artifact=checked.called) if finding.artifact == checked.filename else finding


def _held_to_providers(listings: Listings | None) -> Judge:
    """Hold what a wheel admits of its providers against what these export, and what is published of them."""
    if listings is None:
        return _held_to_exports
    from abiding.providers.cache import Cache
    from abiding.providers.linked import Histories, judge_admitted

    histories = Histories(listings, Cache.of_user())
    return lambda subject: (*_held_to_exports(subject), *judge_admitted(subject, histories))


def _held_to_exports(subject: Subject) -> Iterable[Finding]:
    from abiding.providers.promised import judge_exports  # late: most wheels have nothing that it could be asked of

    return judge_exports(subject)


def _release(files: Sequence[Artifact | Unreadable], remarks: Iterable[Finding], level: Level | None) -> Release:
    comparison = Comparison.of(files)
    own = declared_in(comparison.sdist)
    levels = {each.artifact.called: at for each in comparison.compared if (at := level_of(each, own.declared))}
    lines = {}
    if own.declared and levels and level:
        lines = {each.artifact.called: own.declared.lines_of(each) for each in comparison.compared}
    judged = (*rules.judge(comparison, own), *judge_levels(levels, lines, level))
    findings = without_consequences(judged, _lines_of_the_abi_level(comparison, own.declared))
    if own.declared is None and level:
        wheels = [each.artifact for each in comparison.compared if each.artifact.kind == "wheel"]
        findings += tuple(without_level([wheel for wheel in wheels if wheel.called not in levels]))
    breaking = [finding for finding in findings if breaks(finding)]
    checked = tuple(
        CheckedArtifact(
            compared,
            _verdict(compared, comparison, breaking),
            levels.get(compared.artifact.called),
            compared.artifact.record.variant if compared.artifact.record else None,
        )
        for compared in comparison.compared
    )
    return Release(
        comparison,
        # What is wrong with pyproject.toml is wrong with the release, and with none of its artifacts.
        verdict=Verdict.INCONSISTENT if breaking else _worst(artifact.verdict for artifact in checked),
        resolver_relevant=comparison.resolver_relevant or any(map(rules.is_read, breaking)),
        artifacts=checked,
        findings=by_weight((*findings, *remarks)),
        level=level,
    )


def _lines_of_the_abi_level(comparison: Comparison, declared: Declared | None) -> Iterator[str]:
    """Yield the lines of files that are declared for wheels, or recorded as such. Few releases are asked for them."""
    for each in comparison.compared:
        if declared:
            yield from declared.lines_of(each)
        if each.artifact.record:
            yield from (line.requirement for line in each.artifact.record.lines)


def _verdict(compared: Compared, comparison: Comparison, breaking: Iterable[Finding]) -> Verdict:
    """Tell what one artifact comes to beside the reference: that other wheels differ from it is not held against it."""
    apart = comparison.is_apart(compared)
    broken = [finding for finding in breaking if finding.artifact == compared.artifact.called]
    if broken and (apart or not all(map(is_among_wheels, broken))):
        return Verdict.INCONSISTENT
    if comparison.unsaid and compared.artifact.kind == "sdist":
        return Verdict.NOT_COMPARABLE
    if compared.identical:
        return Verdict.CLEAN
    if not apart:
        return Verdict.EQUAL
    return Verdict.NOT_COMPARABLE if comparison.unsaid else Verdict.DECLARED


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.NOT_COMPARABLE)
