"""Group files into releases by project and version, in any spelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.releases.namesakes import name_apart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.artifacts.artifact import Artifact, Unreadable

__all__ = ["group_by_release", "order"]


def group_by_release(files: Iterable[Artifact | Unreadable]) -> list[list[Artifact | Unreadable]]:
    """Return the files of each release, sdists first; the releases in the order in which they were given."""
    groups: dict[tuple[str, str], list[Artifact | Unreadable]] = {}
    for file in name_apart(files):
        groups.setdefault((file.name, file.version), []).append(file)
    return [sorted(group, key=order) for group in _unite(groups)]


def _unite(groups: dict[tuple[str, str], list[Artifact | Unreadable]]) -> Iterable[list[Artifact | Unreadable]]:
    """Return the groups, merged if they are of one project and their versions are equal."""
    if len({name for name, _ in groups}) == len(groups):
        return groups.values()
    united: dict[tuple[str, str], list[Artifact | Unreadable]] = {}
    for (name, version), group in groups.items():
        united.setdefault((name, _canonical(version)), []).extend(group)
    return united.values()


def _canonical(version: str) -> str:
    """Return the canonical form of a version; `packaging` is used only if it has more than numbers."""
    if re.fullmatch(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*", version, re.ASCII):
        return re.sub(r"(?:\.0)+$", "", version)
    from packaging.utils import canonicalize_version

    return canonicalize_version(version)


def order(file: Artifact | Unreadable) -> tuple[bool, bool, str]:
    """Sort sdists first, and a .tar.gz file, as the standard requires, before other sdists."""
    return file.kind == "wheel", not file.filename.endswith(".tar.gz"), file.called
