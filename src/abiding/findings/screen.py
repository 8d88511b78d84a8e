"""Findings as a screen of text, at most 78 columns wide: front ends indent what a build says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, printable
from abiding.findings.excerpts import excerpts
from abiding.findings.wrapping import wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.errors import AbidingError
    from abiding.findings.finding import Finding

__all__ = ["block", "one_line", "screen", "where"]


_WIDTH = 78


def screen(error: AbidingError) -> str:
    """Everything that an error has to say; the first line of each finding carries our name."""
    blocks = [block(finding, "abiding: ") for finding in error.findings]
    if error.closing:
        blocks.append(f"abiding: {error.closing}")
    return printable("\n\n".join(blocks))


def one_line(finding: Finding) -> str:
    """A finding as the text of a warning: where, what, and the first hint."""
    hint = f" (hint: {finding.hints[0]})" if finding.hints else ""
    return printable(f"abiding: {finding.rule}: {where(finding)}: {finding.message}{hint}")


def where(finding: Finding) -> str:
    """The file that a finding is about, and the line in it."""
    return on_one_line(finding.artifact) + (f":{finding.line}" if finding.line else "")


def block(finding: Finding, speaker: str = "") -> str:
    """Everything that one finding has to say; `speaker` is what the first line begins with."""
    return "\n".join(_block(finding, speaker))


def _block(finding: Finding, speaker: str) -> Iterator[str]:
    yield from _wrapped(f"{speaker}{finding.severity}[{finding.rule}]: ", finding.message)
    place = where(finding)
    if finding.excerpts:
        yield f" --> {place}  {on_one_line(finding.field)}"
        yield from _excerpts(finding)
    else:
        if place:
            yield f" --> {place}"
        yield from _values(finding)
    for note in finding.notes:
        yield from _wrapped("note: ", note)
    for hint in finding.hints:
        yield from _wrapped("hint: ", hint)


def _excerpts(finding: Finding) -> Iterator[str]:
    width = max(len(str(excerpt.line)) for excerpt in finding.excerpts)
    remarks = max(len(excerpt.remark) + 2 for excerpt in finding.excerpts)
    room = _WIDTH - len(f"  | {'':{width}} | ") - remarks
    texts = [
        excerpt.text if len(excerpt.text) <= room else excerpt.text[: room - 2] + " …" for excerpt in finding.excerpts
    ]
    beside = max(map(len, texts))
    for excerpt, text in zip(finding.excerpts, texts, strict=True):
        yield f"  | {excerpt.line:>{width}} | {text:<{beside}}  {excerpt.remark}".rstrip()


def _values(finding: Finding) -> Iterator[str]:
    """Both values, one under the other: `-` what was said, `+` what was built."""
    expected, found = excerpts(finding.expected, finding.found)
    rows = [*_rows("-", expected, finding.expected_from), *_rows("+", found, finding.found_from)]
    if not rows:
        return
    yield "  |"
    if finding.field:
        yield from wrap(on_one_line(finding.field), _WIDTH, initial_indent="  | ", subsequent_indent="  | ")
    width = max(len(line) for _, line, _ in rows)
    for side in ("-", "+"):
        own = [(line, source) for sign, line, source in rows if sign == side]
        beside = [f"  {side} {line:<{width}}  {source}".rstrip() for line, source in own]
        if all(len(line) <= _WIDTH for line in beside):
            yield from beside
            continue
        for line, _ in own:
            yield from wrap(line, _WIDTH, initial_indent=f"  {side} ", subsequent_indent="      ")
        yield f"        {own[0][1]}"
    yield "  |"


def _rows(sign: str, lines: list[str], source: str) -> Iterator[tuple[str, str, str]]:
    """The lines of a value, the first with where it comes from."""
    if not lines and not source:
        return
    for line in lines or ["(nothing)"]:
        yield sign, line, source
        source = ""


def _wrapped(label: str, text: str) -> Iterator[str]:
    """The label and the text; what the text has after its first line is an example, kept as it is."""
    first, *example = text.split("\n")
    indent = " " * (4 if label.endswith("]: ") else len(label))
    yield from wrap(label + first, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    yield from (f"    {line.rstrip()}" for line in example)
