"""Check releases: group files, compare and judge each group, and give its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import evidence, native
from abiding.findings.finding import by_weight
from abiding.findings.rule_groups import breaks, is_among_wheels
from abiding.releases import rules
from abiding.releases.comparison import Comparison
from abiding.releases.declared import declared_in
from abiding.releases.groups import group_by_release
from abiding.releases.levels import judge_levels, level_of, without_consequences, without_level
from abiding.releases.release import CheckedArtifact, Release, Verdict
from abiding.releases.renamed import with_one_way_out
from abiding.releases.versions import two_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.artifacts.index.listing import Listings
    from abiding.findings.finding import Finding
    from abiding.native.subject import Subject
    from abiding.native.wheel_check import Judge
    from abiding.project.level import Level
    from abiding.releases.comparison import Compared
    from abiding.releases.declared import Declared

__all__ = ["releases", "with_compiled", "with_findings"]


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
    """Return the releases with findings about the compiled files of the wheels in `paths`.

    With `listings`, required distributions that are not at hand are looked up on an index. Raises `IndexAccessError` if
    it can't be read, and `AbidingError` (`missing-extra`) if a wheel was built with native entries and no reader of
    compiled files is installed.
    """
    paths = list(paths)
    looking = evidence.CompiledFiles()  # what one of them reads, the other need not read again
    linked = native.judge_wheels(paths, listings, _held_to_providers(listings), looking)
    claimed = evidence.judge_wheels(paths, looking)

    def of(release: Release) -> tuple[Finding, ...]:
        findings = dict.fromkeys(
            finding for judged in (linked, claimed) for each in release.artifacts for finding in _said_of(each, judged)
        )
        # A broken record is reported by each of them, and was reported already.
        known = {(finding.rule, finding.artifact, finding.message) for finding in release.findings}
        return tuple(finding for finding in findings if (finding.rule, finding.artifact, finding.message) not in known)

    return [with_one_way_out(release._replace(compiled=of(release))) for release in releases]


def with_findings(releases: Iterable[Release], findings: Mapping[str, tuple[Finding, ...]]) -> list[Release]:
    """Return the releases with further findings about compiled files, given by where each file was read from."""

    def of(release: Release) -> tuple[Finding, ...]:
        return tuple(finding for checked in release.artifacts for finding in _said_of(checked, findings))

    return [release._replace(compiled=(*release.compiled, *of(release))) for release in releases]


def _said_of(checked: CheckedArtifact, findings: Mapping[str, tuple[Finding, ...]]) -> Iterator[Finding]:
    """Yield the findings on a file, under the name that the release has for it."""
    for finding in findings.get(checked.read_from, ()):
        yield finding._replace(artifact=checked.called) if finding.artifact == checked.filename else finding


def _held_to_providers(listings: Listings | None) -> Judge:
    """Return a check of the provider versions that a wheel accepts: by their exports, and by published wheels."""
    if listings is None:
        return _held_to_exports
    from abiding.providers.cache import Cache
    from abiding.providers.linked import Histories, judge_admitted

    histories = Histories(listings, Cache.of_user())
    return lambda subject: (*_held_to_exports(subject), *judge_admitted(subject, histories))


def _held_to_exports(subject: Subject) -> Iterable[Finding]:
    from abiding.providers.export_check import judge_exports  # late: most wheels have no provider

    return judge_exports(subject)


def _release(files: Sequence[Artifact | Unreadable], remarks: Iterable[Finding], level: Level | None) -> Release:
    comparison = Comparison.of(files)
    own = declared_in(comparison.sdist)
    levels = {each.artifact.called: at for each in comparison.compared if (at := level_of(each, own.declared))}
    lines = {}
    if own.declared and levels and level:
        lines = {each.artifact.called: own.declared.lines_of(each) for each in comparison.compared}
    judged = (*rules.judge_comparison(comparison, own), *judge_levels(levels, lines, level))
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
        # An error in pyproject.toml is one of the release, and of none of its artifacts.
        verdict=Verdict.INCONSISTENT if breaking else _worst(artifact.verdict for artifact in checked),
        resolver_relevant=comparison.resolver_relevant or any(map(rules.is_read, breaking)),
        artifacts=checked,
        findings=by_weight((*findings, *remarks)),
        level=level,
    )


def _lines_of_the_abi_level(comparison: Comparison, declared: Declared | None) -> Iterator[str]:
    """Yield the lines that are declared for wheels, or recorded as such. Lazily, because few releases need them."""
    for each in comparison.compared:
        if declared:
            yield from declared.lines_of(each)
        if each.artifact.record:
            yield from (line.requirement for line in each.artifact.record.lines)


def _verdict(compared: Compared, comparison: Comparison, breaking: Iterable[Finding]) -> Verdict:
    """Return the verdict on one artifact by its reference; that other wheels differ from it does not count."""
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
