"""All findings on a wheel by its compiled files, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.evidence import rules, stable_abi, unpromised
from abiding.evidence.undeclared import judge_interfaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from abiding.evidence.reading import Compiled
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.optional_modules import OptionalModules

__all__ = ["JudgedWheel"]


class JudgedWheel(NamedTuple):
    """Findings on the tags, on the bounds and on the rest of a wheel, and what is `unread` of it."""

    tags: tuple[Finding, ...] = ()
    bounds: tuple[Finding, ...] = ()
    others: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        filename: str,
        compiled: Compiled,
        metadata: CoreMetadata,
        tags: Iterable[str],
        optional: Sequence[OptionalModules] = (),
    ) -> JudgedWheel:
        """Judge a wheel. `tags` are those of its name, one by one; modules that are `optional` may be missing."""
        tags, requires_python = tuple(tags), metadata.get("Requires-Python")
        of_stable_abi = stable_abi.tags_among(tags)
        return cls(
            (
                *stable_abi.judge(filename, compiled.stable, of_stable_abi, requires_python),
                *unpromised.judge(filename, compiled.beyond, of_stable_abi, requires_python),
            ),
            tuple(rules.judge_bounds(filename, compiled, metadata, tags, optional)),
            tuple(judge_interfaces(filename, compiled, metadata)),
            tuple(stable_abi.unread(filename, compiled.number, tags)),
        )

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All of them."""
        return (*self.tags, *self.bounds, *self.others, *self.unread)
