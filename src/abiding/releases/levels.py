"""The level of each wheel in a release, and levels that are mixed or not the requested one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity, lines_of
from abiding.findings.rule_groups import is_among_wheels, is_of_api, is_of_levels
from abiding.metadata.requirements import meaning
from abiding.project.build_record import MEMBER
from abiding.project.level import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from abiding.artifacts.artifact import Artifact
    from abiding.findings.rules import Rule
    from abiding.project.build_record import BuildRecord
    from abiding.releases.comparison import Compared
    from abiding.releases.declared import Declared

__all__ = ["BuiltAs", "judge_levels", "judge_record", "level_of", "without_consequences", "without_level"]


class BuiltAs(StrEnum):
    """The level of a wheel: `none` if no declared line applies to its tag, `unknown` without a build record."""

    ABI = "abi"
    API = "api"
    NONE = "none"
    UNKNOWN = "unknown"


def level_of(compared: Compared, declared: Declared | None) -> BuiltAs | None:
    """Return the level of a wheel, by its record (`abiding.json`) and by what is declared for its tag.

    None for an sdist, and for a wheel of a project without a known ABI level.
    """
    artifact = compared.artifact
    if artifact.kind == "sdist":
        return None
    record = artifact.record
    if declared is not None:
        if not declared.declaration.entries:
            return None
        if not declared.has_line_for(artifact.filename, record.variant if record else None):
            return BuiltAs.NONE
    if record is None:
        return BuiltAs.UNKNOWN if declared else None
    if declared is None and record.level == Level.ABI and not record.lines and not record.libraries:
        return BuiltAs.NONE
    # A record may contain anything.
    return BuiltAs(record.level) if record.level in (Level.ABI, Level.API) else BuiltAs.UNKNOWN


def judge_levels(
    levels: Mapping[str, BuiltAs], lines: Mapping[str, tuple[str, ...]], expected: Level | None
) -> Iterator[Finding]:
    """Judge the levels of wheels, which are given by file name; `expected` is the one that all should have, or None.

    `lines` are the declared lines that each wheel has, by file name.
    """
    built = {level: [name for name, own in levels.items() if own is level] for level in BuiltAs}
    if built[BuiltAs.API] and built[BuiltAs.ABI]:
        yield _mixed(built, _EVERYWHERE.format(expected or Level.ABI))
    for name in built[BuiltAs.API] if expected is not Level.API else ():
        severity = Severity.ERROR if expected is Level.ABI else Severity.NOTE
        message = "the wheel was built at the API level: it has none of the declared lines"
        yield _finding("level-api", severity, message, name, _TO_ABI if expected else "")
    for name in built[BuiltAs.ABI] if expected is Level.API else ():
        message = "the wheel was built at the ABI level: it has the declared lines too"
        yield _finding("level-abi", Severity.ERROR, message, name, _TO_API)
    for name in built[BuiltAs.UNKNOWN]:
        yield _unknown(name, has_lines=bool(lines.get(name)), expected=expected)


def without_level(artifacts: Iterable[Artifact]) -> Iterator[Finding]:
    """Report wheels whose level is requested and not known; records are not read over an index."""
    for artifact in artifacts:
        why, hint = "it has no record of its build, and no declaration is at hand", ""
        if artifact.on_index:
            why = "its record is in the file, which is not read over an index"
            hint = "download the wheel, and check the file"
        message = f"the level of the wheel can't be checked: {why}"
        yield _finding("level-unknown", Severity.NOTE, message, artifact.called, hint)


def without_consequences(findings: Iterable[Finding], declared: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings without those that only follow from mixed levels.

    These are that some wheels are of the API level, and lack lines that are `declared` for wheels. Disagreements
    between wheels are kept, with the hint on levels, as findings on the release.
    """
    findings = tuple(findings)
    mixed = next((finding for finding in findings if is_of_levels(finding)), None)
    if mixed is None:
        return findings
    lines = set(map(meaning, declared))
    others = []
    for finding in findings:
        follows = is_of_api(finding) and finding.severity is Severity.NOTE
        if is_among_wheels(finding) and finding.field == "Requires-Dist":
            values = (*lines_of(finding.expected), *lines_of(finding.found))
            follows = lines.issuperset(map(meaning, values))
        if not follows:
            others.append(finding)
        elif finding.severity is Severity.ERROR:
            others.append(finding._replace(hints=mixed.hints))
    return tuple(others)


def judge_record(compared: Compared) -> Iterator[Finding]:
    """Find lines that a wheel lacks although its own record lists them."""
    artifact = compared.artifact
    record = artifact.record
    if record is None:
        return
    if record.level == Level.API and record.lines:
        yield _contradictory(artifact.called, record)
    stated = set(map(meaning, artifact.metadata.all("Requires-Dist")))
    for line in record.lines:
        if meaning(line.requirement) not in stated:
            yield Finding(
                "missing-requirement",
                Severity.ERROR,
                f"the wheel does not have `{line.requirement}`, which its own record has",
                artifact=artifact.called,
                field="Requires-Dist",
                expected=line.requirement,
                expected_from=MEMBER,
                found_from="METADATA",
                notes=("METADATA was edited after the build: installers read that, and no record",),
                hints=("build the wheel again, from the sdist",),
            )


def _contradictory(filename: str, record: BuildRecord) -> Finding:
    return Finding(
        "bad-provenance",
        Severity.ERROR,
        f"has a record of its build (`{MEMBER}`) that says API level, and lists lines of the ABI level",
        artifact=filename,
        found=tuple(line.requirement for line in record.lines),
        found_from=MEMBER,
        notes=("a build at the API level adds no line: something else has edited the record",),
        hints=("build the wheel again, from the sdist",),
    )


_TO_ABI = "build it at the ABI level: `-C abiding.level=abi`, or set `ABIDING_LEVEL=abi`"
_EVERYWHERE = "set `ABIDING_LEVEL={}` wherever wheels are built that are to be published"
_TO_API = "build it at the API level: `-C abiding.level=api`, or set `ABIDING_LEVEL=api`"


def _unknown(name: str, *, has_lines: bool, expected: Level | None) -> Finding:
    if expected is Level.ABI and not has_lines:
        message = "the wheel has none of the lines that are declared for it, and no record of its build"
        return _finding("level-api", Severity.ERROR, message, name, _TO_ABI)
    if expected is Level.API and has_lines:
        message = "the wheel has lines of the ABI level, and no record of its build"
        return _finding("level-abi", Severity.ERROR, message, name, _TO_API)
    message = "the level that the wheel was built at is not known: it has no record of its build that tells it"
    return _finding("level-unknown", Severity.NOTE, message, name, "")


def _mixed(built: Mapping[BuiltAs, list[str]], hint: str) -> Finding:
    few, many = sorted((BuiltAs.API, BuiltAs.ABI), key=lambda level: len(built[level]))
    counts = f"{len(built[many])} at {many.upper()}, {len(built[few])} at {few.upper()}"
    return Finding(
        "levels-mixed",
        Severity.ERROR,
        f"wheels of one release were built at different levels: {counts}",
        artifact=built[few][0],
        field="level",
        expected=tuple(built[many]),
        expected_from=f"{many.upper()} level",
        found=tuple(built[few]),
        found_from=f"{few.upper()} level",
        notes=("a resolver that reads one of them takes its requirements for those of all",),
        hints=(hint,),
    )


def _finding(rule: Rule, severity: Severity, message: str, name: str, hint: str) -> Finding:
    return Finding(rule, severity, message, artifact=name, field="level", hints=(hint,) if hint else ())
