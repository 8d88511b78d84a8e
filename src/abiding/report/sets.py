"""Report two requirement sets, of a wheel as text or of anything as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, visible
from abiding.findings.screen import labelled
from abiding.findings.terminal import Span, Style
from abiding.findings.words import wrap
from abiding.metadata.requirements import meaning
from abiding.report.json import document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.findings.terminal import Line, Terminal
    from abiding.project.build_record import BuildRecord
    from abiding.project.sets import AbiLine, Sets

__all__ = ["as_json", "as_text"]


_NOTE = Span("note: ", Style.NOTE)
_LEVELS = {
    "abi": "at the ABI level",
    "api": "at the API level: what is declared for binaries was left out",
    "none": "at the ABI level; nothing is declared for this wheel",
    "unknown": "at a level that is not known",
}
_NO_RECORD = (
    "it has no record of its build (`abiding.json`): which of these lines are of the ABI level, and why they are "
    "there, is not known"
)


_EDITED = (
    "METADATA was edited after the build, so that what stands above need not be what was declared: `abiding "
    "check` holds it against the sdist"
)


def as_text(sets: Sets, record: BuildRecord | None, to: Terminal) -> str:
    """Return what a wheel requires, with the reasons and notes that it carries itself; it ends with a newline."""
    return to.written(_of_wheel(sets, record, to.width))


def _of_wheel(sets: Sets, record: BuildRecord | None, width: int) -> Iterator[Line]:
    yield (Span(on_one_line(f"{sets.name} {sets.version}"), Style.STRONG), Span(on_one_line(f"   {sets.wheel}")))
    if record is None:
        yield ()
        yield (Span("what it requires", Style.STRONG),)
        yield from _indent(sets.api or ("(nothing)",), width)
        if sets.api:
            yield ()
            yield from labelled(Span(_NO_RECORD), width, _NOTE)
        return
    variant = f", variant {sets.variant}" if sets.variant else ""
    built = f"built by {record.backend} {record.backend_version}".rstrip() + f" {_LEVELS[sets.level]}{variant}"
    yield from labelled(Span(on_one_line(built)), width, margin=4)
    yield ()
    yield (Span("sdist and wheels (API level)", Style.STRONG),)
    yield from _indent(sets.api or ("(nothing)",), width)
    yield ()
    yield (Span("this wheel on top (ABI level)", Style.STRONG),)
    yield from _indent(() if sets.abi else ("(nothing)",), width)
    for bound in sets.abi:
        yield from _indent((bound.requirement,), width)
        yield from _indent(_reasons(bound, record), width, "    ", Style.FAINT)
    gone = _gone(sets, record)
    if gone:
        yield ()
        yield (Span("in its record alone", Style.STRONG),)
        yield from _indent(gone, width)
        yield ()
        yield from labelled(Span(_EDITED), width, _NOTE)


def _gone(sets: Sets, record: BuildRecord) -> tuple[str, ...]:
    """Return the lines that were built into METADATA, and are not there any more."""
    there = {meaning(bound.requirement) for bound in sets.abi} | set(map(meaning, sets.api or ()))
    return tuple(line.requirement for line in record.lines if meaning(line.requirement) not in there)


def _reasons(bound: AbiLine, record: BuildRecord) -> Iterator[str]:
    """Yield why a line is there."""
    yield f"{bound.reason}: {bound.note}" if bound.note else bound.reason
    if not bound.is_filled or bound.declared not in bound.requirement:
        yield f"filled from `{bound.declared}`"
    libraries = [shared for shared in record.libraries if shared.requirement == bound.requirement]
    for shared in libraries:
        yield f"linked with {shared.library} of {shared.distribution} {shared.version}"
    if bound.native and not libraries:
        yield "native: it ships a library that is linked to"


def _indent(texts: Iterable[str], width: int, indent: str = "  ", style: Style = Style.PLAIN) -> Iterator[Line]:
    for text in texts:
        yield from ((Span(line, style),) for line in wrap(on_one_line(text), width, f"{indent}    ", indent))


def as_json(sets: Sets, read_from: str) -> str:
    """Return the document of `show`."""
    return document(
        "show",
        project={"name": visible(sets.name) or None, "version": visible(sets.version) or None},
        read_from=visible(read_from),
        wheel=visible(sets.wheel) or None,
        backend=visible(sets.backend) or None,
        level=sets.level,
        variant=visible(sets.variant),
        tags=[visible(tag) for tag in sets.tags],
        api=None if sets.api is None else [visible(line) for line in sets.api],
        abi=[_bound(bound) for bound in sets.abi],
    )


def _bound(bound: AbiLine) -> dict[str, object]:
    return {
        "requirement": visible(bound.requirement) if bound.is_filled else None,
        "declared": visible(bound.declared),
        "extra": visible(bound.extra) or None,
        "reason": visible(bound.reason),
        "note": visible(bound.note) or None,
        "may_be_ignored": bound.may_be_ignored,
        "native": bound.native,
        "select": [visible(pattern) for pattern in bound.select],
        "variant": visible(bound.variant) or None,
    }
