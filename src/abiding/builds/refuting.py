"""A wheel that is about to be handed over, held against what its compiled files say of the versions they accept."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from abiding import evidence
from abiding.findings.finding import Finding, Severity, lines_of
from abiding.metadata import requirements
from abiding.project.hints import declaring, making_dynamic
from abiding.project.level import Level
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
    from abiding.project.build_record import Used

__all__ = ["judge_compiled", "places_of"]


_AT_ABI = "the lines for it are left out at the API level: `-C abiding.level=abi`, or `ABIDING_LEVEL=abi`, adds them"


def judge_compiled(
    built: Built, entries: Entries, origin: Callable[[str, str], str]
) -> tuple[tuple[Used, ...], tuple[Finding, ...]]:
    """Judge the bounds of a wheel by what its compiled files accept: returns the interfaces they use, and findings.

    `origin(field, line)` says where a line of METADATA comes from that no entry gives. Raises `ArchiveError`.
    """
    examined = evidence.judge_built(built.archive, built.metadata, entries.declaration.optional_modules)
    if examined is None:
        return (), ()
    severity = _severity(built, entries)
    judged = examined.judged
    findings = (
        *(
            finding._replace(severity=severity) if finding.severity is Severity.ERROR else finding
            for finding in judged.tags
        ),
        *(
            _here(finding, built, entries, origin) if finding.severity is Severity.ERROR else finding
            for finding in judged.bounds
        ),
        *judged.others,
        *judged.unread,
    )
    return examined.interfaces, tuple(finding for finding in findings if finding.severity is not Severity.NOTE)


def _here(finding: Finding, built: Built, entries: Entries, origin: Callable[[str, str], str]) -> Finding:
    """Return the finding for whoever builds: with the place of the lines, and with what to write there."""
    lines, missing = lines_of(finding.found), lines_of(finding.expected)
    left_out = entries.level is Level.API and any(
        entry.name == requirements.name_of(missing[0]) for entry in entries.of_variant
    )
    # A line more is no way out where no version would be left: the finding then says what is.
    ways = finding.hints[:1] if _are_opposed(lines, missing) else tuple(_ways(missing, entries))
    ways = (_AT_ABI,) if left_out else ways
    return finding._replace(
        severity=_severity(built, entries),
        found_from=places_of(lines, built, entries, origin),
        hints=(
            *(() if left_out else entries.later),
            *ways,
            *finding.hints[1:],
        ),
    )


def places_of(lines: Iterable[str], built: Built, entries: Entries, origin: Callable[[str, str], str]) -> str:
    """Say where lines of METADATA come from; `origin` is as for `judge_compiled`."""
    own = {line: entries.place_of(entry) for entry, line in built.lines.items()}
    places = dict.fromkeys(own.get(line) or origin("Requires-Dist", line) for line in lines)
    return f"METADATA, from {', '.join(places)}"


def _are_opposed(lines: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether no version satisfies one of the lines and one of the others."""
    return any(requirements.excludes(requirements.parse(a), requirements.parse(b)) for a, b in product(lines, others))


def _severity(built: Built, entries: Entries) -> Severity:
    to_publish = built.kind == "wheel" and entries.level is Level.ABI
    return entries.severity if to_publish else Severity.WARNING


def _ways(lines: Sequence[str], entries: Entries) -> Iterator[str]:
    project = entries.declaration.project
    fields = dict.fromkeys("optional-dependencies" if "extra ==" in line else "dependencies" for line in lines)
    if project.table is not None and (lacking := [field for field in fields if field not in project.dynamic]):
        yield from making_dynamic(lacking, entries.pyproject)
    yield from (f"for wheels alone, {way}" for way in declaring(lines, entries.pyproject))
    quoted = " and ".join(f"`{line}`" for line in lines)
    yield f"or, if the source needs it too, give {quoted} {_there(lines, entries)}"


def _there(lines: Iterable[str], entries: Entries) -> str:
    """Say where `[project]` requires what these lines are for; by its name alone, where it does not."""
    names = {requirements.name_of(line) for line in lines}
    keys = [key for key, text, _ in entries.declaration.project.requirements() if requirements.name_of(text) in names]
    places = dict.fromkeys(f"`{key_text(key[:-1])}` (pyproject.toml:{entries.pyproject.line_of(key)})" for key in keys)
    return f"in {' and '.join(places) or '`[project]`'}"
