"""Check a wheel, on disk or being built, by what its compiled files say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.archives import wheel_tags
from abiding.archives.names import normalised
from abiding.archives.wheel import Wheel
from abiding.evidence import reading
from abiding.evidence.interfaces import Interface, Kind, Module
from abiding.evidence.judged_wheel import JudgedWheel
from abiding.evidence.optional_modules import CompiledModules, unmatched
from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.core import CoreMetadata
from abiding.native.names import place_of
from abiding.project.build_record import Used, record_of
from abiding.project.level import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from abiding.evidence.reading import Compiled
    from abiding.evidence.shared_reading import CompiledFiles
    from abiding.findings.finding import Finding
    from abiding.project.build_record import BuildRecord
    from abiding.project.optional_modules import OptionalModules

__all__ = ["Examined", "OnDisk", "judge_built", "judge_wheels", "recall"]


class Examined(NamedTuple):
    """The interfaces of a wheel for its build record, and the findings on it."""

    interfaces: tuple[Used, ...]
    judged: JudgedWheel


class OnDisk(NamedTuple):
    """A wheel on disk: its members, METADATA, build record, and the interfaces of its files."""

    filename: str
    names: tuple[str, ...]
    metadata: CoreMetadata
    record: BuildRecord | None
    compiled: Compiled

    @classmethod
    def of(cls, path: Path, looked: CompiledFiles | None = None) -> OnDisk:
        """Read a wheel; files in `looked` are not read again. Raises `ArchiveError`."""
        wheel = Wheel.open(path)
        metadata = CoreMetadata.parse(wheel.metadata(), path.name)
        record = None
        with suppress(ArchiveError):  # an unreadable wheel is reported when its metadata is read
            record = record_of(wheel)
        known = looked.files.get(path) if looked else None
        compiled = recall(reading.of_wheel(wheel, known), record, wheel.names)
        return cls(path.name, wheel.names, metadata, record, compiled)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of its name, one by one."""
        return tuple(wheel_tags.expanded(self.filename))

    @property
    def optional(self) -> tuple[OptionalModules, ...]:
        """The optional modules."""
        return self.record.optional_modules if self.record else ()

    def judged(self) -> JudgedWheel:
        """Judge it by its own METADATA."""
        severity = Severity.ERROR if self.record else Severity.WARNING
        return JudgedWheel.of(self.filename, self.compiled, self.metadata, self.tags, self.optional, severity=severity)


def judge_wheels(paths: Iterable[Path], looked: CompiledFiles | None = None) -> dict[str, tuple[Finding, ...]]:
    """Judge wheels on disk, each by its own METADATA; the findings by path. Files in `looked` are not read again."""
    findings: dict[str, tuple[Finding, ...]] = {}
    guarding: dict[Path, tuple[CompiledModules, list[str]]] = {}
    for path in paths:
        with suppress(ArchiveError):  # reported when its metadata or images are read
            read = OnDisk.of(path, looked)
            judged = read.judged()
            if read.record is not None and read.record.level == Level.API:
                judged = judged._replace(tags=_at_api(judged.tags), bounds=_at_api(judged.bounds))
            findings[str(path)] = judged.everything
            if read.optional:
                guarding[path] = (CompiledModules.of(read.names), [guard.modules for guard in read.optional])
    for path, finding in unmatched(guarding):
        findings[str(path)] += (finding,)
    return findings


def recall(read: Compiled, record: BuildRecord | None, names: Iterable[str]) -> Compiled:
    """Return the interfaces of a wheel's files; those missing in a file are taken from the build record.

    A repair may strip or compress files; `names` are the members of the wheel. The file itself has precedence, unless
    its range is unknown.
    """
    places = set(map(place_of, names)) if record else set()
    built: dict[str, list[Interface]] = {}
    for recorded in record.interfaces if record else ():
        if recorded.file in places and (interface := _known(recorded)):
            built.setdefault(recorded.file, []).append(interface)
    modules = [
        module._replace(interfaces=tuple(_told(own, built.get(module.file, ())) for own in module.interfaces))
        for module in read.modules
    ]
    saying = {module.file for module in modules}
    return read._replace(
        modules=(*modules, *(Module(file, tuple(some)) for file, some in built.items() if file not in saying))
    )


def _told(own: Interface, built: Iterable[Interface]) -> Interface:
    """Return the recorded interface in place of one whose range is unknown."""
    if own.refuses or not own.unknown:
        return own
    same = (interface for interface in built if interface[:2] == own[:2] and interface.refuses)
    return next(same, own)


def _known(used: Used) -> Interface | None:
    """Return an interface of a record; None if its kind is unknown, or it is invalid."""
    from packaging.version import Version

    try:
        kind = Kind(used.kind)
        for bound in filter(None, (used.floor, used.ceiling)):
            Version(bound)
    except ValueError:  # a record may contain anything
        return None
    # The stable ABI is judged by the symbols of a file, which are not in the record.
    if kind is Kind.STABLE_ABI:
        return None
    return Interface(kind, normalised(used.distribution), used.seen, used.floor, used.ceiling, recorded=True)


def _at_api(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings for a wheel of the API level, whose missing lines are probably declared."""
    return tuple(finding._replace(hints=(_AT_ABI, *finding.hints)) for finding in findings)


_AT_ABI = "the wheel was built at the API level, without the declared lines: build it with `ABIDING_LEVEL=abi`"


def judge_built(wheel: Wheel, metadata: CoreMetadata, optional: Sequence[OptionalModules] = ()) -> Examined:
    """Judge one wheel that has, or will have, this METADATA. Raises `ArchiveError`."""
    compiled = reading.of_wheel(wheel)
    name, tags = wheel.path.name, wheel_tags.expanded(wheel.path.name)
    used = (*_used(compiled.modules), *_used(Module(file.file, (file.interface,)) for file in compiled.stable))
    return Examined(used, JudgedWheel.of(name, compiled, metadata, tags, optional, severity=Severity.ERROR))


def _used(modules: Iterable[Module]) -> Iterator[Used]:
    for module in modules:
        for interface in module.interfaces:
            of_kind, floor, ceiling = interface.kind.value, interface.floor, interface.ceiling
            yield Used(module.file, of_kind, interface.distribution, interface.seen, floor, ceiling)
