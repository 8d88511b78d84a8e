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
    """Return the normalised names of the distributions that a native requirement stands for.

    `cuda-toolkit[nvrtc]` stands for what that extra requires in this environment, if cuda-toolkit is installed and has
    no files of its own. A metapackage that requires nothing here, and one that is not installed, stands for itself.
    Raises `AbidingError` (`broken-install`).
    """
    requirement = requirements.parse(pins.sample(entry))
    return list(dict.fromkeys(_brought(requirement, frozenset()))) or [normalised(requirement.name)]


def brings_nothing(entry: str) -> bool:
    """Return whether a requirement is on an installed metapackage whose requested extras require nothing here.

    Raises as `distributions_for` does.
    """
    requirement = requirements.parse(pins.sample(entry))
    name = normalised(requirement.name)
    return distributions_for(entry) == [name] and _metapackage(name) is not None


def _brought(requirement: Requirement, seen: frozenset[str]) -> Iterator[str]:
    """Yield the requirements of a metapackage's extras, or the requirement itself if it is on no metapackage."""
    name = normalised(requirement.name)
    installed = _metapackage(name) if requirement.extras and name not in seen else None
    if installed is None:
        yield from () if name in seen else (name,)
        return
    lines = installed.metadata.all("Requires-Dist")
    extras = set(map(normalised, requirement.extras))
    for _ in lines:  # each round follows one more reference to its own extras
        for line in requirements.in_force(lines, extras=extras):
            extras |= set(map(normalised, line.extras)) if normalised(line.name) == name else set()
    for line in requirements.in_force(lines, extras=extras):
        if normalised(line.name) != name:
            yield from _brought(line, seen | {name})


def _metapackage(name: str) -> InstalledDistribution | None:
    """Return the installed distribution of a name, if it has no files besides its metadata."""
    installed = find_installed(name)
    # Some do not list their files.
    return installed if installed and installed.files and all(map(only_tells, installed.files)) else None
