"""Releases as text for people: for each a table of its files, what was found, and a summary in one line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.characters import on_one_line, printable
from abiding.findings.finding import Severity
from abiding.findings.screen import block
from abiding.releases.release import Verdict
from abiding.releases.rules import breaks

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.releases.release import CheckedArtifact, Release

__all__ = ["CASES", "alike", "left_out", "merged", "more_than_shown", "of_all", "other_errors", "render", "summary"]


_WIDTH = 78
# With more wheels than this, those of which the same is to be said share a row.
_MOST_ROWS = 12
_MOST_ALIKE = 3
_NAME_WIDTH = 40
CASES = {1: "nothing dynamic", 2: "dynamic fields", 3: "no sdist", 4: "metadata older than 2.2"}
_WORDS = {
    Verdict.CLEAN: "identical",
    Verdict.EQUAL: "agrees",
    Verdict.DECLARED: "agrees",
    Verdict.INCONSISTENT: "DIFFERS",
    Verdict.NOT_COMPARABLE: "too old",
}


def render(releases: Sequence[Release]) -> str:
    """One text for all releases; it ends with a newline unless it is empty."""
    closing = of_all(releases)
    parts = ["\n".join(_release(release)) for release in releases] + ([closing] if closing else [])
    return printable("\n".join(f"{part}\n" for part in parts))


def of_all(releases: Sequence[Release]) -> str:
    """What a last line has to say where the summary of the last release could be taken for all; else nothing."""
    files = sum(len(release.artifacts) for release in releases)
    unread = sum(len(release.unread) for release in releases)
    if len(releases) == 1 or not unread:
        return ""
    return f"Of {_counted(files, 'file')}, {unread} could not be read"


def _release(release: Release) -> Iterator[str]:
    yield on_one_line(f"{release.name} {release.version}".strip()) + f"   {_contents(release)}"
    yield ""
    yield from _table(release)
    yield ""
    findings = list(merged(one for one in release.everything if one.severity is not Severity.NOTE))
    for finding in findings[: bounds.FINDINGS]:
        yield block(finding)
        yield ""
    notes = list(merged(_brief(one) for one in release.everything if one.severity is Severity.NOTE))
    for finding in notes[: bounds.FINDINGS]:
        yield from _brief_lines(finding)
    if notes:
        yield ""
    if more := left_out(findings) + left_out(notes):
        yield more_than_shown(more)
        yield ""
    yield summary(release)


def _contents(release: Release) -> str:
    count = {kind: sum(one.kind == kind for one in release.artifacts) for kind in ("sdist", "wheel")}
    found = [one.artifact.metadata.get("Metadata-Version") for one in release.artifacts if one.artifact.metadata]
    versions = sorted({on_one_line(one.strip()) for one in found if one.strip()})
    parts = [_counted(number, kind) for kind, number in count.items() if number]
    listed = " and ".join(filter(None, (", ".join(versions[:-1]), *versions[-1:])))
    return ", ".join([*parts, *([f"Metadata-Version {listed}"] if versions else [])])


# The table


def _table(release: Release) -> Iterator[str]:
    rows = list(_rows(release))
    width = max(len(name) for _, name, _, _ in rows)
    words = max(len(word) for _, _, word, _ in rows)
    for kind, name, word, remark in rows:
        line = f"  {kind:<5}  {name:<{width}}  {word:<{words}}  {remark}".rstrip()
        yield line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _rows(release: Release) -> Iterator[tuple[str, str, str, str]]:
    groups: dict[Hashable, list[CheckedArtifact]] = {}
    wheels = sum(one.kind == "wheel" for one in release.artifacts)
    said: dict[str, list[Finding]] = {one.filename: [] for one in release.artifacts}
    for finding in release.everything:
        said.setdefault(finding.artifact, []).append(finding)
    wrong = Counter(finding.artifact for finding in release.compiled if finding.severity is Severity.ERROR)
    words: dict[str, tuple[str, str]] = {}
    for one in release.artifacts:
        about = said[one.filename]
        word, remark = words[one.filename] = _word(one, release), _remark(one, release, about, wrong[one.filename])
        key = (word, remark, _apart(one, about)) if wheels > _MOST_ROWS and one.kind == "wheel" else one.filename
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        few = group if len(group) <= _MOST_ALIKE else group[:1]
        for one in few:
            yield one.kind, _short(one.filename), *words[one.filename]
        if len(group) > len(few):
            yield "", f"  … and {len(group) - len(few)} more like it", "", ""


def _apart(one: CheckedArtifact, about: Iterable[Finding]) -> Hashable:
    """All that sets a file apart: two that share this value differ in the same way."""
    differences = frozenset(
        (each.field, frozenset(each.left), frozenset(each.right)) for each in (*one.differences, *one.deviations)
    )
    return differences, frozenset(finding._replace(artifact="") for finding in about)


def _word(one: CheckedArtifact, release: Release) -> str:
    if one.artifact.problem:
        return "UNREADABLE"
    if one.verdict is Verdict.CLEAN and sum(bool(each.artifact.metadata) for each in release.artifacts) == 1:
        return "alone"
    if one.filename == release.reference and one.kind == "sdist" and one.verdict is not Verdict.NOT_COMPARABLE:
        return "reference"
    return _WORDS[one.verdict]


def _remark(one: CheckedArtifact, release: Release, about: Iterable[Finding], wrong: int) -> str:
    yanked = "yanked" if one.artifact.yanked else ""
    fields = list(dict.fromkeys(on_one_line(each.field) for each in (*one.differences, *one.deviations)))
    # What alone is not as its name or its project says differs from no file.
    fields = fields or list(dict.fromkeys(on_one_line(each.field) for each in about if breaks(each)))
    said = fields[0] + (f" +{len(fields) - 1}" if len(fields) > 1 else "") if fields else ""
    if one.verdict is Verdict.DECLARED:
        said = f"{_lines(one) or said} {'declared' if release.declares else 'dynamic'}"
    elif one.verdict is not Verdict.INCONSISTENT:
        unlike = any(each.rule == "wheels-disagree" for each in about)
        said = f"unlike others: {said}" if unlike else ""
    compiled = _counted(wrong, "error") if wrong else ""
    return ", ".join(part for part in (said, compiled, yanked) if part)


def _lines(one: CheckedArtifact) -> str:
    """How many requirements a file has more, and how many less."""
    changes = [each for each in one.differences if each.field == "Requires-Dist"]
    signed = (("+", sum(len(each.right) for each in changes)), ("-", sum(len(each.left) for each in changes)))
    return " ".join(f"{sign}{number}" for sign, number in signed if number)


def _short(filename: str) -> str:
    """The file name; of a wheel the tags only, since name and version stand above the table."""
    name = on_one_line(filename)
    if name.endswith(".whl") and name.count("-") >= len(("name", "version", "abi", "platform")):
        name = "…-" + "-".join(name.split("-")[2:])
    return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 15]}…{name[-14:]}"


# The findings


def merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those that only differ in their artifact as one that names the first and counts the others."""
    for finding, (first, *others) in alike(findings):
        yield finding._replace(artifact=f"{first} and {len(others)} more" if others else first)


