"""The matrix of a release: its files against the fields that differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.findings.finding import Severity, by_weight, weight
from abiding.findings.rule_groups import is_among_wheels
from abiding.metadata.difference import meanings
from abiding.metadata.fields import is_of_the_file
from abiding.metadata.values import values
from abiding.releases.comparison import RESOLVER_FIELDS
from abiding.releases.release import Verdict

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.releases.release import CheckedArtifact, Release

__all__ = ["Cell", "CellState", "Matrix", "Row"]


class CellState(StrEnum):
    """The relation of a file to the reference in one field."""

    SAME = "same"
    SPELLING = "spelling"
    DECLARED = "declared"
    DYNAMIC = "dynamic"
    UNSAID = "unsaid"
    APART = "apart"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the files in a row: the expected values, theirs, and those that only one side has.

    `others` names the wheels that have the expected values, if these are not those of the header.
    """

    state: CellState
    expected: tuple[str, ...]
    found: tuple[str, ...]
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    others: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Files that are equal in every column."""

    artifacts: tuple[CheckedArtifact, ...]
    verdict: Verdict
    cells: tuple[Cell, ...]

    @property
    def severity(self) -> Severity | None:
        """The highest severity in the row; None if all is well."""
        states = {str(cell.state) for cell in self.cells}
        return next((severity for severity in Severity if severity in states), None)


@dataclass(frozen=True, slots=True)
class Matrix:
    """What files are held against in each column, and a row for each kind of file beside it, the worst first.

    `sdist` is the one whose values these are. Without one they are what the largest group of wheels says in each field.
    """

    columns: tuple[str, ...]
    sdist: CheckedArtifact | None
    reference: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, release: Release) -> Matrix:
        """Return the matrix of a release, without its unreadable files."""
        # The reference comes first, for columns and cells too.
        artifacts = sorted(release.artifacts, key=lambda checked: checked.called != release.reference)
        sdist = next((each for each in artifacts if each.kind == "sdist" and each.called == release.reference), None)
        columns = _columns(artifacts)
        head = {field: _usual(field, [sdist] if sdist else artifacts) for field in columns}
        worst = _worst(release)
        groups: dict[Hashable, list[tuple[CheckedArtifact, tuple[Cell, ...]]]] = {}
        for each in artifacts:
            if each is not sdist:
                cells = tuple(
                    _cell(field, metadata, each, worst.get((each.called, field.lower())), declares=release.declares)
                    for field, metadata in head.items()
                )
                # Differing order must not create rows.
                contents = tuple((cell.state, frozenset(cell.found)) for cell in cells)
                groups.setdefault((each.kind, each.verdict, each.level, contents), []).append((each, cells))
        rows = [Row(tuple(each for each, _ in group), group[0][0].verdict, group[0][1]) for group in groups.values()]
        rows.sort(key=lambda row: (-weight(row.severity), -list(Verdict).index(row.verdict), -len(row.artifacts)))
        return cls(columns, sdist, tuple(values(metadata, field) for field, metadata in head.items()), tuple(rows))


def _usual(field: str, artifacts: Sequence[CheckedArtifact]) -> CoreMetadata:
    """Return the metadata of the first file without a deviation in the field."""
    name = field.lower()
    usual = [checked for checked in artifacts if name not in {each.field.lower() for each in checked.deviations}]
    return (usual or artifacts)[0].artifact.metadata


def _columns(artifacts: Sequence[CheckedArtifact]) -> tuple[str, ...]:
    """Return the fields for resolvers, then others that differ."""
    columns = dict.fromkeys(field for field in RESOLVER_FIELDS if field not in ("Name", "Version"))
    spelled = {field.lower(): field for field in (*RESOLVER_FIELDS, "Description")}
    seen = set()
    for checked in artifacts:
        first, metadata = artifacts[0].artifact.metadata, checked.artifact.metadata
        if metadata.data in seen:
            continue
        seen.add(metadata.data)
        columns.update(dict.fromkeys(difference.field for difference in (*checked.differences, *checked.deviations)))
        for name in dict.fromkeys(name for name, _ in (*first.fields, *metadata.fields)):
            field = spelled.setdefault(name.lower(), name)
            if values(first, field) != values(metadata, field):
                columns[field] = None
        if values(first, "Description") != values(metadata, "Description"):
            columns["Description"] = None
    return tuple({field.lower(): field for field in columns}.values()) if seen else ()


def _worst(release: Release) -> dict[tuple[str, str], Finding]:
    """Return the most severe finding on each field of each file."""
    gravest: dict[tuple[str, str], Finding] = {}
    for finding in by_weight(release.findings):
        gravest.setdefault((finding.artifact, finding.field.lower()), finding)
    return gravest


def _cell(
    field: str, metadata: CoreMetadata, checked: CheckedArtifact, finding: Finding | None, *, declares: bool
) -> Cell:
    expected, found = values(metadata, field), values(checked.artifact.metadata, field)
    for difference in checked.differences:
        if difference.field.lower() == field.lower():
            return Cell(
                _weight(checked, finding, declares=declares), expected, found, difference.left, difference.right
            )
    for left, right in [(each.left, each.right) for each in checked.deviations if each.field.lower() == field.lower()]:
        if finding and is_among_wheels(finding):
            return Cell(CellState(str(finding.severity)), left, right, left, right, finding.expected_from)
    if expected == found:
        return Cell(CellState.SAME, expected, found)
    if is_of_the_file(field):
        return Cell(CellState.APART, expected, found)
    same = meanings(metadata, field) == meanings(checked.artifact.metadata, field)
    return Cell(CellState.SPELLING if same else CellState.UNSAID, expected, found)


def _weight(checked: CheckedArtifact, finding: Finding | None, *, declares: bool) -> CellState:
    """Return the severity of a difference: that of its finding, unless it is sanctioned."""
    if finding and checked.verdict is not Verdict.DECLARED:
        return CellState(str(finding.severity))
    return CellState.DECLARED if declares else CellState.DYNAMIC
