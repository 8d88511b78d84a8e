"""Judge a compared release by the standards and by its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.artifacts.filename import judge_stated, judge_version
from abiding.artifacts.installers import judge_encoding
from abiding.artifacts.metadata_versions import no_version, too_new
from abiding.artifacts.readable import judge_python, judge_readable
from abiding.artifacts.satisfiable import judge_satisfiable
from abiding.findings.finding import Finding, Severity, by_weight
from abiding.metadata import readers
from abiding.metadata.difference import by_pre_releases
from abiding.project.known_backends import wrapped_in
from abiding.project.project_table import Project
from abiding.releases.changes import field_finding, repair_notes, requirement_findings, severity_of
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.releases.conflicting_wheels import Rivals
from abiding.releases.dynamic import bad_dynamic
from abiding.releases.levels import judge_record
from abiding.releases.markers import Having, with_markers
from abiding.releases.namesakes import judge_namesakes
from abiding.releases.sdists import judge_sdists
from abiding.releases.variants import judge_variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.artifacts.artifact import Artifact, Identity
    from abiding.findings.finding import Value
    from abiding.metadata.difference import Difference
    from abiding.releases.comparison import Compared, Comparison
    from abiding.releases.declared import Own

__all__ = ["is_read", "judge_comparison"]


# From 2.6 on, a field that is given and dynamic may only grow (PEP 808).
_APPEND_ONLY = (2, 6)
_FORBIDDEN = "the sdist does not list `{}` as dynamic, so every tool takes its value for that of all wheels (PEP 643)"
_APPENDED = "from metadata 2.6 on, a field that is given and dynamic may only be appended to (PEP 808)"
_OLD = "before metadata 2.2 an sdist does not bind its wheels, so resolvers believe whichever file they read"
_ONE_READ = "uv, poetry and pdm each read one wheel of a release, not always the same, and take it for all of them"
_EXPLAINED = "nothing in it is against what is declared; a resolver that reads one wheel for all may still be misled"
_LEFT_OPEN = "the sdist lists the field as dynamic; a resolver that reads one wheel for all may still be misled"


def is_read(finding: Finding) -> bool:
    """Return whether a finding is about a field that resolvers read."""
    return finding.field in RESOLVER_FIELDS


def judge_comparison(comparison: Comparison, own: Own) -> tuple[Finding, ...]:
    """Return all findings on the metadata of a release, whose project declares `own`.

    The most severe come first, then those of one artifact after the other.
    """
    artifacts = [compared.artifact for compared in comparison.compared]
    misnamed = [finding for artifact in artifacts for finding in _misnamed(artifact)]
    findings = [*misnamed, *(file.problem for file in comparison.unreadable)]
    findings += [finding for artifact in artifacts for finding in artifact.findings]
    findings += judge_variants(artifacts)
    findings += judge_sdists(comparison, own)
    findings += judge_namesakes(artifacts)
    wheels, rivals = Having(comparison), Rivals(comparison)
    paths = {file.read_from for file in comparison.files}
    elsewhere = {finding.artifact for finding in misnamed}
    of_sdist = comparison.sdist is not None and comparison.sdist.called in elsewhere
    for compared in comparison.compared:
        artifact = compared.artifact
        declared = own.declared if artifact.kind == "wheel" else None
        if declared:
            broken = tuple(declared.broken_by(compared, wheels))
        else:
            broken = (*_broken_standards(compared, comparison, wheels), *judge_record(compared))
        abides = not broken if declared else None
        why = declared.declaration.wheels_differ if declared and abides else ""
        among_wheels = _disagreements(compared, comparison, rivals, abides=abides, why=why)
        # A version that differs from the file name is reported there.
        follows = of_sdist or artifact.called in elsewhere
        findings += (each for each in (*broken, *among_wheels) if not (follows and each.field == "Version"))
        if artifact.stated:
            severity = Severity.ERROR if declared else Severity.WARNING
            findings += judge_stated(artifact.called, artifact.stated, severity, path=artifact.read_from, others=paths)
    findings = list(with_markers(wheels, findings))
    findings += _by_pre_releases(comparison)
    notes = (readers.note(first.metadata.data, first.called) for first, *_ in _by_metadata(comparison))
    findings += filter(None, notes)
    findings += bad_dynamic(comparison, Severity.ERROR if own.declared else Severity.NOTE)
    # An index has accepted it already.
    findings += too_new((file.called, file.metadata) for file in artifacts if not file.on_index)
    wheels_read = [(file.called, file.metadata) for file in artifacts if file.kind == "wheel"]
    findings += no_version(wheels_read)
    findings += (finding for called, metadata in wheels_read for finding in judge_encoding(called, metadata.data))
    findings += _not_installable(comparison, Severity.ERROR if own.declared else Severity.WARNING)
    for file in comparison.files:
        if file.yanked:
            message = f"the index says that this file is not to be used: {file.yanked}"
            findings.append(Finding("yanked", Severity.NOTE, message, artifact=file.called))
    return by_weight(findings)


def _not_installable(comparison: Comparison, severity: Severity) -> Iterator[Finding]:
    """Yield findings on each metadata by itself, once: wheels repeat those of the sdist."""
    seen: set[tuple[str, Value]] = set()
    for artifacts in _by_metadata(comparison):
        metadata, files = artifacts[0].metadata, [artifact.called for artifact in artifacts]
        findings = [
            *judge_readable(files[0], metadata, severity),
            *(finding for file in files for finding in judge_python(file, metadata, severity)),
            *judge_satisfiable(files, metadata, severity),
        ]
        for finding in findings:
            if (finding.rule, finding.found) not in seen:
                seen.add((finding.rule, finding.found))
                yield finding


def _by_metadata(comparison: Comparison) -> Iterable[list[Artifact]]:
    """Group the files of a release that have the same bytes of metadata."""
    by_metadata: dict[Identity, list[Artifact]] = {}
    for compared in comparison.compared:
        by_metadata.setdefault(compared.artifact.identity, []).append(compared.artifact)
    return by_metadata.values()


def _by_pre_releases(comparison: Comparison) -> Iterator[Finding]:
    """Yield notes on differences that only pre-releases of Python see, for each distinct metadata."""
    reference = comparison.reference
    if reference is None:
        return
    table = reference.pyproject.get(("project",)) if reference.pyproject else None
    if isinstance(table, dict):
        from abiding.project.promise import Promise

        difference = by_pre_releases(Promise.of(Project(table), None).values, reference.metadata)
        if difference:
            beside = "PKG-INFO from the pyproject.toml beside it"
            yield _pre_release_finding(reference, difference, beside, ("pyproject.toml", "PKG-INFO"))
    for first, *_ in _by_metadata(comparison):
        if first.identity != reference.identity:
            difference = by_pre_releases(reference.metadata, first.metadata)
            if difference:
                beside = f"the {first.kind} from the {reference.kind} that it is held against"
                yield _pre_release_finding(first, difference, beside, (reference.kind, first.kind))


def _pre_release_finding(artifact: Artifact, difference: Difference, beside: str, origins: tuple[str, str]) -> Finding:
    message = f"only pre-releases of Python tell `{difference.field}` of {beside}"
    return difference.finding("pre-release-marker", Severity.NOTE, message, artifact.called, origins)


def _misnamed(artifact: Artifact) -> Iterator[Finding]:
    """Find a file whose version is not that of its name; folders are not checked."""
    if not artifact.filename.endswith("/"):
        # A wheel that was built for a proof is grouped with its sdist, whatever its version.
        split = WheelName.split(artifact.filename)
        version = split.version if split else artifact.version
        yield from judge_version(artifact.called, version, artifact.metadata)


# Rules for any project, by the standards alone


def _broken_standards(compared: Compared, comparison: Comparison, wheels: Having) -> Iterator[Finding]:
    artifact, sdist = compared.artifact, comparison.sdist
    if sdist is None or artifact.kind == "sdist":
        return
    backend = wrapped_in(sdist.pyproject.table) if sdist.pyproject else ""
    for difference in compared.differences:
        field, severity = difference.field, severity_of(difference)
        if not comparison.is_modern:
            read = field in RESOLVER_FIELDS
            weight = Severity.WARNING if read else Severity.NOTE
            finding = field_finding(artifact, difference, weight, (_OLD,), backend)
            # An sdist that is too old to be compared in what matters is not compared in the rest either.
            yield finding._replace(rule="not-comparable") if comparison.unsaid and not read else finding
        elif field.lower() not in sdist.metadata.dynamic:
            note = _FORBIDDEN.format(field)
            if field == "Requires-Dist":
                yield from requirement_findings(artifact, difference, wheels, notes=(note,), sdist=sdist)
            else:
                yield field_finding(artifact, difference, severity, (note, *repair_notes(difference)), backend)
        elif difference.left and sdist.metadata.version >= _APPEND_ONLY:
            if field == "Requires-Dist":
                lines, notes = difference.right, (_APPENDED,)
                yield from requirement_findings(artifact, difference, wheels, lines, notes=notes, sdist=sdist)
            else:
                yield field_finding(artifact, difference, severity, (_APPENDED,), backend)


# Wheels compared with each other


def _disagreements(
    compared: Compared, comparison: Comparison, rivals: Rivals, *, abides: bool | None, why: str
) -> Iterator[Finding]:
    """Yield findings on a wheel that deviates from the others, unless the sdist agrees with it.

    `abides` is whether the deviation is declared, None if nothing is, and `why` the declared reason.
    """
    differing = {difference.field for difference in compared.differences}
    for difference in compared.deviations:
        if difference.field in RESOLVER_FIELDS:
            if comparison.binds(difference.field) and difference.field not in differing:
                continue
            severity, note = _weight(difference.field, comparison, abides=abides)
        elif comparison.sdist is None or comparison.unsaid:
            # A warning where the standards forbid it; without an sdist they don't.
            severity, note = Severity.NOTE, "no resolver reads this field"
        else:
            continue  # its difference from the sdist is reported already
        others = comparison.others(difference.field)
        yield difference.finding(
            "wheels-disagree",
            severity,
            f"`{difference.field}` of the wheel is not that of {others}",
            compared.artifact.called,
            (others, "this wheel"),
            notes=(note, *((f"why they differ, in the words of the project: {why}",) if why else ())),
            hints=() if severity is Severity.WARNING else (rivals.way_out(compared.artifact, difference.field),),
        )


def _weight(field: str, comparison: Comparison, *, abides: bool | None) -> tuple[Severity, str]:
    """Return the severity of a difference between wheels, and notes; `abides` is as in `_disagreements`."""
    if abides:
        return Severity.WARNING, _EXPLAINED
    # Additions are declared, so `Dynamic` alone allows nothing.
    if abides is None and comparison.lets_vary(field):
        return Severity.WARNING, _LEFT_OPEN
    return Severity.ERROR, _ONE_READ
