"""Where two files differ in meaning: as text for people, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from abiding.findings.characters import visible
from abiding.metadata.difference import compare
from abiding.report.changes import changes
from abiding.report.json import document, value_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference

__all__ = ["Compared", "Side", "forms"]


# Of a description that differs, this many lines are enough to see what happened.
_MOST_LINES = 30
# What is not compared, since it speaks of the file and not of the project.
_OF_THE_FILE = ("Metadata-Version", "Dynamic")


class Side(NamedTuple):
    """One of the files: what it is called in the result, where it was read from, and what it says."""

    name: str
    read_from: str
    metadata: CoreMetadata


class Compared(NamedTuple):
    """Two files, and what only one of them says in each field that differs in meaning."""

    left: Side
    right: Side
    differences: tuple[Difference, ...]

    @classmethod
    def of(cls, left: Side, right: Side) -> Compared:
        """Compare two files."""
        return cls(left, right, compare(left.metadata, right.metadata))

    @property
    def identical(self) -> bool:
        """Whether the metadata are the same to the byte."""
        return self.left.metadata.data == self.right.metadata.data


def forms(one: Compared, *, every: bool) -> dict[str, Callable[[], str]]:
    """What makes each of the formats; with `every`, the text shows spelling too, line by line."""
    return {"text": lambda: "".join(f"{line}\n" for line in _text(one, every=every)), "json": lambda: _as_json(one)}


def _text(one: Compared, *, every: bool) -> Iterator[str]:
    left, right = one.left.metadata, one.right.metadata
    yield f"--- {visible(one.left.name)}"
    yield f"+++ {visible(one.right.name)}\n"
    for difference in one.differences:
        yield from _block(difference)
        yield ""
    yield _summary(len(one.differences), spelling=not one.identical and not every)
    if not every:
        yield from _of_the_file(left, right)
    elif not one.identical:
        yield "\nline by line:"
        yield from _lines(left, right)


def _block(difference: Difference) -> Iterator[str]:
    """The field, then what only the left and what only the right file says."""
    yield visible(difference.field)
    if any("\n" in value for value in (*difference.left, *difference.right)):
        lines = list(_text_lines(*(text or "" for text in difference.texts)))
        yield from lines[:_MOST_LINES]
        if len(lines) > _MOST_LINES:
            yield f"  … {len(lines) - _MOST_LINES} more lines (`--all` shows them)"
        return
    yield from (f"  - {visible(value)}" for value in difference.left)
    yield from (f"  + {visible(value)}" for value in difference.right)


def _text_lines(left: str, right: str) -> Iterator[str]:
    for line in changes(left.split("\n"), right.split("\n"), context=1):
        yield "  …" if line.startswith("@@") else f"  {line[:1]} {visible(line[1:])}".rstrip()


def _summary(count: int, *, spelling: bool) -> str:
    if count:
        return f"{count} field{'s differ' if count > 1 else ' differs'} in meaning"
    if spelling:
        return "the same in meaning, though not to the byte (`--all` shows how)"
    return "no difference in meaning"


def _of_the_file(left: CoreMetadata, right: CoreMetadata) -> Iterator[str]:
    for field in _OF_THE_FILE:
        values = [", ".join(f"`{visible(one)}`" for one in metadata.all(field)) for metadata in (left, right)]
        if values[0] != values[1]:
            yield f"not counted, being about the file: `{field}` (- {values[0] or 'none'}, + {values[1] or 'none'})"


def _lines(left: CoreMetadata, right: CoreMetadata) -> Iterator[str]:
    """Both files as they are, line by line: what is invisible is spelled out."""
    before, after = (data.decode("utf-8", "surrogateescape").split("\n") for data in (left.data, right.data))
    for line in changes(before, after, context=0):
        yield visible(line)


def _as_json(one: Compared) -> str:
    left, right = one.left.metadata, one.right.metadata
    return document(
        "diff",
        left=_side(one.left),
        right=_side(one.right),
        differs=bool(one.differences),
        identical=one.identical,
        differences=[
            {
                "field": visible(each.field),
                "left": value_data(each.sides[0], each.field),
                "right": value_data(each.sides[1], each.field),
            }
            for each in one.differences
        ],
        not_counted=[
            {"field": field, "left": _said(left, field), "right": _said(right, field)}
            for field in _OF_THE_FILE
            if left.all(field) != right.all(field)
        ],
    )


def _side(side: Side) -> dict[str, Any]:
    said = side.metadata
    return {
        "filename": visible(side.name.replace("\\", "/").rpartition("/")[2]),
        "read_from": visible(side.read_from),
        "name": visible(said.get("Name").strip()) or None,
        "version": visible(said.get("Version").strip()) or None,
    }


def _said(metadata: CoreMetadata, field: str) -> str | list[str] | None:
    values = metadata.all(field)
    if field == "Metadata-Version":
        return visible(values[0].strip()) if values else None
    return value_data(tuple(values) or None, field)
