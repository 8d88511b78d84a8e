"""The distributions that a native entry stands for: the named one, or those of a metapackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.metadata import pins, requirements
from abiding.native.installed import find_installed
from abiding.native.names import only_tells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.requirements import Requirement

    from abiding.native.distribution import InstalledDistribution

__all__ = ["brings_nothing", "distributions_for"]


def distributions_for(entry: str) -> list[str]:
    """Return the normalised names of the distributions that a requirement with a `native` mark is for.

    `cuda-toolkit[nvrtc]` is for what that extra requires in this environment, if cuda-toolkit is installed and has no
    files of its own. Of a metapackage that brings nothing here, and of what is not installed, it is the name itself.
    Raises `AbidingError` (`broken-install`).
    """
    requirement = requirements.parse(pins.sample(entry))
    return list(dict.fromkeys(_brought(requirement, frozenset()))) or [normalised(requirement.name)]


def brings_nothing(entry: str) -> bool:
    """Return whether a requirement is on an installed metapackage, and the extras that it asks for bring nothing here.

    Raises as `distributions_for` does.
    """
    requirement = requirements.parse(pins.sample(entry))
    name = normalised(requirement.name)
    return distributions_for(entry) == [name] and _metapackage(name) is not None


def _brought(requirement: Requirement, seen: frozenset[str]) -> Iterator[str]:
    """Yield what a requirement brings by extras of a metapackage, or itself if it is on none."""
    name = normalised(requirement.name)
    installed = _metapackage(name) if requirement.extras and name not in seen else None
    if installed is None:
        yield from () if name in seen else (name,)
        return
    lines = installed.metadata.all("Requires-Dist")
    extras = set(map(normalised, requirement.extras))
    for _ in lines:  # each round goes one reference to extras of its own further
        for line in requirements.in_force(lines, extras=extras):
            extras |= set(map(normalised, line.extras)) if normalised(line.name) == name else set()
    for line in requirements.in_force(lines, extras=extras):
        if normalised(line.name) != name:
            yield from _brought(line, seen | {name})


def _metapackage(name: str) -> InstalledDistribution | None:
    """Return the installed distribution of a name, if it has no files but those that describe it."""
    installed = find_installed(name)
    # Some do not list their files.
    return installed if installed and installed.files and all(map(only_tells, installed.files)) else None
