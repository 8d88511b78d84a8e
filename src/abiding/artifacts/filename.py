"""What the name of a file says of it, version and tags, held against what it says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.tagging import Agreement, agreement, expanded, name_with
from abiding.archives.wheel_name import WheelName
from abiding.findings.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_tags", "judge_version"]


_MOST_SHOWN = 100
_READ = "pip goes by the file name; uv reads WHEEL too, and installs such a wheel again and again"


def judge_tags(filename: str, tags: tuple[str, ...], severity: Severity, hint: str = "") -> Iterator[Finding]:
    """Hold the tags in WHEEL against the file name; `severity` is what it weighs that they are others.

    `hint` is what to do about it where not the file at hand is to be mended, but what makes it.
    """
    outcome = agreement(filename, tags)
    if outcome is Agreement.SAME:
        return
    apart = outcome is Agreement.APART
    yield Finding(
        "wheel-tags",
        severity if apart else Severity.NOTE,
        "the tags in WHEEL are " + ("not those" if apart else "another spelling of those") + " of the file name",
        artifact=filename,
        field="Tag",
        expected=tuple(expanded(filename)),
        expected_from="file name",
        found=tuple(tags),
        found_from="WHEEL",
        notes=(_READ,) if apart else (),
        hints=(hint or _way_out(filename, tags),) if apart else (),
    )


def _way_out(filename: str, tags: tuple[str, ...]) -> str:
    """Return how the maker of a wheel that exists gets both right: `wheel tags` refuses one that contradicts itself."""
    own = name_with(filename, tags)
    split, other = WheelName.split(filename), WheelName.split(own)
    if split is None or other is None or split.label:  # which `wheel tags` does not know
        return "write the tags of the file name into WHEEL, between `wheel unpack` and `wheel pack`"
    wanted = (("python", split.python), ("abi", split.abi), ("platform", split.platform))
    options = " ".join(f"--{name}-tag {tag}" for name, tag in wanted if tag != getattr(other, name))
    return f"don't rename a wheel by hand: call it `{own}` again, and let `wheel tags {options}` change both"


def judge_version(filename: str, version: str, metadata: CoreMetadata) -> Iterator[Finding]:
    """Hold the version of METADATA or PKG-INFO against `version`, which is that of the file name."""
    stated = metadata.get("Version").strip()
    # Old tools wrote `_` for what a file name can't have in a version.
    if stated == version or any(
        _is_same(stated, spelling) for spelling in (version, version.replace("_", "-"), version.replace("_", "+", 1))
    ):
        return
    kind = "METADATA" if filename.endswith(".whl") else "PKG-INFO"
    yield Finding(
        "wrong-version",
        Severity.ERROR,
        f"{kind} says version {stated[:_MOST_SHOWN]}, and the file name {version[:_MOST_SHOWN]}",
        artifact=filename,
        field="Version",
        expected=version,
        expected_from="file name",
        found=stated,
        found_from=kind,
        notes=("an installer looks for one of them and finds the other; pip refuses such a file",),
        hints=(f"build it anew with the version that is meant: renamed, or with {kind} edited, a file belies itself",),
    )


def _is_same(version: str, other: str) -> bool:
    from packaging.utils import canonicalize_version

    try:
        return canonicalize_version(version) == canonicalize_version(other)
    except ValueError:  # a number of thousands of digits
        return False
