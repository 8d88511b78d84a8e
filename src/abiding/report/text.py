"""Report releases as text: each difference once with its wheels, the verdict last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.characters import on_one_line
from abiding.findings.excerpts import MOST_LINES, Excerpts, begin_alike, cut, excerpts, parted
from abiding.findings.finding import Severity, lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.rule_groups import breaks, is_harmless_bound
from abiding.findings.screen import ARROW, conclusion, headline, labelled, lines, origins, remarks, sides, values
from abiding.findings.terminal import Span, Style, Terminal, style_of
from abiding.findings.words import all_of, number_of, wrap
from abiding.metadata.fields import is_of_the_file
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.releases.release import Verdict
from abiding.report.columns import NOTHING, columns
from abiding.report.compact import compact
from abiding.report.grouping import each_of, kind, more_than_shown, number_hidden, release_groups
from abiding.report.standings import standings
from abiding.report.summary import case, of_all, verdict

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from abiding.findings.finding import Finding
    from abiding.findings.terminal import Line
    from abiding.releases.release import Release
    from abiding.report.grouping import Group
    from abiding.report.standings import Standing

__all__ = ["last_lines", "render"]


# Of what is no error nor warning, enough is shown to tell what it is.
_LINES_OF_NOTE = 3
_NOTHING: Line = ()


def render(releases: Sequence[Release], terminal: Terminal | None = None, *, full: bool = False) -> str:
    """Return all releases as one text, with a table of verdicts if there are several; with `full`, whole values."""
    to = terminal or Terminal()
    lines = [line for release in releases for line in (*_Report.of(release, to, full=full).lines(), _NOTHING)]
    table = list(_table(releases, to)) if len(releases) > 1 else []
    return to.written([*lines, *table, *_unread(releases)] if table else lines[:-1])


def last_lines(releases: Sequence[Release], terminal: Terminal | None = None) -> str:
    """Return the verdict of each release alone, a line each."""
    to = terminal or Terminal()
    lines = [line for release in releases for line in _last(release, to, f"{_name(release)}: ")]
    return to.written([*lines, *_unread(releases)])


def _unread(releases: Sequence[Release]) -> Iterator[Line]:
    if closing := of_all(releases):
        yield (Span(closing, Style.ERROR),)


class _Report(NamedTuple):
    """What is to be said of one release, in lines that are so wide."""

    release: Release
    terminal: Terminal
    full: bool
    # The fields that one of its files has, in lower case.
    known: frozenset[str]

    @classmethod
    def of(cls, release: Release, terminal: Terminal, *, full: bool) -> _Report:
        files = (checked.artifact.metadata for checked in release.artifacts)
        distinct = {metadata.data: metadata for metadata in files}
        known = {name.lower() for each in distinct.values() for name, _ in each.fields}
        return cls(release, terminal, full, frozenset({*known, "description"}))

    def lines(self) -> Iterator[Line]:
        name = Span(_name(self.release), Style.STRONG)
        yield from labelled(Span(_contents(self.release)), self.terminal.width, name, Span("   "), margin=4)
        yield _NOTHING
        all_groups = release_groups(self.release)
        for alike in self._by_value(all_groups if self.full else all_groups[: bounds.FINDINGS]):
            yield from self._finding(alike[0]) if len(alike) == 1 else self._several(alike)
            yield _NOTHING
        for standing in standings(self.release):
            yield from self._standing(standing)
            yield _NOTHING
        closing = list(self._closing(all_groups))
        yield from closing
        if closing:
            yield _NOTHING
        yield from _last(self.release, self.terminal)

    # A difference, and the files that it is in

    def _finding(self, group: Group) -> Iterator[Line]:
        finding, artifacts = group
        if finding.line or finding.excerpts:
            yield from lines(finding._replace(artifact=artifacts[0]), self.terminal.width)
            return
        yield from headline(finding, self.terminal.width)
        named = [name for name in artifacts if name]
        yield from self._files(named, each_of(named))
        field, is_note = self._field(finding.field), finding.severity is Severity.NOTE
        if self.full or not is_note or field != finding.field:
            yield from values(finding, self.terminal.width, field, self._most(finding.severity))
        if self.full or not is_note:
            yield from remarks(finding, self.terminal.width)
        elif breaks(finding):
            yield from remarks(finding._replace(notes=()), self.terminal.width)
        elif is_harmless_bound(finding):
            yield from remarks(finding._replace(notes=finding.notes[:1], hints=()), self.terminal.width)

    def _by_value(self, groups: Sequence[Group]) -> Iterable[Sequence[Group]]:
        """Put together what differs in a long text alone that was built, as a licence does by platform."""
        same: dict[Hashable, list[Group]] = {}
        for number, group in enumerate(groups):
            is_cut = not self.full and self._is_cut(group.finding)
            key = group.finding._replace(found=None) if is_cut else number
            same.setdefault(key, []).append(group)
        return same.values()

    def _several(self, groups: Sequence[Group]) -> Iterator[Line]:
        """Yield once what files have in common that hold several texts, then what each of these has by itself."""
        finding, width = groups[0].finding, self.terminal.width
        yield from headline(finding, width)
        names = [name for group in groups for name in group.artifacts]
        yield (ARROW, Span(f"{each_of(names)}, in {len(groups)} ways:", Style.STRONG))
        texts = [lines_of(group.finding.found) for group in groups]
        common, most = begin_alike(texts), self._most(finding.severity) or MOST_LINES
        yield from origins(finding, width, self._field(finding.field))
        yield from sides(parted(lines_of(finding.expected), texts[0][:common], most), width)
        everywhere = set(texts[0]).intersection(*texts[1:])
        for group, text in zip(groups, texts, strict=True):
            yield from self._files(group.artifacts, number_of(len(group.artifacts), kind(group.artifacts)))
            yield from sides(Excerpts([], cut(text[common:], most, everywhere)), width)
        notes = () if finding.severity is Severity.NOTE else finding.notes
        yield from remarks(finding._replace(notes=notes), width)

    def _standing(self, standing: Standing) -> Iterator[Line]:
        word = on_one_line(str(standing.verdict).replace("-", " "))
        style = Style.NOTE if standing.verdict is Verdict.NOT_COMPARABLE else Style.GOOD
        yield from labelled(Span(standing.sentence), self.terminal.width, Span(f"{word}: ", style), margin=4)
        yield from self._files(standing.artifacts, number_of(len(standing.artifacts), kind(standing.artifacts)))
        most = None if self.full else MOST_LINES
        for difference in standing.differences:
            expected, found = difference.texts
            yield from sides(excerpts(expected, found, most), self.terminal.width)

    def _files(self, names: Sequence[str], several: str) -> Iterator[Line]:
        """Yield one file by its name, several by their tags, behind what they are called."""
        if len(names) == 1:
            yield (ARROW, Span(on_one_line(names[0])))
        if len(names) <= 1:
            return
        parts = compact(names, [file.called for file in self.release.files])
        head = f"{several}:"
        if len(parts) == 1 and len(f"{ARROW.text}{head} {parts[0]}") <= self.terminal.width:
            yield (ARROW, Span(head, Style.STRONG), Span(f" {parts[0]}"))
            return
        yield from labelled(Span(head, Style.STRONG), self.terminal.width, ARROW, margin=5)
        for text in parts:
            for line in wrap(on_one_line(text), self.terminal.width, " " * 7, " " * 5):
                yield (Span(line),)

    def _field(self, field: str) -> str:
        """Return the field, and whether it matters to those who choose what is installed."""
        if field in RESOLVER_FIELDS:
            return f"{field}, which resolvers read"
        idle = field.lower() in self.known and not is_of_the_file(field)
        return f"{field}, which no resolver reads" if idle else field

    def _most(self, severity: Severity) -> int | None:
        if self.full:
            return None
        return _LINES_OF_NOTE if severity is Severity.NOTE else MOST_LINES

    # What there is to say at the end

    def _closing(self, all_groups: Sequence[Group]) -> Iterator[Line]:
        if not self.full and (more := number_hidden(all_groups)):
            yield from labelled(Span(more_than_shown(more)), self.terminal.width)
        hints = []
        if self._advises_maintainers(all_groups):
            those = f"the hints above are for the maintainers of {on_one_line(self.release.name)}"
            harmless = self.release.worst is Severity.NOTE
            hints.append(those if harmless else f"{those}; who installs it can tell them, or choose another release")
        if all_groups:
            # What the verdict comes from, if nothing graver is there; of mere notes, the most alarming.
            gravest = all_groups[0].finding.severity
            findings = [group.finding for group in all_groups if group.finding.severity is gravest]
            first = min(findings, key=lambda finding: (not breaks(finding), not is_harmless_bound(finding)))
            what = "tells what it means" if first.severity is Severity.NOTE else "tells why, and what to do"
            hints.append(f"`abiding explain {first.rule}` {what}")
        if self.release.verdict is Verdict.INCONSISTENT and self.release.worst is not Severity.ERROR:
            hints.append("`abiding explain verdict` tells why this is inconsistent, and yet no error")
        if not self.full and any(self._is_cut(group.finding) for group in all_groups):
            hints.append("`--full` shows all lines of all values")
        for hint in hints:
            yield from labelled(Span(hint), self.terminal.width, Span("hint: ", Style.HINT))
        if of := case(self.release):
            yield from labelled(Span(f"{of} (`abiding explain case`)", Style.FAINT), self.terminal.width, margin=4)

    def _advises_maintainers(self, all_groups: Sequence[Group]) -> bool:
        """Return whether a hint is shown on files that an index has, which readers may not be able to correct."""
        shown = (
            group.finding
            for group in all_groups
            if self.full or group.finding.severity is not Severity.NOTE or breaks(group.finding)
        )
        return all(file.on_index for file in self.release.files) and any(finding.hints for finding in shown)

    def _is_cut(self, finding: Finding) -> bool:
        most = self._most(finding.severity) or 0
        return any(len(lines_of(value)) > most for value in (finding.expected, finding.found))


def _name(release: Release) -> str:
    return on_one_line(f"{release.name} {release.version}".strip())


def _contents(release: Release) -> str:
    count = Counter(file.kind for file in release.files)  # sdists first
    stated = [checked.artifact.metadata.get("Metadata-Version") for checked in release.artifacts]
    versions = sorted({on_one_line(version.strip()) for version in stated if version.strip()})
    parts = [number_of(number, kind) for kind, number in count.items()]
    return ", ".join([*parts, *([f"Metadata-Version {all_of(versions)}"] if versions else [])])


def _last(release: Release, to: Terminal, name: str = "") -> Iterator[Line]:
    """Yield the verdict, in the colour of the gravest finding."""
    yield from conclusion(Span(name + verdict(release), _style(release)), to)


def _style(release: Release) -> Style:
    return style_of(Severity.ERROR if release.unread else release.worst)


def _table(releases: Sequence[Release], to: Terminal) -> Iterator[Line]:
    """Yield the verdicts of several releases, one under the other."""
    head = ("release", "verdict", "case", *(f"{severity}s" for severity in Severity))
    yield from columns(head, [tuple(_cells(release)) for release in releases], to)


def _cells(release: Release) -> Iterator[Span]:
    yield Span(_name(release))
    yield Span(str(release.verdict).replace("-", " "), _style(release))
    yield Span(str(release.case) if case(release) else NOTHING)
    # As often as they are shown, whatever the number of files.
    severities = [group.finding.severity for group in release_groups(release)]
    yield from (Span(str(severities.count(severity))) for severity in Severity)
