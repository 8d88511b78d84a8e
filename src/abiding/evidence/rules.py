"""Judge the requirements of a wheel by what its compiled files accept."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.evidence.admitted_versions import Admission
from abiding.evidence.interfaces import OLD_CYTHON, Kind
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import all_of, first_of
from abiding.metadata import requirements
from abiding.project.build_record import MEMBER
from abiding.project.hints import declared_under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.version import Version

    from abiding.evidence.interfaces import Interface, Module
    from abiding.evidence.reading import Compiled
    from abiding.metadata.core import CoreMetadata
    from abiding.project.optional_modules import OptionalModules

__all__ = ["Ranged", "judge_bounds", "names_of", "place", "ranges"]


_MOST_NAMED = 3


class End(StrEnum):
    """One end of the versions that a file accepts, with the operator for it."""

    FLOOR = ">="
    CEILING = "<"

    def of(self, file: Ranged) -> str:
        """Return the version at this end of a file's range; empty if open."""
        return file.interface.floor if self is End.FLOOR else file.interface.ceiling

    def nearest(self, versions: Sequence[Version]) -> Version:
        """Return the nearest of ascending versions beyond it."""
        return versions[-1] if self is End.FLOOR else versions[0]

    def beyond(self, version: Version) -> str:
        """Describe the versions beyond it, by the nearest one."""
        return f"up to {version}" if self is End.FLOOR else f"from {version} on"


class Ranged(NamedTuple):
    """One file, and the versions of one distribution that it accepts."""

    module: Module
    interface: Interface

    def refuses(self, version: Version, end: End) -> bool:
        """Return whether it refuses a version that is beyond this end."""
        from packaging.version import Version as Parsed

        bound = end.of(self)
        # A pre-release has the interface of its release.
        base = Parsed(version.base_version)
        return bool(bound) and (base < Parsed(bound)) is (end is End.FLOOR)

    def accepts(self, version: Version) -> bool:
        """Return whether it refuses a version for neither."""
        return not any(self.refuses(version, end) for end in End)


def ranges(compiled: Compiled) -> dict[str, list[Ranged]]:
    """Return the files with known ranges, by distribution."""
    by_name: dict[str, list[Ranged]] = {}
    for module in compiled.modules:
        for interface in module.interfaces:
            if interface.refuses and interface.kind is not Kind.STABLE_ABI:
                by_name.setdefault(interface.distribution, []).append(Ranged(module, interface))
    return by_name


def judge_bounds(
    filename: str,
    compiled: Compiled,
    metadata: CoreMetadata,
    tags: Iterable[str],
    optional: Sequence[OptionalModules],
) -> Iterator[Finding]:
    """Judge the requirements of a wheel by what its compiled files accept. `tags` are those of its name, one by one.

    Modules that are `optional` may refuse a version which the wheel admits. Where a line is to be written, it is
    `expected`, and `found` are those that there are.
    """
    own = normalised(metadata.get("Name"))
    tags = tuple(tags)
    for distribution, files in ranges(compiled).items():
        if distribution == own:
            continue
        admission = Admission.of(distribution, metadata, tags)
        if admission.too_many:
            message = f"which {distribution} the wheel admits is not worked out: {admission.too_many:,} lines say it"
            yield Finding("bound-too-loose", Severity.NOTE, message, artifact=filename, field="Requires-Dist")
        # Wheels of one release have the same files in different orders.
        files.sort(key=place)
        needed = [file for file in files if not guard_of(file, optional)]
        for end in End if admission.lines else ():
            yield from _too_loose(filename, needed, admission, end)
            yield from _guarded(filename, files, admission, optional, end)


def place(file: Ranged) -> str:
    """Return the sort key of files, which is the same in each wheel of a release."""
    return file.module.name


def guard_of(file: Ranged, optional: Iterable[OptionalModules]) -> OptionalModules | None:
    """Return the declaration that a file is optional; None if there is none."""
    return next((guard for guard in optional if fnmatchcase(file.module.name, guard.modules)), None)


# bound-too-loose


