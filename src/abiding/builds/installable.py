"""Check that an installer could install what was built: a Python and a version for each line exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.artifacts.readable import judge_python
from abiding.artifacts.satisfiable import judge_satisfiable
from abiding.builds import rules
from abiding.findings.finding import Finding, Severity, lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.project.known_backends import script_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from abiding.builds.entries import Entries
    from abiding.metadata.core import CoreMetadata
    from abiding.project.entry import Entry

__all__ = ["Installable"]


class Installable(NamedTuple):
    """Judges whether the result of a build can be installed, and says where each line comes from."""

    entries: Entries
    folder: Path

    def wheel(self, name: str, metadata: CoreMetadata, lines: Mapping[Entry, str]) -> Iterator[Finding]:
        """Judge the METADATA of a wheel, to which the declared `lines` were added."""
        for finding in judge_python(name, metadata, self.entries.severity, self._place_of_python):
            yield finding._replace(hints=(*finding.hints, *self._later(finding)))
        if lines:
            yield from self._satisfiable(name, metadata, {line: entry for entry, line in lines.items()})

    def sdist(self, name: str, pkg_info: CoreMetadata) -> Iterator[Finding]:
        """Judge the requirements of every wheel of an sdist, as far as they are known before one is built."""
        yield from judge_python(name, pkg_info, self.entries.severity, self._place_of_python)
        every = [entry for entry in self.entries.declaration.entries if not entry.select and not entry.variant]
        lines = {entry.in_metadata(pins.without_pins(entry.requires)): entry for entry in every}
        for finding in self._satisfiable(name, pkg_info.with_requirements(lines), lines) if lines else ():
            if any(requirements.parse(line).marker for line in lines_of(finding.found)):
                continue  # the marker may be false in all environments of a wheel
            of = requirements.name_of(lines_of(finding.found)[0])
            yield finding._replace(
                message=f"no version of `{of}` satisfies all that the wheels of this sdist would require of it",
                found_from="wheels",
            )

    def _place_of_python(self) -> str:
        """Return where `[project]` gives `requires-python`; empty if something else writes it."""
        line = self.entries.pyproject.line_of(("project", "requires-python"))
        return f"pyproject.toml:{line}" if line and self.entries.declaration.project.gives("requires-python") else ""

    def _satisfiable(self, name: str, metadata: CoreMetadata, declared: Mapping[str, Entry]) -> Iterator[Finding]:
        for finding in judge_satisfiable([name], metadata, self.entries.severity):
            whose = ", ".join(f"`{line}` from {self._place(line, declared)}" for line in lines_of(finding.found))
            yield finding._replace(
                notes=(whose.replace("` from", "` is from", 1), *finding.notes),
                hints=(*finding.hints, *self._later(finding)),
            )

    def _later(self, finding: Finding) -> tuple[str, ...]:
        return self.entries.later if finding.severity is Severity.WARNING else ()

    def _place(self, line: str, declared: Mapping[str, Entry]) -> str:
        """Return where to change a line: in pyproject.toml, in a script of the project, or in its backend."""
        if line in declared:
            return self.entries.place_of(declared[line])
        declaration = self.entries.declaration
        if line in declaration.project.lines():
            return rules.place_of(self.entries.pyproject, declaration.project, "Requires-Dist", line)
        from abiding.project.hints import places_of

        backend, (name, _) = declaration.backend, places_of(line)
        return f"`{script_of(backend, self.folder, self.entries.pyproject.table, name) or backend}`"
