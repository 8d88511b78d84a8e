"""Report where two files differ in meaning, as text or JSON."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from abiding.findings.characters import on_one_line, visible
from abiding.findings.finding import lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.screen import conclusion
from abiding.findings.terminal import Span, Style
from abiding.findings.words import wrap
from abiding.metadata.difference import compare
from abiding.metadata.fields import OF_THE_FILE
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.report.changes import changes
from abiding.report.json import document, value_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.terminal import Line, Terminal
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference

__all__ = ["ComparedFile", "FileComparison", "as_json", "as_text"]


# Lines of a differing description to show.
_MOST_LINES = 30


class ComparedFile(NamedTuple):
    """One of the files: its name in the result, where it was read from, and its metadata."""

    name: str
    read_from: str
    metadata: CoreMetadata


class FileComparison(NamedTuple):
    """Two files, with the values that only one has, for each field that differs in meaning; resolvers' first."""

    left: ComparedFile
    right: ComparedFile
    differences: tuple[Difference, ...]

    @classmethod
    def of(cls, left: ComparedFile, right: ComparedFile) -> FileComparison:
        """Compare two files."""
        return cls(left, right, tuple(sorted(compare(left.metadata, right.metadata), key=_place)))

    @property
    def identical(self) -> bool:
        """Whether the metadata are equal byte for byte."""
        return self.left.metadata.data == self.right.metadata.data


def _place(difference: Difference) -> int:
    fields = RESOLVER_FIELDS
    return fields.index(difference.field) if difference.field in fields else len(fields)


def as_text(compared: FileComparison, to: Terminal, *, every: bool) -> str:
    """Return the text for people; with `every` it shows spelling too, line by line."""
    return to.written(_text(compared, to, every=every))


def _text(compared: FileComparison, to: Terminal, *, every: bool) -> Iterator[Line]:
    left, right = compared.left.metadata, compared.right.metadata
    yield (Span(f"--- {on_one_line(compared.left.name)}", Style.STRONG),)
    yield (Span(f"+++ {on_one_line(compared.right.name)}", Style.STRONG),)
    yield ()
    for difference in compared.differences:
        yield from _block(difference, to)
        yield ()
    yield from conclusion(_summary(len(compared.differences), spelling=not compared.identical and not every), to)
    if not every:
        yield from _of_the_file(left, right, to)
    elif not compared.identical:
        yield ()
        yield (Span("line by line:"),)
        yield from (_signed(line) for line in _lines(left, right))


def _block(difference: Difference, to: Terminal) -> Iterator[Line]:
    """Yield the field, then the values that only the left, and only the right file has."""
    read = ", which resolvers read" if difference.field in RESOLVER_FIELDS else ""
    yield (Span(on_one_line(difference.field), Style.STRONG), Span(read))
    if any("\n" in value for value in (*difference.left, *difference.right)):
        lines = _text_lines(*map(lines_of, difference.texts))
        yield from (_signed(line, "  ") for line in islice(lines, _MOST_LINES))
        if more := sum(1 for _ in lines):
            yield (Span(f"  … {more} more lines (`--all` shows them)"),)
        return
    for sign, values in (("-", difference.left), ("+", difference.right)):
        for value in values:
            for line in _wrap(f"{sign} {visible(value)}", to):
                yield (Span(line, _STYLES[sign]),)


def _wrap(value: str, to: Terminal) -> Sequence[str]:
    """Return a value in lines that fit; for programs, whole."""
    return wrap(value, to.width, "      ", "  ") if to.breaks_lines else [f"  {value}"]


def _signed(line: str, indent: str = "") -> Line:
    return (Span(f"{indent}{line}", _STYLES.get(line[:1], Style.FAINT)),)


_STYLES = {"-": Style.GONE, "+": Style.NEW, " ": Style.PLAIN}


def _text_lines(left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    for line in changes(left, right, context=1):
        if not line.startswith("@@"):
            yield f"{line[:1]} {visible(line[1:])}".rstrip()
        elif not re.match(r"@@ -(?:1|0,0 \+1)\b", line):  # lines before it are left out
            yield "…"


def _summary(count: int, *, spelling: bool) -> Span:
    if count:
        return Span(f"{count} field{'s differ' if count > 1 else ' differs'} in meaning", Style.STRONG)
    if spelling:
        return Span("the same in meaning, though not to the byte (`--all` shows how)", Style.GOOD)
    return Span("no difference in meaning", Style.GOOD)


def _of_the_file(left: CoreMetadata, right: CoreMetadata, to: Terminal) -> Iterator[Line]:
    for field in OF_THE_FILE:
        values = [", ".join(f"`{visible(value)}`" for value in metadata.all(field)) for metadata in (left, right)]
        if values[0] != values[1]:
            text = f"not counted, being about the file: `{field}` (- {values[0] or 'none'}, + {values[1] or 'none'})"
            yield from conclusion(Span(text), to)


def _lines(left: CoreMetadata, right: CoreMetadata) -> Iterator[str]:
    """Yield both files line by line, with invisible characters escaped."""
    before, after = (data.decode("utf-8", "surrogateescape").split("\n") for data in (left.data, right.data))
    for line in changes(before, after, context=0):
        yield visible(line)


def as_json(compared: FileComparison) -> str:
    """Return the document of `diff`."""
    left, right = compared.left.metadata, compared.right.metadata
    return document(
        "diff",
        left=_side(compared.left),
        right=_side(compared.right),
        differs=bool(compared.differences),
        identical=compared.identical,
        differences=[
            {
                "field": visible(each.field),
                "left": value_data(each.sides[0], each.field),
                "right": value_data(each.sides[1], each.field),
            }
            for each in compared.differences
        ],
        not_counted=[
            {"field": field, "left": _said(left, field), "right": _said(right, field)}
            for field in OF_THE_FILE
            if left.all(field) != right.all(field)
        ],
    )


def _side(side: ComparedFile) -> dict[str, Any]:
    metadata = side.metadata
    return {
        "filename": visible(side.name.replace("\\", "/").rpartition("/")[2]),
        "read_from": visible(side.read_from),
        "name": visible(metadata.get("Name").strip()) or None,
        "version": visible(metadata.get("Version").strip()) or None,
    }


def _said(metadata: CoreMetadata, field: str) -> str | list[str] | None:
    values = metadata.all(field)
    if field == "Metadata-Version":
        return visible(values[0].strip()) if values else None
    return value_data(tuple(values) or None, field)
