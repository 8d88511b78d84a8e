"""The checks of a build: an error stops it before anything is handed over, the rest are warnings."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding import native
from abiding.builds import rules
from abiding.findings.errors import DeclarationError
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import literals
from abiding.metadata import requirements
from abiding.project.pyproject import key_text
from abiding.project.source import unkept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from abiding.archives.wheel import Wheel
    from abiding.builds.built_wheel import BuiltWheel
    from abiding.builds.entries import Entries
    from abiding.builds.outcome import Outcome
    from abiding.builds.undeclared import Sides
    from abiding.findings.finding import Finding, Severity
    from abiding.metadata.core import CoreMetadata
    from abiding.project.build_record import Used
    from abiding.project.declaration import Declaration
    from abiding.project.entry import Entry
    from abiding.project.pyproject import Pyproject
    from abiding.project.pyproject_differences import PyprojectDifference
    from abiding.project.source import Source

__all__ = ["Judgement", "judge_packed"]

# Kinds of wheels as the hooks name them, and as messages do.
_KINDS = {"wheel": "wheel", "editable": "editable wheel"}


class Judgement(NamedTuple):
    """The checks of what was built, by its source and its declaration.

    Methods raise `RefusedError` with the errors that they find, and warn of the rest. `name` is a file name.
    """

    pyproject: Pyproject
    declaration: Declaration
    source: Source
    entries: Entries
    outcome: Outcome

    # Checks of an sdist

    def of_packed(self, name: str, data: bytes) -> None:
        """Judge the pyproject.toml that was packed into an sdist by the one in the folder."""
        self._hold_sdist(judge_packed(name, data, self.pyproject, self.entries.severity))

    def of_pkg_info(self, name: str, built: CoreMetadata) -> None:
        """Judge PKG-INFO by what `[project]` says."""
        if differences := self.source.promise.broken_by(built):
            from abiding.builds import undeclared

            self._hold_sdist(undeclared.judge_differences(differences, (), self._sides("sdist", name, "project", {})))
        from abiding.builds.installable import Installable

        too_low = rules.too_low(self.declaration, self.pyproject, built, self.entries.severity)
        self._hold_sdist((*too_low, *Installable(self.entries, self.source.folder).sdist(name, built)))

    def _hold_sdist(self, findings: Iterable[Finding]) -> None:
        self.outcome.hold(findings, "No sdist was written")

    # Checks of a wheel

    def of_file(self, kind: str, wheel: Wheel) -> None:
        """Judge a wheel by itself: its WHEEL has to fit the file name, and installers have to accept its members."""
        from abiding.artifacts.installers import judge_wheel

        misnamed = rules.judge_name(kind, wheel, self.entries.severity, self.declaration.backend)
        self.hold_wheel((*misnamed, *self.entries.weigh(judge_wheel(wheel))))

    def of_metadata(self, kind: str, name: str, built: CoreMetadata, lines: Mapping[Entry, str]) -> list[str]:
        """Judge METADATA by the source, and by the `lines` that are declared for this wheel.

        Returns the requirements that the source does not have, all of which are declared.
        """
        differences, contradicted = self.source.differences(built), self.source.contradicted(built)
        if not differences and not contradicted:
            return []
        from abiding.builds import undeclared

        new = [line for difference in differences if difference.field == "Requires-Dist" for line in difference.right]
        sanctioned = [*lines.values(), *filter(requirements.is_editable_mechanism, new if kind == "editable" else ())]
        sides = self._sides(_KINDS[kind], name, "sdist" if self.source.baseline else "project", lines)
        of_sdist = sides._replace(source="sdist", origin=lambda *_: "PKG-INFO")
        self.hold_wheel(
            (
                *undeclared.judge_differences(differences, sanctioned, sides),
                *undeclared.judge_differences(contradicted, (), of_sdist),
            )
        )
        return new

    def of_prepared(self, name: str, prepared: CoreMetadata, built: CoreMetadata) -> None:
        """Judge METADATA by the metadata that was prepared for the wheel."""
        self.hold_wheel(rules.judge_prepared(unkept(prepared, built), name))

    def of_installing(self, name: str, metadata: CoreMetadata, lines: Mapping[Entry, str]) -> None:
        """Judge whether a wheel can be installed, with the lines that were added to it."""
        from abiding.builds.installable import Installable

        self.hold_wheel(Installable(self.entries, self.source.folder).wheel(name, metadata, lines))

    def of_compiled(self, built: BuiltWheel) -> tuple[tuple[Used, ...], tuple[Finding, ...]]:
        """Judge the declaration by the compiled files. Returns the interfaces that these use, and the findings."""
        if not native.has_code(built.archive.names):
            return (), ()
        from abiding.builds.compiled import judge_compiled, judge_optional_modules, judge_versions
        from abiding.builds.links import judge_links

        interfaces, findings = judge_compiled(built, self.entries, self._origin)
        return interfaces, (
            *findings,
            *judge_optional_modules(built, self.entries),
            *judge_links(built, self.entries),
            *judge_versions(built, self.entries, interfaces, self._origin),
        )

    def hold_wheel(self, findings: Iterable[Finding]) -> None:
        """Stop the build if a finding on a wheel is an error, else warn of the findings."""
        self.outcome.hold(findings, "No wheel was written")

    def _sides(self, kind: str, name: str, held_against: str, lines: Mapping[Entry, str]) -> Sides:
        from abiding.builds.undeclared import Sides

        backend, folder = self.declaration.backend, self.source.folder
        declared = {line: self.entries.place_of(entry) for entry, line in lines.items()}
        return Sides(kind, name, backend, folder, held_against, self._origin, self.pyproject, declared)

    def _origin(self, field: str, value: str) -> str:
        """Return where the source has a value of a field: `pyproject.toml:14`, or `PKG-INFO`."""
        if self.source.baseline is not None:
            return "PKG-INFO"
        return rules.place_of(self.pyproject, self.declaration.project, field, value)


def judge_packed(name: str, data: bytes, pyproject: Pyproject, severity: Severity) -> tuple[Finding, ...]:
    """Find values in the pyproject.toml of an sdist that would build it in another way than this folder."""
    from abiding.project.pyproject_differences import pyproject_differences

    differing: tuple[PyprojectDifference, ...] = ()
    with suppress(DeclarationError):  # no front end can read it, and each says so
        differing = pyproject_differences(pyproject.table, pyproject.decode(data).table)
    if not differing:
        return ()
    keys = literals([key_text(value.key) for value in differing])
    finding = pyproject.finding(
        "other-pyproject",
        f"the pyproject.toml in `{name}` has another {keys} than this one",
        differing[0].key,
        severity=severity,
        also=tuple(
            (value.key, "differs in the sdist, too") for value in differing[1:_MOST_QUOTED] if value.own is not None
        ),
        notes=(*map(_packed_value, differing[:_MOST_QUOTED]), "a build from the sdist uses the one in it"),
        hints=("commit pyproject.toml, and build again: meson-python and others pack the last commit, not the folder",),
    )
    return (finding,)


_MOST_QUOTED = 5


def _packed_value(difference: PyprojectDifference) -> str:
    """Describe a value in the sdist; of a list, the items that it has or lacks there."""
    key, own, packed = key_text(difference.key), difference.own, difference.other
    if packed is None:
        return f"in the sdist, `{key}` is missing"
    if not isinstance(own, list) or not isinstance(packed, list):
        return f"in the sdist, `{key}` is {_literals([packed])}"
    more, less = [value for value in packed if value not in own], [value for value in own if value not in packed]
    has = [f"{what} {_literals(some)}" for what, some in (("has", more), ("lacks", less)) if some]
    return f"in the sdist, `{key}` {' and '.join(has) or 'has another order'}"


def _literals(values: Iterable[object]) -> str:
    import json

    return literals([value if isinstance(value, str) else json.dumps(value, default=str) for value in values])
