"""Build a project twice in every way that its users build it, and compare the results.

`subject` reads the project, `plan` lists what is to be built, `building` builds it in isolated environments
(`environments`) and in copies of the tree (`copies`), and `rules` judges the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.files.plain import is_folder
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from abiding.project.level import Level
    from abiding.proof.building import StepOutcome
    from abiding.proof.environments import EnvironmentSource
    from abiding.proof.subject import ProofSubject

__all__ = ["Proof", "ProofVerdict", "prove"]


class ProofVerdict(StrEnum):
    """The verdict: `unproven` if something could not be built."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Proof:
    """The builds of a project, and the findings on them."""

    name: str
    version: str
    authors: str
    builds: tuple[StepOutcome, ...]
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> ProofVerdict:
        """The verdict."""
        from abiding.proof.building import StepState

        if any(built.state in (StepState.FAILED, StepState.IMPOSSIBLE) for built in self.builds):
            return ProofVerdict.UNPROVEN
        refuted = any(finding.severity is Severity.ERROR for finding in self.findings)
        return ProofVerdict.REFUTED if refuted else ProofVerdict.PROVEN


def prove(
    source: Path,
    environments: Callable[[Path], EnvironmentSource],
    *,
    level: Level | None = None,
    variant: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Proof:
    """Build everything from `source`, which is a tree, an sdist or an unpacked one, and compare the results.

    `environments` is called with a folder for build environments. `say` is called with each step before it begins. With
    `level` or `variant`, only these are built. Failed builds are part of the result. Raises `AbidingError` if `source`
    is no project, or its declaration is wrong.
    """
    from tempfile import TemporaryDirectory

    from abiding.proof.building import Workshop
    from abiding.proof.plan import settings_of
    from abiding.proof.rules import judge_builds
    from abiding.proof.subject import ProofSubject

    with TemporaryDirectory(prefix="abiding-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        subject = ProofSubject.read(_unpack(source, folder))
        _check_settings(subject, level, variant)
        workshop = Workshop(subject, environments(folder / "environments"), folder, say)
        settings = settings_of(subject.declaration, level, variant)
        builds = tuple(built for setting in settings for built in workshop.built(setting))
        return Proof(*_name_and_version(subject, builds), subject.authors, builds, judge_builds(subject, builds))


def _unpack(source: Path, folder: Path) -> Path:
    if source.name == "pyproject.toml":
        return source.parent
    if is_folder(source):
        return source
    from abiding.proof.copies import unpack

    return unpack(source, folder / "given")


def _check_settings(subject: ProofSubject, level: Level | None, variant: str | None) -> None:
    if subject.declaration:
        variant = variant or ""
        subject.declaration.check_variant(subject.pyproject, variant, f"--variant {variant}", "Nothing was built")
    elif level or variant:
        raise AbidingError(
            subject.pyproject.finding(
                "no-declaration",
                "the project does not use abiding: it has neither levels nor variants",
                ("build-system", "build-backend"),
                hints=("leave out `--level` and `--variant`",),
            ),
            "Nothing was built",
        )


def _name_and_version(subject: ProofSubject, builds: tuple[StepOutcome, ...]) -> tuple[str, str]:
    """Return both from the first result, or else from the project."""
    metadata = [result.metadata for built in builds for result in built.results]
    metadata += [subject.pkg_info] if subject.pkg_info else []
    if metadata:
        return metadata[0].get("Name").strip(), metadata[0].get("Version").strip()
    table = subject.pyproject.table.get("project", {})
    return str(table.get("name", subject.folder.resolve().name)), str(table.get("version", ""))
