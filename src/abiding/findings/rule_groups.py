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
    "is_harmless_bound",
    "is_of_api",
    "is_of_levels",
    "is_of_no_known_level",
    "is_of_publishing",
    "is_of_the_name",
    "is_of_the_tag",
]


# Rules that make a release inconsistent; others are about one file, or about style.
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
# Unless they are warnings or notes: wheels that differ as declared, and equal sdists.
_HARMLESS: dict[Rule, Severity] = {"wheels-disagree": Severity.WARNING, "two-sdists": Severity.NOTE}
_BESIDE_THE_SDIST: frozenset[Rule] = frozenset(
    {"changed-requirement", "lost-requirement", "undeclared-change", "undeclared-requirement"}
)
# Rules that depend on the level and the tools of a build for publication.
_OF_PUBLISHING: frozenset[Rule] = frozenset({"level-api", "new-metadata-version"})
# Rules about one requirement of a wheel, or about a whole field.
_OF_A_LINE: frozenset[Rule] = frozenset({"lost-requirement", "undeclared-requirement"})
_OF_A_FIELD: frozenset[Rule] = frozenset({"undeclared-change", "wheels-disagree"})


def breaks(finding: Finding) -> bool:
    """Return whether a finding makes a release inconsistent."""
    return finding.rule in _BREAKING and finding.severity is not _HARMLESS.get(finding.rule)


def is_harmless_bound(finding: Finding) -> bool:
    """Return whether it reports a bound that is too loose on paper alone; its first note says why nobody is harmed."""
    return finding.rule == "bound-too-loose" and finding.severity is Severity.NOTE


def is_among_wheels(finding: Finding) -> bool:
    """Return whether it compares wheels with each other, any of which may be wrong."""
    return finding.rule == "wheels-disagree"


def is_beside_the_sdist(finding: Finding) -> bool:
    """Return whether it compares a file with its sdist."""
    return finding.rule in _BESIDE_THE_SDIST


def is_of_levels(finding: Finding) -> bool:
    """Return whether it reports wheels of a release that were built at different levels."""
    return finding.rule == "levels-mixed"


def is_of_api(finding: Finding) -> bool:
    """Return whether it reports a wheel of the API level."""
    return finding.rule == "level-api"


def is_of_no_known_level(finding: Finding) -> bool:
    """Return whether it reports a wheel of unknown level."""
    return finding.rule == "level-unknown"


def is_of_publishing(finding: Finding) -> bool:
    """Return whether it only matters for files that will be published."""
    return finding.rule in _OF_PUBLISHING


def is_of_the_name(finding: Finding) -> bool:
    """Return whether it compares the name of a wheel with its WHEEL."""
    return finding.rule == "wheel-tags"


def is_of_the_tag(finding: Finding) -> bool:
    """Return whether it compares the tag of a wheel with its extension modules."""
    return finding.rule == "wrong-tag"


def is_about_a_line(finding: Finding) -> bool:
    """Return whether it is about one requirement that only one of two files has."""
    return finding.rule in _OF_A_LINE


def is_about_a_field(finding: Finding) -> bool:
    """Return whether it compares a whole field of two files."""
    return finding.rule in _OF_A_FIELD
