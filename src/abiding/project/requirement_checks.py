"""Check the requirements in a pyproject.toml: `[project]`, `[build-system]` and entries."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import short
from abiding.metadata import pins, readers, refusals, requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement

    from abiding.findings.finding import Finding
    from abiding.findings.rules import Rule
    from abiding.metadata.filling import Filled
    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.project_table import Project
    from abiding.project.pyproject import Pyproject

__all__ = ["bad_build_requirements", "bad_requirements", "required", "requires_itself"]

_PINNED = "epoch and pre-release are filled in where they are needed; `===x.x.x` takes the local version too"
_OF_EXTRA = "put it under `[tool.abiding.wheel.optional-dependencies]`, which writes that marker"


class _Bad(NamedTuple):
    """An error in a requirement: message, notes and hints; `recent` is whether earlier versions accepted it."""

    message: str
    notes: tuple[str, ...]
    hints: tuple[str, ...]
    rule: Rule = "bad-requirement"
    recent: bool = False


def required(faults: Faults, text: str, key: Key, extra: str) -> str | None:
    """Return the requirement at `key`, of an entry for `extra`, and add its errors; None if it is invalid."""
    malformed = _no_requirement(text, fills_pins=True) or _misread(text)
    bad = malformed or _unlawful(text, requirements.parse(pins.sample(text)), extra)
    if bad:
        faults.problem(bad.rule, bad.message, key, notes=bad.notes, hints=bad.hints, recent=bad.recent)
    return None if malformed else text


def bad_requirements(faults: Faults, project: Project) -> None:
    """Find invalid requirements in `[project]`, and markers that can't be evaluated."""
    for key, text, _ in project.requirements():
        if bad := _no_requirement(text) or _unanswerable(text, requirements.parse(text)):
            faults.problem(bad.rule, bad.message, key, notes=bad.notes, hints=bad.hints, recent=True)


def bad_build_requirements(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield findings on invalid requirements in `[build-system]`, which front ends refuse before they call a hook."""
    for key, text in islice(pyproject.build_requires, bounds.FAULTS):
        if bad := _no_requirement(text):
            yield pyproject.finding(bad.rule, bad.message, key, notes=bad.notes, hints=bad.hints)


def _no_requirement(text: str, *, fills_pins: bool = False) -> _Bad | None:
    """Return why a requirement is invalid; `fills_pins` is whether an `x` pin is allowed there."""
    from packaging.requirements import InvalidRequirement

    try:
        requirements.parse(pins.sample(text) if fills_pins else text)
    except InvalidRequirement as exc:
        from abiding.project.corrections import ways_out

        message = f"`{short(text)}` is not a requirement (PEP 508)"
        return _Bad(message, (str(exc).partition("\n")[0],), ways_out(text, fills_pins=fills_pins))
    return None


def _unanswerable(text: str, parsed: Requirement) -> _Bad | None:
    why = requirements.without_answer(parsed)
    if not why:
        return None
    from abiding.project.corrections import COMPARED

    return _Bad(f"the marker of `{short(text)}` can't be evaluated", (why,), (COMPARED,), recent=True)


def _misread(text: str) -> _Bad | None:
    """Return why tools would disagree on the meaning of a requirement, or of its pins."""
    if reader := readers.unlike("Requires-Dist", text):
        message = f"not all tools would read `{short(text)}` in METADATA in the same way"
        hint = "write it in one line, without other characters than those that it needs"
        return _Bad(message, (f"it would be another one for {reader}",), (hint,))
    if unknown := pins.malformed(text):
        message = f"`{unknown}` in `{short(text)}` is not a part of a pinned version"
        return _Bad(message, ("a part is `x`, `x+N`, a number, or a last `*`",), (_PINNED,))
    return None


def _unlawful(text: str, parsed: Requirement, extra: str) -> _Bad | None:
    """Return why no index accepts, or no installer could install, a wheel with this requirement."""
    quoted = short(text)
    if parsed.url:
        hint = "require a version: the distribution has to be on the index"
        return _Bad(
            f"`{quoted}` points to a URL, and no index accepts a wheel that does", (), (hint,), rule="url-requirement"
        )
    if requirements.asks_for_extras(parsed):
        hint = f"leave it out: the entry already belongs to the extra `{extra}`" if extra else _OF_EXTRA
        return _Bad(f"`{quoted}` has `extra` in its marker", (), (hint,), rule="extra-in-marker")
    if pins.has_pins(text) and (outcome := _never_fits(text)):
        message = f"`{quoted}` excludes every version that it could be filled from"
        note = f"filled from {outcome.version} it is `{short(outcome.line)}`"
        hints = (f"write `{short(outcome.instead)}`",) if outcome.instead else ()
        return _Bad(message, (note,), hints, rule="unsatisfiable", recent=True)
    if bad := _unanswerable(text, parsed):
        return bad
    if reason := refusals.by_uv(pins.sample(text)):
        from abiding.project.corrections import EXAMPLES

        notes = (reason, "nobody could install the wheel with uv")
        return _Bad(f"uv does not take the requirement `{quoted}`", notes, (EXAMPLES,), recent=True)
    return None


def _never_fits(text: str) -> Filled | None:
    from abiding.metadata.filling import never_fits

    return never_fits(text)


def requires_itself(faults: Faults, project: Project, lines: Iterable[tuple[Key, str]]) -> None:
    """Find the lines by which the project requires itself, in another version or without naming an extra."""
    from packaging.version import InvalidVersion, Version

    table = project.table or {}
    own = normalised(str(table.get("name", "")))
    try:
        version = Version(table["version"]) if isinstance(table.get("version"), str) else None
    except (InvalidVersion, ValueError):
        version = None
    for key, text in lines:
        if requirements.name_of(text) != own:
            continue
        line = requirements.parse(text)
        if version and not line.specifier.contains(version, prereleases=True):
            message = f"`{short(text)}` is for another version of the project itself, which is {version}"
            note = "two versions of one project are never installed together, so nothing could install it"
            faults.problem("unsatisfiable", message, key, notes=(note,), hints=("leave the version out",), recent=True)
