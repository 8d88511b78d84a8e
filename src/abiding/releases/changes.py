"""Turn differences into findings: one for each requirement and each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.metadata import licences, narrowing
from abiding.metadata.difference import field_notes, requirement_changes, text_notes
from abiding.project import hints
from abiding.project.known_backends import uses_abiding
from abiding.releases.comparison import RESOLVER_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.artifacts.artifact import Artifact
    from abiding.findings.rules import Rule
    from abiding.metadata.difference import Difference
    from abiding.project.project_table import Project
    from abiding.releases.markers import Having

__all__ = ["changed", "field_finding", "repair_notes", "requirement_findings", "severity_of"]


_LICENCE = frozenset({"license", "license-expression", "license-file"})


def severity_of(difference: Difference) -> Severity:
    """Return the severity of a field that differs from the sdist: highest for fields that resolvers read."""
    if difference.field in RESOLVER_FIELDS:
        return Severity.ERROR
    return Severity.NOTE if difference.field.lower() in _LICENCE else Severity.WARNING


def repair_notes(difference: Difference) -> tuple[str, ...]:
    """Return the note on what repair tools may change: they add the licences of libraries that they copy."""
    note = "a tool that adds libraries to a built wheel has to add their licences"
    return (note,) if licences.only_extended(difference) else ()


def requirement_findings(
    artifact: Artifact,
    difference: Difference,
    wheels: Having,
    sanctioned: Iterable[str] = (),
    *,
    notes: tuple[str, ...] = (),
    project: Project | None = None,
    sdist: Artifact | None = None,
) -> Iterator[Finding]:
    """Yield findings on the lost, changed and new requirements of an artifact, without new ones that are sanctioned.

    `wheels` are all wheels of the release. `project` is the declaration, if there is one, and `sdist` is what has none.
    """
    is_older = sdist is not None and _is_from_before(sdist, artifact)
    for before, after in requirement_changes(difference, tuple(sanctioned)):
        ways = (hints.OLDER_SDIST,) if is_older else _ways_out(before, after, wheels, project)
        yield changed(artifact, before, after, notes, ways)


def _is_from_before(sdist: Artifact, wheel: Artifact) -> bool:
    """Return whether a wheel was built with abiding, and its sdist before the project used it."""
    if wheel.record is None or sdist.on_index:
        return False
    return sdist.pyproject is None or not uses_abiding(sdist.pyproject.table)


def changed(
    artifact: Artifact,
    before: str | None,
    after: str | None,
    notes: tuple[str, ...],
    ways_out: tuple[str, ...],
    *,
    origin: str = "",
) -> Finding:
    """Return the finding on a requirement that an artifact has lost, changed or added.

    The expected line is from the sdist, unless `origin` names another place.
    """
    rule: Rule
    if after is None:
        rule, message = "lost-requirement", f"the wheel does not have `{before}` of the sdist"
    elif before is None:
        rule, message = "undeclared-requirement", f"the wheel adds `{after}`, and the sdist does not say so"
    else:
        says = f"`{before}` is declared for it" if origin else f"the sdist says `{before}`"
        rule, message = "changed-requirement", f"the wheel has `{after}` where {says}"
    return Finding(
        rule,
        Severity.ERROR,
        message.replace("wheel", artifact.kind, 1),
        artifact=artifact.called,
        field="Requires-Dist",
        expected=before,
        expected_from=(origin or "PKG-INFO") if before else "not in the sdist",
        found=after,
        found_from=artifact.kind if after else f"not in the {artifact.kind}",
        notes=(*notes, *text_notes(before, after)),
        hints=ways_out,
    )


def _ways_out(before: str | None, after: str | None, wheels: Having, project: Project | None) -> tuple[str, ...]:
    ways = (
        tuple(_declared(before, after, wheels, project))
        if after
        else ("a wheel may require more than its sdist, and never less",)
    )
    if project is None:
        return ways
    return (*ways, hints.EDITED_WHEEL) if before is None else (hints.ONE_STATE, *ways)


def _declared(before: str | None, after: str, wheels: Having, project: Project | None) -> Iterator[str]:
    """Yield hints to declare a wheel's line; a narrower line of the sdist stays as it is."""
    name, table = hints.places_of(after)
    may_append = project is not None and project.may_append(name)
    first = "" if may_append else f"list `{name}` in `project.dynamic`, and "
    # It lists the name as dynamic, which most other backends refuse for a name that is also given.
    first = "make the project use abiding (`abiding init`), and " if project is None else first
    declare = f"{first}{wheels.declared(after, table)}"
    again = ", then build sdist and wheels again" if project else ""
    if before is None:
        yield f"if this wheel needs it, {declare}{again}"
    elif narrowing.narrows(after, before):
        needs = f"if this wheel needs `{after}`, " if project else ""
        yield f"{needs}leave the sdist's line as it is, and {declare}{again}"
    elif project is None:
        yield "let the wheel say what the sdist says"


def field_finding(
    artifact: Artifact, difference: Difference, severity: Severity, notes: tuple[str, ...], backend: str = ""
) -> Finding:
    """Return the finding on a field in which an artifact differs from the sdist; `backend` wrote it, if known."""
    message = f"`{difference.field}` of the {artifact.kind} is not what the sdist says"
    origins = ("PKG-INFO", artifact.kind)
    notes = (*notes, *field_notes(difference))
    # Allowed additions of a repair need no correction.
    lawful = licences.only_extended(difference)
    ways_out = () if lawful else tuple(hints.in_every_build(difference.field, from_sdist=False, backend=backend))
    if ways_out and not artifact.on_index:
        ways_out = (hints.TWO_STATES, *ways_out)
    return difference.finding(
        "undeclared-change", severity, message, artifact.called, origins, notes=notes, hints=ways_out
    )
