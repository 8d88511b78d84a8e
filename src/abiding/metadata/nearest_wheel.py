"""The existing wheel that is most similar to one that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.wheel_tags import expanded
from abiding.findings.patterns import pattern
from abiding.metadata.platform_tag import PlatformTag

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["nearest_wheel"]


_Likeness = tuple[int, int]
_PYTHON = pattern(r"[a-z]+(\d)(\d*)")


def nearest_wheel(tag: str, wheels: Collection[str]) -> str:
    """Return the wheel with the most similar tag: by system, machine and Python, then by version."""
    return max(wheels, key=lambda name: max((_likeness(tag, other) for other in expanded(name)), default=(-1, 0)))


def _likeness(tag: str, other: str) -> _Likeness:
    (python, abi, platform), (its_python, its_abi, its_platform) = tag.split("-"), other.split("-")
    read, its = PlatformTag.read(platform), PlatformTag.read(its_platform)
    is_known = bool(read.system)
    points = (
        (2, platform == its_platform or (is_known and (read.system, read.machine) == (its.system, its.machine))),
        (1, is_known and read.system == its.system),
        (1, read.family == its.family),
        (2, python == its_python),
        (1, abi == its_abi),
    )
    apart = abs(_version(python) - _version(its_python))
    return sum(number for number, is_so in points if is_so), -apart


def _version(python: str) -> int:
    """Return a number that is larger the later a version of Python is: of `cp39` less than of `cp310`."""
    match = _PYTHON.fullmatch(python)
    return int(match[1]) * 1000 + int((match[2] or "0")[:3]) if match else 0
