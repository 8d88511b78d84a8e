"""A limit on the memory for all files that are read together.

The memory that files need is estimated from their sizes. The limit grows with the size of all files. If it is exceeded,
the largest files are left out, and the others are still checked.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from abiding.artifacts.artifact import Artifact, Unreadable
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from abiding.metadata.core import CoreMetadata

__all__ = ["Room"]


# Memory for a line of metadata, more for a requirement, for each byte of TOML or JSON, and for each value of a record
# besides its characters.
_LINE, _REQUIREMENT, _BYTE, _VALUE = 150, 450, 30, 60


class Room:
    """The memory limit for files with `size` bytes in total."""

    def __init__(self, size: int) -> None:
        self._left = max(bounds.TOGETHER, bounds.TOGETHER_DENSITY * size)
        self._overflowed = False

    def admit(self, filename: str, size: int, *contents: bytes) -> None:
        """Raise `ArchiveError` for contents that exceed the limit, and take more memory than usual.

        `size` is that of the file, in which such contents are suspiciously compressed.
        """
        if self._overflowed and sum(map(len, contents)) > bounds.TOGETHER_DENSITY * size:
            raise _left_out(filename)

    def hold(
        self, files: Iterable[Artifact | Unreadable], forget: Callable[[CoreMetadata], object]
    ) -> list[Artifact | Unreadable]:
        """Collect files as they are read; if the limit is exceeded, the largest become unreadable.

        Equal metadata count once, and are dropped together. `forget` is called with dropped metadata.
        """
        artifacts: list[Artifact | Unreadable] = []
        firsts: dict[bytes, int] = {}  # by its metadata to the byte, the place of the first file that has them
        sharing: dict[int, list[tuple[int, Artifact]]] = {}
        takes: dict[int, int] = {}
        largest: list[tuple[int, int]] = []
        for place, file in enumerate(files):
            artifacts.append(file)
            if isinstance(file, Unreadable):
                continue
            first = firsts.setdefault(file.metadata.data, place)
            more = _size_beside(file) + (0 if first in takes else _size_of_metadata(file.metadata))
            sharing.setdefault(first, []).append((place, file))
            takes[first] = takes.get(first, 0) + more
            heapq.heappush(largest, (-takes[first], first))
            self._left -= more
            while self._left < 0 and len(takes) > 1:
                weight, first = heapq.heappop(largest)
                if takes.get(first) != -weight:
                    continue  # it has grown since then, or is gone
                self._overflowed = True
                self._left += takes.pop(first)
                for at, artifact in sharing.pop(first):
                    firsts.pop(artifact.metadata.data, None)
                    forget(artifact.metadata)
                    artifacts[at] = _without(artifact)
        return artifacts


def _size_of_metadata(metadata: CoreMetadata) -> int:
    requirements = sum(name.lower() == "requires-dist" for name, _ in metadata.fields)
    return len(metadata.data) + _LINE * len(metadata.fields) + _REQUIREMENT * requirements


def _size_beside(artifact: Artifact) -> int:
    """Return the other contents of a file that are kept."""
    text = len(artifact.pyproject.text) if artifact.pyproject else 0
    return _BYTE * (text + len(artifact.variant or b"") + len(artifact.variants or b"")) + _values(artifact.record)


def _values(value: object) -> int:
    """Return the memory for values that are texts, or consist of them."""
    if isinstance(value, tuple):
        return _VALUE + sum(map(_values, value))
    return _VALUE + len(value) if isinstance(value, str) else 0


def _without(artifact: Artifact) -> Unreadable:
    """Return the unreadable file, with the reason."""
    filename, kind, name, version, *_ = artifact
    return Unreadable(filename, kind, name, version, _left_out(filename).findings[0], read_from=artifact.read_from)


def _left_out(filename: str) -> ArchiveError:
    message = "is left out: the files are too much to be looked at together, and it is one of the largest"
    return ArchiveError.at(filename, message, hint="check it alone, or fewer files at a time")
