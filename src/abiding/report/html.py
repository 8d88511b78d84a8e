"""Report releases as one self-contained HTML page."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from abiding._version import __version__
from abiding.findings.finding import Severity, lines_of, weight
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of
from abiding.metadata.values import is_repeated
from abiding.report import explanations
from abiding.report.compact import compact
from abiding.report.filters import Filters
from abiding.report.grouping import each_of, release_groups
from abiding.report.markup import Side, badge, breakable, document, explain_button, files, page, prose, sides, text
from abiding.report.matrix import Matrix
from abiding.report.summary import case, overlooked, verdict
from abiding.report.table import Table, legend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from abiding.releases.release import Release
    from abiding.report.grouping import Group

__all__ = ["PageOrigin", "render"]


# In the title, of which a tab shows the beginning.
_MOST_NAMED = 3


class PageOrigin(NamedTuple):
    """The origin of a page: the command, without secrets, and the time."""

    command: str = ""
    made: datetime | None = None


def render(releases: Sequence[Release], origin: PageOrigin | None = None) -> str:
    """Return the page, releases with errors first. It loads no files and has no scripts."""
    in_order = sorted(releases, key=lambda release: -weight(_gravest(release)))
    filters = Filters.of(in_order)
    matrices = [Matrix.of(release) for release in in_order]
    wheels = sum(file.kind == "wheel" for release in in_order for file in release.files)
    body = "".join(
        part
        for number, (release, matrix) in enumerate(zip(in_order, matrices, strict=True))
        for part in _release(release, matrix, filters, number)
    )
    main = f"""{_contents(in_order)}<main>
{"".join(filters.controls(wheels))}{legend(matrices)}{body}</main>
{_foot(in_order, origin or PageOrigin())}{"".join(_pages(in_order))}"""
    return document(f"{text(_title(in_order))}: abiding check", "".join(filters.style()), main)


def _title(releases: Sequence[Release]) -> str:
    """Return the first releases, and how many more there are."""
    names = [f"{release.name} {release.version}".strip() for release in releases]
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return f"{first_of(names, _MOST_NAMED - 1)} releases"


def _gravest(release: Release) -> Severity | None:
    return Severity.ERROR if release.unread else release.worst


def _contents(releases: Sequence[Release]) -> str:
    if len(releases) == 1:
        return ""
    items = "".join(
        f'<li><a href="#r{number}">{text(f"{release.name} {release.version}".strip())}</a> {_badges(release)}</li>'
        for number, release in enumerate(releases)
    )
    return f'<nav aria-label="Releases"><ul>{items}</ul></nav>\n'


def _badges(release: Release) -> str:
    """Return the verdict, after what it does not cover, and what it is about."""
    before, word = overlooked(release), str(release.verdict).replace("-", " ")
    if not before:
        return badge(word, _gravest(release), "verdict")
    unread = frozenset(release.unread)
    severities = [finding.severity for finding in release.findings if finding not in unread]
    severity = max(severities, key=weight, default=None)
    errors = "".join(f"{badge(words, Severity.ERROR)} " for words in before)
    return errors + badge(f"metadata {word}", severity, "verdict")


def _release(release: Release, matrix: Matrix, filters: Filters, number: int) -> Iterator[str]:
    yield f'<section id="r{number}">\n<h1>{text(f"{release.name} {release.version}".strip())} {_badges(release)}</h1>\n'
    yield f'<p class="summary">{prose(verdict(release).partition(": ")[2])}.'
    if of := case(release):
        yield f" {explain_button('case', of)}."
    yield "</p>\n"
    if release.everything:
        yield "<h2>Findings</h2>\n"
        names = [file.called for file in release.files]
        yield from (_finding(group, names, filters) for group in release_groups(release))
    if matrix.columns:
        yield "<h2>Files against fields</h2>\n"
        yield from Table(matrix, filters).html()
    yield "</section>\n"


def _finding(group: Group, names: Sequence[str], filters: Filters) -> str:
    finding, about = group
    opened = " open" if finding.severity is Severity.ERROR else ""
    # For a field with several values, those that only one side has.
    without = "none of these lines" if is_repeated(finding.field) else "nothing"
    both = sides(
        Side(finding.expected_from, lines_of(finding.expected), without=without),
        Side(finding.found_from, lines_of(finding.found), without=without),
        field=finding.field,
    )
    has_values = finding.expected is not None or finding.found is not None
    excerpts = "".join(
        f"<pre>{excerpt.line:>4}  {text(excerpt.text)}"
        f"{f'  <i>{text(excerpt.remark)}</i>' if excerpt.remark else ''}</pre>"
        for excerpt in finding.excerpts
    )
    remarks = "".join(f"<p><b>note</b> {prose(note)}</p>" for note in finding.notes)
    remarks += "".join(f'<p><b>hint</b> <span class="hint">{prose(hint)}</span></p>' for hint in finding.hints)
    where = f"{each_of(about)}: {'; '.join(compact(about, names))}" if len(about) > 1 else about[0]
    return (
        f'<details class="finding"{opened}><summary><span class="chip {finding.severity}">{finding.severity}</span> '
        f'<span class="message">{prose(finding.message)}</span> '
        f'<span class="where">{breakable(where)}</span></summary>\n'
        f'<div class="inside"><p class="rule">{explain_button(finding.rule)}</p>{excerpts}{both if has_values else ""}'
        f"{remarks}{files(about, map(filters.classes, about))}</div></details>\n"
    )


def _foot(releases: Sequence[Release], origin: PageOrigin) -> str:
    """Return the footer: what made the page, when, and from what."""
    read = dict.fromkeys(file.read_from for release in releases for file in release.files)
    parts = [f"abiding {__version__}"]
    if origin.made:
        parts.append(f'<time datetime="{origin.made.isoformat()}">{origin.made:%Y-%m-%d %H:%M} UTC</time>')
    if places := _places(read):
        parts.append(f"read from {places}")
    if origin.command:
        parts.append(f"<code>{text(origin.command)}</code>")
    return f"<footer>{' · '.join(parts)}</footer>\n"


def _places(read: Iterable[str]) -> str:
    """Return the folders and indexes that files were read from."""
    urls = (urlsplit(place) for place in read if place)
    places = [f"{url.scheme}://{url.netloc}" if url.netloc else str(PurePath(url.geturl()).parent) for url in urls]
    return ", ".join(f"<code>{text(place)}</code>" for place in dict.fromkeys(places))


def _pages(releases: Sequence[Release]) -> Iterator[str]:
    """Yield the explanation of each rule and term to which the page links."""
    rules = {group.finding.rule for release in releases for group in release_groups(release)}
    levels = any(checked.level for release in releases for checked in release.artifacts)
    words = {"verdict", "case", "level"} if levels else {"verdict", "case"}
    for name in (term for term in (*explanations.terms(), *explanations.rules()) if term in rules | words):
        yield f'<div popover class="page" id="explain-{name}"><button popovertarget="explain-{name}">close</button>'
        yield f"{page(explanations.page(name))}</div>\n"
