"""The distributions installed in an environment, read from its folders without importing anything.

If several folders have the same project name, the one that `importlib.metadata` finds counts, as for the wrapped
backend and for pins.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.errors import AbidingError
from abiding.native import contents
from abiding.native.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.specifiers import SpecifierSet

    from abiding.native.contents import Contents

__all__ = ["Installed", "find_installed"]


@dataclass(frozen=True, slots=True)
class Installed:
    """A shelf with the distributions installed in the folders of `path`, or of this interpreter's `sys.path`."""

    path: tuple[str, ...] | None = None
    _read: dict[str, Contents | None] = field(default_factory=dict)
    _found: list[InstalledDistribution] = field(default_factory=list)

    def get(self, name: str, _accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Return the distribution with this name, read once; None if it can't be read."""
        if name not in self._read:
            installed = find_installed(name, self.path)
            self._read[name] = None
            if installed:
                with suppress(AbidingError):
                    self._read[name] = contents.of_installed(installed)
        return self._read[name]

    def shipping(self, file_name: str) -> Iterator[Contents]:
        """Find a file by the lists of installed files; only distributions that have it are read."""
        for distribution in self.distributions():
            try:
                there = any(place.rpartition("/")[2].lower() == file_name.lower() for place in distribution.files)
            except AbidingError:
                continue
            contents = self.get(distribution.name) if there else None
            if contents:
                yield contents

    def distributions(self) -> list[InstalledDistribution]:
        """Return all distributions; of several with the same name, the one that `find_installed` returns."""
        if not self._found:
            by_name: dict[str, list[InstalledDistribution]] = {}
            for folder in sys.path if self.path is None else self.path:
                for distribution in sorted(_in_folder(folder), key=attrgetter("name")):
                    by_name.setdefault(distribution.name, []).append(distribution)
            for name, namesakes in by_name.items():
                counting = find_installed(name, self.path) if len(namesakes) > 1 else None
                self._found.append(counting or namesakes[0])
        return self._found


def find_installed(name: str, path: Sequence[str] | None = None) -> InstalledDistribution | None:
    """Return the installed distribution with a normalised name, or None. Its files are read lazily.

    It is looked for in the folders of `path`, or by this interpreter. Reading it later may raise `AbidingError`
    (`broken-install`).
    """
    if path is not None:
        return next((each for folder in path for each in _in_folder(folder, name)), None)
    try:
        installed: metadata.Distribution | None = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    except Exception:  # noqa: BLE001 (later Pythons read METADATA of each to choose, and finders raise what they like)
        installed = next(iter(metadata.distributions(name=name)), None)
    return _read_from(installed) if installed else None


def _in_folder(folder: str, name: str | None = None) -> Iterator[InstalledDistribution]:
    """Yield the distributions in a folder or a ZIP file, in the order in which Python finds them."""
    try:
        installed = [*metadata.distributions(name=name, path=[folder])]
    except (OSError, ValueError):
        return
    yield from filter(None, map(_read_from, installed))


def _read_from(installed: metadata.Distribution) -> InstalledDistribution | None:
    # All finders of folders have it, also the backport's; distributions of other finders have no files.
    place = getattr(installed, "_path", None)
    if place is None:
        return None
    info = Path(str(place))
    is_egg = info.name.lower() == "egg-info"
    stem = (info.parent if is_egg else info).name.rpartition(".")[0]
    return InstalledDistribution(info.parent, info, normalised(stem.partition("-")[0]))
