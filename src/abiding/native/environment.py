"""Survey an environment: which library each compiled file really gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.errors import AbidingError, MissingExtraError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import requirements
from abiding.native import contents
from abiding.native.installed import Installed
from abiding.native.names import may_be_image
from abiding.native.surveyed_distribution import SurveyedDistribution

if TYPE_CHECKING:
    from collections.abc import Collection

    from abiding.native.distribution import InstalledDistribution
    from abiding.native.interpreter import Interpreter
    from abiding.native.library_use import LibraryUse

__all__ = ["Survey", "survey"]


class Survey(NamedTuple):
    """The libraries used in an environment, findings, and findings on distributions that are `unread`."""

    rows: tuple[LibraryUse, ...]
    findings: tuple[Finding, ...]
    unread: tuple[Finding, ...]


def survey(python: Interpreter, *, load: bool, reported: Collection[str] = ()) -> Survey:
    """Survey everything that is installed; with `load`, import modules in separate processes, and see what is loaded.

    `reported` are modules that can't be imported for reasons which are reported elsewhere. What can't be read is
    reported, and does not stop the survey. Raises `AbidingError` (`missing-extra`).
    """
    shelf = Installed(python.path)
    surveyed: list[SurveyedDistribution] = []
    unseen: list[contents.Contents] = []
    findings: list[Finding] = []
    unread: list[Finding] = []
    for distribution in shelf.distributions():
        try:
            if any(map(may_be_image, distribution.files)):
                surveyed.append(SurveyedDistribution.of(distribution, shelf, python, load=load, reported=reported))
            elif distribution.source_tree and set(contents.platforms_of(distribution.tags)) != {"any"}:
                unseen.append(contents.of_installed(distribution))
                findings.append(_not_looked_into(distribution))
        except MissingExtraError:
            raise
        except AbidingError as exc:
            unread += exc.findings
    rows = [row for each in surveyed for row in each.rows()]
    findings += [finding for each in surveyed for finding in each.findings]
    unread += [finding for each in surveyed for finding in each.subject.consumer.broken]
    used = {origin.contents.name for each in surveyed for _, origin in each.subject.provided()}
    # An editable install is probably linked with what it requires.
    used |= {requirements.name_of(line) for editable in unseen for line in editable.requires}
    findings += [each.idle() for each in surveyed if each.shared and each.subject.consumer.name not in used]
    rows.sort(key=lambda row: (row.owner.lower(), row.library))
    return Survey(tuple(rows), tuple(findings), tuple(unread))


def _not_looked_into(distribution: InstalledDistribution) -> Finding:
    """Return the note that the compiled files of an editable install are elsewhere."""
    return Finding(
        "editable-install",
        Severity.NOTE,
        f"`{distribution.name}` is an editable install: its compiled files are not looked into",
        artifact=distribution.label,
        found=distribution.source_tree,
        found_from="its source tree",
        notes=("only the tool that installed it knows where they are, and for which Python",),
        hints=("install the project without `-e`, or give `abiding check` a wheel of it",),
    )
