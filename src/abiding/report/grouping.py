"""Group findings that say the same about several files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.excerpts import MOST_LINES, excerpts
from abiding.findings.finding import weight
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.rule_groups import is_among_wheels, is_beside_the_sdist
from abiding.findings.words import first_of, number_of
from abiding.metadata.values import is_repeated
from abiding.native.names import untagged

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from abiding.findings.excerpts import Excerpts
    from abiding.findings.finding import Finding, Value
    from abiding.releases.release import Release

__all__ = ["Group", "each_of", "groups", "kind", "more_than_shown", "number_hidden", "release_groups", "values"]


class Group(NamedTuple):
    """A finding for a report, without its artifact, and all artifacts to which it applies."""

    finding: Finding
    artifacts: tuple[str, ...]

    @property
    def about(self) -> str:
        """A phrase for the files: the first by name, and the number of others."""
        return first_of(self.artifacts, 1)


def release_groups(release: Release) -> list[Group]:
    """Return the findings of a release for all report formats, the most severe first."""
    grouped = (*groups(release.findings), *groups(release.compiled))
    return sorted(grouped, key=lambda group: -weight(group.finding.severity))


def groups(findings: Iterable[Finding]) -> list[Group]:
    """Return the findings that say the same once, in the order in which the first of each came.

    Those that differ in their artifact alone are one with all artifacts. So are those that hold of the same artifacts,
    and differ in the values that their words name: it has all of these. What only follows from another is left out.
    """
    by_what: dict[Hashable, list[Group]] = {}
    for number, finding in enumerate(_alike(_without_echoes(tuple(findings)))):
        by_what.setdefault(number if (what := _what(finding)) is None else what, []).append(finding)
    return [_fold(same) for same in by_what.values()]


def _without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out that a wheel is not what others are, where it is said that it is not what it has to be.

    A wheel that is not what its sdist says in some field is not what other wheels say there either.
    """
    places = {_place(finding) for finding in findings if is_beside_the_sdist(finding)}
    return [finding for finding in findings if not (is_among_wheels(finding) and _place(finding) in places)]


def _place(finding: Finding) -> Hashable:
    return (finding.artifact, finding.field, finding.severity)


def _alike(findings: Iterable[Finding]) -> Iterator[Group]:
    """Yield the findings that only differ in their artifact as one, and in how the same module is called in each.

    Of several files that are one module for several Pythons and platforms, it has the name with `.*` at its end; two
    files of one artifact are two modules. What is about a line of a file is of that file.
    """
    by_place: dict[Hashable, dict[Finding, dict[str, None]]] = {}
    for finding in findings:
        alone = finding._replace(artifact="")
        of_a_line = finding.artifact if finding.line or finding.excerpts else ""
        by_place.setdefault((_for_any_tag(alone), of_a_line), {}).setdefault(alone, {})[finding.artifact] = None
    for same in by_place.values():
        artifacts = tuple(name for names in same.values() for name in names)
        if len(same) > 1 and len(set(artifacts)) == len(artifacts):
            yield Group(_for_any_tag(next(iter(same))), artifacts)
        else:
            yield from (Group(alone, tuple(names)) for alone, names in same.items())


def _for_any_tag(finding: Finding) -> Finding:
    """Return a finding with tags of extension modules removed from its texts."""
    return finding._replace(
        message=untagged(finding.message),
        expected_from=untagged(finding.expected_from),
        found_from=untagged(finding.found_from),
        notes=tuple(map(untagged, finding.notes)),
    )


def _what(group: Group) -> Hashable:
    """Return a group without its values; None if it differs from others in more than these."""
    finding = group.finding
    if finding.excerpts or not is_repeated(finding.field) or (finding.expected is None and finding.found is None):
        return None
    rest = finding._replace(message=_but_for_values(finding), expected=None, found=None, hints=())
    return rest, finding.expected is None, finding.found is None, group.artifacts


def _but_for_values(finding: Finding) -> str:
    """Return the message without the values in it."""
    message = finding.message
    for value in (*_each(finding.expected), *_each(finding.found)):
        message = message.replace(f"`{value}`", "``")
    return message


def _fold(same: Sequence[Group]) -> Group:
    first, *others = same
    if not others:
        return first
    findings = [group.finding for group in same]
    expected, found = (_all(each.expected for each in findings), _all(each.found for each in findings))
    message = f"{first.finding.message}, and {number_of(len(others), 'more difference')} of this kind"
    hints = tuple(dict.fromkeys(hint for each in findings for hint in each.hints))
    return Group(first.finding._replace(message=message, expected=expected, found=found, hints=hints), first.artifacts)


def _all(values: Iterable[Value]) -> Value:
    """Return the union of values; None if there are none."""
    return tuple(line for value in values for line in _each(value)) or None


def _each(value: Value) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def values(finding: Finding) -> Excerpts:
    """Return the lines of both values for those who show no more than a text: of a field with several, each counts."""
    return excerpts(finding.expected, finding.found, bounds.FINDINGS if is_repeated(finding.field) else MOST_LINES)


def kind(names: Sequence[str]) -> str:
    """Return the noun for some files."""
    if all(name.endswith((".tar.gz", ".zip")) for name in names):
        return "sdist"
    return "wheel" if all(name.endswith(".whl") for name in names) else "file"


def each_of(names: Sequence[str]) -> str:
    """Return the phrase before a list of files, to each of which a finding applies."""
    return f"each of {number_of(len(names), kind(names))}"


def number_hidden(findings: Sequence[object]) -> int:
    """Return how many of some findings are not shown."""
    return max(0, len(findings) - bounds.FINDINGS)


def more_than_shown(number: int) -> str:
    """Return the note that there are too many findings to show."""
    return f"… {number_of(number, 'more finding')}: `--output-format json` has them all"
