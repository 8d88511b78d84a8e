"""Judge what was built: against itself, the standards, and the declaration."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from abiding.artifacts.artifact import Artifact
from abiding.builds.rules import judge_prepared
from abiding.findings.finding import Finding, Severity, by_weight
from abiding.findings.patterns import pattern
from abiding.findings.rule_groups import is_of_publishing
from abiding.findings.words import number_of
from abiding.metadata import requirements
from abiding.metadata.difference import compare
from abiding.proof.building import StepState
from abiding.proof.levels import judge_levels_of
from abiding.proof.plan import BuiltFrom, What
from abiding.releases.check import releases
from abiding.releases.comparison import RESOLVER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.findings.rules import Rule
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.proof.building import Result, StepOutcome
    from abiding.proof.plan import Step
    from abiding.proof.subject import ProofSubject

__all__ = ["judge_builds"]


_CHANCE = (
    "look for what differs between two runs: time, environment variables, a random choice, the order of a set, files "
    "that a build leaves behind"
)
_LOCKED = "an installer resolves with one of them and gets the other"
# A message of ours, which continues in indented lines; an installer indents all of it.
_OURS = pattern(r"^( *)(abiding: error\[.*(?:\n\1 {4}.*)*)", re.MULTILINE)


def judge_builds(subject: ProofSubject, builds: Sequence[StepOutcome]) -> tuple[Finding, ...]:
    """Return all findings: the most severe first, then in the order of the builds."""
    findings = [finding for built in builds if not _follows(built, builds) for finding in _of_one(built, subject)]
    # If two runs of one step differ, other comparisons of it say nothing more.
    chance = {finding.field for finding in findings}
    for setting in dict.fromkeys(built.step.setting for built in builds):
        of_setting = _Setting(subject, [built for built in builds if built.step.setting == setting])
        findings += [finding for finding in of_setting.findings() if not finding.field or finding.field not in chance]
    findings += [finding for finding in _sdists(subject, builds) if finding.field not in chance]
    findings = [*(_failed(built) for built in builds if built.state is StepState.FAILED), *findings]
    return by_weight(dict.fromkeys(findings))


def _weight(field: str, built: StepOutcome, subject: ProofSubject) -> Severity:
    """Return the severity of a difference between builds; low for a version from a repository without history."""
    return Severity.NOTE if built.without_history and field == "Version" else _severity(field, subject)


def _severity(field: str, subject: ProofSubject) -> Severity:
    """Return the severity for a field: low if no resolver reads it, unless the project uses abiding."""
    return Severity.ERROR if subject.declaration or field in RESOLVER_FIELDS else Severity.WARNING


def _failed(built: StepOutcome) -> Finding:
    return Finding(
        "failed-build",
        Severity.ERROR,
        f"`{built.step.what.hook}` did not succeed" + (" the second time" if built.results else ""),
        artifact=str(built.step),
        notes=(_gist(built.output),),
    )


def _gist(output: str) -> str:
    """Return the most useful line of an output: our first message, the last line with an error, or the last line."""
    ours = _OURS.search(output)
    if ours:
        return " ".join(ours[2].split())
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (*lines[-1:], *errors[-1:])[-1] if lines else "it said nothing"


def _prepared_for(built: StepOutcome, builds: Iterable[StepOutcome]) -> Result | None:
    """Return the metadata that was prepared for the first build of a wheel."""
    ahead = {What.WHEEL: What.PREPARED_WHEEL, What.EDITABLE: What.PREPARED_EDITABLE}.get(built.step.what)
    step = replace(built.step, what=ahead) if ahead else None
    return next((built.results[-1] for built in builds if built.step == step and built.results), None)


def _follows(built: StepOutcome, builds: Iterable[StepOutcome]) -> bool:
    """Return whether the first build used the prepared metadata, with which the second is then compared."""
    prepared = _prepared_for(built, builds)
    return prepared is not None and built.first is not None and not compare(prepared.metadata, built.first.metadata)


def _of_one(built: StepOutcome, subject: ProofSubject) -> Iterator[Finding]:
    """Yield the differences between the runs of one step."""
    for first, second in pairwise(built.results):
        for difference in compare(first.metadata, second.metadata):
            yield _finding(
                "not-repeatable",
                f"`{difference.field}` of the {built.step.what} is not the same twice",
                (built.step, second),
                difference,
                ("the first time", "the second time"),
                severity=_weight(difference.field, built, subject),
                hint=_CHANCE,
            )


def _finding(
    rule: Rule,
    message: str,
    at: tuple[Step, Result],
    difference: Difference,
    sides: tuple[str, str],
    *,
    severity: Severity,
    hint: str = "",
) -> Finding:
    return difference.finding(
        rule,
        severity,
        message,
        at[1].called(at[0]),
        sides,
        notes=(_LOCKED,) if difference.field in RESOLVER_FIELDS and at[0].what is not What.SDIST else (),
        hints=(hint,) if hint else (),
    )


class _Setting:
    """The builds at one level and variant, by kind and origin."""

    def __init__(self, subject: ProofSubject, builds: Iterable[StepOutcome]) -> None:
        self.subject = subject
        self.made = {(built.step.what, built.step.origin): built for built in builds if built.results}

    def findings(self) -> Iterator[Finding]:
        yield from self._standards()
        for built in self.made.values():
            yield from self._prepared(built)
            if self.subject.declaration and not built.step.what.is_prepared and built.step.what is not What.SDIST:
                yield from judge_levels_of(built, self.subject.declaration, self.subject, self._sdist()[1])
        yield from self._pair((What.WHEEL, BuiltFrom.TREE), (What.WHEEL, BuiltFrom.SDIST), members=True)
        yield from self._pair((What.SDIST, BuiltFrom.TREE), (What.SDIST, BuiltFrom.SDIST), members=True)
        for origin in BuiltFrom:
            yield from self._pair((What.WHEEL, origin), (What.EDITABLE, origin))

    def _standards(self) -> Iterator[Finding]:
        """Yield the findings of `abiding check` on these files as a release."""
        filename, metadata = self._sdist()
        if metadata is None:
            return
        name, version = metadata.get("Name").strip(), metadata.get("Version").strip()
        sdist = Artifact(filename, "sdist", name, version, metadata, self.subject.pyproject)
        wheels = {
            (result.path.name, result.metadata.data, result.record, result.findings): (result, built.step)
            for (what, _), built in self.made.items()
            for result in built.results
            if what is What.WHEEL
        }
        # One by one, because differences between wheels are reported by their origin.
        for result, step in wheels.values():
            wheel = Artifact(
                result.path.name,
                "wheel",
                name,
                version,
                result.metadata,
                findings=result.findings,
                record=result.record,
            )
            for finding in (finding for release in releases([sdist, wheel]) for finding in release.findings):
                if is_of_publishing(finding):
                    continue
                about_wheel = finding.artifact == wheel.filename
                yield finding._replace(artifact=result.called(step)) if about_wheel else finding

    def _sdist(self) -> tuple[str, CoreMetadata | None]:
        """Return the file name and the metadata with which wheels are compared, if there are any."""
        sdist = self.made.get((What.SDIST, BuiltFrom.TREE))
        if sdist:
            return sdist.results[0].path.name, sdist.results[0].metadata
        return "PKG-INFO", self.subject.pkg_info

    def _prepared(self, built: StepOutcome) -> Iterator[Finding]:
        prepared = _prepared_for(built, self.made.values())
        for result in built.results if prepared else ():
            assert prepared is not None  # noqa: S101
            differences = compare(prepared.metadata, result.metadata)
            for finding in judge_prepared(differences, result.called(built.step)):
                yield finding._replace(severity=_severity(finding.field, self.subject))

    def _pair(
        self, first: tuple[What, BuiltFrom], second: tuple[What, BuiltFrom], *, members: bool = False
    ) -> Iterator[Finding]:
        left, right = self.made.get(first), self.made.get(second)
        if left is None or right is None:
            return
        for difference in compare(left.results[0].metadata, right.results[0].metadata):
            lines = difference.right
            if right.step.what is What.EDITABLE:
                lines = tuple(line for line in lines if not requirements.is_editable_mechanism(line))
            if difference.left or lines:
                yield _disagreement(left, right, difference._replace(right=lines), self.subject)
        if members:
            yield from _members(left, right)


def _disagreement(left: StepOutcome, right: StepOutcome, difference: Difference, subject: ProofSubject) -> Finding:
    return _finding(
        "builds-disagree",
        f"`{difference.field}` of the {_named(right, left)} is not that of the {_named(left, right)}",
        (right.step, right.results[0]),
        difference,
        (_named(left, right), _named(right, left)),
        severity=_weight(difference.field, right, subject),
        hint="a value that is computed while building has to come out the same wherever that is done",
    )


def _named(built: StepOutcome, beside: StepOutcome) -> str:
    """Return the name of a build in comparison with another, without what both have in common."""
    name = str(built.step.what)
    if built.step.origin is not beside.step.origin:
        name += f" from the {built.step.origin}"
    if built.step.setting != beside.step.setting:
        name += f" at {built.step.setting}"
    return name


def _members(left: StepOutcome, right: StepOutcome) -> Iterator[Finding]:
    """Yield files of the first archive that the second lacks, which reveals an incomplete sdist."""
    # Fields for the time and place of the build are left out.
    missing = sorted(
        name
        for name in left.results[0].members - right.results[0].members
        if not name.endswith("/") and ".egg-info/" not in name
    )
    if not missing:
        return
    files = number_of(len(missing), "file")
    yield Finding(
        "other-files",
        Severity.WARNING,
        f"the {_named(right, left)} lacks {files} of the {_named(left, right)}",
        artifact=right.results[0].called(right.step),
        expected=tuple(missing),
        expected_from=_named(left, right),
        found_from=f"not in the {_named(right, left)}",
        hints=("see to it that the sdist has all that the build needs",),
    )


# One sdist for all


def _sdists(subject: ProofSubject, builds: Iterable[StepOutcome]) -> Iterator[Finding]:
    """Yield differences between sdists of several levels and variants, or from a given sdist to a new one."""
    made = [built for built in builds if built.results and built.step.what is What.SDIST]
    from_tree = [built for built in made if built.step.origin is BuiltFrom.TREE]
    for other in from_tree[1:]:
        for difference in compare(from_tree[0].results[0].metadata, other.results[0].metadata):
            yield _disagreement(from_tree[0], other, difference, subject)
    for built in made if subject.pkg_info and not from_tree else ():
        for difference in compare(subject.pkg_info, built.results[0].metadata):  # type: ignore[arg-type]
            yield _finding(
                "builds-disagree",
                f"`{difference.field}` of the sdist that was made from the sdist is not that of the sdist",
                (built.step, built.results[0]),
                difference,
                ("PKG-INFO", "sdist of the sdist"),
                severity=_weight(difference.field, built, subject),
            )
