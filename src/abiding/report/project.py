"""Report the two requirement sets of a project as text, side by side if they fit."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, visible
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style
from abiding.findings.words import wrap
from abiding.metadata import pins, requirements
from abiding.project.declaration import FromSdist
from abiding.project.entry import Load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.terminal import Line, Terminal
    from abiding.project.declaration import Declaration
    from abiding.project.entry import Entry

__all__ = ["LevelLines", "as_text"]


_FROM_SDIST = {
    FromSdist.ABI: "a build from the sdist makes such a wheel too",
    FromSdist.API: "a build from the sdist leaves the ABI level out, unless it is asked for",
    FromSdist.REFUSE: "a build from the sdist is refused, unless it asks for a level",
}
_HEADS = ("sdist and wheels (API level)", "wheels only (ABI level)")
_BETWEEN = "  "
# Columns in which a requirement has room, and which the eye can go along.
_NARROWEST, _WIDEST = 37, 60


class LevelLines(NamedTuple):
    """The lines of both levels for an extra, or without one; `api` is None if the build computes it.

    `empty` are the texts for levels without lines.
    """

    extra: str
    api: tuple[str, ...] | None
    entries: tuple[Entry, ...]
    empty: tuple[str, str]


def as_text(title: str, declaration: Declaration, groups: Sequence[LevelLines], to: Terminal) -> str:
    """Return the text, with a newline at its end."""
    return to.written(_lines(title, declaration, groups, to))


def _lines(title: str, declaration: Declaration, groups: Sequence[LevelLines], to: Terminal) -> Iterator[Line]:
    yield (Span(on_one_line(title), Style.STRONG), Span(on_one_line(f", built by {declaration.backend}")))
    yield ()
    width = min(max(to.width // 2 - len(_BETWEEN) * 2, _NARROWEST), _WIDEST)
    has_room = 2 * width + len(_BETWEEN) <= to.width
    yield from _side_by_side(groups, width) if has_room else _stack(groups, to.width)
    for label, value in _settings(declaration):
        yield ()
        yield from labelled(Span(value), to.width, Span(f"{label}: ", Style.STRONG), margin=4)


def _settings(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """Yield the other declared settings, with their names."""
    if declaration.from_sdist:
        yield "from-sdist", _FROM_SDIST[declaration.from_sdist]
    if declaration.exports:
        export = declaration.exports
        who = " or ".join(export.libraries) or "its libraries"
        note = f" ({export.note})" if export.note else ""
        yield "exports", on_one_line(f"{export.requires} for wheels linked with {who}{note}")
    if declaration.wheels_differ:
        yield "wheels-differ", on_one_line(declaration.wheels_differ)


# Side by side


def _side_by_side(groups: Sequence[LevelLines], width: int) -> Iterator[Line]:
    left, right = (Span(head, Style.STRONG) for head in _HEADS)
    dashes = Span("-" * width, Style.FAINT)
    yield tuple(_beside(left, right, width))
    yield tuple(_beside(dashes, dashes, width))
    for group in groups:
        if group.extra:
            yield ()
            yield _of_extra(group)
        for left, right in _rows(group, width):
            yield tuple(_beside(left, right, width))


def _of_extra(group: LevelLines) -> Line:
    return (Span("with the extra "), Span(on_one_line(f"`{group.extra}`"), Style.STRONG))


def _beside(left: Span, right: Span, width: int) -> Iterator[Span]:
    yield left
    yield Span(" " * (width - len(left.text)) + _BETWEEN)
    yield right


def _rows(group: LevelLines, width: int) -> Iterator[tuple[Span, Span]]:
    """Yield one row for each distribution: the lines of both levels on the left, those of wheels on the right."""
    left, right = _by_name(group, width)
    if not left:
        # Beside the first row, whatever that is about.
        left = {next(iter(right), ""): _wrap(_nothing(group), width, "", Style.FAINT)}
    if not right:
        right = {next(iter(left)): _wrap(group.empty[1], width, "", Style.FAINT)}
    for name in dict.fromkeys([*left, *right]):
        yield from zip_longest(left.get(name, ()), right.get(name, ()), fillvalue=Span(""))


def _nothing(group: LevelLines) -> str:
    return group.empty[0] if group.api is None else "(nothing)"


def _by_name(group: LevelLines, width: int) -> tuple[dict[str, list[Span]], dict[str, list[Span]]]:
    """Return the lines of both levels, by the distribution that they are about."""
    left: dict[str, list[Span]] = {}
    right: dict[str, list[Span]] = {}
    for text in group.api or ():
        left.setdefault(requirements.name_of(text), []).extend(_requirement(text, width))
    for entry in group.entries:
        right.setdefault(entry.name, []).extend(_block(entry, width))
    return left, right


# One under the other


def _stack(groups: Sequence[LevelLines], width: int) -> Iterator[Line]:
    for number, head in enumerate(_HEADS):
        if number:
            yield ()
        yield from labelled(Span(head, Style.STRONG), width)
        for group in groups:
            if group.extra:
                yield _of_extra(group)
            inner = width - len(_BETWEEN)
            nothing = (_nothing(group), group.empty[1])[number]
            lines = _by_name(group, inner)[number] or {"": _wrap(nothing, inner, "", Style.FAINT)}
            yield from ((Span(_BETWEEN), line) for same in lines.values() for line in same)


# A line of a project, and why it is there


def _block(entry: Entry, width: int) -> Iterator[Span]:
    """Yield a line, its reason, and when it applies."""
    yield from _requirement(entry.requires, width)
    for remark in _remarks(entry):
        yield from _wrap(remark, width, "  ", Style.FAINT)


def _remarks(entry: Entry) -> Iterator[str]:
    yield f"{entry.reason}: {entry.note}" if entry.note else str(entry.reason)
    if entry.select:
        yield f"for wheels tagged {' or '.join(entry.select)}"
    if entry.variant:
        yield f"in builds of the variant {entry.variant}"
    if entry.native:
        yield "native: it ships a library that is linked to"
        yield from _exported(entry)
    if pins.has_pins(entry.requires):
        yield f"x: the build fills in its version of {entry.name}"


def _exported(entry: Entry) -> Iterator[str]:
    """Yield where the versions of a native line come from, and how the library is loaded."""
    from abiding.builds.installed_exports import of_installed
    from abiding.builds.providers import is_bare

    if entry.ignore_exports:
        yield f"ignore-exports: what {entry.name} asks for is ignored"
    elif is_bare(entry):
        yield f"exports: the build takes the line that {entry.name} declares for wheels linked with it"
        if exported := of_installed(entry.name, running=False):
            yield f"{entry.name} {exported.version} here: {exported.export.line_for(entry.requires)}"
    if entry.load is Load.PRELOAD:
        yield "preload: code has loaded the library before"


def _requirement(text: str, width: int) -> list[Span]:
    return _wrap(text, width, "", Style.PLAIN) or [Span("")]


def _wrap(text: str, width: int, first: str, style: Style) -> list[Span]:
    lines = wrap(visible(text), width, "    ", first, break_long_words=True)
    return [Span(on_one_line(line), style) for line in lines]
