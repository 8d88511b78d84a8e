"""The distributions that a native entry is for: the one that it names, or those that a metapackage stands for here."""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.metadata import pins, requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement

__all__ = ["behind", "brings_nothing"]


def behind(entry: str) -> list[str]:
    """Return the normalised names of the distributions that a requirement with a `native` mark is for.

    `cuda-toolkit[nvrtc]` is for what that extra requires in this environment, if cuda-toolkit is installed and has no
    files of its own. Of a metapackage that brings nothing here, and of what is not installed, it is the name itself.
    """
    requirement = requirements.parse(pins.sample(entry))
    return list(dict.fromkeys(_brought(requirement, frozenset()))) or [normalised(requirement.name)]


def brings_nothing(entry: str) -> bool:
    """Return whether a requirement asks for extras of an installed metapackage, and these bring nothing here."""
    requirement = requirements.parse(pins.sample(entry))
    name = normalised(requirement.name)
    return bool(requirement.extras) and behind(entry) == [name] and _metapackage(name) is not None


def _brought(requirement: Requirement, seen: frozenset[str]) -> Iterator[str]:
    """Yield what a requirement brings by extras of a metapackage, or itself if it is on none."""
    name = normalised(requirement.name)
    installed = _metapackage(name) if requirement.extras and name not in seen else None
    if installed is None:
        yield from () if name in seen else (name,)
        return
    lines = [requirements.parse(line) for line in installed.requires or ()]
    extras = set(map(normalised, requirement.extras))
    for _ in lines:  # each round goes one reference to extras of its own further
        for line in _in_force(lines, extras):
            extras |= set(map(normalised, line.extras)) if normalised(line.name) == name else set()
    for line in _in_force(lines, extras):
        if normalised(line.name) != name:
            yield from _brought(line, seen | {name})


def _in_force(lines: Iterable[Requirement], extras: Iterable[str]) -> Iterator[Requirement]:
    names = list(extras)
    for line in lines:
        if any(requirements.applies(line, extra=extra) for extra in names):
            yield line


def _metapackage(name: str) -> Distribution | None:
    """Return the installed distribution of a name, if it has no files but those that describe it."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    files = installed.files
    own = files is None or any(not file.parts[0].endswith((".dist-info", ".egg-info")) for file in files)
    return None if own else installed
