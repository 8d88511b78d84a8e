"""A wheel on disk, or one that is being built, judged by what its compiled files say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives import tagging
from abiding.archives.naming import normalised
from abiding.archives.wheel import Wheel
from abiding.evidence import reading
from abiding.evidence.interfaces import Interface, Kind, Module
from abiding.evidence.judging import Judged
from abiding.evidence.optional import Inside, unmatched
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.native.names import place_of
from abiding.project.level import Level
from abiding.project.provenance import MEMBER, Provenance, Used

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.evidence.looking import Looking
    from abiding.evidence.reading import Compiled, File
    from abiding.findings.finding import Finding
    from abiding.project.guarded import Guarded

__all__ = ["Examined", "checked", "examined", "record_of", "remembered"]


class Examined(NamedTuple):
    """The interfaces of a wheel, as they are recorded in it, and what is to be said of it."""

    interfaces: tuple[Used, ...]
    judged: Judged


def checked(paths: Iterable[Path], looked: Looking | None = None) -> dict[str, tuple[Finding, ...]]:
    """Judge wheels on disk, each by its own METADATA; the findings by path. Some files were `looked` at before."""
    known = looked.files if looked else {}
    findings: dict[str, tuple[Finding, ...]] = {}
    guarding: dict[Path, tuple[Inside, list[str]]] = {}
    for path in paths:
        with suppress(ArchiveError):  # who reads its metadata, or its images, says so
            wheel = Wheel.open(path)
            metadata = CoreMetadata.parse(wheel.metadata(), path.name)
            record = record_of(wheel)
            judged = _judged(wheel, metadata, record, known.get(path))
            at_api = record is not None and record.level == Level.API
            findings[str(path)] = (judged.admissions(_of_api) if at_api else judged).everything
            if record and record.optional_modules:
                guarding[path] = (Inside.of(wheel.names), [guard.modules for guard in record.optional_modules])
    for path, finding in unmatched(guarding):
        findings[str(path)] += (finding,)
    return findings


def _judged(
    wheel: Wheel, metadata: CoreMetadata, record: Provenance | None, known: Mapping[str, File] | None
) -> Judged:
    read = remembered(reading.of_wheel(wheel, known), record, wheel.names)
    optional = record.optional_modules if record else ()
    return Judged.of(wheel.path.name, read, metadata, tagging.expanded(wheel.path.name), optional)


def remembered(read: Compiled, record: Provenance | None, names: Iterable[str]) -> Compiled:
    """What the files of a wheel say, and for those that say nothing any more, what was read in them when it was built.

    Who repairs a wheel may strip or pack what is in it; `names` are its members. What a file says itself comes first,
    unless that is no more than that it does not tell.
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
    """Return what the record has in the place of what a file leaves open."""
    if own.refuses or not own.unknown:
        return own
    same = (one for one in built if one[:2] == own[:2] and one.refuses)
    return next(same, own)


def _known(used: Used) -> Interface | None:
    """Return the interface that a record has; None if that is of a kind of its own, or is none that could be read."""
    from packaging.version import Version

    try:
        kind = Kind(used.kind)
        for bound in filter(None, (used.floor, used.ceiling)):
            Version(bound)
    except ValueError:  # a record may say anything
        return None
    # What the stable ABI has is judged by the symbols of a file, which the record does not keep.
    if kind is Kind.STABLE_ABI:
        return None
    return Interface(kind, normalised(used.distribution), used.seen, used.floor, used.ceiling, recorded=True)


def _of_api(finding: Finding) -> Finding:
    """Of a wheel of the API level: what it lacks is probably declared already."""
    return finding._replace(hints=(_AT_ABI, *finding.hints))


_AT_ABI = "the wheel was built at the API level, without the declared lines: build it with `ABIDING_LEVEL=abi`"


def record_of(wheel: Wheel) -> Provenance | None:
    """Return the record of a wheel's build; None, if there is none that can be read."""
    name = f"{wheel.dist_info}/{MEMBER}"
    with suppress(ArchiveError):
        if name in wheel.names:
            return Provenance.from_json(wheel.read(name, bounds.PROVENANCE), wheel.path.name)
    return None


def examined(wheel: Wheel, metadata: CoreMetadata, optional: Sequence[Guarded] = ()) -> Examined:
    """Judge one wheel that has, or will have, this METADATA. Raises `ArchiveError`."""
    compiled = reading.of_wheel(wheel)
    name, tags = wheel.path.name, tagging.expanded(wheel.path.name)
    used = (*_used(compiled.modules), *_used(Module(file.file, (file.interface,)) for file in compiled.stable))
    return Examined(used, Judged.of(name, compiled, metadata, tags, optional))


def _used(modules: Iterable[Module]) -> Iterator[Used]:
    for module in modules:
        for interface in module.interfaces:
            yield Used(
                module.file,
                interface.kind.value,
                interface.distribution,
                interface.seen,
                interface.floor,
                interface.ceiling,
            )
