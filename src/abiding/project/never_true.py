"""Lines that apply to no wheel: by a marker that is never true, or globs that match no tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.finding import Severity
from abiding.findings.words import short
from abiding.metadata import pins, requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.findings.finding import Finding
    from abiding.metadata.environments import Environments
    from abiding.project.declaration import Declaration
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["never_selected", "never_true"]


_PYTHON: Key = ("project", "requires-python")


def never_true(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a warning for each comparison, or marker, that is the same in all environments the project is for."""
    lines = [(key, text) for key, text in pyproject.build_requires if ";" in text]
    lines += [(key, text) for key, text, _ in declaration.project.requirements() if ";" in text]
    lines += [(entry.key, entry.requires) for entry in declaration.entries if ";" in entry.requires]
    if not lines:  # as most projects have none, nothing is imported for them
        return
    pythons = _admitted(declaration)
    for key, text in lines:
        marker = requirements.marker_of(pins.sample(text))
        if marker:
            yield from _of_line(key, text, marker, pythons, pyproject)


def never_selected(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """Yield a warning for each glob of `select` that can match the tag of no wheel, on whatever system it is built."""
    selecting = [(entry, glob) for entry in declaration.entries for glob in entry.select]
    if not selecting:
        return
    from abiding.project.known_tags import can_match, meant_by
    from abiding.project.select_globs import A_TAG

    for entry, glob in selecting[: bounds.GLOBS_MATCHED]:
        if can_match(glob):
            continue
        suggestion = meant_by(glob)
        yield pyproject.finding(
            "never-true",
            f'`select = "{short(glob)}"` matches the tag of no wheel',
            entry.key,
            severity=Severity.WARNING,
            notes=(_NO_WHEEL if len(entry.select) == 1 else _NO_MORE,),
            hints=(f"did you mean `{suggestion}`?" if suggestion else A_TAG,),
        )


_NO_WHEEL = "so no wheel gets the line"
_NO_MORE = "so the line is for no more wheels by it"


def _of_line(key: Key, text: str, marker: str, pythons: Environments, pyproject: Pyproject) -> Iterator[Finding]:
    from abiding.metadata.marker_slips import mistaken
    from abiding.metadata.markers import environments

    slips = list(mistaken(marker))
    for slip in slips:
        values = " and never ".join(f"`{value}`" for value in slip.values)
        consequence = f"`{slip.comparison}` is true {'everywhere' if slip.always else 'nowhere'}"
        yield pyproject.finding(
            "never-true",
            f"`{slip.variable}` is never {values}" + (f": {consequence}" if slip.always or slip.never else ""),
            key,
            severity=Severity.WARNING,
            hints=(f"did you mean `{slip.correction}`?",),
        )
    where = environments(marker)
    if slips or where.meets(pythons):
        return
    of_python = where.meets(environments(""))
    what = "of no Python that `requires-python` admits" if of_python else "in no environment"
    yield pyproject.finding(
        "never-true",
        f"the marker of `{text}` is true {what}",
        key,
        severity=Severity.WARNING,
        also=((_PYTHON, "the Pythons of the project"),) if of_python else (),
        notes=("no front end ever installs it" if key[0] == "build-system" else "installers always skip the line",),
        hints=("leave the line out, or correct its marker",),
    )


def _admitted(declaration: Declaration) -> Environments:
    """Return the environments that `requires-python` admits; all if it is missing or invalid."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    from abiding.metadata.markers import environments

    text = (declaration.project.table or {}).get("requires-python", "")
    try:
        clauses = SpecifierSet(text) if isinstance(text, str) else ()
    except InvalidSpecifier:
        return environments("")
    pythons = environments(
        " and ".join(f'python_full_version {clause.operator} "{clause.version}"' for clause in clauses)
    )
    return pythons if pythons.meets(environments("")) else environments("")
