"""Describe the files of a release that have no findings, by their verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.releases.levels import BuiltAs
from abiding.releases.release import Verdict
from abiding.report.equality import apart

if TYPE_CHECKING:
    from collections.abc import Hashable

    from abiding.metadata.difference import Difference
    from abiding.releases.release import CheckedArtifact, Release

__all__ = ["LEVELS", "Standing", "standings"]


# What stands beside the verdict; nothing where no level is known.
LEVELS: dict[BuiltAs | None, str] = {
    BuiltAs.ABI: "ABI level",
    BuiltAs.API: "API level",
    BuiltAs.NONE: "no level",
    BuiltAs.UNKNOWN: "level not known",
}


class Standing(NamedTuple):
    """What is to be said of some files in a sentence, and the differences that are sanctioned."""

    verdict: Verdict
    sentence: str
    differences: tuple[Difference, ...]
    artifacts: tuple[str, ...]


def standings(release: Release) -> list[Standing]:
    """Group the files; the reference itself is left out where it is an sdist."""
    by_standing: dict[Hashable, list[CheckedArtifact]] = {}
    for checked in release.artifacts:
        is_reference = checked.kind == "sdist" and checked.called == release.reference
        if checked.verdict is not Verdict.INCONSISTENT and not is_reference:
            differences = checked.differences if checked.verdict is Verdict.DECLARED else ()
            how = apart([checked], release) if checked.verdict is Verdict.EQUAL else None
            meaning = frozenset((each.field, frozenset(each.left), frozenset(each.right)) for each in differences)
            by_standing.setdefault((checked.verdict, checked.level, how, meaning), []).append(checked)
    same = sorted(by_standing.values(), key=lambda group: list(Verdict).index(group[0].verdict))
    return [_standing(group, release) for group in same]


def _standing(group: list[CheckedArtifact], release: Release) -> Standing:
    first = group[0]
    differences = first.differences if first.verdict is Verdict.DECLARED else ()
    level = LEVELS.get(first.level, "")
    sentence = _sentence(first, release, alone=len(group) == 1) + (f" ({level})" if level else "")
    return Standing(first.verdict, sentence, differences, tuple(checked.called for checked in group))


def _sentence(checked: CheckedArtifact, release: Release, *, alone: bool) -> str:
    of = "the sdist" if release.comparison.sdist else ""
    match checked.verdict:
        case Verdict.CLEAN if not of and alone:
            several = len(release.artifacts) > 1
            return "the others are compared with it" if several else "there is nothing to compare it with"
        case Verdict.CLEAN:
            return f"the same metadata as {of}, to the byte" if of else "the same metadata, to the byte"
        case Verdict.EQUAL if of and release.unsaid:
            return "contradicts nothing that the sdist says, which is too old to say all"
        case Verdict.EQUAL:
            how = apart([checked], release).words
            return f"says what {of} says{how}" if of else f"says the same{how}"
        case Verdict.DECLARED:
            how = "as declared" if release.declares else "in what the sdist lists as dynamic"
            return f"{', '.join(map(_change, checked.differences)) or 'differs'}, {how}"
        case _:
            return "the sdist is too old to say what it says"


def _change(difference: Difference) -> str:
    """Return how many lines a file has more, and how many less, and of which field."""
    gone, new = len(difference.left), len(difference.right)
    if gone == new == 1:
        return f"`{difference.field}` changed"
    signed = [f"{sign}{number}" for sign, number in (("+", new), ("-", gone)) if number]
    return f"{' '.join(signed)} {'line' if gone + new == 1 else 'lines'} of `{difference.field}`"
