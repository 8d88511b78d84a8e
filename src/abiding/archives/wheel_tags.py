"""The tags of a wheel, which its file name has in compressed form and WHEEL one by one."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

__all__ = ["Agreement", "StatedTags", "agreement", "expanded", "number", "numbered", "parse", "version_in"]


_PARTS = 3  # python, abi, platform
_WHEEL_VERSION = pattern(
    r"^wheel-version:[ \t]*([0-9]{1,9}(?:\.[0-9]{1,9}){0,9})[ \t]*\r?$(?!\n[ \t])", re.IGNORECASE | re.MULTILINE
)
# A header, or the line that goes on with one.
_HEADER = pattern(r"[!-9;-~]+:|[ \t]+\S")


class Agreement(StrEnum):
    """The relation of the tags in WHEEL to those of the file name."""

    SAME = "same"
    SPELLED = "spelled"
    APART = "apart"


class StatedTags(NamedTuple):
    """The name of a wheel's `.dist-info` folder, and `Tag` and `Build` of WHEEL as they are."""

    dist_info: str
    tags: tuple[str, ...]
    build: str

    @classmethod
    def read(cls, wheel_file: bytes, dist_info: str = "") -> StatedTags:
        """Read a WHEEL file."""
        fields = [line.partition(":") for line in wheel_file.decode("utf-8", "replace").splitlines()]
        values = [(name.lower(), value.strip()) for name, _, value in fields]
        tags = tuple(value for name, value in values if name == "tag")
        return cls(dist_info, tags, next((value for name, value in values if name == "build"), ""))

    def within(self, name: WheelName) -> WheelName | None:
        """Return a file name with exactly the tags and the build number in WHEEL; None if there is none."""
        sets = [_parts(tag) for tag in self.tags]
        if not sets or not all(len(parts) == _PARTS for parts in sets):
            return None
        python, abi, platform = (
            ".".join(dict.fromkeys(tag for part in parts for tag in part)) for parts in zip(*sets, strict=True)
        )
        own = name._replace(build=self.build, python=python, abi=abi, platform=platform)
        is_one = WheelName.split(str(own)) == own and expanded(str(own))
        return own if is_one and agreement(str(own), self.tags) is not Agreement.APART else None


def version_in(wheel_file: bytes) -> tuple[int, ...] | None:
    """Return the numbers of `Wheel-Version` in a WHEEL file; None if not all readers find numbers there."""
    try:
        head = re.split(r"\r?\n\r?\n", wheel_file.decode("utf-8").rstrip(), maxsplit=1)[0]
    except UnicodeDecodeError:
        return None
    match = _WHEEL_VERSION.search(head)
    if not match or not all(map(_HEADER.match, head.splitlines())):
        return None
    return tuple(map(int, match[1].split(".")))


def expanded(filename: str) -> tuple[str, ...]:
    """Return the tags in a file name, in order; none if it is no wheel's, or has too many."""
    name = WheelName.split(filename)
    if name is None or number(filename) > bounds.TAGS:
        return ()
    return tuple(map("-".join, product(*map(dict.fromkeys, name.sets))))


def number(filename: str) -> int:
    """Return the number of tags in a wheel's name; repeated ones count twice."""
    name = WheelName.split(filename)
    return prod(map(len, name.sets)) if name else 0


def parse(filename: str) -> tuple[str, Version, frozenset[Tag]]:
    """Return the normalised name, the version, and the tags in a wheel's name.

    A variant label is left out. Raises `packaging.utils.InvalidWheelFilename`, also if there are too many tags.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename
    from packaging.version import InvalidVersion

    if number(filename) > bounds.TAGS:
        raise InvalidWheelFilename(f"it stands for {number(filename):,} tags")
    split = WheelName.split(filename)
    try:
        name, version, _, tags = parse_wheel_filename(str(split._replace(label="")) if split else filename)
    except InvalidVersion as exc:  # of which `packaging` before 22.0 makes nothing else
        raise InvalidWheelFilename(str(exc)) from exc
    return name, version, tags


def agreement(filename: str, tags: tuple[str, ...]) -> Agreement:
    """Compare the tags in WHEEL with the file name. Case, order, repetition and compressed sets are only spelling.

    A WHEEL without tags contradicts nothing, and neither does a name that has none.
    """
    of_name = expanded(filename)
    if not tags or not of_name or tags == of_name:
        return Agreement.SAME
    name = WheelName.split(filename.lower())
    sets = tuple(map(frozenset, name.sets)) if name else ()
    own_sets = {_parts(tag.lower()) for tag in tags}
    # What has a part of its own is apart, however much it stands for.
    if not all(len(parts) == _PARTS and all(map(frozenset.issuperset, sets, parts)) for parts in own_sets):
        return Agreement.APART
    same = {tag for parts in own_sets for tag in product(*parts)} == set(product(*sets))
    return Agreement.SPELLED if same else Agreement.APART


def numbered(filename: str, build: str) -> Agreement:
    """Compare the build number in WHEEL with the file name. Leading zeros and case are only spelling."""
    name = WheelName.split(filename)
    if name is None or name.build == build:
        return Agreement.SAME
    of_name, of_file = (each.lstrip("0").lower() for each in (name.build, build))
    return Agreement.SPELLED if of_name == of_file and name.build and build else Agreement.APART


def _parts(tag: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(dict.fromkeys(part.split("."))) for part in tag.split("-"))
