"""Interfaces that compiled files use and no requirement covers, and files that were not read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.evidence.interfaces import Kind, merged
from abiding.evidence.module_owners import owner_of
from abiding.evidence.rules import Ranged, names_of, place
from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import Slips
from abiding.findings.words import literals
from abiding.metadata import requirements
from abiding.metadata.lookalikes import distribution_meant
from abiding.project.pyproject import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abiding.evidence.module_owners import Owned
    from abiding.evidence.reading import Compiled
    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_interfaces"]


def judge_interfaces(filename: str, compiled: Compiled, metadata: CoreMetadata) -> Iterator[Finding]:
    """Find interfaces that a wheel's compiled files use and no requirement covers, and files that were not read."""
    yield from _undeclared(filename, compiled, metadata)
    if compiled.passed_over:
        dense = f"it is packed to less than a {bounds.CODE_DENSITY}th, as no compiled file is"
        yield Finding(
            "bad-image",
            Severity.WARNING,
            f"{literals(compiled.passed_over, 1)} was not looked at for what it accepts",
            artifact=filename,
            notes=(f"{dense}, and of such files {bounds.CODE_HARMLESS >> 20} MiB are unpacked",),
        )


def _undeclared(filename: str, compiled: Compiled, metadata: CoreMetadata) -> Iterator[Finding]:
    names = _named_by(metadata)
    required = [normalised(metadata.get("Name")), *names.values()]
    lacking: dict[Owned, list[Ranged]] = {}
    for module in compiled.modules:
        for interface in module.interfaces:
            if interface.kind not in (Kind.NUMPY, Kind.CAPSULE, Kind.CIMPORT):
                continue
            owned = owner_of("numpy" if interface.kind is Kind.NUMPY else interface.seen)
            inside = owned and interface.kind is not Kind.NUMPY and compiled.has(owned)
            if owned and not inside and not owned.is_among(required):
                lacking.setdefault(owned, []).append(Ranged(module, interface))
    for owned, files in sorted(lacking.items()):
        files.sort(key=place)
        numpy = all(file.interface.kind is Kind.NUMPY for file in files)
        whose, ways = _whose(owned, files)
        slip = _misspelt(owned, names)
        if slip:
            whose = f"`{slip.suggestion}`, and `{slip.line}` is spelled almost like it"
            ways = (f"did you mean `{slip.right}`?",)
        yield Finding(
            "undeclared-interface",
            Severity.NOTE if (numpy and not slip) or not owned.distributions else Severity.WARNING,
            f"{names_of(files)} use{'s' * (len(files) == 1)} the C API of {whose}",
            artifact=filename,
            field="Requires-Dist",
            expected=owned.distribution or owned.distributions or None,
            expected_from=f"by `{files[0].module.file}`",
            found=slip.line if slip else None,
            found_from="METADATA" if slip else "not in METADATA",
            notes=(f"seen in it: `{files[0].interface.seen}`",),
            hints=ways,
        )


def _whose(owned: Owned, files: Sequence[Ranged]) -> tuple[str, tuple[str, ...]]:
    """Return the owner of a C API, in words, and a hint. An unclear owner is not guessed."""
    if not owned.distributions:
        whose = f"a module `{owned.package}`, and which distribution has that is not known"
        return whose, (f"if none of those that are required has `{owned.package}`, require the one that does",)
    if len(owned.distributions) > 1:
        names = ", ".join(f"`{distribution}`" for distribution in owned.distributions)
        whose = f"`{owned.package}`, and nothing requires one of the distributions that have it"
        return whose, (f"require one of them, for all or under an extra: {names}",)
    (name,) = owned.distributions
    line = as_toml(merged([file.interface for file in files]).bound or name)
    below = "an extra below `[project.optional-dependencies]`"
    return f"`{name}`, which nothing requires", (
        f"add `{line}` to `dependencies` of `[project]`",
        f"or, if the package works without it, to {below}: `{name} = [{line}]`",
    )


class _Slip(NamedTuple):
    """A line with a misspelt distribution, and the right one."""

    line: str
    suggestion: str
    right: str


def _misspelt(owned: Owned, names: Mapping[str, str]) -> _Slip | None:
    """Return the line with a misspelt name of a distribution that has a package."""
    slips = Slips(owned.distributions)
    for line, name in names.items():
        if suggestion := distribution_meant(name, slips):
            return _Slip(line, suggestion, suggestion + line.strip()[len(name) :])
    return None


def _named_by(metadata: CoreMetadata) -> dict[str, str]:
    """Return the valid lines, each with the name of the distribution as written."""
    from packaging.requirements import InvalidRequirement

    names: dict[str, str] = {}
    for text in metadata.all("Requires-Dist"):
        with suppress(InvalidRequirement):
            names[text] = requirements.parse(text).name
    return names
