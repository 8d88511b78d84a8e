"""Read the declaration in a release's sdist, and find wheels that don't follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import licences, requirements
from abiding.metadata.difference import requirement_changes
from abiding.metadata.pins import sample
from abiding.project import hints
from abiding.project.build_record import MEMBER
from abiding.project.level import Level
from abiding.project.lines import Added, Claimed
from abiding.project.source import unsanctioned
from abiding.releases.changes import changed, field_finding, repair_notes, requirement_findings

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from abiding.artifacts.artifact import Artifact
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.project.build_record import BuildRecord
    from abiding.project.declaration import Declaration
    from abiding.project.entry import Entry
    from abiding.releases.comparison import Compared
    from abiding.releases.markers import Having

__all__ = ["Declared", "Own", "declared_in"]


class Own(NamedTuple):
    """The declaration of a project, None if there is none or it is invalid, and findings about it."""

    declared: Declared | None = None
    findings: tuple[Finding, ...] = ()


class Declared(NamedTuple):
    """What a project declares for its wheels, and the metadata of its sdist, to which the lines are added."""

    declaration: Declaration
    pkg_info: CoreMetadata

    def has_line_for(self, filename: str, variant: str | None) -> bool:
        """Return whether a line is declared for a wheel with this name, in builds of `variant`; None stands for any."""
        tags = _tags(filename)
        entries = self.declaration.entries
        return any(entry.selects(tags) for entry in entries if variant is None or entry.is_of_variant(variant))

    def lines_of(self, compared: Compared) -> tuple[str, ...]:
        """Return the lines of a wheel that are declared for it."""
        added = Added(compared.artifact.metadata.all("Requires-Dist"), self.pkg_info.all("Requires-Dist"))
        return tuple(self._claimed(compared.artifact, added, None).lines.values())

    def broken_by(self, compared: Compared, wheels: Having) -> Iterator[Finding]:
        """Judge a wheel by what is declared for its tag, level and variant."""
        record = compared.artifact.record
        source = self.pkg_info.all("Requires-Dist")
        claimed = self._claimed(
            compared.artifact, Added(compared.artifact.metadata.all("Requires-Dist"), source, record), record
        )
        differences = tuple(unsanctioned(compared.differences, self.pkg_info, self.declaration.project))
        # A wheel without a record that has a wrong line instead of a declared one is not of the API level.
        absent = claimed.missing
        if not (absent or record or claimed.lines):
            tags = _tags(compared.artifact.filename)
            absent = {entry: entry.template for entry in self.declaration.entries if entry.selects(tags)}
        edited = _edited_lines(absent, claimed, differences)
        notes: tuple[str, ...] = (_RECORDED,) if record else ()
        for entry, line in absent.items():
            if entry in edited:
                after, origin = edited[entry], _origin(entry)
                yield changed(compared.artifact, line, after, notes, hints.WITHOUT_A_LINE, origin=origin)
            elif entry in claimed.missing:
                yield _missing(compared.artifact, entry, line, notes or (_ALL_OR_NONE,), wheels)
        sanctioned = (*claimed.lines.values(), *edited.values())
        for difference in differences:
            if difference.field == "Requires-Dist":
                findings = requirement_findings(
                    compared.artifact, difference, wheels, sanctioned, project=self.declaration.project
                )
                yield from (each._replace(notes=(_NEITHER, *each.notes)) if each.found else each for each in findings)
            else:
                notes = repair_notes(difference) or ("a field that is not dynamic says the same in every wheel",)
                severity = Severity.NOTE if licences.only_extended(difference) else Severity.ERROR
                yield field_finding(compared.artifact, difference, severity, notes, self.declaration.backend)

    def _claimed(self, artifact: Artifact, added: Added, record: BuildRecord | None) -> Claimed:
        """Return the lines of entries that apply to a wheel, by its recorded level and variant, or else its lines."""
        tags = _tags(artifact.filename)
        selected: dict[str, list[Entry]] = {"": []}
        for entry in self.declaration.entries:
            if entry.selects(tags):
                selected.setdefault(entry.variant, []).append(entry)
        if record:
            applying = dict.fromkeys(["", record.variant]) if record.level == Level.ABI else ()
            return added.claim([entry for variant in applying for entry in selected.get(variant, ())])
        every = added.claim(selected.pop(""))
        variants = (added.claim(entries, every.places) for entries in selected.values())
        best = max(variants, key=lambda claimed: (len(claimed.lines), -len(claimed.missing)), default=None)
        if best and best.lines:
            return Claimed(every.lines | best.lines, every.places | best.places, every.missing | best.missing)
        return every if every.lines else Claimed({}, frozenset(), {})  # the API level


def _missing(artifact: Artifact, entry: Entry, line: str, notes: tuple[str, ...], wheels: Having) -> Finding:
    return Finding(
        "missing-requirement",
        Severity.ERROR,
        f"the wheel does not have `{line}`, which is declared for it",
        artifact=artifact.called,
        field="Requires-Dist",
        expected=line,
        expected_from=_origin(entry),
        found_from="not in the wheel",
        notes=notes,
        hints=(*hints.WITHOUT_A_LINE, *wheels.narrowed(line)),
    )


def _edited_lines(entries: Iterable[Entry], claimed: Claimed, differences: Iterable[Difference]) -> dict[Entry, str]:
    """Return for each entry whose line is missing the line that stands in its place."""
    added: dict[Hashable, list[str]] = {}
    for difference in differences:
        changes = requirement_changes(difference, claimed.lines.values()) if difference.field == "Requires-Dist" else ()
        for before, after in changes:
            if before is None and after is not None:
                added.setdefault(_what(after), []).append(after)
    edited = {}
    for entry in entries:
        alike = added.get(_what(entry.template))
        if alike:
            edited[entry] = alike.pop(0)
    return edited


def _what(line: str) -> Hashable:
    """Return the distribution and the extra of a line."""
    text = sample(line)
    text, extra = requirements.split_extra(text) or (text, "")
    return requirements.name_of(text), extra


def _origin(entry: Entry) -> str:
    return f"pyproject.toml, variant `{entry.variant}`" if entry.variant else "pyproject.toml"


# The meaning of a missing line: without a record, the wheel may be of the API level.


_ALL_OR_NONE = "a wheel has all lines that are declared for its tag and variant, or none (the API level)"
_NEITHER = "neither `[project]` nor `[tool.abiding.wheel]` has this line"
_RECORDED = f"by its record (`{MEMBER}`) the wheel is of the ABI level, so it has all lines that are for its tag"


def declared_in(sdist: Artifact | None) -> Own:
    """Read `[tool.abiding]` from the pyproject.toml of an sdist; nothing is declared without them."""
    pyproject = sdist.pyproject if sdist else None
    if sdist is None or pyproject is None or not pyproject.declares:
        return Own()
    # Few releases declare anything, and importing the readers takes as long as checking a hundred wheels.
    from abiding.project.declaration import Declaration
    from abiding.project.lint import could_be_markers, lint

    pyproject = pyproject._replace(called=sdist.member("pyproject.toml"))
    try:
        declaration = Declaration.read(pyproject)
    except DeclarationError as exc:
        return Own(findings=exc.findings)
    remarks = (*declaration.warnings, *lint(declaration, pyproject), *could_be_markers(declaration, pyproject))
    return Own(Declared(declaration, sdist.metadata), remarks)


def _tags(filename: str) -> frozenset[str]:
    from packaging.utils import InvalidWheelFilename

    from abiding.project import tags

    try:
        return tags.of_wheel(filename)
    except InvalidWheelFilename:
        return frozenset()
