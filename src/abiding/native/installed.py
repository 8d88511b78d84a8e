"""What is installed in an environment, read from its folders: nothing is imported, what is broken hides nothing.

The list is that of the standard for installed projects: `NAME-VERSION.dist-info` with METADATA and RECORD; of older
tools `NAME.egg-info` with PKG-INFO and installed-files.txt.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from abiding import bounds
from abiding.errors import AbidingError
from abiding.findings import Finding, Severity
from abiding.metadata import CoreMetadata
from abiding.native import contents
from abiding.tagging import stated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.specifiers import SpecifierSet

    from abiding.native.contents import Contents

__all__ = ["Installed", "InstalledDistribution"]


def __dir__() -> list[str]:
    return __all__


_LARGEST_LIST = 32 << 20  # the longest RECORD of a real distribution has 4 MiB


@dataclass(frozen=True)
class InstalledDistribution:
    """One distribution by the folder that says so, `info`, which lies in `root`; `name` is normalised."""

    root: Path
    info: Path
    name: str

    @cached_property
    def metadata(self) -> CoreMetadata:
        """Its METADATA. Raises `AbidingError` (`broken-install`)."""
        data = self.member("METADATA") or self.member("PKG-INFO")
        if data is None:
            raise self.broken("has no METADATA that can be read")
        metadata = CoreMetadata.parse(data, self.info.name)
        if not metadata.get("Name") or not metadata.get("Version"):
            raise self.broken("has a METADATA without name or version")
        return metadata

    @property
    def label(self) -> str:
        """Name and version. Raises as `metadata` does."""
        return f"{self.metadata.get('Name')} {self.metadata.get('Version')}"

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Where each of its files is, by its place below site-packages. Raises `AbidingError` (`broken-install`)."""
        found: dict[str, str] = {}
        for name in self._listed():
            if name and "\0" not in name and not name.endswith(".pyc"):
                place = posixpath.normpath(name)
                found.setdefault(place, str(self.root / place))
        return found

    def _listed(self) -> Iterator[str]:
        record = self.member("RECORD")
        if record is None:  # distributions of Linux leave it out, and old tools had a list of another form
            for line in (self.member("installed-files.txt") or b"").decode("utf-8", "replace").splitlines():
                yield posixpath.join(self.info.name, line)
            return
        try:
            yield from (row[0] for row in csv.reader(io.StringIO(record.decode("utf-8", "replace"))) if row)
        except csv.Error as exc:
            raise self.broken("has a RECORD that can't be read", str(exc)) from exc

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags in its WHEEL; none if it has none that can be read."""
        return stated((self.member("WHEEL") or b"")[: bounds.WHEEL])

    def member(self, name: str) -> bytes | None:
        """Read a file of the folder that tells about it; None if there is none that is a plain file of a fair size."""
        try:
            return contents.read_plain(self.info / name if self.info.is_dir() else self.info, _LARGEST_LIST)
        except (OSError, ValueError):
            return None

    def entry_points(self, group: str) -> tuple[str, ...]:
        """The values of its entry points of a group."""
        values = []
        section = ""
        for line in (self.member("entry_points.txt") or b"").decode("utf-8", "replace").splitlines():
            if line.strip().startswith("["):
                section = line.strip().strip("[]")
            elif section == group and "=" in line:
                values.append(line.partition("=")[2].strip())
        return tuple(values)

    @property
    def source_tree(self) -> str:
        """The URL of the tree that an editable install leads to (PEP 610); empty for any other."""
        try:
            table = json.loads(self.member("direct_url.json") or b"{}")
            return str(table["url"]) if table["dir_info"]["editable"] is True else ""
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""

    def broken(self, what: str, note: str = "") -> AbidingError:
        """Make the error that says what can't be read of it."""
        finding = Finding(
            "broken-install",
            Severity.ERROR,
            f"`{self.info.name}` {what}",
            artifact=str(self.info),
            notes=(note,) if note else (),
            hints=(f"install it again: `pip install --force-reinstall --no-deps {self.name}`",),
        )
        return AbidingError(finding)


@dataclass(frozen=True, slots=True)
class Installed:
    """A shelf: what is installed in the folders of `path`, or of this interpreter's `sys.path`."""

    path: tuple[str, ...] | None = None
    _read: dict[str, Contents | None] = field(default_factory=dict)
    _found: list[InstalledDistribution] = field(default_factory=list)

    def get(self, name: str, _accepted: SpecifierSet | None = None, /) -> Contents | None:
        """Read what is installed under a name, once; what can't be read is not there."""
        if name not in self._read:
            found = next((one for one in self.distributions() if one.name == name), None)
            self._read[name] = _contents(found) if found else None
        return self._read[name]

    def shipping(self, file_name: str) -> Iterator[Contents]:
        """Look for the file by the lists of what is installed; only distributions that have it are read."""
        for distribution in self.distributions():
            try:
                there = any(place.rpartition("/")[2].lower() == file_name.lower() for place in distribution.files)
            except AbidingError:
                continue
            found = self.get(distribution.name) if there else None
            if found:
                yield found

    def distributions(self) -> list[InstalledDistribution]:
        """Every distribution, the first of each name: that is the one which is imported."""
        if not self._found:
            path = sys.path if self.path is None else self.path
            every = [one for folder in path for one in _in_folder(Path(folder))]
            self._found.extend({one.name: one for one in reversed(every)}.values())
            self._found.reverse()
        return self._found


def _contents(distribution: InstalledDistribution) -> Contents | None:
    try:
        return contents.of_installed(distribution)
    except AbidingError:
        return None


def _in_folder(folder: Path) -> Iterator[InstalledDistribution]:
    from packaging.utils import canonicalize_name

    try:
        children = sorted(folder.iterdir())
    except (OSError, ValueError):
        return
    for child in children:
        name, dot, kind = child.name.rpartition(".")
        if dot and kind in ("dist-info", "egg-info"):
            yield InstalledDistribution(folder, child, canonicalize_name(name.partition("-")[0]))
