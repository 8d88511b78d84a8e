"""Metapackages: distributions without files, which are required for what their extras require.

Whoever requires `cuda-toolkit[nvrtc]` requires what that extra stands for. It counts as required by the wheel itself if
it applies in every environment in which the wheel can be installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.archives.names import normalised
from abiding.metadata import markers, requirements
from abiding.metadata.environments import Environments, UndecidedError
from abiding.metadata.platform_tag import PlatformTag
from abiding.native.names import only_tells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag

    from abiding.native.contents import Contents

__all__ = ["Brought", "brought", "environments_of"]


def environments_of(tags: Iterable[Tag]) -> Environments:
    """Return where a wheel with these tags can be installed, as far as markers can tell."""
    conditions = dict.fromkeys(map(_marker, tags))
    if not all(conditions):
        return Environments.all()
    return markers.of_releases(" or ".join(f"({condition})" for condition in conditions))


def _marker(tag: Tag) -> str:
    parts = []
    interpreter, python = tag.interpreter, f"{tag.interpreter[2:3]}.{tag.interpreter[3:]}"
    if interpreter[:2] in ("cp", "pp") and interpreter[3:].isdigit():
        at_least = tag.abi.startswith("abi3") or tag.abi == "none"
        parts.append(f'python_version {">=" if at_least else "=="} "{python}"')
    platform = PlatformTag.read(tag.platform)
    parts += [f'sys_platform == "{platform.system}"'] if platform.system else []
    parts += [f'platform_machine == "{platform.platform_machine}"'] if platform.platform_machine else []
    return " and ".join(parts)


class _Asked(NamedTuple):
    """A distribution that is required everywhere, with some of its extras."""

    name: str
    extras: frozenset[str]
    accepted: SpecifierSet


class Brought(NamedTuple):
    """What requirement lines ask for by extras of metapackages, by normalised names.

    `accepted` are the versions of what they bring everywhere; `elsewhere` has of what they do not the metapackage, and
    its line.
    """

    accepted: Mapping[str, SpecifierSet]
    elsewhere: Mapping[str, tuple[str, str]]


def brought(
    lines: Iterable[str], tags: Iterable[Tag], look_up: Callable[[str, SpecifierSet], Contents | None]
) -> Brought:
    """Return what extras of metapackages bring to lines of a wheel with these tags; `look_up` finds distributions."""
    within = environments_of(tags)
    accepted: dict[str, SpecifierSet] = {}
    elsewhere: dict[str, tuple[str, str]] = {}
    waiting = list(_everywhere(lines, "", frozenset(), within))
    seen = set()
    while waiting:
        requirement = waiting.pop()
        package = (
            look_up(requirement.name, requirement.accepted) if requirement.extras and requirement not in seen else None
        )
        seen.add(requirement)
        if package is None or not all(map(only_tells, package.files)):
            continue
        for line in _everywhere(package.requires, requirement.name, requirement.extras, within):
            accepted[line.name] = accepted[line.name] & line.accepted if line.name in accepted else line.accepted
            waiting.append(line)
        for text in package.requires:
            elsewhere.setdefault(requirements.name_of(text), (requirement.name, text))
    return Brought(accepted, {name: line for name, line in elsewhere.items() if name not in accepted})


def _everywhere(lines: Iterable[str], own: str, extras: frozenset[str], within: Environments) -> Iterator[_Asked]:
    """Yield what some lines of the distribution `own` ask for with these extras in every environment."""
    read = {text: requirement for text in lines if (requirement := _parsed(text))}
    own_extras = {text: requirement for text, requirement in read.items() if normalised(requirement.name) == own}
    for _ in own_extras:  # each round goes one reference to extras of its own further
        own_lines = (requirement for requirement in own_extras.values() if _holds(requirement, extras, within))
        extras = extras.union(*(map(normalised, requirement.extras) for requirement in own_lines))
    for requirement in read.values():
        if normalised(requirement.name) != own and _holds(requirement, extras, within):
            yield _Asked(
                normalised(requirement.name), frozenset(map(normalised, requirement.extras)), requirement.specifier
            )


def _parsed(text: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement

    try:
        return requirements.parse(text)
    except InvalidRequirement:
        return None


def _holds(requirement: Requirement, extras: frozenset[str], within: Environments) -> bool:
    """Return whether a line is in force in all environments, with these extras; not if that can't be told."""
    try:
        for extra in extras:
            within &= Environments.where(markers.asks_for(extra))
        return within.lies_within(markers.of_releases(str(requirement.marker or "")))
    except UndecidedError:
        return False