def alike(findings: Iterable[Finding]) -> Iterable[tuple[Finding, list[str]]]:
    """The findings without their artifacts, each with all artifacts that it is about."""
    groups: dict[Finding, list[str]] = {}
    for finding in findings:
        groups.setdefault(finding._replace(artifact=""), []).append(finding.artifact)
    return groups.items()


def left_out(findings: Sequence[object]) -> int:
    """How many of some findings are not shown."""
    return max(0, len(findings) - bounds.FINDINGS)


def more_than_shown(number: int) -> str:
    """Say that there are more findings than anybody reads."""
    return f"… {_counted(number, 'more finding')}: `--output-format json` has them all"


def _brief(finding: Finding) -> Finding:
    """A note without its values: it takes up one line, and never more room than what matters."""
    return finding._replace(expected=None, found=None, expected_from="", found_from="", excerpts=(), notes=(), hints=())


def _brief_lines(finding: Finding) -> Iterator[str]:
    yield from block(finding._replace(artifact="", line=None, field="")).split("\n")
    if finding.artifact:
        yield f" --> {on_one_line(finding.artifact)}"


# The last line


def summary(release: Release) -> str:
    """The verdict and the case in words, on one line; first what would be overlooked beside a good verdict."""
    unread = len(release.unread)
    wrong = other_errors(release)
    parts = [wrong, f"Metadata {_sentence(release)}"] if wrong else [_sentence(release)]
    # What an sdist that could not be read binds, nobody knows.
    if any(one.artifact.metadata for one in release.artifacts) and not _lacks_sdist(release):
        parts.append(f"Case {release.case} of 4: {CASES[release.case]}")
    if unread:
        parts.append(f"{_counted(unread, 'file')} could not be read")
    return ". ".join(parts)


def _lacks_sdist(release: Release) -> bool:
    sdists = [one.artifact.metadata for one in release.artifacts if one.kind == "sdist"]
    return bool(sdists) and not any(sdists)


