"""A call of one build hook, from beginning to end.

A build reads the declaration, lets the wrapped backend build into a private folder, compares the resulting metadata
with the source, judges each difference by the declaration, appends the declared lines, and hands the file over. After
an error, nothing is handed over.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding import native
from abiding.builds.entries import Entries
from abiding.builds.outcome import Outcome
from abiding.builds.providers import Providers, is_bare
from abiding.builds.settings import Settings
from abiding.builds.wrapped_backend import WrappedBackend
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import requirements
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject
from abiding.project.source import Source, unkept

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from abiding.archives.wheel import Wheel
    from abiding.builds.built_wheel import BuiltWheel
    from abiding.builds.judgement import Judgement
    from abiding.builds.output import Output
    from abiding.metadata.core import CoreMetadata
    from abiding.project.entry import Entry

__all__ = ["Build"]


class Build(NamedTuple):
    """What is known before the wrapped backend is called. Each public method is a hook, for one kind of wheel or both.

    `kind` is `wheel` or `editable`, as in the names of the hooks. Methods raise `AbidingError`, and what the wrapped
    backend raises.
    """

    pyproject: Pyproject
    declaration: Declaration
    source: Source
    entries: Entries
    wrapped: WrappedBackend
    config: dict[str, Any] | None
    outcome: Outcome

    @classmethod
    def begin(cls, config_settings: Mapping[str, Any] | None) -> Build:
        """Read the project in the current folder, and the settings in `config_settings` and the environment.

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
        wrapped = WrappedBackend(declaration.backend, declaration.backend_path, folder)
        return cls(pyproject, declaration, source, entries, wrapped, settings.backend_config, outcome)

    @property
    def judge(self) -> Judgement:
        """Holds what is built to the source and the declaration; imported late, since most hooks build nothing."""
        from abiding.builds.judgement import Judgement

        return Judgement(self.pyproject, self.declaration, self.source, self.entries, self.outcome)

    # build_wheel, build_editable

    def wheel(self, kind: str, wheel_directory: str, metadata_directory: str | None) -> str:
        """Build a wheel with the metadata of its source and the declared lines. Returns the file name.

        `metadata_directory` has the metadata that was prepared for it, if any was.
        """
        from abiding.archives.wheel_editing import rewrite
        from abiding.builds.output import Output

        self._warn()
        sure_lines = self.entries.sure_lines()  # a bad declaration is refused before a long build, not after it
        with Output.within(wheel_directory) as output:
            wheel = self._build_wheel(kind, output)
            built = self._with_metadata(kind, wheel, self.entries.lines_of(wheel, sure_lines), metadata_directory)
            members = self._members(built)
            rewrite(wheel, output.target(built.name), {wheel.metadata_name: built.metadata.data, **members})
        if kind == "wheel":
            self._remark(built.name, built.metadata)
        self.outcome.say(self.entries.summary(built.lines.values(), built.added) or self._without_levels(kind))
        return built.name

    def _build_wheel(self, kind: str, output: Output) -> Wheel:
        """Let the wrapped backend build into the private folder, with the libraries of providers within its reach.

        It never gets the metadata folder: that contains our lines already, and setuptools would copy it.
        """
        from abiding.archives.wheel import Wheel

        native.hold_installed(self.entries.linked)
        if not self.source.unpacked:
            native.hold_metapackages(self.entries.linked)
        with native.linking(self.entries.linked), self.entries.naming_level():
            name = self.wrapped.file(f"build_{kind}", output.private, self.config, None)
        wheel = Wheel.open(output.private / name)
        self.judge.of_file(kind, wheel)
        return wheel

    def _with_metadata(
        self, kind: str, wheel: Wheel, lines: Mapping[Entry, str], metadata_directory: str | None
    ) -> BuiltWheel:
        """Judge the METADATA of a wheel, and add its declared lines."""
        from abiding.builds.built_wheel import BuiltWheel
        from abiding.metadata.core import CoreMetadata

        name = wheel.path.name
        original = CoreMetadata.parse(wheel.metadata(), name)
        completed = self._complete(kind, name, original, lines)
        added = completed.all("Requires-Dist")[len(original.all("Requires-Dist")) :]
        metadata = self._as_promised(name, completed, lines.values(), metadata_directory)
        self.judge.of_installing(name, metadata, lines)
        return BuiltWheel(kind, wheel, metadata, lines, added)

    def _complete(self, kind: str, name: str, original: CoreMetadata, lines: Mapping[Entry, str]) -> CoreMetadata:
        """Compare METADATA with the source, judge each difference, and append the declared lines."""
        beyond_source = self.judge.of_metadata(kind, name, original, lines)
        # A line that the wrapped backend has written by itself is not written twice.
        written = set(map(requirements.meaning, beyond_source))
        return original.with_requirements(
            line for line in lines.values() if not written or requirements.meaning(line) not in written
        )

    def _as_promised(
        self, name: str, completed: CoreMetadata, lines: Iterable[str], metadata_directory: str | None
    ) -> CoreMetadata:
        """Return the METADATA to hand over: the bytes that were promised for this wheel, if they mean the same.

        Promised is the prepared METADATA, which has to mean the same, or else that of PKG-INFO: an sdist is used for
        years, and a later version of the wrapped backend may spell the same fields in another way.
        """
        if metadata_directory is None and not self.source.is_own:
            return completed
        from abiding.builds.known_metadata import by_own_pkg_info, read_dist_info

        if metadata_directory is not None:
            prepared = read_dist_info(Path(metadata_directory))
            self.judge.of_prepared(name, prepared, completed)
            return prepared
        own = by_own_pkg_info(self.source, self.declaration, fallback_version=completed.get("Metadata-Version"))
        promise = own.with_requirements(lines) if own else None
        return completed if promise is None or unkept(promise, completed) else promise

    def _members(self, built: BuiltWheel) -> dict[str, bytes]:
        """Judge the compiled files, notes aside. Returns the members to write besides METADATA, by name."""
        interfaces, findings = self.judge.of_compiled(built)
        members: dict[str, bytes] = {}
        if self.declaration.entries or self.declaration.exports or interfaces:  # else there is nothing to record
            from abiding.builds.members import members_of

            members, of_links = members_of(built, self.entries, self.source.folder, interfaces)
            findings += of_links
        if findings := tuple(finding for finding in findings if finding.severity is not Severity.NOTE):
            from abiding.builds.platform_tags import naming_platform

            self.judge.hold_wheel(naming_platform(findings, self.declaration.backend, self.source.folder))
        return members

    # build_sdist

    def sdist(self, sdist_directory: str) -> str:
        """Build an sdist with the metadata of `[project]`, and `Dynamic` if wheels may add to it. Returns its name."""
        from abiding.archives import sdist
        from abiding.builds.output import Output
        from abiding.builds.uncommitted import explaining
        from abiding.metadata.core import CoreMetadata

        self._warn()
        pkg_infos: dict[str, CoreMetadata] = {}
        with Output.within(sdist_directory) as output:
            with native.linking(self.entries.linked), explaining(self.wrapped, self.outcome):
                name = self.wrapped.file("build_sdist", output.private, self.config)

            def edit(member: str, data: bytes) -> bytes:
                """Judge a member, and return its new contents: a tar archive is read only once."""
                if member == "pyproject.toml":
                    self.judge.of_packed(name, data)
                    return self.pyproject.restored(data)
                built = CoreMetadata.parse(data, name)
                if member == "PKG-INFO":
                    self.judge.of_pkg_info(name, built)
                pkg_infos[member] = self._with_sanction(built)
                return pkg_infos[member].data

            sdist.rewrite(output.private / name, output.target(name), edit)
        self._remark(name, pkg_infos["PKG-INFO"])
        return name

    def _with_sanction(self, built: CoreMetadata) -> CoreMetadata:
        """Return the PKG-INFO to hand over: the one that was built, with `Dynamic` for fields to which wheels add."""
        declared = self.declaration
        own = built.for_sdist(may_append=declared.may_append, metadata_version=declared.metadata_version)
        return own.with_dynamic(declared.project.growing)

    # prepare_metadata_for_build_wheel, prepare_metadata_for_build_editable

    def can_prepare(self, kind: str) -> bool:
        """Return whether the metadata of a wheel is known without building it, at any level and variant."""
        return self.entries.are_sure and (self._known(kind) is not None or self._has_prepare_hook(kind))

    def prepare(self, kind: str, metadata_directory: str) -> str:
        """Write a `.dist-info` folder with the metadata that `wheel` will build. Returns the folder's name."""
        from abiding.builds.known_metadata import read_dist_info, write_dist_info

        native.hold_installed(filter(is_bare, self.entries.of_level))  # an installed provider says which line that is
        lines = self.entries.sure_lines()
        directory = Path(metadata_directory)
        known = self._known(kind)
        if known is not None:
            return write_dist_info(directory, known.with_requirements(lines.values()))
        with native.linking(self.entries.linked):
            name = self.wrapped.dist_info(f"prepare_metadata_for_build_{kind}", directory, self.config)
        completed = self._complete(kind, name, read_dist_info(directory / name), lines)
        (directory / name / "METADATA").write_bytes(completed.data)
        return name

    def _known(self, kind: str) -> CoreMetadata | None:
        """Return METADATA without our lines; None if only the wrapped backend knows it."""
        from abiding.builds.known_metadata import by_own_pkg_info, known_metadata

        # If PKG-INFO has everything about a wheel, the backend is not imported; an editable wheel may need more.
        own = by_own_pkg_info(self.source, self.declaration) if kind == "wheel" else None
        if own is not None or self._has_prepare_hook(kind):
            return own
        known = known_metadata(self.source, self.declaration)
        return known.metadata if known else None

    def _has_prepare_hook(self, kind: str) -> bool:
        """Return whether the wrapped backend prepares metadata itself, and so may write more than METADATA."""
        return self.wrapped.has(f"prepare_metadata_for_build_{kind}")

    # get_requires_for_build_sdist, get_requires_for_build_wheel, get_requires_for_build_editable

    def sdist_requires(self) -> list[str]:
        """Return what the wrapped backend requires for an sdist, and the providers that it may look for."""
        return list(dict.fromkeys([*self._backend_requires("sdist"), *self.entries.sdist_requires()]))

    def wheel_requires(self, kind: str) -> list[str]:
        """Return what the wrapped backend requires, and at the ABI level what the wheel is built against."""
        return list(dict.fromkeys([*self._backend_requires(kind), *self.entries.wheel_requires()]))

    def _backend_requires(self, kind: str) -> list[str]:
        hook = f"get_requires_for_build_{kind}"
        if not self.wrapped.has(hook):
            return []
        try:
            with native.linking(self.entries.linked):
                return self.wrapped.requirements(hook, self.config)
        except AbidingError:
            raise
        except (Exception, SystemExit) as exc:
            # A setup.py may look for a library as soon as it runs, and front ends install the provider only later.
            absent = native.absent(self.entries.linked)
            if not absent:
                raise
            from abiding.builds import rules

            self.outcome.warn([rules.not_asked(hook, self.declaration.backend, absent, exc)])
            return []

    # Warnings and other output

    def _warn(self) -> None:
        """Warn of what is valid and probably not meant, before the backend prints pages."""
        from abiding.builds import rules
        from abiding.project.lint import lint

        doubts = rules.edited_sdist(self.source) if self.source.unpacked else lint(self.declaration, self.pyproject)
        self.outcome.warn((*self.entries.settings.warnings, *self.declaration.warnings, *doubts))

    def _remark(self, name: str, metadata: CoreMetadata) -> None:
        """Print that indexes may refuse a file. A build from an sdist does not repeat it."""
        from abiding.artifacts.metadata_versions import too_new

        self.outcome.remark(() if self.source.unpacked else too_new([(name, metadata)]))

    def _without_levels(self, kind: str) -> str:
        """Return the last line of output for a project without levels."""
        if self.source.baseline is None and self.declaration.project.table is None:
            way_out = "; `python -m build` without `-w` builds it from the sdist, and compares them"
            return f"the wheel was not compared: the project has no `[project]`{way_out if kind == 'wheel' else ''}"
        return f"the wheel says what {'the sdist' if self.source.baseline else 'pyproject.toml'} says"
