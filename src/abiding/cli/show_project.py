"""`abiding show` for a project: its two requirement sets, and the METADATA of its wheel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.cli.arguments import EXAMPLE_TAG
from abiding.findings.errors import DeclarationError
from abiding.project.declaration import Declaration
from abiding.project.level import Level
from abiding.project.pyproject import Pyproject
from abiding.project.sets import AbiLine, Sets
from abiding.project.source import Source

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from abiding.metadata.core import CoreMetadata
    from abiding.project.entry import Entry

__all__ = ["NOTHING", "ShownProject"]


NOTHING = "Nothing can be shown"


@dataclass(frozen=True, slots=True)
class ShownProject:
    """The project, and the wheel to show: empty `tags` and `variant` stand for any."""

    pyproject: Pyproject
    declaration: Declaration
    source: Source
    level: Level
    variant: str
    tags: frozenset[str]

    @classmethod
    def read(cls, folder: Path, options: Namespace) -> ShownProject:
        """Read the project in a folder. Raises `AbidingError` if it is invalid, or has no such variant."""
        pyproject = Pyproject.read(folder)
        declaration = Declaration.read(pyproject, NOTHING)
        variant = options.variant or ""
        declaration.check_variant(pyproject, variant, f"--variant {variant}", NOTHING)
        source, level = Source.read(folder, declaration), options.level or Level.ABI
        return cls(pyproject, declaration, source, level, variant, options.tag or frozenset())

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries that may apply: of all variants and for all tags, unless one is given."""
        return tuple(
            entry
            for entry in (self.declaration.entries if self.level is Level.ABI else ())
            if not self.variant or entry.is_of_variant(self.variant)
            if not self.tags or entry.selects(self.tags)
        )

    def entries_of_one_wheel(self) -> tuple[Entry, ...]:
        """Return the entries of the wheel to show. Raises `AbidingError` if they differ between possible wheels."""
        entries = tuple(entry for entry in self.entries() if entry.is_of_variant(self.variant))
        if selective := next((entry for entry in entries if entry.select and not self.tags), None):
            raise self.unknown(
                f"`{selective.requires}` is for wheels of some tags only, and no tag is given",
                selective,
                f"say which wheel: `--tag {EXAMPLE_TAG}`, for example",
            )
        return entries

    def unknown(self, message: str, entry: Entry | None = None, hint: str = "") -> DeclarationError:
        """Return the error for something that the project, or one of its entries, leaves open."""
        key = entry.key if entry else ("project",)
        finding = self.pyproject.finding("not-known", message, key, hints=(hint,) if hint else ())
        return DeclarationError(finding, NOTHING)

    def name_and_version(self) -> tuple[str, str]:
        """Return both from `[project]`, else from PKG-INFO, else empty."""
        table, pkg_info = self.declaration.project.table or {}, self.source.pkg_info
        name, version = (str(table.get(key) or (pkg_info.get(key) if pkg_info else "")) for key in ("name", "version"))
        return name, version

    def api_lines(self) -> tuple[str, ...] | None:
        """Return the lines that sdist and wheels share; None if they are computed in the build."""
        project = self.declaration.project
        if self.source.pkg_info:
            return self.source.pkg_info.all("Requires-Dist")
        if project.table is None or {"dependencies", "optional-dependencies"} & project.dynamic - project.extends:
            return None
        return tuple(project.lines())

    def sets(self) -> Sets:
        """Return both requirement sets, for all wheels that may be meant."""
        return Sets(
            *self.name_and_version(),
            "",
            self.declaration.backend,
            str(self.level),
            self.variant,
            tuple(sorted(self.tags)),
            self.api_lines(),
            tuple(map(AbiLine.of_entry, self.entries())),
        )

    def metadata(self) -> tuple[CoreMetadata, str]:
        """Return the METADATA of its wheel without the declared lines, and a note on how far it is known."""
        from abiding.builds.known_metadata import known_metadata, project_metadata

        known = known_metadata(self.source, self.declaration)
        if known:
            other = "PKG-INFO was not written for this declaration: the build may spell fields in another way"
            return known.metadata, "" if known.exact else other
        return project_metadata(self.pyproject, self.declaration, self.source, NOTHING), (
            f"this is what `[project]` gives; `{self.declaration.backend}` chooses `Metadata-Version`, the order of "
            "the fields and their spelling, and may add licence files"
        )
