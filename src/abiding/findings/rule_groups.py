"""Properties of findings that follow from their rules, such as whether they make a release inconsistent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Severity

if TYPE_CHECKING:
    from abiding.findings.finding import Finding
    from abiding.findings.rules import Rule

__all__ = [
    "breaks",
    "is_about_a_field",
    "is_about_a_line",
    "is_among_wheels",
    "is_beside_the_sdist",
    "is_of_api",
    "is_of_levels",
    "is_of_no_known_level",
    "is_of_publishing",
]


# Rules by which a release is not consistent; the others are about one file, or about style.
_BREAKING: frozenset[Rule] = frozenset(
    {
        "changed-requirement",
        "lost-requirement",
        "missing-requirement",
        "not-dynamic",
        "sdist-disagrees",
        "two-sdists",
        "undeclared-change",
        "undeclared-requirement",
        "wheels-disagree",
        "wrong-version",
    }
)
# Of these, what is explained: wheels that differ as declared, and sdists that say the same.
_HARMLESS: dict[Rule, Severity] = {"wheels-disagree": Severity.WARNING, "two-sdists": Severity.NOTE}
_BESIDE_THE_SDIST: frozenset[Rule] = frozenset(
    {"changed-requirement", "lost-requirement", "undeclared-change", "undeclared-requirement"}
)
# What depends on the level and the tool that a file for others was built with.
_OF_PUBLISHING: frozenset[Rule] = frozenset({"level-api", "new-metadata-version"})
# Of a wheel: about one requirement of it, or about all of a field that other files have too.
_OF_A_LINE: frozenset[Rule] = frozenset({"lost-requirement", "undeclared-requirement"})
_OF_A_FIELD: frozenset[Rule] = frozenset({"undeclared-change", "wheels-disagree"})


def breaks(finding: Finding) -> bool:
    """Return whether a finding says that the release is inconsistent."""
    return finding.rule in _BREAKING and finding.severity is not _HARMLESS.get(finding.rule)


def is_among_wheels(finding: Finding) -> bool:
    """Tell whether it holds a wheel against other wheels, of which any may be wrong, not against what binds it."""
    return finding.rule == "wheels-disagree"


def is_beside_the_sdist(finding: Finding) -> bool:
    """Return whether it holds a file against what its sdist says."""
    return finding.rule in _BESIDE_THE_SDIST


def is_of_levels(finding: Finding) -> bool:
    """Return whether it says that the wheels of a release were built at different levels."""
    return finding.rule == "levels-mixed"


def is_of_api(finding: Finding) -> bool:
    """Return whether it says that a wheel was built at the API level."""
    return finding.rule == "level-api"


def is_of_no_known_level(finding: Finding) -> bool:
    """Return whether it says that nothing tells at which level a wheel was built."""
    return finding.rule == "level-unknown"


def is_of_publishing(finding: Finding) -> bool:
    """Tell whether it matters for a file that goes to others alone, and not for one that was built to be looked at."""
    return finding.rule in _OF_PUBLISHING


def is_about_a_line(finding: Finding) -> bool:
    """Return whether it is about one requirement that a file has and another has not."""
    return finding.rule in _OF_A_LINE


def is_about_a_field(finding: Finding) -> bool:
    """Return whether it holds the whole of a field against that of another file."""
    return finding.rule in _OF_A_FIELD
