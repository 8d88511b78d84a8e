"""Judge differences between source and result: which of them the project has declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.artifacts.filename import judge_stated
from abiding.builds.hints import are_opposed, declaring, pin_notes
from abiding.findings.finding import Finding, Severity
from abiding.metadata import requirements
from abiding.metadata.difference import field_notes, requirement_changes, text_notes
from abiding.project import hints
from abiding.project.keys import table_at
from abiding.project.known_backends import script_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.archives.wheel import Wheel
    from abiding.findings.rules import Rule
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.project.declaration import Declaration
    from abiding.project.project_table import Project
    from abiding.project.pyproject import Pyproject
    from abiding.project.source import Source

__all__ = [
    "Sides",
    "edited_sdist",
    "judge",
    "judge_name",
    "judge_prepared",
    "not_asked",
    "place_of",
    "too_low",
]


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


def judge(differences: Collection[Difference], declared: Collection[str], sides: Sides) -> tuple[Finding, ...]:
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


_WHAT_DIFFERS = (
    "look for what differs between two runs: `abiding.level`, `abiding.variant`, environment variables, time, a random "
    "choice"
)


def judge_prepared(differences: Collection[Difference], artifact: str) -> tuple[Finding, ...]:
    """Judge the METADATA of a wheel by the prepared one: PEP 517 requires them to be identical."""
    return tuple(
        difference.finding(
            "prepared-differs",
            Severity.ERROR,
            f"`{difference.field}` of the wheel is not what was prepared for it",
            artifact,
            ("prepared", "built"),
            notes=("the installer has resolved with the prepared value, so the wheel would break what it resolved",),
            hints=(_WHAT_DIFFERS,),
        )
        for difference in differences
    )


def place_of(pyproject: Pyproject, project: Project, field: str, value: str) -> str:
    """Return where `[project]` has a value of a core metadata field: `pyproject.toml:14`."""
    for key, text, extra in project.requirements() if field == "Requires-Dist" else ():
        if (requirements.with_extra(text, extra) if extra else text) == value:
            return f"pyproject.toml:{pyproject.line_of(key)}"
    names = {"Summary": "description", "Project-URL": "urls", "Classifier": "classifiers", "Author": "authors"}
    name = names.get(field, field.lower())
    line = pyproject.line_of(("project", name)) if project.gives(name) else None
    return f"pyproject.toml:{line}" if line else "pyproject.toml"


def not_asked(hook: str, backend: str, absent: Sequence[str], exc: BaseException) -> Finding:
    """Warn of a hook that failed, probably because a provider is not installed yet."""
    names = " and ".join(f"`{name}`" for name in absent)
    return Finding(
        "missing-provider",
        Severity.WARNING,
        f"`{hook}` of `{backend}` can't be asked before {names} is installed: what else it needs is not known",
        artifact="pyproject.toml",
        notes=(f"{type(exc).__name__}: {exc}",),
    )


def too_low(
    declared: Declaration, pyproject: Pyproject, pkg_info: CoreMetadata, severity: Severity
) -> Iterator[Finding]:
    """Find fields in an sdist's metadata that its declared `metadata-version` does not have."""
    version = declared.metadata_version
    newer = pkg_info.newer_fields(version) if version else ()
    if newer:
        names = " and ".join(f"`{name}`" for name in newer)
        yield pyproject.finding(
            "bad-value",
            f"metadata version {version} has no {names}, which the sdist has",
            ("tool", "abiding", "metadata-version"),
            severity=severity,
            hints=(
                f'write `metadata-version = "{pkg_info.lowest_version}"`, or leave it out',
                "if the wrapped backend adds the field by itself, only an earlier version of it writes less",
            ),
        )


def judge_name(kind: str, archive: Wheel, severity: Severity, backend: str) -> Iterator[Finding]:
    """Find differences between the file name of a wheel and its WHEEL file."""
    # Setuptools marks an editable wheel by a build number in its name only. The file is deleted after installation.
    fields = ("Tag",) if kind == "editable" else ("Tag", "Build")
    hint = f"`{backend}` has written both: look for what gives the wheel another name than its own"
    for finding in judge_stated(archive.path.name, archive.stated(), severity, hint):
        if finding.severity is severity and finding.field in fields:
            yield finding


def edited_sdist(source: Source) -> Iterator[Finding]:
    """Warn of an unpacked sdist whose pyproject.toml was edited after PKG-INFO was written."""
    if not source.contradictions:
        return
    fields = ", ".join(f"`{difference.field}`" for difference in source.contradictions)
    verb = "differ" if len(source.contradictions) > 1 else "differs"
    yield Finding(
        "sdist-disagrees",
        Severity.WARNING,
        f"PKG-INFO is not of this pyproject.toml ({fields} {verb}): it is ignored",
        artifact="PKG-INFO",
        hints=("an sdist that is to be published has to be built again, not edited",),
    )
