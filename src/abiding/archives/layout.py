"""What unpacking an sdist leaves in its top folder, told member by member, without unpacking it.

pip unpacks with Python's `tarfile` and its `data` filter, uv with a library of its own; some file systems know no case.
What they would all leave as PKG-INFO and pyproject.toml is what is read, and where they would differ, nothing is.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from abiding.archives.unpacking import landing, quoted
from abiding.findings.errors import ArchiveError

if TYPE_CHECKING:
    from abiding.archives.tarblocks import Member

__all__ = ["TOP_LEVEL", "Layout"]


TOP_LEVEL = ("PKG-INFO", "pyproject.toml")
_LANDINGS = {landing(name): name for name in TOP_LEVEL}
_NAMED_HINT = "an sdist is called `name-version.tar.gz` and has all its files in the folder `name-version`"
_UNPACKED = "pip and uv would not unpack it, or each would unpack something else"


class Layout:
    """The folder `name-version` of an sdist, however spelled, as far as members have been placed in it.

    Raises `ArchiveError` if the file does not have the name of an sdist.
    """

    def __init__(self, filename: str) -> None:
        self._archive = filename
        self._folder = filename.removesuffix(".tar.gz").removesuffix(".zip")
        if self._folder == filename:
            raise ArchiveError.at(filename, "is neither a .tar.gz nor a .zip file", hint=_NAMED_HINT)
        self._own = (_normalized(self._folder), landing(self._folder))
        self._egg_info = _normalized(self._folder.rpartition("-")[0]) + ".egg-info"
        self._tops: dict[str, bool] = {}
        self._other: set[str] = set()
        self._links: set[str] = set()
        self.found: set[str] = set()

    def place(self, member: Member) -> str:
        """Place a member of a tar archive, as `place_path` does."""
        below = self.place_path(member.path, is_file=member.is_file)
        if not (member.is_file or member.is_folder or member.is_sparse):
            self._place_link(member)
        return below

    def place_path(self, path: str, *, is_file: bool) -> str:
        """Place a member: gives its path below the top folder, empty if it is elsewhere.

        Raises `ArchiveError` for a path that leads out of every folder, or through a link; and for anything that would
        be PKG-INFO or pyproject.toml of the sdist on some system without being the plain file with that name.
        """
        if path.startswith("/") or (".." in path and ".." in path.split("/")):
            raise self._refused(f"has a member with a name that nobody should follow: {quoted(path)}")
        if self._links and self._is_through_link(path):
            raise self._refused(f"has a member that is written through a link: {quoted(path)}")
        plain = _plain(path)
        if not plain and is_file:
            raise self._refused(f"has a file with a name that is none: {quoted(path)}")
        folder, _, below = plain.partition("/")
        if not self._is_top(folder):
            if not below and landing(folder) in _LANDINGS:
                raise self._refused(f"has a file {quoted(path)} beside its folder", hint=_NAMED_HINT)
            return ""
        first = below.partition("/")[0]
        if first not in self._other:
            name = _LANDINGS.get(landing(first))
            if name is None:
                self._other.add(first)
            elif below != name:
                raise self._refused(f"has {quoted(path)}, which is `{name}` on some systems")
            elif not is_file or path.endswith("/"):
                raise self._refused(f"has a `{name}` that is not a plain file")
        return below

    def find(self, name: str) -> None:
        """Take note of one of these two files. Raises `ArchiveError` if it has been found before."""
        if name in self.found:
            raise self._refused(f"has two members with the name `{self._folder}/{name}`")
        self.found.add(name)

    def is_own_egg_info(self, below: str) -> bool:
        """Whether this is the PKG-INFO that setuptools copies, and not that of another project in the tree."""
        folder, _, name = below.rpartition("/")
        folder = folder.rpartition("/")[2]
        if name != "PKG-INFO" or not folder.endswith(".egg-info"):
            return False
        return _normalized(folder.removesuffix(".egg-info")) + ".egg-info" == self._egg_info

    def missing(self) -> ArchiveError:
        """Make the error for an sdist that has no PKG-INFO in its folder."""
        return ArchiveError.at(self._archive, f"has no PKG-INFO in the folder `{self._folder}`", hint=_NAMED_HINT)

    def _place_link(self, member: Member) -> None:
        if not (member.is_hard_link or member.is_symbolic_link):
            raise self._refused(f"has a member that is no file, folder or link: {quoted(member.path)}")
        # A symbolic link is seen from its folder, a hard one from the top of the archive.
        start = "" if member.is_hard_link else posixpath.dirname(member.path.rstrip("/"))
        target = posixpath.normpath(posixpath.join(start, member.link))
        if target.startswith("/") or target.partition("/")[0] == "..":
            raise self._refused(f"has a link that leads out of it, {quoted(member.path)} to {quoted(member.link)}")
        self._links.add(landing(_plain(member.path)))

    def _is_through_link(self, path: str) -> bool:
        """Whether a path is that of a link that came before, or goes on behind one."""
        spot = landing(_plain(path))
        while spot and spot not in self._links:
            spot = spot.rpartition("/")[0]
        return bool(spot)

    def _is_top(self, folder: str) -> bool:
        if folder not in self._tops:
            own = folder == self._folder or _normalized(folder) == self._own[0] or landing(folder) == self._own[1]
            self._tops[folder] = own
        return self._tops[folder]

    def _refused(self, message: str, *, hint: str = "") -> ArchiveError:
        return ArchiveError.at(self._archive, message, note=_UNPACKED, hint=hint)


def _plain(path: str) -> str:
    """A path without what means nothing in it: `.` and empty parts."""
    if "//" in path or "/." in path or path.startswith("./") or path.endswith("/"):
        return "/".join(part for part in path.split("/") if part not in ("", "."))
    return path


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
