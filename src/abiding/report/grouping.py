"""Findings that say the same, once for all the files that they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.findings.meaning import is_among_wheels
from abiding.native.names import untagged

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding, Value

__all__ = ["Group", "alike", "counted", "groups", "left_out", "merged", "more_than_shown"]


class Group(NamedTuple):
    """A finding, its artifact left out, and all the artifacts of which it holds."""

    finding: Finding
    artifacts: tuple[str, ...]


def alike(findings: Iterable[Finding]) -> Iterator[Group]:
    """The findings that only differ in their artifact as one, and in how the same module is called in each.

    Of several files that are one module for several Pythons and platforms, it has the name with `.*` at its end.
    """
    found: dict[Finding, dict[Finding, list[str]]] = {}
    for finding in findings:
        alone = finding._replace(artifact="")
        found.setdefault(_for_any_tag(alone), {}).setdefault(alone, []).append(finding.artifact)
    for general, same in found.items():
        artifacts = tuple(name for names in same.values() for name in names)
        yield Group(general if len(same) > 1 else next(iter(same)), artifacts)


def _for_any_tag(finding: Finding) -> Finding:
    """A finding whose texts call each extension module by no more than it is called everywhere."""
    return finding._replace(
        message=untagged(finding.message),
        expected_from=untagged(finding.expected_from),
        found_from=untagged(finding.found_from),
        notes=tuple(map(untagged, finding.notes)),
    )


def merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same, with the first artifact named and the others counted."""
    for finding, (first, *others) in alike(findings):
        yield finding._replace(artifact=f"{first} and {len(others)} more" if others else first)


def groups(findings: Iterable[Finding]) -> list[Group]:
    """The same, those of one rule that hold of the same artifacts and differ in their values as one that has them all.

    In the order in which the first of each came. That wheels disagree is no more than a remark on what says which of
    them are wrong.
    """
    found: dict[Hashable, list[Group]] = {}
    for number, one in enumerate(alike(findings)):
        found.setdefault(number if (what := _what(one)) is None else what, []).append(one)
    return _without_echoes([_folded(same) for same in found.values()])


def _without_echoes(found: Sequence[Group]) -> list[Group]:
    """The groups without those on wheels among themselves whose files others say the same of, which get their notes.

    A wheel that is not what its sdist says in some field is not what other wheels say there either.
    """
    said = {place for one in found if not is_among_wheels(one.finding) for place in _places(one)}
    echoes = [one for one in found if is_among_wheels(one.finding) and said.issuperset(_places(one))]
    notes = {place: one.finding.notes for one in echoes for place in _places(one)}
    kept = []
    for one in found:
        if one not in echoes:
            more = tuple(dict.fromkeys(note for place in _places(one) for note in notes.get(place, ())))
            new = tuple(note for note in more if note not in one.finding.notes)
            kept.append(one._replace(finding=one.finding._replace(notes=(*one.finding.notes, *new))))
    return kept


def _places(group: Group) -> list[Hashable]:
    """The files that are spoken of, each with the field, and how much it weighs."""
    return [(name, group.finding.field, group.finding.severity) for name in group.artifacts]


def _what(group: Group) -> Hashable:
    """Everything that a group says but its values; None if it has none, or quotes a file."""
    finding = group.finding
    if finding.excerpts or (finding.expected is None and finding.found is None) or not finding.field:
        return None
    has = (finding.expected is None, finding.found is None)
    return (finding._replace(message="", expected=None, found=None, hints=()), has, group.artifacts)


def _folded(same: Sequence[Group]) -> Group:
    first, *others = same
    if not others:
        return first
    findings = [one.finding for one in same]
    expected, found = (_all(each.expected for each in findings), _all(each.found for each in findings))
    message = f"{first.finding.message}, and {counted(len(others), 'more difference')} of this kind"
    hints = tuple(dict.fromkeys(hint for each in findings for hint in each.hints))
    return Group(first.finding._replace(message=message, expected=expected, found=found, hints=hints), first.artifacts)


def _all(values: Iterable[Value]) -> Value:
    """The values as one; None if there are none."""
    found = [one for value in values if value is not None for one in ((value,) if isinstance(value, str) else value)]
    return tuple(found) or None


def counted(number: int, noun: str) -> str:
    """The number and the noun."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def left_out(findings: Sequence[object]) -> int:
    """How many of some findings are not shown."""
    return max(0, len(findings) - bounds.FINDINGS)


def more_than_shown(number: int) -> str:
    """Say that there are more findings than anybody reads."""
    return f"… {counted(number, 'more finding')}: `--output-format json` has them all"
