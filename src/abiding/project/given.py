"""The requirements that `[project]` gives, held to what they are to be: the wrapped backend may say it, or not."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.findings import bounds
from abiding.findings.words import short
from abiding.metadata import requirements
from abiding.metadata.usual import is_usual
from abiding.project.meant import COMPARED, ways_out
from abiding.project.shapes import misshapen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.findings.finding import Finding
    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject
    from abiding.project.table import Project

__all__ = ["bad_build_requirements", "bad_requirements", "requires_itself"]


_NAMES = ("dependencies", "optional-dependencies")


def bad_requirements(faults: Faults, project: Project) -> None:
    """Find what is no requirement, and what has a marker without an answer."""
    values = {name: value for name, value in (project.table or {}).items() if name in _NAMES}
    for misfit in misshapen(values):
        faults.wrong_type(misfit, recent=True)
    for key, text, _ in project.requirements():
        if is_usual(text.strip()):
            continue
        if reason := _reason(text):
            faults.problem(
                "bad-requirement",
                f"`{short(text)}` is not a requirement (PEP 508)",
                key,
                notes=(reason,),
                hints=ways_out(text, fills_pins=False),
                recent=True,
            )
        elif why := requirements.without_answer(requirements.parse(text)):
            faults.problem(
                "bad-requirement",
                f"the marker of `{short(text)}` has no answer",
                key,
                notes=(why,),
                hints=(COMPARED,),
                recent=True,
            )


def bad_build_requirements(pyproject: Pyproject) -> Iterator[Finding]:
    """Yield what is no requirement in `[build-system]`, which front ends refuse before they call a hook."""
    for key, text in islice(pyproject.build_requires, bounds.FAULTS):
        if reason := _reason(text):
            yield pyproject.finding(
                "bad-requirement",
                f"`{short(text)}` is not a requirement (PEP 508)",
                key,
                notes=(reason,),
                hints=ways_out(text, fills_pins=False),
            )


def _reason(text: str) -> str:
    """Return why a text is no requirement; empty if it is one."""
    from packaging.requirements import InvalidRequirement

    try:
        requirements.parse(text)
    except InvalidRequirement as exc:
        return str(exc).partition("\n")[0]
    return ""


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
