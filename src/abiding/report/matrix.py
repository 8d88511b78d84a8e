"""The files of a release against the fields in which anything differs, as rows of cells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.comparison import RESOLVER_FIELDS
from abiding.difference import meanings, values
from abiding.findings import Severity
from abiding.release import Verdict

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from abiding.metadata import CoreMetadata
    from abiding.release import CheckedArtifact, Release

__all__ = ["Cell", "Matrix", "Row", "State"]


def __dir__() -> list[str]:
    return __all__


# They speak of the file, not of the project.
_OF_THE_FILE = ("metadata-version", "dynamic")


class State(StrEnum):
    """How a file stands to the reference in one field."""

    SAME = "same"
    SPELLING = "spelling"
    DECLARED = "declared"
    UNSAID = "unsaid"
    APART = "apart"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the files of a row: the values that are expected, theirs, and of both those that the other lacks.

    `unusual` is whether the files say what the reference says, and most wheels do not: these are then expected.
    """

    state: State
    expected: tuple[str, ...]
    found: tuple[str, ...]
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    unusual: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Files of which the same is to be said in every column."""

    artifacts: tuple[CheckedArtifact, ...]
    verdict: Verdict
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The reference and what it says in each column; a row for each kind of file beside it, the worst first."""

    columns: tuple[str, ...]
    reference: CheckedArtifact | None
    said: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, release: Release) -> Matrix:
        """Lay out a release. Its unreadable files have no row."""
        readable = [one for one in release.artifacts if one.artifact.metadata]
        reference = next((one for one in readable if one.filename == release.reference), None)
        if reference is None or reference.artifact.metadata is None:
            return cls((), None, (), ())
        said = reference.artifact.metadata
        columns = _columns(said, readable)
        severities = _severities(release)
        groups: dict[Hashable, list[tuple[CheckedArtifact, tuple[Cell, ...]]]] = {}
        for one in readable:
            if one is not reference and one.artifact.metadata:
                cells = tuple(_cell(field, said, one, severities) for field in columns)
                # Order is no difference: it must not make rows.
                key = (one.kind, one.verdict, tuple((cell.state, frozenset(cell.found)) for cell in cells))
                groups.setdefault(key, []).append((one, cells))
        rows = [Row(tuple(one for one, _ in group), group[0][0].verdict, group[0][1]) for group in groups.values()]
        rows.sort(key=lambda row: (-list(Verdict).index(row.verdict), -len(row.artifacts)))
        return cls(columns, reference, tuple(values(said, field) for field in columns), tuple(rows))


def _columns(said: CoreMetadata, artifacts: Iterable[CheckedArtifact]) -> tuple[str, ...]:
    """What resolvers read, then whatever is not the same everywhere."""
    always = [field for field in RESOLVER_FIELDS if field not in ("Name", "Version")]
    found = dict.fromkeys(always)
    spelled = {field.lower(): field for field in (*RESOLVER_FIELDS, "Description")}
    seen = set()
    for one in artifacts:
        metadata = one.artifact.metadata
        if metadata is None or id(metadata) in seen:
            continue
        seen.add(id(metadata))
        found.update(dict.fromkeys(difference.field for difference in (*one.differences, *one.deviations)))
        for name in dict.fromkeys(name for name, _ in (*said.fields, *metadata.fields)):
            field = spelled.setdefault(name.lower(), name)
            if values(said, field) != values(metadata, field):
                found[field] = None
        if values(said, "Description") != values(metadata, "Description"):
            found["Description"] = None
    return tuple({field.lower(): field for field in found}.values())


def _severities(release: Release) -> dict[tuple[str, str], Severity]:
    worst: dict[tuple[str, str], Severity] = {}
    order = list(Severity)
    for finding in release.findings:
        key = (finding.artifact, finding.field.lower())
        worst[key] = min(worst.get(key, finding.severity), finding.severity, key=order.index)
    return worst


def _cell(field: str, said: CoreMetadata, one: CheckedArtifact, severities: dict[tuple[str, str], Severity]) -> Cell:
    assert one.artifact.metadata is not None  # noqa: S101
    expected, found = values(said, field), values(one.artifact.metadata, field)
    for difference in (*one.differences, *one.deviations):
        if difference.field.lower() == field.lower():
            severity = severities.get((one.filename, field.lower()))
            sanctioned = severity is None or one.verdict is Verdict.DECLARED
            state = State.DECLARED if sanctioned else State(str(severity))
            if meanings(said, field) == meanings(one.artifact.metadata, field):
                return Cell(state, difference.left, difference.right, difference.left, difference.right, unusual=True)
            return Cell(state, expected, found, difference.left, difference.right)
    if expected == found:
        return Cell(State.SAME, expected, found)
    if field.lower() in _OF_THE_FILE:
        return Cell(State.APART, expected, found)
    same = meanings(said, field) == meanings(one.artifact.metadata, field)
    return Cell(State.SPELLING if same else State.UNSAID, expected, found)
