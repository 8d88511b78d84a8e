"""Renamed wheels whose new name the compiled files contradict too: two findings with one way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Severity
from abiding.findings.rule_groups import is_of_the_name, is_of_the_tag

if TYPE_CHECKING:
    from abiding.releases.release import Release

__all__ = ["with_one_way_out"]


_FIRST = "correct the file name first, as the hint of `wheel-tags` on this file says, and check the wheel again"


def with_one_way_out(release: Release) -> Release:
    """Return a release whose hints on a renamed wheel all lead to the name that it had.

    What is said of the tag may hold for the new name alone, and `wheel tags` refuses a wheel that contradicts itself.
    """
    renamed = {
        finding.artifact
        for finding in release.findings
        if is_of_the_name(finding) and finding.field == "Tag" and finding.severity is not Severity.NOTE
    }
    both = renamed & {finding.artifact for finding in release.compiled if is_of_the_tag(finding)}
    if not both:
        return release
    findings = (
        finding._replace(hints=finding.hints[:1]) if finding.artifact in both and is_of_the_name(finding) else finding
        for finding in release.findings
    )
    compiled = (
        finding._replace(hints=(_FIRST,)) if finding.artifact in both and is_of_the_tag(finding) else finding
        for finding in release.compiled
    )
    return release._replace(findings=tuple(findings), compiled=tuple(compiled))
