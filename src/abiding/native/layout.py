"""Where site-packages is in an environment, and relative paths between folders in it.

Places are paths below site-packages. Programs and `.data/data` are installed below the prefix of the environment, three
folders up: `../../../bin/spam`.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePath

    from packaging.tags import Tag

__all__ = ["SiteLayout"]


# No folder has that name.
_UNKNOWN = "\0"


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """The folders from the prefix of an environment to site-packages, by their names; none if that is no such folder.

    Wheels are installed as into the environments of `venv`: `lib/python3.11/site-packages`, also for Windows, whose
    loader follows no run path.
    """

    folders: tuple[str, ...] = ("lib", _UNKNOWN, "site-packages")

    @classmethod
    def of_tags(cls, tags: Iterable[Tag]) -> SiteLayout:
        """Return the layout that a wheel with these tags is installed into, with no name for what differs."""
        names = {_folder_of(tag) for tag in tags}
        return cls(("lib", names.pop(), "site-packages")) if len(names) == 1 else cls()

    @classmethod
    def of_folder(cls, site: PurePath) -> SiteLayout:
        """Return the layout of the environment that has this folder of packages."""
        folders = site.parts[-3:]
        return cls(folders if _SITE.fullmatch("/".join(folders)) else ())

    def place(self, path: str) -> str:
        """Return the one spelling of a path from site-packages: from the prefix, if it leads out of Python's folder."""
        path = posixpath.normpath(path)
        if not f"{path}/".startswith("../"):
            return path
        above, parts = self._from_prefix(path)
        depth = len(self.folders)
        if not above and parts[:depth] == [*self.folders]:
            rest = parts[depth:]
        elif not above and depth and self._is_of_python(parts):
            rest = ["..", *parts[depth - 1 :]]
        else:
            rest = [*[".."] * (depth + above), *parts]
        return "/".join(rest) or "."

    def way(self, folder: str, target: str) -> str | None:
        """Return the path from one folder to another one; None if it leads through one whose name is not known."""
        ways = [self._from_prefix(path) for path in (folder, target)]
        highest = max(above for above, _ in ways)
        # What is above the prefix has a name too, whatever it is.
        start, end = ([_UNKNOWN] * (highest - above) + parts for above, parts in ways)
        common = len(posixpath.commonprefix([start, end]))
        if not highest and self._is_of_python(start) and not self._is_of_python(end):
            common = 0  # by the prefix: some systems have `lib64` there for compiled packages, but `lib` for their data
        down = end[common:]
        return None if _UNKNOWN in down else "/".join([*[".."] * (len(start) - common), *down]) or "."

    def _is_of_python(self, parts: Sequence[str]) -> bool:
        """Return whether a path from the prefix leads into the folder of Python, where its modules are too."""
        return (*parts[: len(self.folders) - 1],) == self.folders[:-1]

    def _from_prefix(self, path: str) -> tuple[int, list[str]]:
        """Return how many folders above the prefix a path from site-packages goes, and the rest of it."""
        above, parts = 0, [*self.folders]
        for part in path.split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part == "..":
                above += 1
            elif part not in ("", "."):
                parts.append(part)
        return above, parts


_SITE = re.compile(r"lib\w*/(?:python|pypy)[\d.]*t?/(?:site|dist)-packages")
_CPYTHON = re.compile(r"cp(\d)(\d+)(t?)[dmu]*")
_PYPY = re.compile(r"pp(\d)(\d+)")
# From there on a wheel for no ABI is for the build without a global lock too, which has a folder of its own.
_TWO_FOLDERS = 13


def _folder_of(tag: Tag) -> str:
    """Return how Python's folder is called where a tag is for one alone."""
    if pypy := _PYPY.fullmatch(tag.interpreter):
        return f"pypy{pypy[1]}.{pypy[2]}"
    cpython = _CPYTHON.fullmatch(tag.interpreter if tag.abi == "none" else tag.abi)
    if cpython is None or (tag.abi == "none" and int(cpython[2]) >= _TWO_FOLDERS):
        return _UNKNOWN
    return "python{}.{}{}".format(*cpython.groups())
