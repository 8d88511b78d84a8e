"""One installed distribution, read from its `.dist-info` or `.egg-info` folder.

The standard for installed projects has `NAME-VERSION.dist-info` with METADATA and RECORD. Older tools write
`NAME.egg-info` with PKG-INFO and installed-files.txt, or `EGG-INFO` in an egg, which has no list of files.
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

from abiding.archives.record import rows
from abiding.archives.wheel_tags import StatedTags
from abiding.files.plain import is_plain, read_plain
from abiding.findings import bounds
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.metadata.core import CoreMetadata
from abiding.native.layout import SiteLayout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["LIBRARY_OF_THE_MACHINE", "InstalledDistribution"]


_LARGEST_LIST = 32 << 20  # the longest RECORD of a real distribution has 4 MiB

_LONGEST_VERSION = 256

_UNKNOWN = "so it is not known which libraries it ships"
LIBRARY_OF_THE_MACHINE = "or be linked with the library of this machine: build at the API level, `ABIDING_LEVEL=api`"
# Packages of Linux distributions have no RECORD, and pip leaves them alone.
_ELSEWHERE = (
    "install its wheel by pip or uv in an environment of its own, as a build in isolation does",
    LIBRARY_OF_THE_MACHINE,
)


@dataclass(frozen=True)
class InstalledDistribution:
    """An installed distribution, with its `.dist-info` or `.egg-info` folder `info` in `root`; `name` is normalised."""

    root: Path
    info: Path
    name: str

    @cached_property
    def metadata(self) -> CoreMetadata:
        """Its METADATA. Raises `AbidingError` (`broken-install`)."""
        data = self.member("METADATA") or self.member("PKG-INFO")
        if data is None and any(map(is_plain, self.info.parents)):
            raise self.broken("is zipped, so that nothing can be linked with it")
        if data is None:
            raise self.broken("has no METADATA that can be read")
        metadata = CoreMetadata.parse(data, self.info.name)
        if not metadata.get("Name") or not metadata.get("Version"):
            raise self.broken("has a METADATA without name or version")
        if len(metadata.get("Version")) > _LONGEST_VERSION:
            raise self.broken("has a METADATA with an invalid version")
        return metadata

    @property
    def label(self) -> str:
        """Name and version. Raises as `metadata` does."""
        return f"{self.metadata.get('Name')} {self.metadata.get('Version')}"

    @property
    def layout(self) -> SiteLayout:
        """The place of the folder into which it is installed."""
        return SiteLayout.of_folder(self.root)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The path of each of its files, by place below site-packages. Raises `AbidingError` (`broken-install`)."""
        layout = self.layout
        stems: dict[str, str] = {}
        for name in self._listed():
            if name and "\0" not in name and not name.endswith(".pyc"):
                place = layout.place(name)
                stems.setdefault(place, str(self.root / place))
        return stems

    def _listed(self) -> Iterator[str]:
        record = self.member("RECORD")
        if record is None and os.path.lexists(self.info / "RECORD"):
            note = "it is not a plain file, or too large, or closed to you"
            raise self.broken("has a RECORD that can't be read", note, hints=(self._overwriting,))
        if record is None:  # Linux distributions leave it out, and old tools wrote another list
            for line in (self.member("installed-files.txt") or b"").decode("utf-8", "replace").splitlines():
                yield posixpath.join(self.info.name, line)
            return
        try:
            yield from (row[0] for row in rows(record, "replace") if row)
        except csv.Error as exc:
            raise self.broken("has a RECORD that can't be read", str(exc), hints=(self._overwriting,)) from exc

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags in its WHEEL; none if there is no readable one."""
        return StatedTags.read((self.member("WHEEL") or b"")[: bounds.WHEEL]).tags

    def member(self, name: str) -> bytes | None:
        """Read a file of its `info` folder; None if there is no such plain file of a reasonable size."""
        try:
            # Old tools wrote PKG-INFO as a file in place of the folder.
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
        """The URL of the source tree of an editable install (PEP 610); empty for any other."""
        try:
            table = json.loads(self.member("direct_url.json") or b"{}")
            return str(table["url"]) if table["dir_info"]["editable"] is True else ""
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""

    def unlisted(self) -> AbidingError:
        """Return the error that its files are unknown."""
        what = "has no RECORD, or an empty one" if self._is_standard else "is of an old tool, with no list of its files"
        installer = (self.member("INSTALLER") or b"")[:_LONGEST_VERSION].decode("utf-8", "replace").strip()
        if installer in ("pip", "uv"):
            return self.broken(what, _UNKNOWN, hints=(self._overwriting,))
        by = (f"it was installed by `{installer}`",) if installer else ()
        return self.broken(what, _UNKNOWN, *by, hints=_ELSEWHERE)

    @property
    def _overwriting(self) -> str:
        """Return the hint for a missing or broken RECORD, without which pip can't uninstall the distribution."""
        name, _, version = self.info.stem.partition("-")
        line = shlex.quote(f"{name}=={version}" if version else self.name)
        return f"install it again: `pip install --ignore-installed --no-deps {line}`"

    @property
    def _is_standard(self) -> bool:
        return self.info.suffix.lower() == ".dist-info"

    def broken(self, what: str, *notes: str, hints: tuple[str, ...] = ()) -> AbidingError:
        """Return the error on a part that can't be read; the default hint is to reinstall it."""
        finding = Finding(
            "broken-install",
            Severity.ERROR,
            f"`{(self.info.parent if self.info.name.lower() == 'egg-info' else self.info).name}` {what}",
            artifact=str(self.info),
            notes=notes,
            hints=hints or (f"install it again: `pip install --force-reinstall --no-deps {shlex.quote(self.name)}`",),
        )
        return AbidingError(finding)
