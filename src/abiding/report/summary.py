"""Summarise a release in words: its verdict, and its case by PEP 643."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings.finding import Severity
from abiding.findings.rule_groups import breaks, is_of_levels, is_of_no_known_level
from abiding.findings.words import all_of, number_of
from abiding.releases.levels import BuiltAs
from abiding.releases.release import Verdict
from abiding.releases.rules import is_read
from abiding.report.equality import apart
from abiding.report.grouping import groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.artifacts.artifact import Unreadable
    from abiding.releases.release import CheckedArtifact, Release

__all__ = ["CASES", "case", "of_all", "overlooked", "summary", "verdict"]


CASES = {1: "nothing dynamic", 2: "dynamic fields", 3: "no sdist", 4: "metadata older than 2.2"}


def summary(release: Release) -> str:
    """Return the verdict and the case in words, on one line; first what would be overlooked beside a good verdict."""
    return ". ".join(part for part in (*_verdict(release), *_levels(release), case(release)) if part)


def verdict(release: Release) -> str:
    """Return the verdict in words, on one line."""
    return ". ".join(part for part in (*_verdict(release), *_levels(release)) if part)


def case(release: Release) -> str:
    """Return the case in words; empty if what an sdist that could not be read binds, nobody knows."""
    kinds = {checked.kind for checked in release.artifacts}
    lacks_sdist = "sdist" not in kinds and any(file.kind == "sdist" for file in release.unreadable)
    return f"Case {release.case} of 4: {CASES[release.case]}" if kinds and not lacks_sdist else ""


def of_all(releases: Sequence[Release]) -> str:
    """Return what a last line has to say where the summary of the last release could be taken for all; else nothing."""
    files = Counter(_noun(file) for release in releases for file in release.files)
    unread = sum(len(release.unreadable) for release in releases)
    if len(releases) == 1 or not unread:
        return ""
    counts = [number_of(files[noun], noun) for noun in ("file", "folder", "release") if files[noun]]
    return f"Of {' and '.join(filter(None, (', '.join(counts[:-1]), counts[-1])))}, {unread} could not be read"


def _unread(files: Sequence[Unreadable]) -> str:
    if len(files) > 1:
        return f"none of {len(files)} files could be read"
    of_index = files[0].kind == "release"
    return "the release could not be looked up" if of_index else f"the {_noun(files[0])} could not be read"


def _noun(file: CheckedArtifact | Unreadable) -> str:
    """Return what a file is called where it does not matter which kind of artifact it is."""
    return file.kind if file.kind in ("folder", "release") else "file"


def _verdict(release: Release) -> tuple[str, ...]:
    before = overlooked(release)
    return (*before, f"Metadata {_sentence(release)}") if before else (_sentence(release),)


def _levels(release: Release) -> tuple[str, str]:
    """Return what no verdict says of the levels of wheels; empty where there is nothing to say."""
    return _of_api(release), _not_known(release)


def _not_known(release: Release) -> str:
    """Return for how many wheels it is not known whether they are of the requested level."""
    unknown = {finding.artifact for finding in release.findings if is_of_no_known_level(finding)}
    if release.level is None or not unknown:
        return ""
    wheels = len(_wheels(release))
    which = f"{len(unknown)} of {wheels} wheels {'is' if len(unknown) == 1 else 'are'}"
    if len(unknown) == wheels:
        which = f"the {'wheel is' if wheels == 1 else f'{wheels} wheels are'}"
    return f"Not known: whether {which} of the {release.level.upper()} level"


def _of_api(release: Release) -> str:
    """Return how many wheels lack lines that the project declares, which is in no verdict; empty if none does."""
    if any(is_of_levels(finding) for finding in release.findings):
        return ""  # it has been said
    number = sum(checked.level is BuiltAs.API for checked in release.artifacts)
    wheels = len(_wheels(release))
    return (
        f"{number} of {number_of(wheels, 'wheel')} {'is' if number == 1 else 'are'} of the API level" if number else ""
    )


def overlooked(release: Release) -> tuple[str, ...]:
    """Return what the verdict says nothing of, and would be overlooked behind a good one: it stands before it."""
    number = len(release.unreadable) if release.artifacts else 0
    unread = f"{number_of(number, 'file')} could not be read" if number else ""
    return tuple(filter(None, (unread, _other_errors(release))))


def _other_errors(release: Release) -> str:
    """Return how many errors the verdict says nothing of; unreadable files do not count. Empty if none."""
    compiled = sum(group.finding.severity is Severity.ERROR for group in groups(release.compiled))
    unread = frozenset(release.unread)
    errors = (finding for finding in release.findings if finding.severity is Severity.ERROR)
    left = groups(finding for finding in errors if finding not in unread)
    rules = Counter(group.finding.rule for group in left if not breaks(group.finding))
    parts = [f"{number_of(compiled, 'error')} about the compiled files"] if compiled else []
    parts += [f"{number_of(number, 'error')} of `{rule}`" for rule, number in rules.items()]
    return all_of(parts)


def _sentence(release: Release) -> str:
    readable, wheels = len(release.artifacts), len(_wheels(release))
    match release.verdict:
        case Verdict.CLEAN if readable == 1 and not wheels and not release.unreadable:
            return "clean: an sdist alone, with no wheel to compare it with"
        case Verdict.CLEAN if readable == 1:
            read = " as far as it could be read" if release.unreadable else ""
            return f"clean{read}: one file, with nothing to compare it with"
        case Verdict.CLEAN:
            return f"clean: the metadata of {readable} files is identical"
        case Verdict.EQUAL:
            equal = [checked for checked in release.artifacts if checked.verdict is Verdict.EQUAL]
            return f"equal: {readable} files say the same{apart(equal, release).words}"
        case Verdict.DECLARED:
            how = "all as declared" if release.declares else "all in what it lists as dynamic"
            return f"declared: {_differing(release, Verdict.DECLARED)}, {how}"
        case Verdict.INCONSISTENT:
            return f"inconsistent: {_differing(release, Verdict.INCONSISTENT)}{_in_what(release)}"
        case Verdict.NOT_COMPARABLE if readable:
            alike = f"{wheels} wheels say alike" if wheels > 1 else "wheel says"
            return f"not comparable: the sdist is too old to say what its {alike}"
        case _:
            return f"not comparable: {_unread(release.unreadable)}"


def _wheels(release: Release) -> list[CheckedArtifact]:
    return [checked for checked in release.artifacts if checked.kind == "wheel"]


def _differing(release: Release, verdict: Verdict) -> str:
    """Return how many wheels of a verdict differ, and from what; where none does, what else is apart."""
    wheels, sdist = _wheels(release), release.comparison.sdist
    of_verdict = [checked for checked in wheels if checked.verdict is verdict]
    from_sdist = [checked for checked in of_verdict if checked.differences and sdist]
    number = len(from_sdist or of_verdict)
    if not number:
        several = any(
            each.differences for each in release.artifacts if each.kind == "sdist" and each.verdict is verdict
        )
        return "the sdists differ" if several else "the sdist contradicts itself"
    if sdist or not any(checked.deviations for checked in of_verdict):
        how = _how(release, of_verdict)
        if how:
            return f"{len(of_verdict)} of {number_of(len(wheels), 'wheel')} {how}"
    if not from_sdist and (len(wheels) == 2 or number == len(wheels)):  # noqa: PLR2004 (neither is the odd one)
        return f"the {len(wheels)} wheels differ from each other"
    beside = "the sdist" if from_sdist else "the others"
    return f"{number} of {number_of(len(wheels), 'wheel')} {'differs' if number == 1 else 'differ'} from {beside}"


# By the rule that they break, what one wheel and what several do that differ from no file.
_HOW = {
    "missing-requirement": ("lacks lines that are declared for it", "lack lines that are declared for them"),
    "wrong-version": ("is of another version than its file name", "are of other versions than their file names"),
}


def _how(release: Release, wheels: Sequence[CheckedArtifact]) -> str:
    """Return what is wrong with wheels, if some of them break a rule and do not differ from the sdist; else empty."""
    rules = {
        wheel.called: {each.rule for each in release.findings if each.artifact == wheel.called and breaks(each)}
        for wheel in wheels
    }
    own = {name: broken - {"wheels-disagree"} for name, broken in rules.items()}
    alone = [wheel for wheel in wheels if not wheel.differences and own[wheel.called] & _HOW.keys()]
    if not alone:
        return ""
    every = set().union(*own.values())
    if len(alone) == len(wheels) and len(every) == 1:
        return _HOW[every.pop()][len(wheels) > 1]
    return f"{'is' if len(wheels) == 1 else 'are'} not as {'declared' if release.declares else 'named'}"


def _in_what(release: Release) -> str:
    """Return how it differs, and whether that is in what resolvers read: of some of the wheels, of how many of them."""
    wheels = [checked for checked in _wheels(release) if checked.verdict is Verdict.INCONSISTENT]
    way = ""
    broken = [finding for finding in release.findings if breaks(finding)]
    read = {finding.artifact for finding in broken if is_read(finding)}
    lawful = any(checked.verdict is Verdict.DECLARED for checked in release.artifacts) or (
        release.resolver_relevant and not read
    )
    if wheels and lawful and not _how(release, wheels):
        way = f" in a way that is not {'declared' if release.declares else 'sanctioned'}"
    if not read:
        return f"{way}, but only in fields that no resolver reads"
    number = sum(wheel.called in read for wheel in wheels)
    return f"{way}, {number} in what resolvers read" if 0 < number < len(wheels) else f"{way}, in what resolvers read"
