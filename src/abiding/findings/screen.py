"""Print a finding: what is wrong, where, both values, why it matters and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.characters import on_one_line, visible
from abiding.findings.excerpts import MOST_LINES, excerpts
from abiding.findings.finding import Severity
from abiding.findings.terminal import WIDTH, Span, Style, Terminal, style_of
from abiding.findings.words import wrap, wrap_prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.findings.errors import AbidingError
    from abiding.findings.excerpts import Excerpts
    from abiding.findings.finding import Finding
    from abiding.findings.terminal import Line

__all__ = [
    "ARROW",
    "block",
    "by_anybody",
    "by_command",
    "conclusion",
    "error_text",
    "headline",
    "labelled",
    "lines",
    "origins",
    "remarks",
    "screen",
    "sides",
    "values",
    "where",
]


# Longer lines are hard to read.
_WIDEST = 100
ARROW, _BAR = Span(" --> ", Style.FAINT), Span("  |", Style.FAINT)


def screen(error: AbidingError, terminal: Terminal | None = None, closing: str = "") -> str:
    """Return the output for an error; the first line of each finding begins with our name.

    `closing` says what did not happen, if the error does not say it itself.
    """
    to = terminal or Terminal()
    blocks = [block(finding, "abiding: ", to) for finding in error.findings]
    return "\n\n".join((*blocks, *_labelled(error.closing or closing, to, Span("abiding: ", Style.FAINT))))


def by_command(rule: str) -> str:
    """Return the command to read about a rule, for users of our command line."""
    return f"`abiding explain {rule}` tells why, and what to do"


def by_anybody(topic: str) -> str:
    """Return the command for others: what an isolated build environment has is gone when they read it."""
    return f"for more, run `abiding explain {topic}` where abiding is installed"


def error_text(
    error: AbidingError, terminal: Terminal, closing: str, page_of: Callable[[str], str] = by_command
) -> str:
    """Return the output for an error, with a hint where to read more."""
    page = _labelled(_page(error, page_of), terminal, Span("hint: ", Style.HINT))
    return "\n".join((screen(error, terminal, closing), *page))


def _page(error: AbidingError, page_of: Callable[[str], str]) -> str:
    """Return the hint on the page of an error's rule; of several, the first that is no warning."""
    first = min(error.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    if any("abiding explain" in hint for hint in first.hints):
        return ""
    return page_of(first.rule)


def _labelled(text: str, to: Terminal, label: Span) -> tuple[str, ...]:
    return (to.written(labelled(Span(text), to.width, label)).removesuffix("\n"),) if text else ()


def where(finding: Finding) -> str:
    """Return the file of a finding, with the line."""
    return on_one_line(finding.artifact) + (f":{finding.line}" if finding.line else "")


def block(finding: Finding, speaker: str = "", terminal: Terminal | None = None) -> str:
    """Return the output for one finding; `speaker` is the beginning of the first line."""
    to = terminal or Terminal()
    return to.written(lines(finding, to.width, speaker)).removesuffix("\n")


def lines(finding: Finding, width: int = WIDTH, speaker: str = "") -> Iterator[Line]:
    """Yield the same as lines."""
    yield from headline(finding, width, speaker)
    place = where(finding)
    if finding.excerpts:
        yield (ARROW, Span(f"{place}  {on_one_line(finding.field)}".rstrip()))
        yield from _excerpts(finding, width)
    else:
        if place:
            yield (ARROW, Span(place))
        yield from values(finding, width, finding.field)
    yield from remarks(finding, width)


def headline(finding: Finding, width: int, speaker: str = "") -> Iterator[Line]:
    """Yield the severity, the rule and the message."""
    label = Span(f"{finding.severity}[{finding.rule}]: ", style_of(finding.severity))
    yield from labelled(Span(finding.message, Style.STRONG), width, Span(speaker, Style.FAINT), label, margin=4)


def remarks(finding: Finding, width: int = WIDTH) -> Iterator[Line]:
    """Yield the notes and hints."""
    for label, style, texts in (("note: ", Style.NOTE, finding.notes), ("hint: ", Style.HINT, finding.hints)):
        for text in texts:
            yield from labelled(Span(text), width, Span(label, style))


def values(finding: Finding, width: int, field: str = "", most: int | None = MOST_LINES) -> Iterator[Line]:
    """Yield both values, each after its origin; nothing for a finding without values."""
    if not any((finding.expected, finding.found, finding.expected_from, finding.found_from)):
        return
    yield from origins(finding, width, field)
    yield from sides(excerpts(finding.expected, finding.found, most), width)
    yield (_BAR,)


def origins(finding: Finding, width: int, field: str) -> Iterator[Line]:
    """Yield the field of the values, and their origins."""
    yield (_BAR,)
    heads = [on_one_line(field)] if field else []
    heads += [
        f"{sign} {origin}" for sign, origin in (("---", finding.expected_from), ("+++", finding.found_from)) if origin
    ]
    for head in heads:
        for line in wrap(on_one_line(head), width, "  |     ", "  | "):
            yield (_BAR, Span(line.removeprefix(_BAR.text), Style.FAINT))


def sides(shown: Excerpts, width: int) -> Iterator[Line]:
    """Yield the lines of two values: `-` for the expected, `+` for the found one."""
    yield from ((Span(f"    {text}", Style.FAINT),) for text in (shown.before,) if text)
    for sign, style, texts in (("-", Style.GONE, shown.left), ("+", Style.NEW, shown.right)):
        for text in texts:
            plain = visible(text).replace("\t", " ")
            for line in wrap(plain, width, "      ", f"  {sign} ") or [f"  {sign}"]:
                yield (Span(line, style),)
    yield from ((Span(f"    {text}", Style.FAINT),) for text in (shown.after,) if text)


def _excerpts(finding: Finding, width: int) -> Iterator[Line]:
    numbers = max(len(str(excerpt.line)) for excerpt in finding.excerpts)
    beside = max(len(excerpt.remark) + 2 for excerpt in finding.excerpts)
    room = max(width - len(f"  | {'':{numbers}} | ") - beside, numbers + beside)
    texts = [
        excerpt.text if len(excerpt.text) <= room else excerpt.text[: room - 2] + " …" for excerpt in finding.excerpts
    ]
    longest = max(map(len, texts))
    for excerpt, text in zip(finding.excerpts, texts, strict=True):
        head, remark = f"  | {excerpt.line:>{numbers}} | ", f"  {excerpt.remark}" if excerpt.remark else ""
        yield (Span(head, Style.FAINT), Span(f"{text:<{longest}}" if remark else text), Span(remark, Style.FAINT))


def conclusion(text: Span, to: Terminal) -> Iterator[Line]:
    """Yield the last line of a report; wrapped on terminals only, since programs look for it."""
    shown = on_one_line(text.text)
    for line in wrap_prose(shown, to.width, "    ", "") if to.breaks_lines else [shown]:
        yield (Span(line, text.style),)


def labelled(text: Span, width: int, *labels: Span, margin: int | None = None) -> Iterator[Line]:
    """Yield sentences after labels, with a margin that is by default as wide as the labels.

    Lines after the first line of the text are an example, and kept as they are.
    """
    head = "".join(label.text for label in labels)
    sentence, *example = visible(text.text).split("\n")
    indent = " " * (len(head) if margin is None else margin)
    first, *others = wrap_prose(head + sentence, min(width, _WIDEST), indent, "")
    yield (*labels, Span(first.removeprefix(head), text.style)) if first.startswith(head) else (Span(first),)
    yield from ((Span(line, text.style),) for line in others)
    yield from ((Span(f"    {line.rstrip()}"),) for line in example)
