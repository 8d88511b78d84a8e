"""Check that a wheel has exactly the lines that are declared for the requested level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.builds.selection import selected
from abiding.findings.finding import Finding, Severity
from abiding.project.level import Level
from abiding.project.lines import Added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.metadata.core import CoreMetadata
    from abiding.project.declaration import Declaration
    from abiding.project.entry import Entry
    from abiding.proof.building import StepOutcome
    from abiding.proof.plan import Setting
    from abiding.proof.subject import ProofSubject

__all__ = ["judge_levels_of"]


def judge_levels_of(
    built: StepOutcome, declaration: Declaration, subject: ProofSubject, of_sdist: CoreMetadata | None
) -> Iterator[Finding]:
    """Yield findings on a wheel without exactly the lines that are declared for its level, variant and tag.

    `of_sdist` is the metadata of the sdist that it was built from, if known.
    """
    setting, result = built.step.setting, built.results[0]
    applying = selected(_entries_at(setting, declaration), result.path.name)
    source = of_sdist.all("Requires-Dist") if of_sdist else declaration.project.lines()
    added = Added(result.metadata.all("Requires-Dist"), source, result.record)
    claimed = added.claim(applying)
    for entry, line in claimed.missing.items():
        yield Finding(
            "missing-requirement",
            Severity.ERROR,
            f"the {built.step.what} at {setting} does not have `{line}`, which is declared for it",
            artifact=result.called(built.step),
            field="Requires-Dist",
            expected=line,
            expected_from=f"pyproject.toml:{subject.pyproject.line_of(entry.key)}",
            found_from=f"not in the {built.step.what}",
        )
    others = added.claim((entry for entry in declaration.entries if entry not in applying), claimed.places)
    for line in others.lines.values():
        yield Finding(
            "undeclared-requirement",
            Severity.ERROR,
            f"the {built.step.what} at {setting} has `{line}`, which is declared for others",
            artifact=result.called(built.step),
            field="Requires-Dist",
            found=line,
            expected_from=f"not declared for {setting}",
            found_from=f"in the {built.step.what}",
        )


def _entries_at(setting: Setting, declaration: Declaration) -> list[Entry]:
    """Return the entries of a level and a variant, for any tag."""
    if setting.level is not Level.ABI:
        return []
    return [entry for entry in declaration.entries if entry.is_of_variant(setting.variant)]
