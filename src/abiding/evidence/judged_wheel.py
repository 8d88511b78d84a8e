"""All findings on a wheel by its compiled files, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.evidence import beyond_stable_abi, rules, stable_abi, wrong_tag
from abiding.evidence.undeclared import judge_interfaces
from abiding.findings.finding import Severity
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from abiding.evidence.reading import Compiled
    from abiding.findings.finding import Finding
    from abiding.metadata.core import CoreMetadata
    from abiding.project.optional_modules import OptionalModules

__all__ = ["JudgedWheel"]


class JudgedWheel(NamedTuple):
    """Findings on the tags, on the bounds and on the rest of a wheel, and what is `unread` of it.

    `tags` are those on the stable ABI, `wrong_tag` those on what loads the modules.
    """

    tags: tuple[Finding, ...] = ()
    bounds: tuple[Finding, ...] = ()
    others: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    wrong_tag: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        filename: str,
        compiled: Compiled,
        metadata: CoreMetadata,
        tags: Iterable[str],
        optional: Sequence[OptionalModules] = (),
        *,
        severity: Severity = Severity.WARNING,
    ) -> JudgedWheel:
        """Judge a wheel. `tags` are those of its name, one by one; modules that are `optional` may be missing.

        `severity` is what a wrong tag weighs: of wheels of others it is a warning.
        """
        tags, requires_python = tuple(tags), metadata.get("Requires-Python")
        of_stable_abi = stable_abi.tags_among(tags)
        return cls(
            (
                *stable_abi.judge_stable_abi(filename, compiled.stable, of_stable_abi, requires_python),
                *beyond_stable_abi.judge_unpromised(filename, compiled.beyond, of_stable_abi, requires_python),
            ),
            tuple(rules.judge_bounds(filename, compiled, metadata, tags, optional)),
            tuple(judge_interfaces(filename, compiled, metadata)),
            tuple(stable_abi.unread(filename, compiled.number, tags)),
            tuple(
                wrong_tag.judge_tags(
                    filename, compiled, tags, requires_python=requires_python, optional=optional, severity=severity
                )
            ),
        )

    @property
    def everything(self) -> tuple[Finding, ...]:
        """All findings."""
        return (*self.wrong_tag, *self.tags, *self.bounds, *self.others, *self.unread)
