"""Find an sdist and wheels whose versions differ although they look like one release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.artifacts.artifact import Artifact, Unreadable

__all__ = ["two_versions"]


_COMPUTED = (
    "a version that is computed from git, or from an environment variable, is another one in each build: build the "
    "wheel from the sdist, which carries its version"
)


def two_versions(groups: Sequence[Sequence[Artifact | Unreadable]]) -> Iterator[Finding]:
    """Find wheels without an sdist beside the only sdist of the project, which has no wheel. Groups are releases."""
    alone: dict[str, list[Artifact | Unreadable]] = {}
    without: dict[str, list[Artifact | Unreadable]] = {}
    for group in groups:
        kinds = {file.kind for file in group}
        if len(kinds) == 1:
            (alone if "sdist" in kinds else without).setdefault(group[0].name, []).append(group[0])
    for name, sdists in alone.items():
        for wheel in without.get(name, ()) if len(sdists) == 1 else ():
            if _look_alike(sdists[0].version, wheel.version):
                yield _finding(sdists[0], wheel)


def _look_alike(first: str, second: str) -> bool:
    """Return whether two versions are development versions of one release, or one is computed from a working tree."""
    from packaging.version import Version

    try:
        left, right = Version(first), Version(second)
    except ValueError:  # an invalid version, or a number of thousands of digits
        return False
    same = Version(left.base_version) == Version(right.base_version)
    return same or any(each.is_devrelease or each.local for each in (left, right))


def _finding(sdist: Artifact | Unreadable, wheel: Artifact | Unreadable) -> Finding:
    return Finding(
        "two-versions",
        Severity.WARNING,
        "the wheel and the sdist look like one release under two versions",
        artifact=wheel.called,
        field="Version",
        expected=sdist.version,
        expected_from=sdist.called,
        found=wheel.version,
        found_from="this wheel",
        notes=("to every tool these are two releases: one without a wheel, and one without an sdist",),
        hints=(_COMPUTED,),
    )
