"""The versions that the compiled files of a wheel ask for, beside those that it admits now."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.evidence import rules, stable_abi
from abiding.evidence.admitted_versions import Admission
from abiding.evidence.interfaces import Kind, merged
from abiding.evidence.module_owners import owner_of
from abiding.evidence.wheels import OnDisk
from abiding.findings.finding import Finding, Severity, lines_of
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import first_of
from abiding.metadata import requirements
from abiding.native.names import module_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from packaging.version import Version

    from abiding.evidence.interfaces import Interface
    from abiding.evidence.reading import Compiled
    from abiding.evidence.rules import Ranged
    from abiding.evidence.shared_reading import CompiledFiles
    from abiding.metadata.core import CoreMetadata

__all__ = ["Bound", "BoundState", "WheelBounds", "of_wheel"]


class BoundState(StrEnum):
    """The result of comparing what a wheel admits with what its files accept."""

    TOO_LOOSE = "too-loose"
    TOO_TIGHT = "too-tight"
    FITS = "fits"
    NOT_REQUIRED = "not-required"
    UNKNOWN = "unknown"


class Bound(NamedTuple):
    """One interface of a wheel, or one provider.

    `evidence` describes the evidence in `files`, which are those that decide the bound. `admitted` are the lines for
    `distribution` in METADATA, `declare` the line to write, or empty, `why` the reason if so, and `way` what to
    do if the wheel admits too little.
    """

    distribution: str
    what: str
    evidence: str
    files: tuple[str, ...]
    admitted: tuple[str, ...]
    declare: str
    state: BoundState
    why: str = ""
    way: str = ""

    @property
    def named(self) -> str:
        """The module name of its first file, or the file name; empty if there is none."""
        first = next(iter(self.files), "")
        return module_name(first) or first.rpartition("/")[2]


class WheelBounds(NamedTuple):
    """A wheel, the number of its compiled files, its bounds, and findings."""

    filename: str
    files: int
    bounds: tuple[Bound, ...]
    findings: tuple[Finding, ...]


def of_wheel(path: Path, looked: CompiledFiles | None = None) -> WheelBounds:
    """Read a wheel; files that are in `looked` are not read again. Raises `ArchiveError`."""
    read = OnDisk.of(path, looked)
    filename, _, metadata, record, compiled = read
    judged = read.judged()
    loose = [finding for finding in judged.bounds if finding.severity is not Severity.NOTE]
    bounds = []
    own = normalised(metadata.get("Name"))
    for distribution, files in rules.ranges(compiled).items():
        if distribution == own:
            continue
        needed = [file for file in files if not rules.guard_of(file, read.optional)]
        admission = Admission.of(distribution, metadata, read.tags)
        abi = [line.requirement for line in record.lines if line.reason == "abi"] if record else []
        bounds.append(_bound(distribution, needed or files, admission, loose, abi))
    bounds += _unknown(compiled, metadata)
    bounds += _of_stable_abi(read, judged.tags)
    tight = (_tight(filename, bound) for bound in bounds if bound.state is BoundState.TOO_TIGHT)
    findings = (*judged.tags, *judged.bounds, *judged.others, *tight)
    return WheelBounds(filename, compiled.number, tuple(bounds), findings)


def _bound(
    distribution: str, files: Sequence[Ranged], admission: Admission, loose: Sequence[Finding], abi: Sequence[str]
) -> Bound:
    from packaging.version import Version

    most = merged([file.interface for file in files])
    floor, ceiling, line = most.floor, most.ceiling, most.bound
    state, why, way = BoundState.FITS, "", ""
    if floor and ceiling and Version(floor) >= Version(ceiling):
        line, why = "", "no version suits all files"
    line = requirements.with_marker(line, admission.condition) if line and admission.condition else line
    if not admission.lines:
        state = BoundState.NOT_REQUIRED
    elif any(distribution == requirements.name_of(line) for finding in loose for line in lines_of(finding.expected)):
        state = BoundState.TOO_LOOSE
    elif tight := _excluding(abi, files, admission):
        state, (why, way) = BoundState.TOO_TIGHT, tight
    deciding = [file for file in files if _decides(file.interface, floor, ceiling)]
    seen = dict.fromkeys(file.interface.seen for file in deciding)
    names = tuple(dict.fromkeys(file.module.file for file in deciding))
    first = deciding[0].interface
    what = _WORDS[first.kind].format(distribution)
    why = why or (first.unknown if first.kind is Kind.TORCH else "")
    return Bound(distribution, what, "; ".join(seen), names, admission.texts, line, state, why, way)


def _decides(interface: Interface, floor: str, ceiling: str) -> bool:
    from packaging.version import Version

    pairs = ((interface.floor, floor), (interface.ceiling, ceiling))
    return any(own and Version(own) == Version(bound) for own, bound in pairs)


def _of_stable_abi(read: OnDisk, findings: Sequence[Finding]) -> Iterator[Bound]:
    """Yield the bound of files for Python's stable ABI, if there are any, which belongs into the tag."""
    from packaging.version import Version

    compiled = read.compiled
    tags = tuple(dict.fromkeys(tag.rpartition("-")[0] for tag in stable_abi.tags_among(read.tags)))
    if compiled.stable:
        most = max(compiled.stable, key=lambda file: Version(file.promised.python))
        files = dict.fromkeys(file.file for file in compiled.stable if file.promised.python == most.promised.python)
        state = BoundState.TOO_LOOSE if findings else BoundState.FITS
        declare = stable_abi.tag_of(most.promised)
        yield Bound("", _STABLE, most.promised.symbols, tuple(files), tags, declare, state)
    elif tags and compiled.number and not stable_abi.is_readable():
        why = "what its files use of that is read with the extra `native`"
        yield Bound("", _STABLE, "", (), tags, "", BoundState.UNKNOWN, why)


