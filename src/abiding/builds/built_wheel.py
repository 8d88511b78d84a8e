"""A wheel that the wrapped backend has built, with the METADATA and the lines that it will have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.archives.wheel import Wheel
    from abiding.metadata.core import CoreMetadata
    from abiding.project.entry import Entry

__all__ = ["BuiltWheel"]


class BuiltWheel(NamedTuple):
    """A wheel, the METADATA that it will have, and its declared lines; `kind` is `wheel` or `editable`, as in hooks.

    `added` are the lines that the wrapped backend has not written itself.
    """

    kind: str
    archive: Wheel
    metadata: CoreMetadata
    lines: Mapping[Entry, str]
    added: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file name."""
        return self.archive.path.name
