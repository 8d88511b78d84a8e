"""The declared entries that apply to one build, by level and variant, and the lines that they become."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from abiding import native
from abiding.builds.providers import is_bare
from abiding.builds.selection import is_for_wheels_here, selected
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, DeclarationError
from abiding.findings.finding import Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of, literals, number_of
from abiding.metadata import pins, requirements
from abiding.project.contradictions import contradictions
from abiding.project.declaration import FromSdist
from abiding.project.level import Level
from abiding.project.project_table import ApiLevel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from abiding.archives.wheel import Wheel
    from abiding.builds.outcome import Outcome
    from abiding.builds.providers import Providers
    from abiding.builds.settings import Settings
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project import lines
    from abiding.project.declaration import Declaration
    from abiding.project.entry import Entry
    from abiding.project.exports import Export
    from abiding.project.pyproject import Pyproject

__all__ = ["Entries"]

_FROM_SDIST = (
    "an sdist is built where no wheel fits the platform, where it is asked for, and where a wheel is built by way of "
    "it, as `python -m build` and `uv build` do"
)
_LATER = "in a build to publish, with `ABIDING_LEVEL=abi`, this is an error"
_REFUSED_API = """to build against what is on this machine, with the API level's requirements only:
    pip install -C abiding.level=api ...
    python -m build -C abiding.level=api   (or set ABIDING_LEVEL=api)"""
_REFUSED_ABI = """to build what its wheels are, with the ABI level's requirements too:
    pip install -C abiding.level=abi ...
    python -m build -C abiding.level=abi   (or set ABIDING_LEVEL=abi)"""


class Entries(NamedTuple):
    """The entries of a declaration in one build; `unpacked` is whether it starts from an sdist.

    Warnings about them go to `outcome`.
    """

    pyproject: Pyproject
    declaration: Declaration
    settings: Settings
    unpacked: bool
    outcome: Outcome
    providers: Providers

    @property
    def level(self) -> Level:
        """The level of this build. Raises `DeclarationError` if the sdist asks not to be built at any."""
        if self.settings.level is not None:
            return self.settings.level
        if not self.unpacked or self.declaration.from_sdist is None:
            return Level.ABI
        if self.declaration.from_sdist is FromSdist.REFUSE:
            raise self._not_from_sdist()
        return Level(self.declaration.from_sdist)

    @property
    def severity(self) -> Severity:
        """The severity of an error in the declaration. In an sdist it is a warning: its users can't correct it.

        It is an error in an sdist too if the ABI level is requested, because then the project builds to publish.
        """
        return Severity.WARNING if self.unpacked and self.settings.level is not Level.ABI else Severity.ERROR

    def weigh(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings that only the project can correct, with their errors at `severity`."""
        return tuple(
            finding._replace(severity=self.severity, hints=(*finding.hints, *self.later))
            if finding.severity is Severity.ERROR
            else finding
            for finding in findings
        )

    @property
    def later(self) -> tuple[str, ...]:
        """The hint that such a warning is an error in a build to publish; empty where it is an error already."""
        return (_LATER,) if self.severity is Severity.WARNING else ()

    @property
    def of_variant(self) -> list[Entry]:
        """The entries of this build's variant, whatever its level."""
        return [entry for entry in self.declaration.entries if entry.is_of_variant(self.settings.variant)]

    @property
    def of_level(self) -> list[Entry]:
        """The entries of this build's level and variant, for any tag. Raises as `level` does."""
        return [] if self.level is Level.API else self.of_variant

    @property
    def native(self) -> list[Entry]:
        """The native entries that a wheel of this build's variant may have at the ABI level."""
        return [entry for entry in self.of_variant if entry.native and is_for_wheels_here(entry) is not False]

    @property
    def linked(self) -> list[Entry]:
        """The native entries whose libraries this build may be linked with; hooks for an sdist use them too."""
        level = self.settings.level or (self.declaration.from_sdist if self.unpacked else None)
        return [] if level in (Level.API, FromSdist.API) else self.native

    def place_of(self, entry: Entry) -> str:
        """Return where an entry is: `pyproject.toml:14`."""
        return f"pyproject.toml:{self.pyproject.line_of(entry.key)}"

    # What a front end has to install

    def sdist_requires(self) -> list[str]:
        """Return the providers for which an sdist is configured, as meson does."""
        return self._to_install([entry for entry in self.linked if native.applies(entry)])

    def wheel_requires(self) -> list[str]:
        """Return what a wheel is built against, the distributions for its pins, and the tools for its run paths."""
        joining = [entry for entry in self.of_level if entry.joins_build and is_for_wheels_here(entry) is not False]
        needed = self._to_install(joining)
        if any(map(native.applies, joining)):
            needed += native.build_requirements()
        elif self.level is Level.API:
            needed += native.reading_requirements(self.native)
        exports = self.declaration.exports
        return [*needed, *([pins.FILLING] if exports and pins.has_pins(exports.requires) else ())]

    def _to_install(self, joining: list[Entry]) -> list[str]:
        if not joining:
            return []
        from abiding.project import lines

        sure = {entry: is_for_wheels_here(entry) for entry in self.of_variant}
        beside = {entry: bool(always) for entry, always in sure.items() if always is not False}
        needed: list[str] = []
        wanted = tuple(lines.to_install(joining, beside, ApiLevel.of(self.declaration.project)))
        self._name_needed(wanted)
        for requirement in wanted:
            self._hold((self._not_installable(requirement),) if requirement.excluding else ())
            needed += [*requirement.requirements, *([pins.FILLING] if requirement.pinned else [])]
        return needed

    def _name_needed(self, wanted: Iterable[lines.Wanted]) -> None:
        """Print what is needed that front ends do not read in `[build-system]`, and why.

        If they don't find it, nothing that they say leads to the declaration.
        """
        named = {requirements.name_of(text) for _, text in self.pyproject.build_requires}
        own = [
            each for each in wanted if each.entry.applies_here and (each.entry.native or each.entry.name not in named)
        ]
        if own:
            self.outcome.announce(f"the build needs {first_of(list(map(self._with_reason, own)), bounds.LISTED)}")

    def _with_reason(self, requirement: lines.Wanted) -> str:
        reason = "native" if requirement.entry.native else "to fill a pin"
        return f"{literals(requirement.requirements)} ({self.place_of(requirement.entry)}, {reason})"

    def _not_installable(self, requirement: lines.Wanted) -> Finding:
        texts = ", ".join(f"`{text}`" for _, text in requirement.excluding)
        return self.pyproject.finding(
            "unsatisfiable",
            f"no version of `{requirement.entry.name}` can be built against: none is in all of {texts}",
            requirement.entry.key,
            also=tuple((key, "") for key, _ in requirement.excluding if key != requirement.entry.key),
            notes=("what is pinned or linked has to lie within all lines for it, or nothing could install the wheel",),
            hints=("change one of the lines",),
        )

    # The lines of a wheel

    @property
    def are_sure(self) -> bool:
        """Whether it is known before a build which lines its wheels have, at any level and variant."""
        return all(self.is_for_wheels(entry) is not None for entry in self.declaration.entries)

    def is_for_wheels(self, entry: Entry) -> bool | None:
        """Return whether all wheels of a build have an entry's line, or none, or (None) tags or links decide that."""
        libraries = self.providers.libraries(entry) if is_bare(entry) else frozenset()
        return None if libraries and native.shared_libraries([entry]) - libraries else is_for_wheels_here(entry)

    def sure_lines(self) -> dict[Entry, str]:
        """Return the lines that all wheels of this build have, by entry. Raises as `lines_of` does."""
        return self._fill(entry for entry in self.of_level if self.is_for_wheels(entry))

    def lines_of(self, archive: Wheel, known: Mapping[Entry, str]) -> dict[Entry, str]:
        """Return the lines of a built wheel, by entry; `known` are those that are filled already.

        Raises `DeclarationError` if a pin can't be filled, or no version satisfies all lines.
        """
        applying = selected(self.of_level, archive.path.name)
        left = [entry for entry in applying if entry not in known]
        on_links = any(map(self.providers.libraries, applying)) and native.has_code(archive.names)
        used = native.libraries_needed(archive.path) if on_links else None
        complete = {**known, **self._fill(left, used)}
        if used is not None:
            # They were filled before it was known which libraries are used, and so whether the export applies.
            limited = {entry: text for entry, text in known.items() if self.providers.libraries(entry)}
            self._hold(self._held_to_exports(limited, used))
        return {entry: complete[entry] for entry in applying}

    def _fill(self, entries: Iterable[Entry], used: frozenset[str] | None = None) -> dict[Entry, str]:
        """Return the lines of entries; `used` are the names of the libraries that the wheel needs, if known."""
        from abiding.project import lines

        written, findings = lines.filled(entries, self.pyproject)
        if any(entry.native for entry in written):
            written = self.providers.inherited(written, used)
            findings += self._held_to_exports(written, used)
        if any(text != entry.requires for entry, text in written.items()) and not findings:
            # Contradictions between lines without pins were found before.
            declared = (entry.declared(text) for entry, text in written.items())
            findings = tuple(
                finding for finding, _ in contradictions(self.pyproject, self.declaration.project, declared, here=True)
            )
        self._hold(findings)
        return {entry: entry.in_metadata(text) for entry, text in written.items()}

    def _held_to_exports(self, written: Mapping[Entry, str], used: frozenset[str] | None) -> tuple[Finding, ...]:
        from abiding.builds import provider_exports

        api = ApiLevel.of(self.declaration.project)
        return provider_exports.judge_entries(written, api, self.pyproject, self.providers, used)

    def _hold(self, findings: tuple[Finding, ...]) -> None:
        """Raise `DeclarationError` if there is an error; warn of it instead if only the project can correct it."""
        errors = tuple(finding for finding in findings if finding.severity is Severity.ERROR)
        if errors and self.severity is Severity.ERROR:
            raise DeclarationError(findings, "Nothing was built")
        left = self.weigh(errors) if self.unpacked else findings
        self.outcome.warn(finding._replace(severity=Severity.WARNING) for finding in left)

    def exports(self, metadata: CoreMetadata, shipped: Iterable[str] | None) -> Export | None:
        """Return what a wheel exports, with filled pins; `shipped` are its members, None if it is editable."""
        if self.declaration.exports is None:
            return None
        from abiding.builds import provider_exports

        export, findings = provider_exports.of_project(self.declaration.exports, metadata, shipped, self.pyproject)
        self._hold(findings)
        return export

    def _not_from_sdist(self) -> DeclarationError:
        name = (self.declaration.project.table or {}).get("name", "this project")
        finding = self.pyproject.finding(
            "refused-from-sdist",
            f"`{name}` asks not to be built from its sdist, unless a level is asked for",
            ("tool", "abiding", "from-sdist"),
            notes=(_FROM_SDIST,),
            hints=(_REFUSED_API, _REFUSED_ABI),
        )
        return DeclarationError(finding, "Nothing was built")

    # The last line of output

    @contextmanager
    def naming_level(self) -> Iterator[None]:
        """Print the level if the wrapped backend fails at the API level, where providers are left out."""
        try:
            yield
        except AbidingError:
            raise
        except (Exception, SystemExit):
            if self.level is Level.API and self.native:
                self.outcome.say(self.summary((), ()))
            raise

    def summary(self, lines: Iterable[str], added: Collection[str]) -> str:
        """Return the level of a wheel, its lines by origin, or how to get the other level.

        Empty if the project has no levels.
        """
        if not self.of_variant:
            return ""
        if self.level is Level.API:
            why = self.settings.level_option or 'from-sdist = "api"'
            number = len(self.of_variant)
            adds = f"`-C abiding.level=abi` adds {'it' if number == 1 else 'them'}"
            return f"API level: {number_of(number, 'line')} left out, because {why}; {adds}"
        lines = list(lines)
        own = [line for line in lines if line in added]
        parts = (
            (own, "added"),
            ([line for line in lines if line not in added], f"written by {self.declaration.backend}"),
        )
        shown = [f"{number_of(len(part), 'line')} {how}: {literals(part, len(part))}" for part, how in parts if part]
        return f"ABI level, {'; '.join(shown)}" if shown else "ABI level: no declared line is for a wheel of this tag"