def other_errors(release: Release) -> str:
    """How many errors the verdict says nothing of, which is about whether files agree; empty if there are none.

    Files that could not be read are counted by themselves.
    """
    compiled = sum(one.severity is Severity.ERROR for one in release.compiled)
    left = [one for one in release.findings if one.severity is Severity.ERROR and one not in release.unread]
    rules = Counter(one.rule for one in left if not breaks(one))
    parts = [f"{_counted(compiled, 'error')} about the compiled files"] if compiled else []
    parts += [f"{_counted(number, 'error')} of `{rule}`" for rule, number in rules.items()]
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def _sentence(release: Release) -> str:
    readable = [one for one in release.artifacts if one.artifact.metadata]
    wheels = sum(one.kind == "wheel" for one in readable)
    match release.verdict:
        case Verdict.CLEAN if len(readable) == 1:
            return "clean: one file, with nothing to compare it with"
        case Verdict.CLEAN:
            return f"clean: the metadata of {len(readable)} files is identical"
        case Verdict.EQUAL:
            return f"equal: {len(readable)} files say the same, in different spelling"
        case Verdict.DECLARED:
            how = "all as declared" if release.declares else "all in what it lists as dynamic"
            return f"declared: {_differing(release, Verdict.DECLARED)}, {how}"
        case Verdict.INCONSISTENT:
            return f"inconsistent: {_differing(release, Verdict.INCONSISTENT)}{_in_what(release)}"
        case Verdict.NOT_COMPARABLE if readable:
            alike = f"{wheels} wheels say alike" if wheels > 1 else "wheel says"
            return f"not comparable: the sdist is too old to say what its {alike}"
        case _:
            return "not comparable: no file could be read"


def _differing(release: Release, verdict: Verdict) -> str:
    """How many wheels of a verdict differ, and from what; where none does, what else is apart."""
    wheels = [one for one in release.artifacts if one.kind == "wheel" and one.artifact.metadata]
    of_verdict = [one for one in wheels if one.verdict is verdict]
    has_sdist = any(one.filename == release.reference and one.kind == "sdist" for one in release.artifacts)
    from_sdist = [one for one in of_verdict if one.differences and has_sdist]
    number = len(from_sdist or of_verdict)
    if not number:
        several = any(one.kind == "sdist" and one.verdict is verdict and one.differences for one in release.artifacts)
        return "the sdists differ" if several else "the sdist contradicts itself"
    if has_sdist or not any(one.deviations for one in of_verdict):
        how = _how(release, of_verdict)
        if how:
            return f"{len(of_verdict)} of {_counted(len(wheels), 'wheel')} {how}"
    if not from_sdist and (len(wheels) == 2 or number == len(wheels)):  # noqa: PLR2004 (neither is the odd one)
        return f"the {len(wheels)} wheels differ from each other"
    beside = "the sdist" if from_sdist else "the others"
    return f"{number} of {_counted(len(wheels), 'wheel')} {'differs' if number == 1 else 'differ'} from {beside}"


# By the rule that they break, what one wheel and what several do that differ from no file.
_HOW = {
    "missing-requirement": ("lacks lines that are declared for it", "lack lines that are declared for them"),
    "wrong-version": ("is of another version than its file name", "are of other versions than their file names"),
}


def _how(release: Release, wheels: Sequence[CheckedArtifact]) -> str:
    """What is wrong with wheels, if some of them break a rule and do not differ from the sdist; else empty."""
    rules = {
        one.filename: {each.rule for each in release.findings if each.artifact == one.filename and breaks(each)}
        for one in wheels
    }
    own = {name: found - {"wheels-disagree"} for name, found in rules.items()}
    alone = [one for one in wheels if not one.differences and own[one.filename] & _HOW.keys()]
    if not alone:
        return ""
    every = set().union(*own.values())
    if len(alone) == len(wheels) and len(every) == 1:
        return _HOW[every.pop()][len(wheels) > 1]
    return f"{'is' if len(wheels) == 1 else 'are'} not as {'declared' if release.declares else 'named'}"


def _in_what(release: Release) -> str:
    broken = [one for one in release.artifacts if one.verdict is Verdict.INCONSISTENT and one.kind == "wheel"]
    if not broken or _how(release, broken):
        return ""
    if any(one.verdict is Verdict.DECLARED for one in release.artifacts):
        return f" in a way that is not {'declared' if release.declares else 'sanctioned'}"
    return "" if release.resolver_relevant else ", in nothing that resolvers read"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
