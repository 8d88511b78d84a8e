"""Detect members that are compressed more than code ever is: they are made to exhaust memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.archives.zipdirectory import ZipMember

__all__ = ["filling", "is_dense", "too_dense"]


def is_dense(member: ZipMember) -> bool:
    """Return whether a member is compressed like that."""
    return member.size > bounds.CODE_DENSITY * member.stored_size


def filling(members: Iterable[ZipMember], harmless: int) -> frozenset[str]:
    """Return the names of members that are compressed like that, beyond a harmless total size."""
    dense = []
    for member in members:
        harmless -= member.size if is_dense(member) else 0
        if is_dense(member) and harmless < 0:
            dense.append(member.name)
    return frozenset(dense)


def too_dense(member: ZipMember, archive: str) -> ArchiveError:
    """Return the error for one of them."""
    message = f"claims {member.size:,} bytes for `{member.name}`, packed into {member.stored_size:,}"
    return ArchiveError.at(archive, message, note="no compiled file can be packed like that")
