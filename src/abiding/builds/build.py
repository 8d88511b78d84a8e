"""One hook call from beginning to end: read, let the wrapped backend build, compare, judge, hand over."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from abiding import native
from abiding.artifacts.filename import judge_tags
from abiding.builds import foretelling, rules
from abiding.builds.inner import InnerBackend
from abiding.builds.output import Output
from abiding.builds.settings import Settings
from abiding.findings.errors import AbidingError, DeclarationError, RefusedError
from abiding.findings.finding import Finding, Severity
from abiding.metadata import requirements
from abiding.metadata.core import CoreMetadata
from abiding.project import lines, tags
from abiding.project.contradictions import contradictions
from abiding.project.declaration import Declaration, Entry, FromSdist
from abiding.project.level import Level
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject
from abiding.project.source import Source, unsettled
from abiding.project.table import ApiLevel
from abiding.releases.acceptance import too_new
from abiding.releases.installing import judge_installable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from abiding.archives.wheel import Wheel

__all__ = ["Build"]


# What the hooks call a kind of wheel, and what people do.
_KINDS = {"wheel": "wheel", "editable": "editable wheel"}
_REFUSED_API = """to build against what is on this machine, with the API level's requirements only:
    pip install -C abiding.level=api ...   (or set ABIDING_LEVEL=api)"""
_REFUSED_ABI = """to build what its wheels are, with the ABI level's requirements too:
    pip install -C abiding.level=abi ...   (or set ABIDING_LEVEL=abi)"""
# PEP 660 lets an editable wheel require what its mechanism needs; this is the one library of that kind.
_EDITABLE_MECHANISM = "editables"


class Build(NamedTuple):
    """What is known before the wrapped backend is asked for anything."""

    pyproject: Pyproject
    declaration: Declaration
    settings: Settings
    source: Source
    inner: InnerBackend

    @classmethod
    def begin(cls, config_settings: Mapping[str, Any] | None) -> Build:
        """Read what the hook's folder, its settings and its environment say.

        Raises `DeclarationError` with everything that is wrong with them.
        """
        folder = Path.cwd()
        pyproject = Pyproject.read(folder)
        declaration = Declaration.read(pyproject)
        settings = Settings.read(config_settings, os.environ)
        declaration.check_variant(pyproject, settings.variant, settings.asked_variant, "Nothing was built")
        inner = InnerBackend(declaration.backend, declaration.backend_path, folder)
        return cls(pyproject, declaration, settings, Source.read(folder, declaration), inner)

    # get_requires_for_build_*

    def sdist_requires(self) -> list[str]:
        """What the wrapped backend needs for an sdist, and the providers: meson, for example, configures for it."""
        natives = [one for one in self._native_entries() if native.applies(one)]
        return list(dict.fromkeys([*self._inner_requires("sdist"), *self._build_requirements(natives)]))

    def wheel_requires(self, kind: str) -> list[str]:
        """What the wrapped backend needs, and at the ABI level what the wheel is built against."""
        entries = self._entries()
        needed = self._inner_requires(kind)
        joining = [one for one in entries if one.joins_build and foretelling.decided(one) is not False]
        needed += self._build_requirements(joining)
        needed += native.build_requirements() if any(map(native.applies, joining)) else ()
        return list(dict.fromkeys(needed))

    def _inner_requires(self, kind: str) -> list[str]:
        hook = f"get_requires_for_build_{kind}"
        if not self.inner.has(hook):
            return []
        natives = self._native_entries()
        try:
            with native.linking(natives):
                return self.inner.requirements(hook, self.settings.inner)
        except AbidingError:
            raise
        except (Exception, SystemExit) as exc:
            # A setup.py may look for a library as soon as it is run, and front ends install the provider after this.
            absent = native.absent(natives)
            if not absent:
                raise
            _warn_of((_not_asked(hook, self.declaration.backend, absent, exc),))
            return []

    def _build_requirements(self, joining: list[Entry]) -> list[str]:
        """What is to be installed for these entries, and what fills their pins."""
        if not joining:
            return []
        of_build = [one for one in self.declaration.entries if one.variant in ("", self.settings.variant)]
        decided = {one: foretelling.decided(one) for one in of_build}
        beside = {one: bool(sure) for one, sure in decided.items() if sure is not False}
        needed: list[str] = []
        for wanted in lines.to_install(joining, beside, ApiLevel.of(self.declaration.project)):
            self._hold((self._not_installable(wanted),) if wanted.excluding else ())
            needed += [*wanted.requirements, *(["dynamic-metadata>=0.6"] if wanted.pinned else [])]
        return needed

    def _not_installable(self, wanted: lines.Wanted) -> Finding:
        texts = ", ".join(f"`{text}`" for _, text in wanted.excluding)
        return self.pyproject.finding(
            "unsatisfiable",
            f"no version of `{wanted.entry.name}` can be built against: none is in all of {texts}",
            wanted.entry.key,
            also=tuple((key, "") for key, _ in wanted.excluding if key != wanted.entry.key),
            notes=("what is pinned or linked has to lie within all lines for it, or nothing could install the wheel",),
            hints=("change one of the lines",),
        )

    # build_sdist

    def sdist(self, sdist_directory: str) -> str:
        """Build the sdist. Its PKG-INFO says the API level, and whether wheels may say more."""
        from abiding.archives import sdist

        self._warn()
        with Output.within(sdist_directory) as output:
            with native.linking(self._native_entries()):
                name = self._built(output.private, "build_sdist")
            edited: dict[str, CoreMetadata] = {}

            def edit(member: str, data: bytes) -> bytes:
                if member == "pyproject.toml":
                    return self.pyproject.restored(data)
                pkg_info = CoreMetadata.parse(data, name)
                if member == "PKG-INFO":
                    self._judge_sdist(name, pkg_info)
                own = pkg_info.for_sdist(
                    may_append=self.declaration.may_append, metadata_version=self.declaration.metadata_version
                )
                own = own.with_dynamic(self.declaration.project.growing)
                edited[member] = own
                return own.data

            sdist.rewrite(output.private / name, output.target(name), edit)
        self._remark(name, edited["PKG-INFO"])
        return name

    def _judge_sdist(self, name: str, pkg_info: CoreMetadata) -> None:
        sides = rules.Sides("sdist", name, self.declaration.backend, "project", self._origin)
        _refuse(rules.judge(self.source.promise.broken_by(pkg_info), (), sides), "No sdist was written")

    # build_wheel, build_editable

    def wheel(self, kind: str, wheel_directory: str, metadata_directory: str | None) -> str:
        """Build a wheel that says what its source says and what is declared for it, and nothing else."""
        from abiding.archives import wheel

        self._warn()
        with Output.within(wheel_directory) as output:
            entries = self._entries()
            # Before a long build, in case it is to be refused.
            declared = self._filled(one for one in entries if foretelling.decided(one))
            natives = self._native_entries()
            native.required(natives)
            with native.linking(natives):
                name = self._built(output.private, f"build_{kind}")
            archive = wheel.Wheel.open(output.private / name)
            self._judge_name(name, archive)
            applying = [one for one in entries if not one.select or one.selects(tags.of_wheel(name))]
            declared |= self._filled(one for one in applying if one not in declared)
            declared = {entry: declared[entry] for entry in applying}
            added = tuple(declared.values())
            built = self._completed(kind, name, CoreMetadata.parse(archive.metadata(), name), added)
            metadata = self._announced(name, built, added, metadata_directory)
            self._judge_installable(name, metadata if added else None)
            members = self._members(kind, archive, metadata, declared)
            wheel.rewrite(archive, output.target(name), {archive.metadata_name: metadata.data, **members})
        print(f"abiding: {self._outcome(added)}", file=sys.stderr)  # noqa: T201
        if kind == "wheel":
            self._remark(name, metadata)
        return name

    def _judge_installable(self, name: str, metadata: CoreMetadata | None) -> None:
        severity = Severity.WARNING if self.source.unpacked else Severity.ERROR
        findings = tuple(judge_installable(name, metadata, severity)) if metadata else ()
        _refuse(findings, "No wheel was written")
        _warn_of(findings)

    def _judge_name(self, name: str, archive: Wheel) -> None:
        """Hold the tags of a wheel against its name. Who builds from a published sdist can do nothing about them."""
        severity = Severity.WARNING if self.source.unpacked else Severity.ERROR
        hint = f"`{self.declaration.backend}` has written both: look for what gives the wheel another name than its own"
        findings = tuple(one for one in judge_tags(name, archive.tags(), severity, hint) if one.severity is severity)
        _refuse(findings, "No wheel was written")
        _warn_of(findings)

    def _members(
        self, kind: str, archive: Wheel, metadata: CoreMetadata, declared: Mapping[Entry, str]
    ) -> dict[str, bytes]:
        """What else of the wheel is to be written: its record, and what the native entries change.

        Raises `RefusedError` if it is linked in another way than they say.
        """
        if not self.declaration.entries:
            return {}
        from abiding.project.provenance import MEMBER, Line, Provenance, version_of

        backend, level = self.declaration.backend, self._level()
        if level is Level.API:
            _refuse(native.linked_unasked(archive.path, self._declared_native()), "No wheel was written")
        recorded = tuple(Line.of(entry, line) for entry, line in declared.items())
        provenance = Provenance(backend, version_of(backend), level.value, self.settings.variant, recorded)
        natives = [(entry, line) for entry, line in declared.items() if native.applies(entry)]
        findings: tuple[Finding, ...] = ()
        if kind == "editable" and natives and not native.has_code(archive.names):
            entries = [entry for entry, _ in natives]
            members = native.editable_members(metadata.get("Name"), self.source.folder, entries)
        else:
            requires = metadata.all("Requires-Dist")
            members, provenance, findings = native.examined(archive.path, requires, natives, provenance)
        findings = tuple(finding for finding in findings if finding.severity is not Severity.NOTE)
        _refuse(findings, "No wheel was written")
        _warn_of(findings)
        return {**members, f"{archive.dist_info}/{MEMBER}": provenance.to_json()}

    def _remark(self, name: str, metadata: CoreMetadata) -> None:
        """Say that a file may be refused where it is to go. Of what an sdist is built into, it was said before."""
        from abiding.findings.screen import one_line

        for finding in () if self.source.unpacked else too_new([(name, metadata)]):
            print(one_line(finding), file=sys.stderr)  # noqa: T201

    def _outcome(self, lines: tuple[str, ...]) -> str:
        """Say at which level the wheel is, and how to get the other."""
        entries = [one for one in self.declaration.entries if one.variant in ("", self.settings.variant)]
        if not entries:
            return self._without_levels()
        if self._level() is Level.API:
            why = self.settings.asked or 'from-sdist = "api"'
            return f"API level: {_counted(len(entries))} left out, because {why}; `-C abiding.level=abi` adds them"
        if not lines:
            return "ABI level: no declared line is for a wheel of this tag"
        return f"ABI level, {_counted(len(lines))} added: {'; '.join(lines)}"

    def _without_levels(self) -> str:
        if self.source.baseline is None and self.declaration.project.table is None:
            return "there is no `[project]` to hold the wheel against, as there is in an sdist"
        return f"the wheel says what {'the sdist' if self.source.baseline else 'pyproject.toml'} says"

    def _completed(self, kind: str, name: str, built: CoreMetadata, lines: tuple[str, ...]) -> CoreMetadata:
        """What the wrapped backend wrote and the declared lines. Raises `RefusedError` if it wrote anything else."""
        differences = self.source.differences(built)
        added = [line for one in differences if one.field == "Requires-Dist" for line in one.right]
        sanctioned = [*lines, *(line for line in added if kind == "editable" and line.startswith(_EDITABLE_MECHANISM))]
        sides = rules.Sides(
            _KINDS[kind], name, self.declaration.backend, "sdist" if self.source.baseline else "project", self._origin
        )
        settled = sides._replace(source="sdist", origin=lambda *_: "PKG-INFO")
        findings = rules.judge(differences, sanctioned, sides) + rules.judge(self.source.resettled(built), (), settled)
        _refuse(findings, "No wheel was written")
        # A backend that writes a declared line by itself has done our work.
        there = {requirements.meaning(line) for line in added}
        return built.with_requirements(line for line in lines if not there or requirements.meaning(line) not in there)

    def _announced(
        self, name: str, built: CoreMetadata, lines: tuple[str, ...], metadata_directory: str | None
    ) -> CoreMetadata:
        """The METADATA to hand over: of files that mean the same, the one that was announced for this wheel.

        An sdist lives for years, and a later version of the wrapped backend may write the same thing in another way;
        what PKG-INFO has announced stays true to the byte.
        """
        if metadata_directory is not None:
            prepared = foretelling.read_dist_info(Path(metadata_directory))
            _refuse(rules.judge_prepared(unsettled(prepared, built), name), "No wheel was written")
            return prepared
        foretold = foretelling.announced(self.source, self.declaration, otherwise=built.get("Metadata-Version"))
        if foretold is None or unsettled(foretold.with_requirements(lines), built):
            return built
        return foretold.with_requirements(lines)

    # prepare_metadata_for_build_*

    def can_prepare(self, kind: str) -> bool:
        """Whether the metadata of a wheel can be had without building it, whatever its level and variant."""
        return all(foretelling.decided(entry) is not None for entry in self.declaration.entries) and (
            foretelling.announced(self.source, self.declaration) is not None
            or self.inner.has(f"prepare_metadata_for_build_{kind}")
            or foretelling.from_project(self.source, self.declaration) is not None
            or foretelling.from_pkg_info(self.source, self.declaration) is not None
        )

    def prepare(self, kind: str, metadata_directory: str) -> str:
        """Write the metadata that `wheel` will build, as a `.dist-info` folder below `metadata_directory`."""
        hook = f"prepare_metadata_for_build_{kind}"
        added = tuple(self._filled(one for one in self._entries() if foretelling.decided(one)).values())
        own_hook = self.inner.has(hook) if kind == "editable" else False
        # An editable wheel may need something more than PKG-INFO tells: the wrapped backend is asked first.
        metadata = None if own_hook else foretelling.announced(self.source, self.declaration)
        if metadata is None and self.inner.has(hook):
            with native.linking(self._native_entries()):
                name = self.inner.dist_info(hook, Path(metadata_directory), self.settings.inner)
            file = Path(metadata_directory, name, "METADATA")
            built = foretelling.read_dist_info(file.parent)
            file.write_bytes(self._completed(kind, name, built, added).data)
            return name
        metadata = (
            metadata
            or foretelling.from_project(self.source, self.declaration)
            or foretelling.from_pkg_info(self.source, self.declaration)
        )
        assert metadata is not None  # `can_prepare` was asked before  # noqa: S101
        return foretelling.write_dist_info(Path(metadata_directory), metadata.with_requirements(added))

    # The lines of this build

    def _entries(self) -> list[Entry]:
        """The entries of this build's level and variant; the tag of the wheel is not known yet."""
        if self._level() is Level.API:
            return []
        return [one for one in self.declaration.entries if one.variant in ("", self.settings.variant)]

    def _native_entries(self) -> list[Entry]:
        """The native entries whose libraries this build is linked with; they are of use to the sdist's hooks too."""
        level = self.settings.level or (self.declaration.from_sdist if self.source.unpacked else None)
        return [] if level in (Level.API, FromSdist.API) else self._declared_native()

    def _declared_native(self) -> list[Entry]:
        """Those that a wheel of this build's variant may have at the ABI level."""
        native_entries = [one for one in self.declaration.entries if one.native]
        of_variant = [one for one in native_entries if one.variant in ("", self.settings.variant)]
        return [one for one in of_variant if foretelling.decided(one) is not False]

    def _level(self) -> Level:
        if self.settings.level is not None:
            return self.settings.level
        if not self.source.unpacked or self.declaration.from_sdist is None:
            return Level.ABI
        if self.declaration.from_sdist is FromSdist.REFUSE:
            raise self._not_from_sdist()
        return Level(self.declaration.from_sdist)

    def _filled(self, entries: Iterable[Entry]) -> dict[Entry, str]:
        found, findings = lines.filled(entries, self.pyproject)
        if any(text != entry.requires for entry, text in found.items()) and not findings:
            # Before the pins were filled it was found what is wrong with the others.
            declared = (entry.declared(text) for entry, text in found.items())
            findings = tuple(one for one, _ in contradictions(self.pyproject, self.declaration.project, declared))
        self._hold(findings)
        return {entry: entry.in_metadata(text) for entry, text in found.items()}

    def _hold(self, findings: tuple[Finding, ...]) -> None:
        """Stop because of what is declared wrongly; who builds from an sdist, and can't change it, is told only."""
        if findings and not self.source.unpacked:
            raise DeclarationError(findings, "Nothing was built")
        _warn_of(finding._replace(severity=Severity.WARNING) for finding in findings)

    # Speaking to the wrapped backend and of it

    def _built(self, private: Path, hook: str) -> str:
        """Let the wrapped backend build into a folder of ours.

        It is never given a metadata folder: what is in that has our lines already, and setuptools would copy it.
        """
        arguments = (self.settings.inner,) + (() if hook == "build_sdist" else (None,))
        return self.inner.file(hook, private, *arguments)

    def _origin(self, field: str, value: str) -> str:
        """Where a value of the source stands, for a message."""
        if self.source.baseline is not None:
            return "PKG-INFO"
        for key, text, extra in self.declaration.project.requirements() if field == "Requires-Dist" else ():
            if (requirements.with_extra(text, extra) if extra else text) == value:
                return f"pyproject.toml:{self.pyproject.line_of(key)}"
        names = {"Summary": "description", "Project-URL": "urls", "Classifier": "classifiers", "Author": "authors"}
        name = names.get(field, field.lower())
        line = self.pyproject.line_of(("project", name)) if self.declaration.project.gives(name) else None
        return f"pyproject.toml:{line}" if line else "pyproject.toml"

    def _warn(self) -> None:
        """Say what is lawful and probably not meant. Early: some backends replace `warnings.showwarning`."""
        # Who builds from an sdist can do nothing about its declaration.
        findings = () if self.source.unpacked else lint(self.declaration, self.pyproject)
        _warn_of(
            (
                *self.declaration.remarks,
                *findings,
                *((_edited_sdist(self.source),) if self.source.contradictions else ()),
            )
        )

    def _not_from_sdist(self) -> DeclarationError:
        name = (self.declaration.project.table or {}).get("name", "this project")
        finding = self.pyproject.finding(
            "refused-from-sdist",
            f"`{name}` asks not to be built from its sdist, unless a level is asked for",
            ("tool", "abiding", "from-sdist"),
            notes=("no wheel of it fits this platform, or the sdist was asked for",),
            hints=(_REFUSED_API, _REFUSED_ABI),
        )
        return DeclarationError(finding, "Nothing was built")


def _refuse(findings: tuple[Finding, ...], closing: str) -> None:
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise RefusedError(findings, closing)


def _counted(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines} lines"


def _warn_of(findings: Iterable[Finding]) -> None:
    from abiding.findings.screen import one_line

    for finding in findings:
        warnings.warn(one_line(finding), UserWarning, stacklevel=5)


def _not_asked(hook: str, backend: str, absent: Sequence[str], exc: BaseException) -> Finding:
    names = " and ".join(f"`{name}`" for name in absent)
    return Finding(
        "missing-provider",
        Severity.WARNING,
        f"`{hook}` of `{backend}` can't be asked before {names} is installed: what else it needs is not known",
        artifact="pyproject.toml",
        notes=(f"{type(exc).__name__}: {exc}",),
    )


def _edited_sdist(source: Source) -> Finding:
    fields = ", ".join(f"`{one.field}`" for one in source.contradictions)
    return Finding(
        "sdist-disagrees",
        Severity.WARNING,
        f"PKG-INFO is not of this pyproject.toml ({fields} differ): it is passed over",
        artifact="PKG-INFO",
        hints=("an sdist that is to be published has to be built again, not edited",),
    )
