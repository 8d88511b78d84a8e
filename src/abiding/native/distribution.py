"""One installed distribution, read from the folder that tells about it.

That is the folder of the standard for installed projects: `NAME-VERSION.dist-info` with METADATA and RECORD; of older
tools `NAME.egg-info` with PKG-INFO and installed-files.txt.
"""

from __future__ import annotations

import csv
import json
import os
import posixpath
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from abiding.archives.recording import rows
from abiding.archives.tagging import StatedTags
from abiding.files.plain import read_plain
from abiding.findings import bounds
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["InstalledDistribution"]


_LARGEST_LIST = 32 << 20  # the longest RECORD of a real distribution has 4 MiB

_LONGEST_VERSION = 256


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
        if len(metadata.get("Version")) > _LONGEST_VERSION:
            raise self.broken("has a METADATA with a version that nobody gives")
        return metadata

    @property
    def label(self) -> str:
        """Name and version. Raises as `metadata` does."""
        return f"{self.metadata.get('Name')} {self.metadata.get('Version')}"

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Where each of its files is, by its place below site-packages. Raises `AbidingError` (`broken-install`)."""
        stems: dict[str, str] = {}
        for name in self._listed():
            if name and "\0" not in name and not name.endswith(".pyc"):
                place = posixpath.normpath(name)
                stems.setdefault(place, str(self.root / place))
        return stems

    def _listed(self) -> Iterator[str]:
        record = self.member("RECORD")
        if record is None and os.path.lexists(self.info / "RECORD"):
            raise self.broken("has a RECORD that can't be read", "it is no plain file, or too large, or closed to you")
        if record is None:  # distributions of Linux leave it out, and old tools had a list of another form
            for line in (self.member("installed-files.txt") or b"").decode("utf-8", "replace").splitlines():
                yield posixpath.join(self.info.name, line)
            return
        try:
            yield from (row[0] for row in rows(record, "replace") if row)
        except csv.Error as exc:
            raise self.broken("has a RECORD that can't be read", str(exc)) from exc

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags in its WHEEL; none if it has none that can be read."""
        return StatedTags.read((self.member("WHEEL") or b"")[: bounds.WHEEL]).tags

    def member(self, name: str) -> bytes | None:
        """Read a file of the folder that tells about it; None if there is none that is a plain file of a fair size."""
        try:
            # Old tools had one file in the place of the folder, which is PKG-INFO.
            alone = name == "PKG-INFO" and not self.info.is_dir()
            return read_plain(self.info if alone else self.info / name, _LARGEST_LIST)
        except OSError:
            return None

    def entry_points(self, group: str) -> tuple[str, ...]:
        """Return the values of its entry points of a group."""
        values = []
        section = ""
        for line in (self.member("entry_points.txt") or b"").decode("utf-8", "replace").splitlines():
            if line.strip().startswith("["):
                section = line.strip().strip("[]")
            elif section == group and "=" in line and not line.lstrip().startswith("#"):
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
            hints=(f"install it again: `pip install --force-reinstall --no-deps {shlex.quote(self.name)}`",),
        )
        return AbidingError(finding)