_STABLE = "stable ABI of CPython"


def _excluding(abi: Sequence[str], files: Sequence[Ranged], admission: Admission) -> tuple[str, str] | None:
    """Return which line with reason `abi` excludes versions that all files accept, and what to do with it."""

    def accepted(version: Version) -> bool:
        return all(file.accepts(version) for file in files)

    for text in abi:
        rest = admission._replace(lines=tuple(line for line in admission.lines if line.text != text))
        if len(rest.lines) == len(admission.lines):
            continue
        within = set(admission.admitted(accepted))
        more = [version for version in rest.admitted(accepted) if version not in within]
        if more:
            excluded = first_of([str(version) for version in more], 1)
            # Widened as far as the files go, it would exclude nothing that the other lines admit.
            is_idle = bool(rest.lines) and not rest.admitted(lambda version: not accepted(version))
            others = ", ".join(f"`{line}`" for line in rest.texts)
            way = f"delete the line: {others} admits only what the files accept" if is_idle else _WIDEN
            return f"`{text}` excludes {excluded}", way
    return None


_WIDEN = "widen the line where it is declared"


def _tight(filename: str, bound: Bound) -> Finding:
    return Finding(
        "bound-too-tight",
        Severity.NOTE,
        f"{bound.why}, which the compiled files accept as far as can be seen",
        artifact=filename,
        field="Requires-Dist",
        expected=bound.declare or None,
        expected_from="what the compiled files say",
        found=bound.admitted,
        found_from="METADATA",
        notes=("that the files accept a version does not prove that it works",),
        hints=(f"{bound.way}, and try the versions; or give it the `reason` for which it is there",),
    )


_WORDS = {
    Kind.NUMPY: "C API of {}",
    Kind.TORCH: "functions of {}",
    Kind.CAPSULE: "C API of {}",
    Kind.CIMPORT: "functions of {}",
    Kind.PYBIND11: "pybind11",
    Kind.NANOBIND: "nanobind",
    Kind.DLOPEN: "libraries to be opened",
}


_SAME = "two that exchange objects must have the same"
_WHY = {Kind.PYBIND11: _SAME, Kind.NANOBIND: _SAME}


def _unknown(compiled: Compiled, metadata: CoreMetadata) -> Iterator[Bound]:
    """Yield the interfaces without a known range, each once with all files that use it in the same way."""
    stated: dict[tuple[str, str, str, str], tuple[Interface, list[str]]] = {}
    own = normalised(metadata.get("Name"))
    for module in compiled.modules:
        for interface in module.interfaces:
            if not interface.refuses and interface.distribution != own:
                seen = "" if interface.kind is Kind.NUMPY else interface.seen
                key = (interface.distribution, interface.kind.value, interface.unknown, seen)
                stated.setdefault(key, (interface, []))[1].append(module.file)
    for interface, files in stated.values():
        own_lines = metadata.all("Requires-Dist") if interface.distribution else ()
        lines = tuple(text for text in own_lines if requirements.name_of(text) == interface.distribution)
        owned = owner_of(interface.seen) if interface.kind in (Kind.CAPSULE, Kind.CIMPORT) else None
        if owned and compiled.has(owned):
            continue
        what = _WORDS.get(interface.kind, "{}").format(interface.distribution or (owned.package if owned else ""))
        why = interface.unknown or _WHY.get(interface.kind, "")
        yield Bound(interface.distribution, what, interface.seen, tuple(files), lines, "", BoundState.UNKNOWN, why)