def _too_loose(filename: str, files: Sequence[Ranged], admission: Admission, end: End) -> Iterator[Finding]:
    concerned = [file for file in files if end.of(file)]
    distinct = _distinct(concerned)
    refused = admission.admitted(lambda version: any(each.refuses(version, end) for each in distinct))
    distinct_files = _distinct(files)
    by_all = [version for version in refused if not any(file.accepts(version) for file in distinct_files)]
    by_some = [version for version in refused if version not in set(by_all)]
    if by_all:
        # The bound that some file still accepts; the others are reported separately.
        yield _loose(filename, files, concerned, admission, by_all, end=end, severity=Severity.ERROR)
    if by_some:
        yield _loose(filename, files, concerned, admission, by_some, end=end, severity=Severity.WARNING)
    if not refused and concerned:
        alone = admission.by_specifier(lambda version: any(each.refuses(version, end) for each in distinct))
        if alone:
            severity = Severity.ERROR if _leave_none(files, admission, end, Severity.ERROR) else Severity.NOTE
            yield _loose(filename, files, concerned, admission, alone, end=end, severity=severity)


def _leave_none(files: Sequence[Ranged], admission: Admission, end: End, severity: Severity) -> bool:
    """Return whether files refuse all that the lines admit, at one end, for future versions too."""
    distinct = _distinct(files)
    return (
        all(end.of(file) for file in files)
        and admission.excludes(f"{admission.distribution}{end}{_bound(files, end, severity)}")
        and not admission.by_specifier(lambda version: any(file.accepts(version) for file in distinct))
    )


def _distinct(files: Iterable[Ranged]) -> list[Ranged]:
    """Return one file for each range, which may be the same for hundreds of files."""
    return list({file.interface.bound: file for file in files}.values())


def _guarded(
    filename: str, files: Sequence[Ranged], admission: Admission, optional: Sequence[OptionalModules], end: End
) -> Iterator[Finding]:
    """Return the note on optional modules that refuse admitted versions."""
    guarded = [(file, by) for file in files if (by := guard_of(file, optional))]
    refused = admission.admitted(lambda version: any(file.refuses(version, end) for file, _ in guarded))
    refusing = [(file, by) for file, by in guarded if any(file.refuses(version, end) for version in refused)]
    if refusing:
        notes = dict.fromkeys(by.note for _, by in refusing if by.note)
        names = names_of([file for file, _ in refusing])
        version = end.nearest(refused)
        message = f"{names} refuse{'s' * (len(refusing) == 1)} {admission.distribution} {version}, and may be missing"
        yield Finding(
            "bound-too-loose",
            Severity.NOTE,
            message,
            artifact=filename,
            field="optional-modules",
            found=tuple(dict.fromkeys(by.modules for _, by in refusing)),
            found_from="declared",
            notes=tuple(notes),
        )


def _loose(
    filename: str,
    files: Sequence[Ranged],
    concerned: Sequence[Ranged],
    admission: Admission,
    versions: Sequence[Version],
    *,
    end: End,
    severity: Severity,
) -> Finding:
    refusing = [file for file in concerned if any(file.refuses(version, end) for version in versions)]
    example = end.nearest(versions)
    name = admission.distribution
    line = f"{name}{end}{_bound(refusing, end, severity)}"
    # A conditional requirement must not become unconditional, and lines for an extra are in their own table.
    lines = tuple(requirements.with_marker(line, where) if where else line for where in admission.conditions)
    # An error is about all files.
    those = files if severity is Severity.ERROR else refusing
    who = f"all {len(files)} files that use it" if those is files and len(files) > 1 else names_of(those)
    refuse = f"{who} refuse{'s' * (len(those) == 1)}"
    if severity is not Severity.NOTE and _leave_none(those, admission, end, severity):
        message = f"no version of {name} is left: {refuse} all that the wheel admits, {end.beyond(example)}"
    else:
        admits = f"the lines for {name} admit" if severity is Severity.NOTE else f"the wheel admits {name}"
        message = f"{admits} {example}, which {refuse}"
    return Finding(
        "bound-too-loose",
        severity,
        message,
        artifact=filename,
        field="Requires-Dist",
        expected=lines if len(lines) > 1 else lines[0],
        expected_from=f"what {_files(refusing)} accept" + ("s" if len(refusing) == 1 else ""),
        found=admission.texts,
        found_from="METADATA",
        notes=tuple(_notes(refusing, end, severity)),
        hints=tuple(_hints(lines, refusing, admission, severity, versions[0])),
    )


