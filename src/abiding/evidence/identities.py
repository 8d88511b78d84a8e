"""Internals versions of pybind11 and nanobind, which must match in distributions that exchange objects.

Two distributions are known to exchange objects only if one requires the other and has the name of one of its modules in
a compiled file. Most users of pybind11 exchange nothing, and may be built with any version.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.evidence.interfaces import Kind
from abiding.files.plain import read_plain
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abiding.evidence.interfaces import Module
    from abiding.native.distribution import InstalledDistribution

__all__ = ["Internals", "differing", "internals_of"]


_LARGEST = 1 << 30
_KINDS = (Kind.PYBIND11, Kind.NANOBIND)


class Internals(NamedTuple):
    """What one distribution was built with: pybind11 or nanobind, its identities, and the files that have one."""

    owner: InstalledDistribution
    kind: Kind
    identities: tuple[str, ...]
    files: tuple[str, ...]


def internals_of(owner: InstalledDistribution, modules: Sequence[Module]) -> Iterator[Internals]:
    """Yield the internals that the compiled files of a distribution were built with."""
    for kind in _KINDS:
        seen = {
            (interface.seen, module.file)
            for module in modules
            for interface in module.interfaces
            if interface.kind is kind
        }
        if seen:
            yield Internals(owner, kind, *(tuple(sorted(set(some))) for some in zip(*seen, strict=True)))


def differing(internals: Sequence[Internals]) -> Iterator[Finding]:
    """Yield one finding for each two distributions that exchange objects, and have different internals."""
    for first in internals:
        required = _required(first.owner)
        for other in internals:
            if other.kind is not first.kind or other.owner.name not in required:
                continue
            file = "" if set(first.identities) & set(other.identities) else _named(first, other.owner)
            if file:
                yield _finding(first, other, file)


def _required(owner: InstalledDistribution) -> frozenset[str]:
    return frozenset(map(requirements.name_of, owner.metadata.all("Requires-Dist")))


def _named(first: Internals, other: InstalledDistribution) -> str:
    """Return the file of one distribution that contains the name of a module of the other, and so imports it."""
    names = _modules(other.files)
    if not names:
        return ""
    text = re.compile(rb"\0(?:%s)(?:\.\w{1,99}){0,9}\0" % b"|".join(re.escape(name.encode()) for name in sorted(names)))
    for file in first.files:
        with suppress(OSError, ValueError):
            if text.search(read_plain(first.owner.files[file], _LARGEST)):
                return file
    return ""


def _modules(files: Mapping[str, str]) -> frozenset[str]:
    """Return the importable modules of a distribution, by the first part of the name."""
    places = (place for place in files if place.endswith((".py", ".so", ".pyd")) and ".dist-info/" not in place)
    tops = (place.partition("/")[0].partition(".")[0] for place in places if not place.startswith(".."))
    return frozenset(top for top in tops if top.isidentifier())


def _finding(first: Internals, other: Internals, file: str) -> Finding:
    return Finding(
        "different-internals",
        Severity.WARNING,
        f"`{first.owner.label}` and `{other.owner.label}` were built with different internals of {first.kind}",
        artifact=first.owner.label,
        field=str(first.kind),
        expected=other.identities,
        expected_from=other.owner.label,
        found=first.identities,
        found_from=first.owner.label,
        notes=(f"`{file}` names a module of `{other.owner.name}`; types of the one are not known to the other",),
        hints=(f"install versions that were built with the same {first.kind}, and the same compiler",),
    )
