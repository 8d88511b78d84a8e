"""Find where two core metadata files differ in meaning, without judging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.finding import Finding
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import requirements
from abiding.metadata.fields import Fields, is_of_the_file
from abiding.metadata.ranges import is_beyond_bounds
from abiding.metadata.values import COMPARED, align, is_text, meaning_of, values

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator

    from abiding.findings.finding import Severity, Value
    from abiding.findings.rules import Rule
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.requires_dist import RequiresDist

__all__ = ["Difference", "by_pre_releases", "compare", "field_notes", "meanings", "requirement_changes", "text_notes"]


class Difference(NamedTuple):
    """A field that differs: the values that only the left file has, and those that only the right one has.

    `field` is spelled as in the core metadata specification. Values are as written, with unfolded headers.
    """

    field: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def sides(self) -> tuple[Value, Value]:
        """Both sides as values of a finding: texts, or tuples for a field with several values; None if empty."""
        if is_text(self.field):
            return self.texts
        return self.left or None, self.right or None

    @property
    def texts(self) -> tuple[str | None, str | None]:
        """Both sides as complete text, with a line or more for each value; None if empty."""
        left, right = align(*("\n".join(value.strip("\n") for value in side) for side in (self.left, self.right)))
        return left if self.left else None, right if self.right else None

    def finding(
        self,
        rule: Rule,
        severity: Severity,
        message: str,
        artifact: str,
        origins: tuple[str, str],
        *,
        notes: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
    ) -> Finding:
        """Return a finding in which the left side is expected, and the right one found.

        `origins` are the places of the two.
        """
        (expected, found), (expected_from, found_from) = self.sides, origins
        return Finding(
            rule,
            severity,
            message,
            artifact=artifact,
            field=self.field,
            expected=expected,
            found=found,
            expected_from=expected_from,
            found_from=found_from,
            notes=notes,
            hints=hints,
        )


def compare(
    left: CoreMetadata | Fields, right: CoreMetadata | Fields, fields: Collection[str] | None = None
) -> tuple[Difference, ...]:
    """Compare two files field by field, or only those `fields` (in the specification's spelling).

    Spelling, order and repetition don't count. `Metadata-Version` and `Dynamic` are about the file, not the project,
    and are not compared.
    """
    left, right = _with_licence_of(right, left), _with_licence_of(left, right)
    differences = []
    wanted = None if fields is None else {field.lower() for field in fields}
    names = {field.lower(): field for field in (*COMPARED, "Requires-Dist")}
    for name, _ in (*left.fields, *right.fields):
        names.setdefault(name.lower(), name)
    for key, field in names.items():
        if is_of_the_file(key) or (wanted is not None and key not in wanted):
            continue
        if field == "Requires-Dist":
            difference = _compare_requirements(left, right)
        else:
            difference = _compare_field(field, values(left, field), values(right, field))
        if difference:
            differences.append(difference)
    return tuple(differences)


def by_pre_releases(left: CoreMetadata | Fields, right: CoreMetadata | Fields) -> Difference | None:
    """Return the requirements that differ only for pre-releases of Python, which `compare` ignores."""
    ours, theirs = (dict.fromkeys(values(side, "Requires-Dist")) for side in (left, right))
    known = {requirements.meaning(line): line for line in theirs if line not in ours}
    pairs = [
        (line, known[requirements.meaning(line)])
        for line in ours
        if line not in theirs and requirements.meaning(line) in known
    ]
    apart = [pair for pair in pairs if requirements.differ_by_pre_releases(*pair)]
    if not apart:
        return None
    return Difference("Requires-Dist", *map(tuple, zip(*apart, strict=True)))


def meanings(metadata: CoreMetadata | Fields, field: str) -> frozenset[Hashable]:
    """Return the meaning of a file's field; it is equal for files that mean the same."""
    if field == "Requires-Dist":
        return _requirements(metadata, metadata.get("Name"), _extras(metadata)).meaning
    return frozenset(meaning_of(field, value) for value in values(metadata, field))


def _compare_field(field: str, left: tuple[str, ...], right: tuple[str, ...]) -> Difference | None:
    if set(left) == set(right):
        return None  # the usual case, without parsing
    lefts = {meaning_of(field, value): value for value in left}
    rights = {meaning_of(field, value): value for value in right}
    if lefts.keys() == rights.keys():
        return None
    return Difference(
        field,
        tuple(value for key, value in lefts.items() if key not in rights),
        tuple(value for key, value in rights.items() if key not in lefts),
    )


def _compare_requirements(left: CoreMetadata | Fields, right: CoreMetadata | Fields) -> Difference | None:
    if set(left.all("Requires-Dist")) == set(right.all("Requires-Dist")):
        return None
    own = left.get("Name")
    provided = _extras(left) | _extras(right)
    ours, theirs = _requirements(left, own, provided), _requirements(right, own, provided)
    if ours.meaning == theirs.meaning:
        return None
    return Difference("Requires-Dist", ours.missing_in(theirs), theirs.missing_in(ours))


def _extras(metadata: CoreMetadata | Fields) -> set[str]:
    return {normalised(extra.strip()) for extra in metadata.all("Provides-Extra")}


def _requirements(metadata: CoreMetadata | Fields, project: str, provided: Collection[str]) -> RequiresDist:
    from abiding.metadata.requires_dist import RequiresDist  # equal texts need no parsing

    return RequiresDist.of(values(metadata, "Requires-Dist"), normalised(project.strip()), provided)


def _with_licence_of(other: CoreMetadata | Fields, metadata: CoreMetadata | Fields) -> CoreMetadata | Fields:
    """Move the licence to the field that replaced it in metadata 2.4, if `other` has the same there.

    A file with an expression has no licence classifiers.
    """
    text = metadata.get("License")
    expression = other.get("License-Expression")
    if (
        not expression
        or metadata.get("License-Expression")
        or meaning_of("License-Expression", text) != meaning_of("License-Expression", expression)
    ):
        return metadata
    others = [
        (name, value)
        for name, value in metadata.fields
        if name.lower() != "license"
        and not (
            name.lower() == "classifier" and value.startswith("License ::") and value not in other.all("Classifier")
        )
    ]
    return Fields((*others, ("License-Expression", expression)), metadata.body)


def text_notes(*lines: str | None) -> tuple[str, ...]:
    """Return the note that a requirement could only be compared as text, if so."""
    present = [line for line in lines if line]
    if any(map(requirements.is_beyond_bounds, present)):
        return (_TOO_LONG,)
    if any(map(requirements.is_compared_as_text, present)):
        return ("to work out where its marker is true would take too long: it was compared as text",)
    return ()


def field_notes(difference: Difference) -> tuple[str, ...]:
    """Return such notes on a field that differs as a whole."""
    lines = (*difference.left, *difference.right)
    if difference.field == "Requires-Dist":
        return text_notes(*lines)
    if difference.field == "Requires-Python" and any(map(is_beyond_bounds, lines)):
        return (_TOO_LONG,)
    return ()


_TOO_LONG = "it is too long: it was compared as text"


def requirement_changes(difference: Difference, declared: Collection[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield the changes of a difference, without added lines that are declared.

    Each is a pair: (line, None) lost, (None, line) added, or (old, new) changed, if both are about one distribution.
    """
    sanctioned = {requirements.meaning(line) for line in declared}
    added = dict.fromkeys(line for line in difference.right if requirements.meaning(line) not in sanctioned)
    of_name: dict[str, list[str]] = {}
    for line in reversed(added):
        of_name.setdefault(requirements.name_of(line), []).append(line)
    for lost in difference.left:
        same = of_name.get(requirements.name_of(lost))
        changed = same.pop() if same else None
        if changed is not None:
            del added[changed]
        yield lost, changed
    for line in added:
        yield None, line