def _bound(refusing: Sequence[Ranged], end: End, severity: Severity) -> str:
    from packaging.version import Version

    bounds = sorted({end.of(file) for file in refusing}, key=Version)
    # There is no error if any file accepts what is admitted.
    return bounds[0] if (end is End.FLOOR) is (severity is Severity.ERROR) else bounds[-1]


def names_of(files: Sequence[Ranged]) -> str:
    """Return a phrase for the names of files."""
    names = [f"`{file.module.name}`" for file in files]
    return all_of(names) if len(names) < _MOST_NAMED else first_of(names, _MOST_NAMED)


def _files(files: Sequence[Ranged]) -> str:
    return f"`{files[0].module.name}`" if len(files) == 1 else f"{len(files)} files"


def _notes(refusing: Sequence[Ranged], end: End, severity: Severity) -> Iterator[str]:
    if severity is Severity.NOTE:
        yield "no such version has a wheel where this one can be installed, so nobody who installs wheels is affected"
    first = refusing[0]
    more = f", and so do {len(refusing) - 1} more" if len(refusing) > 1 else ""
    yield f"{_by_whom(first)} `{first.interface.seen}`{more}"
    if first.interface.kind is Kind.TORCH:
        yield f"torch has that since {first.interface.floor}, and a file that lacks a function can't be loaded"
    if first.interface.kind is Kind.NUMPY:
        why_not_later = _BY_SIZE if first.interface.seen == OLD_CYTHON else _BY_HEADERS
        yield _NUMPY_FLOOR if end is End.FLOOR else why_not_later


def _by_whom(file: Ranged) -> str:
    """Return the source of the evidence: the file, or its build record."""
    verb = "uses" if file.interface.kind is Kind.TORCH else "says"
    if not file.interface.recorded:
        return f"`{file.module.file}` {verb}"
    return f"by the record of the build (`{MEMBER}`), `{file.module.file}` {verb}"


_NUMPY_FLOOR = "such a file asks numpy for its C API when it is imported, and fails with an older one"
_BY_HEADERS = "only headers of numpy 1 have this text, and what is compiled with them fails with numpy 2"
_BY_SIZE = "Cython has this text from numpy 1; such a file compares the sizes of types, and numpy 2 has smaller ones"


def _hints(
    lines: Sequence[str], refusing: Sequence[Ranged], admission: Admission, severity: Severity, oldest: Version
) -> Iterator[str]:
    """Yield hints; `oldest` is the first refused version."""
    if severity is Severity.NOTE:
        return
    opposing = {there: line for line in lines for there in admission.opposing(line)}
    if opposing:
        there, line = next(iter(opposing.items()))
        yield (
            f"no version satisfies both `{there}` and `{line}`: change `{there}` where it is declared, "
            "or compile for a version that it admits"
        )
    else:
        yield f"require it: {declared_under(lines)}"
    if refusing[0].interface.kind is Kind.NUMPY and refusing[0].interface.ceiling:
        yield "or compile it with headers of numpy 2, whose wheels work with numpy 1 too"
    elif refusing[0].interface.kind is Kind.NUMPY and (target := _target(oldest)):
        yield f"or compile it for the oldest numpy that the wheel admits: `-DNPY_TARGET_VERSION={target}`"
    if severity is Severity.WARNING:
        names = ", ".join(f'`"{file.module.name}"`' for file in refusing[:_MOST_NAMED])
        module = "this module" if len(refusing) == 1 else "these modules"
        yield (f"or, if the package works without {module}, list {names} in `optional-modules` under `[tool.abiding]`")


def _target(version: Version) -> str:
    """Return the value for numpy 2's headers to compile for a version; empty if they don't support it."""
    if version.release < (1, 15):
        return ""
    major, minor = min(version.release[:2], (1, 25)) if version.major == 1 else version.release[:2]
    return f"NPY_{major}_{minor}_API_VERSION"
