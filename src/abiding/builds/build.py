"""One hook call from beginning to end: read, let the wrapped backend build, compare, judge, hand over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding import native
from abiding.artifacts.acceptance import too_new
from abiding.artifacts.installers import judge_wheel
from abiding.artifacts.requires_python import judge_python
from abiding.artifacts.satisfiable import judge_satisfiable
from abiding.builds import rules
from abiding.builds.built import Built
from abiding.builds.compiled_with import excluded
from abiding.builds.entries import Entries
from abiding.builds.exported import Providers, is_bare
from abiding.builds.forgotten import forgotten
from abiding.builds.inner import InnerBackend
from abiding.builds.outcome import Outcome
from abiding.builds.output import Output
from abiding.builds.packed import judge_packed
from abiding.builds.promised import by_own_pkg_info, promised, read_dist_info, write_dist_info
from abiding.builds.refuting import refuted
from abiding.builds.settings import Settings
from abiding.builds.uncommitted import explaining
from abiding.builds.unmatched import unmatched
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Severity
from abiding.metadata import requirements
from abiding.metadata.core import CoreMetadata
from abiding.project.declaration import Declaration
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from abiding.project.source import Source, unkept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.archives.wheel import Wheel

__all__ = ["Build"]

_NO_SDIST, _NO_WHEEL = "No sdist was written", "No wheel was written"
# What the hooks call a kind of wheel, and what people do.
_KINDS = {"wheel": "wheel", "editable": "editable wheel"}


class Build(NamedTuple):
    """What is known before the wrapped backend is asked for anything."""

    pyproject: Pyproject
    declaration: Declaration
    source: Source
    entries: Entries
    inner: InnerBackend
    config: dict[str, Any] | None
    outcome: Outcome

    @classmethod
    def begin(cls, config_settings: Mapping[str, Any] | None) -> Build:
        """Read what the hook's folder, its settings and its environment say.

        Raises `DeclarationError` with everything that is wrong with them.
        """
        folder = Path.cwd()
        pyproject = Pyproject.read(folder)
        declaration = Declaration.read(pyproject)
        settings = Settings.read(config_settings, os.environ, declaration.variants)
        declaration.check_variant(pyproject, settings.variant, settings.variant_option, "Nothing was built")
        source = Source.read(folder, declaration)
        outcome = Outcome()
        entries = Entries(pyproject, declaration, settings, source.unpacked, outcome, Providers())
        inner = InnerBackend(declaration.backend, declaration.backend_path, folder)
        return cls(pyproject, declaration, source, entries, inner, settings.inner, outcome)

    # get_requires_for_build_*

    def sdist_requires(self) -> list[str]:
        """Return what the wrapped backend needs for an sdist, and the providers that it looks for."""
        return list(dict.fromkeys([*self._inner_requires("sdist"), *self.entries.sdist_requires()]))

    def wheel_requires(self, kind: str) -> list[str]:
        """Return what the wrapped backend needs, and at the ABI level what the wheel is built against."""
        return list(dict.fromkeys([*self._inner_requires(kind), *self.entries.wheel_requires()]))

    def _inner_requires(self, kind: str) -> list[str]:
        hook = f"get_requires_for_build_{kind}"
        if not self.inner.has(hook):
            return []
        try:
            with native.linking(self.entries.linked):
                return self.inner.requirements(hook, self.config)
        except AbidingError:
            raise
        except (Exception, SystemExit) as exc:
            # A setup.py may look for a library as soon as it is run, and front ends install the provider after this.
            absent = native.absent(self.entries.linked)
            if not absent:
                raise
            self.outcome.warn([rules.not_asked(hook, self.declaration.backend, absent, exc)])
            return []

    # build_sdist

    def sdist(self, sdist_directory: str) -> str:
        """Build the sdist. Its PKG-INFO says the API level, and whether wheels may say more."""
        from abiding.archives import sdist

        self._warn()
        with Output.within(sdist_directory) as output:
            with native.linking(self.entries.linked), explaining(self.inner, self.outcome):
                name = self.inner.file("build_sdist", output.private, self.config)
            handed_over: dict[str, CoreMetadata] = {}

            def edited(member: str, data: bytes) -> bytes:
                if member == "pyproject.toml":
                    self.outcome.hold(judge_packed(name, data, self.pyproject, self.entries.severity), _NO_SDIST)
                    return self.pyproject.restored(data)
                pkg_info = CoreMetadata.parse(data, name)
                if member == "PKG-INFO":
                    self._judge_sdist(name, pkg_info)
                handed_over[member] = self._of_sdist(pkg_info)
                return handed_over[member].data

            sdist.rewrite(output.private / name, output.target(name), edited)
        self._remark(name, handed_over["PKG-INFO"])
        return name

    def _judge_sdist(self, name: str, pkg_info: CoreMetadata) -> None:
        """Hold the PKG-INFO that was built against `[project]`."""
        sides = self._sides("sdist", name, "project")
        self.outcome.refuse(rules.judge(self.source.promise.broken_by(pkg_info), (), sides), _NO_SDIST)
        self.outcome.hold(rules.too_low(self.declaration, self.pyproject, pkg_info, self.entries.severity), _NO_SDIST)

    def _of_sdist(self, pkg_info: CoreMetadata) -> CoreMetadata:
        """Return the PKG-INFO to hand over: what was built, and the sanction for wheels to say more."""
        declared = self.declaration
        own = pkg_info.for_sdist(may_append=declared.may_append, metadata_version=declared.metadata_version)
        return own.with_dynamic(declared.project.growing)

    # build_wheel, build_editable

    def wheel(self, kind: str, wheel_directory: str, metadata_directory: str | None) -> str:
        """Build a wheel that says what its source says and what is declared for it, and nothing else."""
        from abiding.archives.wheel_editing import rewrite

        self._warn()
        sure = self.entries.sure_lines()  # before a long build, in case it is to be refused
        with Output.within(wheel_directory) as output:
            archive = self._built(kind, output)
            name = archive.path.name
            self._judge_file(kind, archive)
            lines = self.entries.lines_of(archive, sure)
            added = tuple(lines.values())
            built = self._completed(kind, name, CoreMetadata.parse(archive.metadata(), name), added)
            metadata = self._as_promised(name, built, added, metadata_directory)
            self._judge_installable(name, metadata, added)
            members = self._members(Built(kind, archive, metadata, lines))
            rewrite(archive, output.target(name), {archive.metadata_name: metadata.data, **members})
        if kind == "wheel":
            self._remark(name, metadata)
        self.outcome.say(self.entries.outcome(added) or self._without_levels())
        return name

    def _built(self, kind: str, output: Output) -> Wheel:
        """Let the wrapped backend build into a folder of ours, with the providers within its reach.

        It is never given a metadata folder: what is in that has our lines already, and setuptools would copy it.
        """
        from abiding.archives.wheel import Wheel

        native.required(self.entries.linked)
        if not self.source.unpacked:
            native.hold_to_bring(self.entries.linked)
        with native.linking(self.entries.linked), self.entries.naming_level():
            name = self.inner.file(f"build_{kind}", output.private, self.config, None)
        return Wheel.open(output.private / name)

    def _judge_file(self, kind: str, archive: Wheel) -> None:
        """Hold what WHEEL says against the file name, and what is in the wheel against what installers take."""
        apart = rules.judge_name(kind, archive, self.entries.severity, self.declaration.backend)
        self.outcome.hold([*apart, *self.entries.weighed(judge_wheel(archive))], _NO_WHEEL)

    def _completed(self, kind: str, name: str, built: CoreMetadata, lines: tuple[str, ...]) -> CoreMetadata:
        """Append the declared lines to what the wrapped backend wrote. Raises `RefusedError` if it wrote more."""
        differences = self.source.differences(built)
        added = [line for difference in differences if difference.field == "Requires-Dist" for line in difference.right]
        sanctioned = [*lines, *filter(requirements.is_editable_mechanism, added if kind == "editable" else ())]
        sides = self._sides(_KINDS[kind], name, "sdist" if self.source.baseline else "project")
        of_sdist = sides._replace(source="sdist", origin=lambda *_: "PKG-INFO")
        findings = rules.judge(differences, sanctioned, sides)
        findings += rules.judge(self.source.contradicted(built), (), of_sdist)
        self.outcome.refuse(findings, _NO_WHEEL)
        # A backend that writes a declared line by itself has done our work.
        there = {requirements.meaning(line) for line in added}
        return built.with_requirements(line for line in lines if not there or requirements.meaning(line) not in there)

    def _as_promised(
        self, name: str, built: CoreMetadata, lines: tuple[str, ...], metadata_directory: str | None
    ) -> CoreMetadata:
        """Return the METADATA to hand over: of files that mean the same, the one that was promised for this wheel.

        An sdist lives for years, and a later version of the wrapped backend may write the same thing in another way;
        what PKG-INFO has promised stays true to the byte. Raises `RefusedError` if another one was prepared for it.
        """
        if metadata_directory is not None:
            prepared = read_dist_info(Path(metadata_directory))
            self.outcome.refuse(rules.judge_prepared(unkept(prepared, built), name), _NO_WHEEL)
            return prepared
        own = by_own_pkg_info(self.source, self.declaration, fallback_version=built.get("Metadata-Version"))
        if own is None or unkept(own.with_requirements(lines), built):
            return built
        return own.with_requirements(lines)

    def _judge_installable(self, name: str, metadata: CoreMetadata, added: tuple[str, ...]) -> None:
        """Look whether something can install the wheel, with our lines too."""
        of_added = judge_satisfiable([name], metadata, self.entries.severity) if added else ()
        self.outcome.hold((*judge_python(name, metadata, self.entries.severity), *of_added), _NO_WHEEL)

    def _members(self, built: Built) -> dict[str, bytes]:
        """Give what else of the wheel is to be written. Raises `RefusedError` if its compiled files refute it."""
        interfaces, refuting = refuted(built, self.entries, self._origin)
        idle = (
            *unmatched(built, self.entries),
            *forgotten(built, self.entries),
            *excluded(built, self.entries, interfaces, self._origin),
        )
        if not self.declaration.entries and not self.declaration.exports and not interfaces:
            self.outcome.hold((*refuting, *idle), _NO_WHEEL)
            return {}
        from abiding.builds.members import members

        put, findings = members(built, self.entries, self.source.folder, interfaces)
        of_weight = (finding for finding in findings if finding.severity is not Severity.NOTE)
        self.outcome.hold((*refuting, *idle, *of_weight), _NO_WHEEL)
        return put

    # prepare_metadata_for_build_*

    def can_prepare(self, kind: str) -> bool:
        """Return whether the metadata of a wheel can be had without building it, whatever its level and variant."""
        sure = all(self.entries.is_sure(entry) is not None for entry in self.declaration.entries)
        return sure and (self._known(kind) is not None or self._asks(kind))

    def prepare(self, kind: str, metadata_directory: str) -> str:
        """Write the metadata that `wheel` will build, as a `.dist-info` folder below `metadata_directory`."""
        native.required(filter(is_bare, self.entries.of_level))  # it says which line that is
        lines = tuple(self.entries.sure_lines().values())
        known = self._known(kind)
        if known is None:
            return self._prepared_by_inner(kind, Path(metadata_directory), lines)
        return write_dist_info(Path(metadata_directory), known.with_requirements(lines))

    def _known(self, kind: str) -> CoreMetadata | None:
        """Find METADATA without our lines; None if the wrapped backend is to be asked for it, or only to build."""
        # Where PKG-INFO tells all of a wheel, it is not even imported; an editable one may need more than that.
        own = by_own_pkg_info(self.source, self.declaration) if kind == "wheel" else None
        if own is not None or self._asks(kind):
            return own
        known = promised(self.source, self.declaration)
        return known.metadata if known else None

    def _asks(self, kind: str) -> bool:
        """Return whether the wrapped backend can be asked: its hook may have more to say than METADATA."""
        return self.inner.has(f"prepare_metadata_for_build_{kind}")

    def _prepared_by_inner(self, kind: str, directory: Path, lines: tuple[str, ...]) -> str:
        with native.linking(self.entries.linked):
            name = self.inner.dist_info(f"prepare_metadata_for_build_{kind}", directory, self.config)
        file = directory / name / "METADATA"
        file.write_bytes(self._completed(kind, name, read_dist_info(file.parent), lines).data)
        return name

    # What is said

    def _warn(self) -> None:
        """Warn of what is lawful and probably not meant. Early: some backends replace `warnings.showwarning`."""
        of_it = rules.edited_sdist(self.source) if self.source.unpacked else lint(self.declaration, self.pyproject)
        self.outcome.warn((*self.entries.settings.remarks, *self.declaration.remarks, *of_it))

    def _remark(self, name: str, metadata: CoreMetadata) -> None:
        """Say that a file may be refused where it is to go. Of what an sdist is built into, it was said before."""
        self.outcome.remark(() if self.source.unpacked else too_new([(name, metadata)]))

    def _without_levels(self) -> str:
        if self.source.baseline is None and self.declaration.project.table is None:
            return "there is no `[project]` to hold the wheel against, as there is in an sdist"
        return f"the wheel says what {'the sdist' if self.source.baseline else 'pyproject.toml'} says"

    def _sides(self, kind: str, name: str, held_against: str) -> rules.Sides:
        backend, folder = self.declaration.backend, self.source.folder
        return rules.Sides(kind, name, backend, folder, held_against, self._origin, self.pyproject)

    def _origin(self, field: str, value: str) -> str:
        """Return where a value of the source stands, for a message."""
        if self.source.baseline is not None:
            return "PKG-INFO"
        return rules.place_of(self.pyproject, self.declaration.project, field, value)
