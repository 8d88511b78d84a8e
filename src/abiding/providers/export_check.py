"""Check the provider versions that a wheel admits against what the providers at hand export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.metadata import requirements
from abiding.metadata.ranges import range_of
from abiding.native.loader import base_name
from abiding.native.providers import Relation
from abiding.project.build_record import record_in
from abiding.providers.ranges import public

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.native.contents import Contents
    from abiding.native.subject import Subject
    from abiding.project.exports import Export

__all__ = ["judge_exports"]


def judge_exports(subject: Subject) -> Iterator[Finding]:
    """Find providers of which a wheel admits later versions than they promise to fit (`looser-than-exported`).

    The lower bound of a promise depends on the version at link time, which is unknown; builds check both bounds.
    """
    if subject.record:
        return
    used: dict[str, tuple[Contents, set[str]]] = {}
    for link, origin in subject.provided():
        if origin.relation is Relation.DIRECT and origin.contents.readable:
            used.setdefault(origin.contents.name, (origin.contents, set()))[1].add(base_name(link.library))
    for name, (provider, libraries) in used.items():
        export = _export(provider)
        accepted = subject.neighbours.accepted.get(name)
        if export is None or accepted is None or not export.is_for(libraries):
            continue
        from packaging.specifiers import SpecifierSet

        later = range_of(SpecifierSet(f">={public(provider.version)}"))
        promised = range_of(requirements.parse(export.requires).specifier)
        if not (range_of(accepted) & later).is_subset(promised):
            note = (f"it says: {export.note}",) if export.note else ()
            yield Finding(
                "looser-than-exported",
                Severity.WARNING,
                f"`{name}{accepted}` admits versions that `{export.requires}` excludes",
                artifact=subject.artifact,
                field="Requires-Dist",
                expected=export.requires,
                expected_from=f"what {name} {provider.version} exports",
                found=f"{name}{accepted}",
                found_from="required",
                notes=note,
                hints=(f"require `{export.requires}`, filled from the version that the wheel is linked with",),
            )


def _export(provider: Contents) -> Export | None:
    """Return the export of a provider; None if it can't be read, which a check of the provider reports."""
    try:
        record = record_in(provider.member, provider.name, provider.name)
    except AbidingError:
        return None
    return record.exports if record else None
