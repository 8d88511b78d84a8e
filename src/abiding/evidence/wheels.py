"""A wheel on disk, or one that is being built, judged by what its compiled files say."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from abiding.archives import tagging
from abiding.archives.wheel import Wheel
from abiding.evidence import reading
from abiding.evidence.interfaces import Module
from abiding.evidence.judging import Judged
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.metadata.core import CoreMetadata
from abiding.project.level import Level
from abiding.project.provenance import MEMBER, Provenance, Used

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.evidence.looking import Looking
    from abiding.evidence.reading import File
    from abiding.findings.finding import Finding
    from abiding.project.guarded import Guarded

__all__ = ["Examined", "checked", "examined", "record_of"]


class Examined(NamedTuple):
    """The interfaces of a wheel, as they are recorded in it, and what is to be said of it."""

    interfaces: tuple[Used, ...]
    judged: Judged


def checked(paths: Iterable[Path], looked: Looking | None = None) -> dict[str, tuple[Finding, ...]]:
    """Judge wheels on disk, each by its own METADATA; the findings by file name. Some files were `looked` at before."""
    known = looked.files if looked else {}
    found: dict[str, tuple[Finding, ...]] = {}
    for path in paths:
        with suppress(ArchiveError):  # who reads its metadata, or its images, says so
            wheel = Wheel.open(path)
            metadata = CoreMetadata.parse(wheel.metadata(), path.name)
            record = record_of(wheel)
            optional = record.optional_modules if record else ()
            judged = examined(wheel, metadata, optional, known.get(path)).judged
            at_api = record is not None and record.level == Level.API
            found[path.name] = (judged.admissions(_of_api) if at_api else judged).everything
    return found


def _of_api(finding: Finding) -> Finding:
    """Of a wheel of the API level: what it lacks is probably declared already."""
    return finding._replace(hints=(_AT_ABI, *finding.hints))


_AT_ABI = "the wheel was built at the API level, without the declared lines: build it with `ABIDING_LEVEL=abi`"


def record_of(wheel: Wheel) -> Provenance | None:
    """The record of a wheel's build; None, if there is none that can be read."""
    name = f"{wheel.dist_info}/{MEMBER}"
    with suppress(ArchiveError):
        if name in wheel.names:
            return Provenance.from_json(wheel.read(name, bounds.PROVENANCE), wheel.path.name)
    return None


def examined(
    wheel: Wheel,
    metadata: CoreMetadata,
    optional: Sequence[Guarded] = (),
    known: Mapping[str, File] | None = None,
) -> Examined:
    """Judge one wheel that has, or will have, this METADATA; of its files some may be known already.

    Raises `ArchiveError`.
    """
    compiled = reading.of_wheel(wheel, known)
    name, tags = wheel.path.name, tagging.expanded(wheel.path.name)
    used = (*_used(compiled.modules), *_used(Module(one.file, (one.interface,)) for one in compiled.stable))
    return Examined(used, Judged.of(name, compiled, metadata, tags, optional))


def _used(modules: Iterable[Module]) -> Iterator[Used]:
    for module in modules:
        for one in module.interfaces:
            yield Used(module.file, one.kind.value, one.distribution, one.seen, one.floor, one.ceiling)
