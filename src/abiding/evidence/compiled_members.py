"""The members of a wheel that are compiled files, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.compression_ratio import filling
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.native.names import may_be_image, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.archives.zipdirectory import ZipMember

__all__ = ["Fair", "fair"]


class Fair(NamedTuple):
    """The members of a wheel that may be compiled files, and the places of those that are not read."""

    members: list[ZipMember]
    passed_over: tuple[str, ...]


def fair(members: Iterable[ZipMember]) -> Fair:
    """Separate compiled files from members that are meant to exhaust time and memory.

    The total of suspiciously compressed members is limited.
    """
    images = [member for member in members if may_be_image(member.name)]
    passed_over = filling(images, bounds.CODE_HARMLESS)
    return Fair(
        [member for member in images if member.name not in passed_over],
        tuple(place_of(member.name) for member in images if member.name in passed_over),
    )
