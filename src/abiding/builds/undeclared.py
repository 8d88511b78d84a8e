"""Findings on differences between source and result that the project has not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.builds.hints import are_opposed, declaring, pin_notes
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata.difference import field_notes, requirement_changes, text_notes
from abiding.project import hints
from abiding.project.keys import table_at
from abiding.project.known_backends import script_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.findings.rules import Rule
    from abiding.metadata.difference import Difference
    from abiding.project.pyproject import Pyproject

__all__ = ["Sides", "judge_differences"]


class Sides(NamedTuple):
    """The two sides of a comparison, as the messages name them.

    `kind` is what was built (`wheel`, `editable wheel`, `sdist`), `artifact` its file name, `author` the backend that
    wrote it, and `source` what it is compared with (`sdist` or `project`). `origin(field, value)` returns where the
    source has a value, for example `pyproject.toml:14`. `folder` contains `pyproject`. `declared` are the lines that
    are declared for the result, each with its place.
    """

    kind: str
    artifact: str
    author: str
    folder: Path
    source: str
    origin: Callable[[str, str], str]
    pyproject: Pyproject
    declared: Mapping[str, str]

    def computing(self, line: str) -> str:
        """Return what writes a line in each build: a script that the backend runs, or the backend itself."""
        name, _ = hints.places_of(line)
        return script_of(self.author, self.folder, self.pyproject.table, name) or self.author

    def about(
        self,
        rule: Rule,
        message: str,
        expected: str | None,
        found: str | None,
        *,
        notes: tuple[str, ...],
        hints: Sequence[str],
    ) -> Finding:
        """Return the error about a requirement that is not the expected one; either of them may be missing."""
        return Finding(
            rule,
            Severity.ERROR,
            message,
            artifact=self.artifact,
            field="Requires-Dist",
            expected=expected,
            expected_from=self.origin("Requires-Dist", expected) if expected else f"not in the {self.source}",
            found=found,
            found_from=f"{'' if found else 'not '}written by {self.author}",
            notes=notes,
            hints=tuple(hints),
        )


def judge_differences(
    differences: Collection[Difference], declared: Collection[str], sides: Sides
) -> tuple[Finding, ...]:
    """Judge the differences between the source (left) and the result (right) by the declared lines."""
    findings: list[Finding] = []
    for difference in differences:
        if difference.field == "Requires-Dist":
            findings += _judge_requirements(difference, declared, sides)
        else:
            findings.append(_undeclared_change(difference, sides))
    return tuple(findings)


def _judge_requirements(difference: Difference, declared: Collection[str], sides: Sides) -> Iterator[Finding]:
    for before, after in requirement_changes(difference, declared):
        if after is None:
            finding = _lost_requirement(before or "", sides)
        elif before is None:
            finding = _undeclared_requirement(after, sides)
        else:
            finding = _changed_requirement(before, after, sides)
        yield finding._replace(notes=(*finding.notes, *text_notes(before, after)))


_AS_PROJECT = "an sdist says what `[project]` says"
_ONLY_ADD = "a wheel may add the requirements that are declared for it; it may never drop or change one"
_OLD_SETUPTOOLS = "setuptools before 68.2 writes no requirements into PKG-INFO: if it is that, require a later one"


def _lost_requirement(line: str, sides: Sides) -> Finding:
    every = _in_every_build(line, sides)
    if sides.kind == "sdist":
        note, ways = _AS_PROJECT, [_OLD_SETUPTOOLS, every]
    else:
        note, ways = _ONLY_ADD, [f"{every}: what is declared is added to it"]
    if sides.source == "sdist":
        ways += [hints.INCOMPLETE, hints.EDITED]
    return sides.about("lost-requirement", f"the {sides.kind} drops `{line}`", line, None, notes=(note,), hints=ways)


def _in_every_build(line: str, sides: Sides) -> str:
    return f"let `{sides.computing(line)}` write `{line}` in every build"


def _changed_requirement(expected: str, found: str, sides: Sides) -> Finding:
    if sides.kind == "sdist":
        notes: tuple[str, ...] = (_AS_PROJECT,)
        hint = f"if it means the same to you, give `{found}` in `[project]`"
    else:
        notes = (_ONLY_ADD, *pin_notes(found))
        hint = _changing(expected, found, sides)
    message = f"the {sides.kind} has `{found}` where the {sides.source} says `{expected}`"
    return sides.about("changed-requirement", message, expected, found, notes=notes, hints=[hint])


def _changing(expected: str, found: str, sides: Sides) -> str:
    next_to_it = f", and {declaring(found, sides.declared, sides.pyproject, 'next to it')}"
    if not are_opposed(expected, found):
        return f"{_in_every_build(expected, sides)}{next_to_it}"
    always = f"let `{sides.computing(expected)}` write what the source works with, the same in every build"
    return f"{always}{next_to_it if pin_notes(found) else ''}"


def _undeclared_requirement(line: str, sides: Sides) -> Finding:
    if sides.kind == "sdist":
        note = "an sdist carries the API level only: what `[project]` says, and nothing more"
        name, _ = hints.places_of(line)
        ways = [
            f"if the source needs it, add it to `project.{name}`",
            f"if the wrapped backend computes it, list `{name}` in `project.dynamic` and give it no value",
        ]
    else:
        note = f"the {sides.source} does not require it, so every tool that read the {sides.source} missed it"
        ways = [
            f"if this binary needs it, {declaring(line, sides.declared, sides.pyproject)}",
            f"if the source needs it, {_for_every_build(line, sides)}",
            f"if neither does, find out why `{sides.computing(line)}` writes it at build time",
        ]
    message = f"the {sides.kind} adds `{line}`, and nothing declares it"
    notes = (note,) if sides.kind == "sdist" else (note, *pin_notes(line))
    return sides.about("undeclared-requirement", message, None, line, notes=notes, hints=ways)


def _for_every_build(line: str, sides: Sides) -> str:
    """Return a hint to let the source require a line, and so its sdist."""
    name, _ = hints.places_of(line)
    project = table_at(sides.pyproject.table, ("project",))
    way = f"add it to `project.{name}`" if name in project else "require it in every build"
    return f"{way}, and build the sdist anew" if sides.source == "sdist" else way


def _undeclared_change(difference: Difference, sides: Sides) -> Finding:
    stands = sides.origin(difference.field, difference.left[0]) if difference.left else sides.source
    return difference.finding(
        "undeclared-change",
        Severity.ERROR,
        f"`{difference.field}` of the {sides.kind} is not what the {sides.source} says",
        sides.artifact,
        (stands, f"written by {sides.author}"),
        notes=("a field that is not dynamic has one value for the sdist and all its wheels", *field_notes(difference)),
        hints=tuple(
            hints.in_every_build(
                difference.field,
                from_sdist=sides.source == "sdist",
                backend=sides.author,
                value="" if difference.left or len(difference.right) != 1 else difference.right[0],
            )
        ),
    )
