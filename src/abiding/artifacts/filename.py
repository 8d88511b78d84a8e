"""Check a file's name against its contents: version, build number and tags."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from abiding.archives import dist_info
from abiding.archives.wheel_name import WheelName
from abiding.archives.wheel_tags import Agreement, agreement, expanded, numbered
from abiding.findings.errors import ArchiveError
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from abiding.archives.wheel_tags import StatedTags
    from abiding.metadata.core import CoreMetadata

__all__ = ["judge_stated", "judge_version"]


_MOST_SHOWN = 100
_READ = "pip goes by the file name; uv reads WHEEL too, and installs such a wheel again and again"
_NUMBERED = "pip and uv go by the file name; `wheel tags` refuses such a wheel, and `wheel pack` names it by WHEEL"
_THE_SAME_WAY = "what sets the tags right sets the build number right too"
# The parts of a name that `wheel tags` can change, with the options; and those of a tag.
_PARTS = {"python": "--python-tag", "abi": "--abi-tag", "platform": "--platform-tag", "build": "--build"}
_A_TAG = pattern(r"[A-Za-z0-9_.]+")


def judge_stated(
    filename: str,
    stated: StatedTags,
    severity: Severity,
    hint: str = "",
    *,
    path: str = "",
    others: Collection[str] = (),
) -> Iterator[Finding]:
    """Compare WHEEL with the file name; a difference has the given `severity`.

    `hint` is given where the tool that makes the file has to be corrected, not the file. `path` is that of the file,
    and `others` are those of more files. A WHEEL without tags contradicts nothing.
    """
    split = WheelName.split(filename)
    if not stated.tags or split is None:
        return
    ways = (hint,) if hint else tuple(_ways_out(split, stated, path or filename, others))
    for field, outcome, expected, found, note in (
        ("Tag", agreement(filename, stated.tags), expanded(filename), stated.tags, _READ),
        ("Build", numbered(filename, stated.build), split.build or None, stated.build or None, _NUMBERED),
    ):
        apart = outcome is Agreement.APART
        what, those = ("tags in WHEEL are", "those") if field == "Tag" else ("build number in WHEEL is", "that")
        if outcome is not Agreement.SAME:
            yield Finding(
                "wheel-tags",
                severity if apart else Severity.NOTE,
                f"the {what} {f'not {those}' if apart else f'another spelling of {those}'} of the file name",
                artifact=filename,
                field=field,
                expected=expected,
                expected_from="file name",
                found=found,
                found_from="WHEEL",
                notes=(note,) if apart else (),
                hints=ways if apart else (),
            )
        if apart:
            ways = (_THE_SAME_WAY,)


def _ways_out(split: WheelName, stated: StatedTags, path: str, others: Collection[str]) -> Iterator[str]:
    """Yield hints to correct an existing wheel; `wheel tags` refuses one that contradicts itself."""
    own = stated.within(_of_folder(split, stated.dist_info))
    if own is None:
        yield "build it anew: no file name stands for the tags in its WHEEL"
        return
    right = os.path.join(os.path.dirname(path), str(own))  # noqa: PTH118, PTH120 (as it was given)
    there = f"it is `{own}`, which is there too, so keep one of the two under that name"
    yield f"don't rename a wheel: {there if right in others else f'call it `{own}` again, as it says inside'}"
    changes = tuple((part, getattr(split, part)) for part in _PARTS if getattr(split, part) != getattr(own, part))
    if split.label or not all(_A_TAG.fullmatch(value) or part == "build" for part, value in changes):
        return  # which `wheel tags` does not take
    import shlex

    options = " ".join(f"{_PARTS[part]} {shlex.quote(value)}" for part, value in changes)
    yield (
        "only if it is this file name that is right, change WHEEL too, once the file is called so again: "
        f"`wheel tags {options} --remove {shlex.quote(right)}`"
    )


def _of_folder(split: WheelName, folder: str) -> WheelName:
    """Return a file name with the distribution of its metadata folder, if that is another one."""
    name, _, version = folder.removesuffix(".dist-info").partition("-")
    try:
        dist_info.hold_to_name(folder, str(split))
    except ArchiveError:
        return split._replace(name=name, version=version) if version and "-" not in version else split
    return split


def judge_version(filename: str, version: str, metadata: CoreMetadata) -> Iterator[Finding]:
    """Compare the version of METADATA or PKG-INFO with `version`, which is that of the file name."""
    stated = metadata.get("Version").strip()
    # Old tools wrote `_` for characters of a version that a file name can't have.
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
        hints=(f"build it anew with the right version: don't rename the file, and don't edit {kind}",),
    )


def _is_same(version: str, other: str) -> bool:
    from packaging.utils import canonicalize_version

    try:
        return canonicalize_version(version) == canonicalize_version(other)
    except ValueError:  # a number of thousands of digits
        return False
