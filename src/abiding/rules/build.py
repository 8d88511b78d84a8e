"""judge(differences, declared) -> findings: what a build may hand over, by what its project declares."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from abiding import bounds, pins, requirements
from abiding.findings import Finding, Severity
from abiding.project import ApiLevel
from abiding.rules import hints

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from abiding.declaration import Declaration
    from abiding.difference import Difference
    from abiding.pyproject import Pyproject

__all__ = ["Sides", "judge", "judge_prepared", "lint", "requirement_changes", "text_notes"]


def __dir__() -> list[str]:
    return __all__


class Sides(NamedTuple):
    """The two files of a comparison, in words for the messages.

    `kind` is what was built (`wheel`, `editable wheel`, `sdist`), `artifact` its file name, `author` who wrote it, and
    `source` what it is held against (`sdist` or `project`). `origin(field, value)` says where a value of the source
    stands, for example `pyproject.toml:14`.
    """

    kind: str
    artifact: str
    author: str
    source: str
    origin: Callable[[str, str], str]


def judge(differences: Collection[Difference], declared: Collection[str], sides: Sides) -> tuple[Finding, ...]:
    """Hold the differences between what was said (left) and what was built (right) against the declared lines."""
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
            finding = _lost(before or "", sides)
        elif before is None:
            finding = _undeclared(after, sides)
        else:
            finding = _changed(before, after, sides)
        yield finding._replace(notes=(*finding.notes, *text_notes(before, after)))


def text_notes(*lines: str | None) -> tuple[str, ...]:
    """What is to be said of requirements if one of them could not be compared in meaning."""
    if any(line and requirements.is_compared_as_text(line) for line in lines):
        return ("to work out where its marker is true would take too long: it was compared as text",)
    return ()


def requirement_changes(difference: Difference, declared: Collection[str]) -> Iterator[tuple[str | None, str | None]]:
    """What the difference does beyond adding the declared lines: (line, None) lost, (None, line) added, or changed.

    A line that is gone and one that is new belong together if they are of the same distribution.
    """
    sanctioned = {requirements.meaning(line) for line in declared}
    added = dict.fromkeys(line for line in difference.right if requirements.meaning(line) not in sanctioned)
    of_name: dict[str, list[str]] = {}
    for line in reversed(added):
        of_name.setdefault(requirements.name_of(line), []).append(line)
    for lost in difference.left:
        same = of_name.get(requirements.name_of(lost))
        changed = same.pop() if same else None
        if changed is not None:
            del added[changed]
        yield lost, changed
    for line in added:
        yield None, line


_ONLY_ADD = "a wheel may add the requirements that are declared for it; it may never drop or change one"
_OLD_SETUPTOOLS = "setuptools before 68.2 writes no requirements into PKG-INFO: if it is that, require a later one"


def _lost(line: str, sides: Sides) -> Finding:
    return Finding(
        "lost-requirement",
        Severity.ERROR,
        f"the {sides.kind} drops `{line}`",
        artifact=sides.artifact,
        field="Requires-Dist",
        expected=line,
        expected_from=sides.origin("Requires-Dist", line),
        found=None,
        found_from=f"not written by {sides.author}",
        notes=(_ONLY_ADD if sides.kind != "sdist" else "an sdist says what `[project]` says",),
        hints=(hints.INCOMPLETE, hints.EDITED)
        if sides.source == "sdist"
        else ((_OLD_SETUPTOOLS,) if sides.kind == "sdist" else ()),
    )


def _changed(expected: str, found: str, sides: Sides) -> Finding:
    hint = f"leave `{expected}` as it is and declare `{found}` next to it" if sides.kind != "sdist" else ""
    return Finding(
        "changed-requirement",
        Severity.ERROR,
        f"the {sides.kind} has `{found}` where the {sides.source} says `{expected}`",
        artifact=sides.artifact,
        field="Requires-Dist",
        expected=expected,
        expected_from=sides.origin("Requires-Dist", expected),
        found=found,
        found_from=f"written by {sides.author}",
        notes=(_ONLY_ADD if sides.kind != "sdist" else "an sdist says what `[project]` says",),
        hints=(f"{hint}:\n{hints.declaration_of(found)}",) if hint else (),
    )


def _undeclared(line: str, sides: Sides) -> Finding:
    if sides.kind == "sdist":
        notes: tuple[str, ...] = ("an sdist carries the API level only: what `[project]` says, and nothing more",)
        name, _ = hints.places_of(line)
        ways: tuple[str, ...] = (
            f"if the source needs it, add it to `project.{name}`",
            f"if the wrapped backend computes it, list `{name}` in `project.dynamic` and give it no value",
        )
    else:
        notes = (f"the {sides.source} does not require it, so every tool that read the {sides.source} missed it",)
        ways = (
            f"if this binary needs it, declare it:\n{hints.declaration_of(line)}",
            "if it does not, find out why it is written at build time",
        )
    return Finding(
        "undeclared-requirement",
        Severity.ERROR,
        f"the {sides.kind} adds `{line}`, and nothing declares it",
        artifact=sides.artifact,
        field="Requires-Dist",
        expected=None,
        expected_from=f"not in the {sides.source}",
        found=line,
        found_from=f"written by {sides.author}",
        notes=notes,
        hints=ways,
    )


def _undeclared_change(difference: Difference, sides: Sides) -> Finding:
    expected, found = difference.sides
    return Finding(
        "undeclared-change",
        Severity.ERROR,
        f"`{difference.field}` of the {sides.kind} is not what the {sides.source} says",
        artifact=sides.artifact,
        field=difference.field,
        expected=expected,
        expected_from=sides.origin(difference.field, difference.left[0]) if difference.left else sides.source,
        found=found,
        found_from=f"written by {sides.author}",
        notes=("a field that is not dynamic has one value for the sdist and all its wheels",),
        hints=tuple(hints.in_every_build(difference.field, from_sdist=sides.source == "sdist")),
    )


def judge_prepared(differences: Collection[Difference], artifact: str) -> tuple[Finding, ...]:
    """Hold the METADATA of a wheel against the one prepared for it: PEP 517 wants them identical."""
    return tuple(
        Finding(
            "prepared-differs",
            Severity.ERROR,
            f"`{difference.field}` of the wheel is not what was prepared for it",
            artifact=artifact,
            field=difference.field,
            expected=difference.sides[0],
            expected_from="prepared",
            found=difference.sides[1],
            found_from="built",
            notes=("the installer has resolved with the prepared value, so the wheel would break what it resolved",),
            hints=("look for what differs between two runs: time, environment variables, a random choice",),
        )
        for difference in differences
    )


def lint(declaration: Declaration, pyproject: Pyproject) -> tuple[Finding, ...]:
    """What is lawful in a declaration and yet probably not meant: warnings and notes, no errors."""
    idle = islice(_not_narrower(declaration, pyproject), bounds.FAULTS)
    return (*idle, *_from_sdist_unset(declaration, pyproject))


def _not_narrower(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    entries = [entry for entry in declaration.entries if not pins.has_pins(entry.requires)]
    level = ApiLevel.of(declaration.project) if entries else ApiLevel({})
    for entry in entries:
        abi = requirements.parse(entry.requires)
        for line in level.about(entry.name, entry.extra):
            api = line.requirement
            for clause in requirements.idle_clauses(api, abi) if requirements.applies_wherever(api, abi) else ():
                yield pyproject.finding(
                    "not-narrower",
                    f"`{clause}` of `{entry.requires}` excludes nothing: `{line.text}` is narrower",
                    entry.key,
                    severity=Severity.WARNING,
                    also=((line.key, "the API level"),),
                    notes=("a wheel carries both lines, so the wider one has no effect",),
                    hints=("leave the clause out, or lower the bound in `[project]` if that was meant",),
                )


def _from_sdist_unset(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    native = next((entry for entry in declaration.entries if entry.native), None)
    if native is not None and declaration.from_sdist is None:
        yield pyproject.finding(
            "from-sdist-unset",
            "installing from the sdist will ask for a native requirement",
            native.key,
            severity=Severity.WARNING,
            notes=("where there is no wheel of the provider, there the sdist can't be built",),
            hints=('say what is meant: `from-sdist = "api"`, `"refuse"` or `"abi"` under `[tool.abiding]`',),
        )
