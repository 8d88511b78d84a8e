"""Metapackages: distributions without files, which are required for what their extras require.

Whoever requires `cuda-toolkit[nvrtc]` requires what that extra stands for. It counts as required by the wheel itself if
it applies in every environment in which the wheel can be installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.named_tuple import NamedTuple
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
    """Return the environments in which a wheel with these tags can be installed."""
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
    """The distributions that lines require by extras of metapackages, by normalised names.

    `accepted` are the versions of those required in all environments; `elsewhere` has the metapackage and its line for
    the others.
    """

    accepted: Mapping[str, SpecifierSet]
    elsewhere: Mapping[str, tuple[str, str]]


def brought(
    lines: Iterable[str], tags: Iterable[Tag], look_up: Callable[[str, SpecifierSet], Contents | None]
) -> Brought:
    """Return what lines of a wheel with these tags require by metapackages; `look_up` finds distributions."""
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
    """Yield what lines of the distribution `own`, with these extras, require in every environment."""
    read = {text: requirement for text in lines if (requirement := _parsed(text))}
    own_extras = {text: requirement for text, requirement in read.items() if normalised(requirement.name) == own}
    for _ in own_extras:  # each round follows one more reference to its own extras
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
    """Return whether a line applies in all environments, with these extras; false if unknown."""
    try:
        for extra in extras:
            within &= Environments.where(markers.asks_for(extra))
        return within.lies_within(markers.of_releases(str(requirement.marker or "")))
    except UndecidedError:
        return False
