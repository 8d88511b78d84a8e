"""judge(comparison) -> findings: a release held against the standards and, where there is one, its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.artifacts.acceptance import no_version, too_new
from abiding.artifacts.filename import judge_stated, judge_version
from abiding.artifacts.readable import judge_readable
from abiding.artifacts.requires_python import judge_python
from abiding.artifacts.satisfiable import judge_satisfiable
from abiding.findings.finding import Finding, Severity, by_weight
from abiding.metadata import readers
from abiding.metadata.changes import field_notes
from abiding.metadata.difference import by_pre_releases
from abiding.project import hints
from abiding.releases.changes import field_finding, repair_notes, requirement_findings, severity_of
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.releases.dynamic import bad_dynamic
from abiding.releases.levels import judge_record
from abiding.releases.markers import Having, with_markers
from abiding.releases.namesakes import judge_namesakes
from abiding.releases.rivals import Rivals
from abiding.releases.sdists import judge_sdists
from abiding.releases.variants import judge_variants

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.findings.finding import Value
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.releases.comparison import Compared, Comparison
    from abiding.releases.declared import Own

__all__ = ["is_read", "judge"]


# From 2.6 on what is given and dynamic may only grow (PEP 808).
_APPEND_ONLY = (2, 6)
_FORBIDDEN = "the sdist does not list `{}` as dynamic, so every tool takes its value for that of all wheels (PEP 643)"
_APPENDED = "from metadata 2.6 on, a field that is given and dynamic may only be appended to (PEP 808)"
_OLD = "before metadata 2.2 an sdist does not bind its wheels, so resolvers believe whichever file they read"
_ONE_READ = "uv, poetry and pdm each read one wheel of a release and take it for all, and not the same one"
_EXPLAINED = "nothing in it is against what is declared; a resolver that reads one wheel for all may still be misled"
_LEFT_OPEN = "the sdist lists the field as dynamic; a resolver that reads one wheel for all may still be misled"


def is_read(finding: Finding) -> bool:
    """Return whether a finding is about a field that resolvers read."""
    return finding.field in RESOLVER_FIELDS


def judge(comparison: Comparison, own: Own) -> tuple[Finding, ...]:
    """Return everything that is to be said about the metadata of a release, whose project declares `own`.

    The gravest first, then artifact by artifact.
    """
    misnamed = _misnamed(comparison)
    findings = [*misnamed, *(file.problem for file in comparison.unreadable)]
    findings += [finding for compared in comparison.compared for finding in compared.artifact.findings]
    findings += judge_variants(compared.artifact for compared in comparison.compared)
    findings += _of_the_sdist(comparison, own)
    findings += judge_sdists(comparison)
    findings += judge_namesakes(compared.artifact for compared in comparison.compared)
    wheels, rivals = Having(comparison), Rivals(comparison)
    paths = {each.artifact.read_from for each in comparison.compared}
    paths |= {file.read_from for file in comparison.unreadable}
    elsewhere = {finding.artifact for finding in misnamed}
    of_sdist = comparison.sdist is not None and comparison.sdist.called in elsewhere
    for compared in comparison.compared:
        declared = own.declared if compared.artifact.kind == "wheel" else None
        against = declared.broken_by(compared, wheels) if declared else _against_standards(compared, comparison, wheels)
        broken = tuple(against)
        abides = not broken if declared else None
        why = declared.declaration.wheels_differ if declared and abides else ""
        among_wheels = _disagreements(compared, comparison, rivals, abides=abides, why=why)
        # Where a version is not that of the file name, it is no news that it is not that of other files.
        follows = of_sdist or compared.artifact.called in elsewhere
        findings += (each for each in (*broken, *among_wheels) if not (follows and each.field == "Version"))
        severity = Severity.ERROR if declared else Severity.WARNING
        findings += _stated(compared.artifact, severity, paths)
    findings = list(with_markers(wheels, findings))
    findings += _by_pre_releases(comparison)
    findings += _read_differently(comparison)
    findings += bad_dynamic(comparison, Severity.ERROR if own.declared else Severity.NOTE)
    findings += too_new(_to_be_taken(comparison))
    artifacts = [each.artifact for each in comparison.compared]
    findings += no_version((file.called, file.metadata) for file in artifacts if file.kind == "wheel")
    findings += _not_installable(comparison, Severity.ERROR if own.declared else Severity.WARNING)
    findings += [_yanked(file) for file in comparison.files if file.yanked]
    return by_weight(findings)


def _to_be_taken(comparison: Comparison) -> Iterator[tuple[str, CoreMetadata]]:
    """Yield the files that may still be on their way to an index."""
    for compared in comparison.compared:
        if not compared.artifact.on_index:
            yield compared.artifact.called, compared.artifact.metadata


def _not_installable(comparison: Comparison, severity: Severity) -> Iterator[Finding]:
    """Yield what each metadata says against itself, of the first file where it does.

    What the sdist says, wheels repeat.
    """
    seen: set[tuple[str, Value]] = set()
    for files, metadata in _each_metadata(comparison):
        findings = [
            *judge_readable(files[0], metadata, severity),
            *(finding for file in files for finding in judge_python(file, metadata, severity)),
            *judge_satisfiable(files, metadata, severity),
        ]
        for finding in findings:
            if (finding.rule, finding.found) not in seen:
                seen.add((finding.rule, finding.found))
                yield finding


def _each_metadata(comparison: Comparison) -> Iterator[tuple[list[str], CoreMetadata]]:
    """Yield each metadata of a release once, with the files that have it."""
    by_metadata: dict[bytes, tuple[list[str], CoreMetadata]] = {}
    for compared in comparison.compared:
        metadata = compared.artifact.metadata
        by_metadata.setdefault(metadata.data, ([], metadata))[0].append(compared.artifact.called)
    yield from by_metadata.values()


def _by_pre_releases(comparison: Comparison) -> Iterator[Finding]:
    """Yield where only pre-releases of Python see a difference: of the sdist, and of each metadata that wheels have."""
    reference = comparison.reference
    if reference is None:
        return
    table = reference.pyproject.get(("project",)) if reference.pyproject else None
    if isinstance(table, dict):
        from abiding.project.promise import Promise
        from abiding.project.table import Project

        difference = by_pre_releases(Promise.of(Project(table), None).values, reference.metadata)
        if difference:
            beside = "PKG-INFO from the pyproject.toml beside it"
            yield _pre_release_finding(reference, difference, beside, ("pyproject.toml", "PKG-INFO"))
    seen = {reference.metadata.data}
    for compared in comparison.compared:
        metadata = compared.artifact.metadata
        if metadata.data in seen or compared.identical:
            continue
        seen.add(metadata.data)
        difference = by_pre_releases(reference.metadata, metadata)
        if difference:
            beside = f"the {compared.artifact.kind} from the {reference.kind} that it is held against"
            yield _pre_release_finding(compared.artifact, difference, beside, (reference.kind, compared.artifact.kind))


def _pre_release_finding(artifact: Artifact, difference: Difference, beside: str, origins: tuple[str, str]) -> Finding:
    message = f"only pre-releases of Python tell `{difference.field}` of {beside}"
    return difference.finding("pre-release-marker", Severity.NOTE, message, artifact.called, origins)


def _read_differently(comparison: Comparison) -> Iterator[Finding]:
    """Yield what not all tools read alike, and does not count: once for all files that have the same metadata."""
    seen: set[bytes] = set()
    for compared in comparison.compared:
        data = compared.artifact.metadata.data
        note = None if data in seen else readers.note(data, compared.artifact.called)
        seen.add(data)
        if note:
            yield note


def _misnamed(comparison: Comparison) -> list[Finding]:
    """Return which files have another version than their name says."""
    return [
        finding
        for compared in comparison.compared
        if not compared.artifact.filename.endswith("/")
        for finding in judge_version(compared.artifact.called, _named(compared.artifact), compared.artifact.metadata)
    ]


def _named(artifact: Artifact) -> str:
    """Return the version in the file name.

    A wheel that was built for a proof is taken for one of the version of its sdist.
    """
    return artifact.filename.split("-")[1] if artifact.kind == "wheel" else artifact.version


def _stated(artifact: Artifact, severity: Severity, paths: Collection[str]) -> Iterator[Finding]:
    if artifact.stated:
        yield from judge_stated(artifact.called, artifact.stated, severity, path=artifact.read_from, others=paths)


def _yanked(file: Artifact | Unreadable) -> Finding:
    message = f"the index says that this file is not to be used: {file.yanked}"
    return Finding("yanked", Severity.NOTE, message, artifact=file.called)


# The sdist


def _of_the_sdist(comparison: Comparison, own: Own) -> Iterator[Finding]:
    sdist = comparison.sdist
    if sdist is None:
        return
    yield from own.findings
    declared = own.declared is not None
    yield from _sdist_disagrees(sdist, declared=declared)
    yield from _file_rules(sdist, Severity.ERROR if declared else Severity.NOTE)
    may_append = own.declared is not None and own.declared.declaration.may_append
    if may_append and comparison.is_modern and "requires-dist" not in sdist.metadata.dynamic:
        yield Finding(
            "not-dynamic",
            Severity.ERROR,
            "PKG-INFO does not say that wheels may require more",
            artifact=sdist.called,
            field="Dynamic",
            expected="Requires-Dist",
            expected_from="pyproject.toml",
            notes=("`project.dynamic` sanctions it, but tools that read an sdist go by PKG-INFO (PEP 643)",),
            hints=('build the sdist with `build-backend = "abiding.backend"`',),
        )
    if comparison.unsaid:
        fields = " and ".join(f"`{field}`" for field in comparison.unsaid)
        yield Finding(
            "not-comparable",
            Severity.NOTE,
            f"the sdist says nothing about {fields}, and wheels do",
            artifact=sdist.called,
            field=comparison.unsaid[0],
            notes=("old tools left it out of PKG-INFO, so nothing follows from that; the wheels were compared",),
        )


def _sdist_disagrees(sdist: Artifact, *, declared: bool) -> Iterator[Finding]:
    """Yield where PKG-INFO breaks the promises of the `[project]` table beside it."""
    whole = sdist.pyproject.table if sdist.pyproject else {}
    table = whole.get("project")
    if not isinstance(table, dict):
        return
    from abiding.project.known_backends import wrapped_in
    from abiding.project.promise import Promise
    from abiding.project.table import Project

    # The readme is not at hand: it lies in the archive.
    for difference in Promise.of(Project(table), None).broken_by(sdist.metadata):
        # What no resolver reads is the business of the project alone.
        if declared or difference.field in RESOLVER_FIELDS:
            yield difference.finding(
                "sdist-disagrees",
                Severity.ERROR,
                f"`{difference.field}` of PKG-INFO is not what the pyproject.toml beside it says",
                sdist.called,
                ("pyproject.toml", "PKG-INFO"),
                notes=(
                    "uv reads pyproject.toml where it can, other tools read PKG-INFO",
                    *field_notes(difference),
                ),
                hints=(
                    "if only one of the two was edited after the sdist was made, build it anew",
                    *hints.where_a_backend_differs(
                        difference.field,
                        wrapped_in(whole),
                        "" if difference.left or len(difference.right) != 1 else difference.right[0],
                    ),
                ),
            )


def _file_rules(sdist: Artifact, severity: Severity) -> Iterator[Finding]:
    metadata = sdist.metadata
    if metadata.version < (2, 2):
        yield Finding(
            "old-metadata-version",
            severity,
            f"the sdist has Metadata-Version {metadata.get('Metadata-Version').strip() or '(none)'}",
            artifact=sdist.called,
            field="Metadata-Version",
            expected="2.2",
            expected_from="the least that an sdist must have",
            found=metadata.get("Metadata-Version").strip() or None,
            notes=("below 2.2 nothing that the sdist says is known to hold for its wheels (PEP 643)",),
            hints=("build it with a backend that writes 2.2 or later",),
        )
    fields = {field.lower(): field for field in RESOLVER_FIELDS}
    for value in metadata.all("Dynamic"):
        proper = fields.get(value.strip().lower(), value.strip())
        if proper != value.strip():
            yield Finding(
                "dynamic-spelling",
                severity,
                f"`Dynamic: {value.strip()}` is not spelled `{proper}`",
                artifact=sdist.called,
                field="Dynamic",
                expected=proper,
                found=value.strip(),
                notes=("uv compares the name by the letter, and takes the field for static",),
            )


# Any project's artifacts: the standards alone


def _against_standards(compared: Compared, comparison: Comparison, wheels: Having) -> Iterator[Finding]:
    yield from _broken_by(compared, comparison, wheels)
    yield from judge_record(compared)


def _broken_by(compared: Compared, comparison: Comparison, wheels: Having) -> Iterator[Finding]:
    if comparison.sdist is None or compared.artifact.kind == "sdist":
        return
    of_sdist = comparison.sdist.metadata
    for difference in compared.differences:
        if not comparison.is_modern:
            read = difference.field in RESOLVER_FIELDS
            finding = field_finding(compared.artifact, difference, Severity.WARNING if read else Severity.NOTE, (_OLD,))
            # An sdist that is too old to be compared in what matters, is not held against its wheels in the rest.
            yield finding._replace(rule="not-comparable") if comparison.unsaid and not read else finding
        elif difference.field.lower() not in of_sdist.dynamic:
            note = _FORBIDDEN.format(difference.field)
            if difference.field == "Requires-Dist":
                yield from requirement_findings(compared.artifact, difference, wheels, notes=(note,))
            else:
                yield field_finding(
                    compared.artifact, difference, severity_of(difference), (note, *repair_notes(difference))
                )
        elif difference.left and of_sdist.version >= _APPEND_ONLY:
            if difference.field == "Requires-Dist":
                yield from requirement_findings(
                    compared.artifact, difference, wheels, difference.right, notes=(_APPENDED,)
                )
            else:
                yield field_finding(compared.artifact, difference, severity_of(difference), (_APPENDED,))


# The wheels among themselves


def _disagreements(
    compared: Compared, comparison: Comparison, rivals: Rivals, *, abides: bool | None, why: str
) -> Iterator[Finding]:
    """Yield where one wheel deviates from the others, and it is not these that the sdist speaks against.

    `abides` is whether it is as declared, None where nothing is declared, and `why` the reason that is given for it.
    """
    differing = {difference.field for difference in compared.differences}
    for difference in compared.deviations:
        if difference.field in RESOLVER_FIELDS:
            if comparison.binds(difference.field) and difference.field not in differing:
                continue
            severity, note = _weight(difference.field, comparison, abides=abides)
        elif comparison.sdist is None or comparison.unsaid:
            # There is a warning for what standards forbid; they say nothing about a release without an sdist.
            severity, note = Severity.NOTE, "no resolver reads this field"
        else:
            continue  # held against the sdist it has been reported
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
    if abides:
        return Severity.WARNING, _EXPLAINED
    # What may be appended is declared, not left open: `Dynamic` sanctions nothing then.
    if abides is None and comparison.lets_vary(field):
        return Severity.WARNING, _LEFT_OPEN
    return Severity.ERROR, _ONE_READ
