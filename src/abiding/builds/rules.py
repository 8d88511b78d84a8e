"""Findings of a build: a prepared METADATA, a name or a version that does not fit, a hook that can't be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import joined_literals
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from abiding.archives.wheel import Wheel
    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.difference import Difference
    from abiding.project.declaration import Declaration
    from abiding.project.project_table import Project
    from abiding.project.pyproject import Pyproject
    from abiding.project.source import Source

__all__ = [
    "edited_sdist",
    "judge_name",
    "judge_prepared",
    "not_asked",
    "place_of",
    "too_low",
]


_WHAT_DIFFERS = (
    "look for what differs between two runs: `abiding.level`, `abiding.variant`, environment variables, time, a random "
    "choice, or what a setup.py reads of `sys.argv`: setuptools prepares by `dist_info` and builds by `bdist_wheel`"
)
_TO_WHEELS = "what wheels require and the sdist does not belongs to `tool.abiding.wheel`, and to nothing else"


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
            hints=(_WHAT_DIFFERS, *((_TO_WHEELS,) if difference.field == "Requires-Dist" else ())),
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
    names = joined_literals(absent)
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
        names = joined_literals(newer)
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
    from abiding.artifacts.filename import judge_stated

    # Setuptools marks an editable wheel by a build number in its name only. The file is deleted after installation.
    fields = ("Tag",) if kind == "editable" else ("Tag", "Build")
    hint = f"`{backend}` has written both: look for what gives the wheel another name than its own"
    for finding in judge_stated(archive.path.name, archive.stated(), severity, hint):
        if finding.severity is severity and finding.field in fields:
            yield finding


def edited_sdist(source: Source) -> Iterator[Finding]:
    """Warn of an unpacked sdist whose pyproject.toml was edited after PKG-INFO was written."""
    for difference in source.contradictions:
        yield difference.finding(
            "sdist-disagrees",
            Severity.WARNING,
            f"`{difference.field}` of PKG-INFO is not what pyproject.toml says, so PKG-INFO is ignored",
            "PKG-INFO",
            ("pyproject.toml", "PKG-INFO"),
            hints=("an sdist that is to be published has to be built again, not edited",),
        )
