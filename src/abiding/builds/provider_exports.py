"""What installed providers export, and the native entries of a build checked against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.errors import DeclarationError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins, requirements
from abiding.metadata.installed import NotInstalledError
from abiding.metadata.ranges import range_of
from abiding.project.exports import Export, of_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.specifiers import SpecifierSet

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.ranges import Versions
    from abiding.project.entry import Entry
    from abiding.project.project_table import ApiLevel
    from abiding.project.pyproject import Pyproject

__all__ = ["GROUP", "Exported", "Providers", "is_bare", "judge", "of_installed", "of_project"]


GROUP = "abiding.exports"


class Exported(NamedTuple):
    """The export of a provider that is installed: its normalised name, its version, and the export, pins filled."""

    distribution: str
    version: str
    export: Export


def of_installed(name: str, *, running: bool = True) -> Exported | None:
    """Return what a provider exports, by its build record or, if `running`, its entry point, which runs its code.

    None if it is not installed, or exports nothing. Raises `DeclarationError` (`bad-exports`) if it can't be
    understood, `ArchiveError` if the record can't be read, and `AbidingError` (`broken-install`) if its METADATA can't.
    """
    from abiding.native.installed import find_installed
    from abiding.project.build_record import record_in

    installed = find_installed(name)
    if installed is None:
        return None
    version = installed.metadata.get("Version")
    record = record_in(installed.member, f"{name} {version}")
    if record and record.exports:
        return Exported(name, version, record.exports)
    for value in installed.entry_points(GROUP) if running else ():
        return Exported(name, version, _load(value, name, version))
    return None


def _load(point: str, name: str, version: str) -> Export:
    from importlib.metadata import EntryPoint

    try:
        value = EntryPoint(name, point, GROUP).load()
        table = value() if callable(value) else value
        return of_table(dict(table), name).filled(name, version)
    except (Exception, SystemExit) as exc:
        finding = Finding(
            "bad-exports",
            Severity.ERROR,
            f"what `{name}` exports can't be understood",
            artifact=f"{name} {version}",
            field=f"{GROUP}: {point}",
            notes=(f"{type(exc).__name__}: {exc}",),
            hints=('it has to be a mapping such as `{"requires": "libtoy>=x.x,<x+1"}`, or a function that gives one',),
        )
        raise DeclarationError(finding, "Nothing was built") from exc


def is_bare(entry: Entry) -> bool:
    """Return whether a native entry leaves the versions to its provider."""
    return _is_held(entry) and not requirements.parse(pins.sample(entry.requires)).specifier


class Providers:
    """The installed providers of native entries. Each export is looked up once."""

    def __init__(self) -> None:
        self._exported: dict[str, Exported | None] = {}

    def exported(self, entry: Entry) -> Exported | None:
        """Return what the provider of an entry exports. Raises as `of_installed` does."""
        if entry.name not in self._exported:
            self._exported[entry.name] = of_installed(entry.name)
        return self._exported[entry.name]

    def libraries(self, entry: Entry) -> frozenset[str]:
        """Return the libraries that the export for an entry is about; empty for all, and if there is no export."""
        exported = self.exported(entry) if _is_held(entry) else None
        return frozenset(exported.export.libraries if exported else ())

    def inherited(self, lines: Mapping[Entry, str], used: Collection[str] | None) -> dict[Entry, str]:
        """Return the requirement of each entry; an entry without versions gets the one that its provider exports.

        `used` are the names of the libraries that the wheel needs, None while they are not known.
        """
        written = dict(lines)
        for entry in lines:
            exported = self.exported(entry) if is_bare(entry) else None
            if exported and (used is None or exported.export.is_for(used)):
                written[entry] = exported.export.line_for(entry.requires)
        return written


def judge(
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
            if _is_held(entry) and (self.used is not None or not self.providers.libraries(entry)):
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


def _is_held(entry: Entry) -> bool:
    """Return whether the export of its provider applies to an entry."""
    return entry.native and entry.applies_here and not entry.ignore_exports


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
    export: Export | None, metadata: CoreMetadata, shipped: Iterable[str] | None, pyproject: Pyproject
) -> tuple[Export | None, tuple[Finding, ...]]:
    """Return what a wheel exports, with pins filled from its own version, and findings; None if nothing is declared.

    `shipped` are the names of its members, None if it is editable. Raises `DeclarationError`.
    """
    if export is None:
        return None, ()
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
