"""The tags that a wheel is given twice: compressed in its file name, and one by one in WHEEL."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from abiding.findings import bounds

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.version import Version

__all__ = ["Agreement", "agreement", "expanded", "name_with", "number", "parse", "stated"]


_PARTS = 3  # python, abi, platform


class Agreement(StrEnum):
    """How the tags in WHEEL stand to those of the file name."""

    SAME = "same"
    SPELLED = "spelled"
    APART = "apart"


def stated(wheel_file: bytes) -> tuple[str, ...]:
    """The values of `Tag` in a WHEEL file."""
    fields = (line.partition(":") for line in wheel_file.decode("utf-8", "replace").splitlines())
    return tuple(value.strip() for name, _, value in fields if name.lower() == "tag")


def expanded(filename: str) -> tuple[str, ...]:
    """The tags that a file name stands for, in its order; none if it is not that of a wheel, or stands for too many."""
    parts = _parts("-".join(filename.removesuffix(".whl").split("-")[-_PARTS:]))
    if len(parts) != _PARTS or number(filename) > bounds.TAGS:
        return ()
    return tuple(map("-".join, product(*parts)))


def number(filename: str) -> int:
    """How many tags the name of a wheel stands for; those that are in it twice count twice."""
    return prod(part.count(".") + 1 for part in filename.removesuffix(".whl").split("-")[-_PARTS:])


def parse(filename: str) -> tuple[str, Version, frozenset[Tag]]:
    """Give the name, normalised, the version, and the tags that the name of a wheel stands for.

    Raises `packaging.utils.InvalidWheelFilename`, also if there are more of these than any wheel is for.
    """
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    if number(filename) > bounds.TAGS:
        raise InvalidWheelFilename(f"it stands for {number(filename):,} tags")
    name, version, _, tags = parse_wheel_filename(filename)
    return name, version, tags


def agreement(filename: str, tags: tuple[str, ...]) -> Agreement:
    """Hold the tags in WHEEL against the file name. Case, order, repetition and sets left compressed are spelling.

    A WHEEL without tags contradicts nothing, and neither does a name that has none.
    """
    named = expanded(filename)
    if not tags or not named or tags == named:
        return Agreement.SAME
    wanted = _parts("-".join(filename.lower().removesuffix(".whl").split("-")[-_PARTS:]))
    found = {_parts(tag.lower()) for tag in tags}
    # What has a part of its own is apart, however much it stands for.
    if not all(len(one) == _PARTS and all(map(_is_within, one, wanted)) for one in found):
        return Agreement.APART
    same = {tag for one in found for tag in product(*one)} == set(product(*wanted))
    return Agreement.SPELLED if same else Agreement.APART


def name_with(filename: str, tags: tuple[str, ...]) -> str:
    """The name that a wheel has by the tags in WHEEL; empty if no name stands for these tags and no others."""
    sets = [_parts(tag) for tag in tags]
    if not all(len(one) == _PARTS for one in sets):
        return ""
    joined = [".".join(dict.fromkeys(name for part in parts for name in part)) for parts in zip(*sets, strict=True)]
    own = "-".join((*filename.removesuffix(".whl").split("-")[:-_PARTS], *joined)) + ".whl"
    return own if agreement(own, tags) is not Agreement.APART and expanded(own) else ""


def _parts(tag: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(dict.fromkeys(part.split("."))) for part in tag.split("-"))


def _is_within(own: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return set(own) <= set(others)
