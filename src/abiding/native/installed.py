"""What is installed in an environment, read from its folders: nothing is imported, what is broken hides nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.findings.errors import AbidingError
from abiding.native import contents
from abiding.native.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import SpecifierSet

    from abiding.native.contents import Contents

__all__ = ["Installed", "find_installed"]


@dataclass(frozen=True, slots=True)
class Installed:
    """A shelf: what is installed in the folders of `path`, or of this interpreter's `sys.path`."""

    path: tuple[str, ...] | None = None
    _read: dict[str, Contents | None] = field(default_factory=dict)
    _found: list[InstalledDistribution] = field(default_factory=list)

    def get(self, name: str, _accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Read what is installed under a name, once; what can't be read is not there."""
        if name not in self._read:
            installed = next((distribution for distribution in self.distributions() if distribution.name == name), None)
            self._read[name] = _contents(installed) if installed else None
        return self._read[name]

    def shipping(self, file_name: str) -> Iterator[Contents]:
        """Look for the file by the lists of what is installed; only distributions that have it are read."""
        for distribution in self.distributions():
            try:
                there = any(place.rpartition("/")[2].lower() == file_name.lower() for place in distribution.files)
            except AbidingError:
                continue
            contents = self.get(distribution.name) if there else None
            if contents:
                yield contents

    def distributions(self) -> list[InstalledDistribution]:
        """Every distribution, the first of each name: that is the one which is imported."""
        if not self._found:
            path = sys.path if self.path is None else self.path
            every = [distribution for folder in path for distribution in _in_folder(Path(folder))]
            self._found.extend({distribution.name: distribution for distribution in reversed(every)}.values())
            self._found.reverse()
        return self._found


def find_installed(name: str) -> InstalledDistribution | None:
    """Return what is installed here under a normalised name; None if nothing is. What it says is read when asked for.

    What can't be read then raises `AbidingError` (`broken-install`).
    """
    return next((distribution for distribution in Installed().distributions() if distribution.name == name), None)


def _contents(distribution: InstalledDistribution) -> Contents | None:
    try:
        return contents.of_installed(distribution)
    except AbidingError:
        return None


def _in_folder(folder: Path) -> Iterator[InstalledDistribution]:
    try:
        children = sorted(folder.iterdir())
    except (OSError, ValueError):
        return
    for child in children:
        name, dot, kind = child.name.rpartition(".")
        if dot and kind in ("dist-info", "egg-info"):
            yield InstalledDistribution(folder, child, normalised(name.partition("-")[0]))
