"""The native entries of a build checked against what their providers export, and the export of a built wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.builds.providers import is_bare, is_held
from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.metadata.installed import NotInstalledError
from abiding.metadata.ranges import range_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.specifiers import SpecifierSet

    from abiding.builds.installed_exports import Exported
    from abiding.builds.providers import Providers
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.ranges import Versions
    from abiding.project.entry import Entry
    from abiding.project.exports import Export
    from abiding.project.project_table import ApiLevel
    from abiding.project.pyproject import Pyproject

__all__ = ["judge_entries", "of_project"]


def judge_entries(
    lines: Mapping[Entry, str],
    api: ApiLevel,
    pyproject: Pyproject,
    providers: Providers,
    used: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Judge the versions that native entries admit, by what their providers export for the libraries that are `used`.

    While these are not known (None), an export that is about some libraries only is not applied.
    """
    admitted = _Admitted(lines, api, pyproject, providers, used)
    return (*admitted.loose(), *admitted.unbounded())


class _Admitted(NamedTuple):
    """The versions that the lines of a build admit, together with the API level, for the libraries that are `used`."""

    lines: Mapping[Entry, str]
    api: ApiLevel
    pyproject: Pyproject
    providers: Providers
    used: Collection[str] | None

    def loose(self) -> Iterator[Finding]:
        """Find native entries that admit versions which their provider's export excludes (`looser-than-exported`)."""
        for entry, line in self._held():
            exported = self._exported(entry)
            if exported is None or is_bare(entry):
                continue
            accepted = range_of(_with_pre_releases(requirements.parse(exported.export.requires).specifier))
            if not self._versions(entry, line).is_subset(accepted):
                note = (f"it says: {exported.export.note}",) if exported.export.note else ()
                yield self.pyproject.finding(
                    "looser-than-exported",
                    f"`{line}` admits versions that `{exported.export.requires}` excludes",
                    entry.key,
                    notes=(f"that is what {entry.name} {exported.version}, linked with here, asks for", *note),
                    hints=(
                        f"leave the versions out, and its line is taken: `{_with_extras(entry)}`",
                        "or set `ignore-exports = true`, with a `note` that says why",
                    ),
                )

    def unbounded(self) -> Iterator[Finding]:
        """Find native entries that admit every later version, of providers that export nothing."""
        for entry, line in self._held():
            if self._exported(entry) or not self._versions(entry, line).contains(_FAR):
                continue
            bare = _with_extras(entry)
            lacks = "what it exports is for other libraries" if self.providers.exported(entry) else "it exports nothing"
            yield self.pyproject.finding(
                "unbounded-provider",
                f"`{line}` admits every later version of the library that the wheel is linked with",
                entry.key,
                notes=(f"`{entry.name}` does not say which of its versions fit ({lacks})",),
                hints=(f"write an upper bound: `{bare}>=x.x,<x+1`, for example, or `{bare}==x.x.*`",),
            )._replace(severity=Severity.WARNING)

    def _held(self) -> Iterator[tuple[Entry, str]]:
        """Yield the entries to which their provider's export certainly applies, with their lines."""
        for entry, line in self.lines.items():
            if is_held(entry) and (self.used is not None or not self.providers.libraries(entry)):
                yield entry, line

    def _exported(self, entry: Entry) -> Exported | None:
        """Return the export of an entry's provider, if it is about a library that is used."""
        exported = self.providers.exported(entry)
        return exported if exported and (self.used is None or exported.export.is_for(self.used)) else None

    def _versions(self, entry: Entry, line: str) -> Versions:
        """Return the versions that a line admits together with all lines that always apply."""
        versions = range_of(requirements.parse(line).specifier)
        beside: Iterable[str] = (
            *(api_line.text for api_line in self.api.lines.get(entry.name, ()) if not api_line.extra),
            *(
                text
                for other, text in self.lines.items()
                if other.name == entry.name and other.extra in ("", entry.extra)
            ),
        )
        for text in beside:
            parsed = requirements.parse(text)
            if not parsed.marker:
                versions &= range_of(parsed.specifier)
        return versions


def _with_extras(entry: Entry) -> str:
    """Return the requirement of an entry without versions and marker."""
    extras = sorted(requirements.parse(pins.sample(entry.requires)).extras)
    return f"{entry.name}[{','.join(extras)}]" if extras else entry.name


# Above every real upper bound.
_FAR = "999999999!0"


def _with_pre_releases(specifier: SpecifierSet) -> SpecifierSet:
    """Return the same versions, and the pre-releases of the first: `>=1.1` is not meant to forbid `==1.1.*`."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    clauses = []
    for clause in specifier:
        floor = clause.operator in {">=", "~="} and not Version(clause.version).is_prerelease
        clauses += [f"{clause.operator}{clause.version}.dev0"] if floor else [str(clause)]
    return SpecifierSet(",".join(clauses))


# The provider's own build


def of_project(
    export: Export, metadata: CoreMetadata, shipped: Iterable[str] | None, pyproject: Pyproject
) -> tuple[Export, tuple[Finding, ...]]:
    """Return what a wheel exports, with pins filled from its own version, and findings.

    `shipped` are the names of its members, None if it is editable. Raises `DeclarationError`.
    """
    name, version = metadata.get("Name"), metadata.get("Version")
    key = ("tool", "abiding", "exports")
    try:
        filled = export.filled(name, version)
    except (NotInstalledError, ValueError) as exc:
        from abiding.project.lines import installing

        message = f"`{export.requires}` can't be filled: {exc}"
        hints = (installing(exc.missing),) if isinstance(exc, NotInstalledError) else ()
        raise DeclarationError(
            pyproject.finding("unfilled-pin", message, (*key, "requires"), hints=hints), "Nothing was built"
        ) from exc
    findings = []
    if not requirements.parse(filled.requires).specifier.contains(version, prereleases=True):
        message = f"`{filled.requires}` excludes the very version that exports it, {version}"
        hint = f"write `{requirements.parse(filled.requires).name}>=x.x,<x+1`, for example"
        findings.append(pyproject.finding("bad-exports", message, (*key, "requires"), hints=(hint,)))
    files = {member.rpartition("/")[2] for member in shipped or ()}
    for place, library in enumerate(export.libraries if shipped is not None else ()):
        if not any(file == library or file.startswith(f"{library}.") for file in files):
            hint = "name the files that the wheel has, or their SONAME; without `libraries` it is for all that it ships"
            message = f"`{library}`, which is exported, is not in the wheel"
            findings.append(pyproject.finding("bad-exports", message, (*key, "libraries", place), hints=(hint,)))
    return filled, tuple(findings)
