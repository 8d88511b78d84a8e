"""Where site-packages is in an environment, and relative paths between folders in it.

Places are paths below site-packages. Programs and `.data/data` are installed below the prefix of the environment, three
folders up: `../../../bin/spam`.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePath

    from packaging.tags import Tag

__all__ = ["SiteLayout"]


# No folder has that name.
_UNKNOWN = "\0"


@dataclass(frozen=True, slots=True)
class SiteLayout:
    """The names of the folders from the prefix of an environment to site-packages; none if there is no such folder.

    Wheels are installed as in environments of `venv`: `lib/python3.11/site-packages`, also for Windows, whose loader
    has no run paths.
    """

    folders: tuple[str, ...] = ("lib", _UNKNOWN, "site-packages")

    @classmethod
    def of_tags(cls, tags: Iterable[Tag]) -> SiteLayout:
        """Return the layout for a wheel with these tags, with empty names where environments differ."""
        names = {_folder_of(tag) for tag in tags}
        return cls(("lib", names.pop(), "site-packages")) if len(names) == 1 else cls()

    @classmethod
    def of_folder(cls, site: PurePath) -> SiteLayout:
        """Return the layout of the environment with this site-packages folder."""
        folders = site.parts[-3:]
        return cls(folders if _SITE.fullmatch("/".join(folders)) else ())

    def place(self, path: str) -> str:
        """Return the canonical form of a path from site-packages: from the prefix if it leaves Python's folder."""
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
        """Return the relative path between two folders; None if it needs a folder with an unknown name."""
        ways = [self._from_prefix(path) for path in (folder, target)]
        highest = max(above for above, _ in ways)
        # Folders above the prefix have some unknown name.
        start, end = ([_UNKNOWN] * (highest - above) + parts for above, parts in ways)
        common = len(posixpath.commonprefix([start, end]))
        if not highest and self._is_of_python(start) and not self._is_of_python(end):
            common = 0  # by the prefix: some systems have `lib64` there for compiled packages, but `lib` for their data
        down = end[common:]
        return None if _UNKNOWN in down else "/".join([*[".."] * (len(start) - common), *down]) or "."

    def _is_of_python(self, parts: Sequence[str]) -> bool:
        """Return whether a path from the prefix leads into Python's folder, with its standard library."""
        return (*parts[: len(self.folders) - 1],) == self.folders[:-1]

    def _from_prefix(self, path: str) -> tuple[int, list[str]]:
        """Return how many folders above the prefix a path from site-packages leads, and its rest."""
        above, parts = 0, [*self.folders]
        for part in path.split("/"):
            if part == ".." and parts:
                parts.pop()
            elif part == "..":
                above += 1
            elif part not in ("", "."):
                parts.append(part)
        return above, parts


_SITE = pattern(r"lib\w*/(?:python|pypy)[\d.]*t?/(?:site|dist)-packages")
_CPYTHON = pattern(r"cp(\d)(\d+)(t?)[dmu]*")
_PYPY = pattern(r"pp(\d)(\d+)")
# From this version on, a wheel for no ABI also fits the free-threaded build, which has its own folder.
_TWO_FOLDERS = 13


def _folder_of(tag: Tag) -> str:
    """Return the name of Python's folder, if a tag is for one version only."""
    if pypy := _PYPY.fullmatch(tag.interpreter):
        return f"pypy{pypy[1]}.{pypy[2]}"
    cpython = _CPYTHON.fullmatch(tag.interpreter if tag.abi == "none" else tag.abi)
    if cpython is None or (tag.abi == "none" and int(cpython[2]) >= _TWO_FOLDERS):
        return _UNKNOWN
    return "python{}.{}{}".format(*cpython.groups())
