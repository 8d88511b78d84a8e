"""A wheel that is about to be handed over, held against what its compiled files say of the versions they accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding import evidence
from abiding.findings.finding import Finding, Severity, lines_of
from abiding.project.hints import declaration_of
from abiding.project.level import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abiding.archives.wheel import Wheel
    from abiding.metadata.core import CoreMetadata
    from abiding.project.declaration import Declaration
    from abiding.project.provenance import Used

__all__ = ["Circumstances", "refuted"]


_LATER = "who publishes such a wheel builds it with `ABIDING_LEVEL=abi`, and then it is an error"


class Circumstances(NamedTuple):
    """How a wheel comes to be built: its kind, the level that it has and the one that was asked for, and from what."""

    kind: str
    level: Level
    asked: Level | None
    unpacked: bool

    @property
    def severity(self) -> Severity:
        """What it weighs that a bound is too loose: who builds from an sdist can do nothing about its declaration."""
        to_publish = self.kind == "wheel" and self.level is Level.ABI
        return Severity.ERROR if to_publish and not (self.unpacked and self.asked is None) else Severity.WARNING


def refuted(
    wheel: Wheel,
    metadata: CoreMetadata,
    declaration: Declaration,
    circumstances: Circumstances,
    origin: Callable[[str], str],
) -> tuple[tuple[Used, ...], tuple[Finding, ...]]:
    """Give the interfaces of a wheel that will have this METADATA, and what is wrong with its bounds.

    `origin` says where a line comes from. Raises `ArchiveError`.
    """
    examined = evidence.examined(wheel, metadata, declaration.optional_modules)
    if examined is None:
        return (), ()
    found = (one for one in examined.findings if one.severity is not Severity.NOTE)
    return examined.interfaces, tuple(_here(one, declaration, circumstances, origin) for one in found)


def _here(
    finding: Finding, declaration: Declaration, circumstances: Circumstances, origin: Callable[[str], str]
) -> Finding:
    """The finding for whoever builds: with the place of the lines, and with what to write there."""
    if finding.rule != "bound-too-loose" or finding.severity is not Severity.ERROR:
        return finding
    lines, (line, *_) = lines_of(finding.found), lines_of(finding.expected)
    places = dict.fromkeys(origin(line) for line in lines)
    later = circumstances.unpacked and circumstances.asked is None
    return finding._replace(
        severity=circumstances.severity,
        found_from=", ".join(places),
        hints=(*((_LATER,) if later else ()), *_ways(line, declaration), *finding.hints[1:]),
    )


def _ways(line: str, declaration: Declaration) -> Iterator[str]:
    field = "optional-dependencies" if "extra ==" in line else "dependencies"
    table = declaration_of(line)
    if declaration.project.table is not None and field not in declaration.project.dynamic:
        table = f'    [project]\n    dynamic = ["{field}"]\n{table}'
    yield f"declare it, for wheels alone:\n{table}"
    yield f"or, if the source needs it too, give `{line}` in `[project]`"
