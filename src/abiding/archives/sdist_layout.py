"""What unpacking an sdist leaves in its top folder, worked out from the members without unpacking them.

pip unpacks with Python's `tarfile` and its `data` filter, uv with a library of its own, and some file systems ignore
case. PKG-INFO and pyproject.toml are read only if all of them would unpack the same contents.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from abiding.archives.member_paths import is_short_for, landing, literal
from abiding.archives.names import normalised
from abiding.archives.tarheaders import FOLDER, HARD_LINK, SYMBOLIC_LINK
from abiding.archives.tree import Tree, UnpackingError, hold_name
from abiding.findings.errors import ArchiveError
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from abiding.archives.tarheaders import TarMember

__all__ = ["TOP_LEVEL", "Layout"]


TOP_LEVEL = ("PKG-INFO", "pyproject.toml")
_LANDINGS = {landing(name): name for name in TOP_LEVEL}
_NAMED_HINT = "an sdist is called `name-version.tar.gz` and has all its files in the folder `name-version`"
_PLAIN = "let `{}` be a file itself in the source tree, no link to one and no folder, and build the sdist anew"
_NO_SDIST = "it is no sdist, or a very old one"
# What leads out of a folder on some system: absolute paths, `..`, and parts of dots and spaces, which Windows cuts.
_NOT_FOLLOWED = pattern(r"^[/\\]|(?:^|[/\\])(?:\.[. ]+|[ ][. ]*)(?:[/\\]|$)")
_MOST_QUOTED = 200
_MOST_KNOWN = 10_000
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
        self._own = (normalised(self._folder), landing(self._folder))
        self._egg_info = normalised(self._folder.rpartition("-")[0]) + ".egg-info"
        self._tops: dict[str, bool] = {}
        self._other: set[str] = set()
        self._tree = Tree()
        self._top = self._beside = ""
        # Where the top folder is another one: its name, empty as soon as there are two.
        self._renamed: str | None = None
        self._has_pkg_info = False
        self._links: set[str] = set()
        self.names: set[str] = set()

    def place(self, member: TarMember) -> str:
        """Place a member of a tar archive. Returns its path below the top folder; empty for that folder itself.

        Raises `ArchiveError` for a path that leads out of every folder, or through a link; for what can't be unpacked,
        or lies beside the one folder that there may be; and for anything that would be PKG-INFO or pyproject.toml of
        the sdist on some system without being the plain file with that name.
        """
        target = f" to {literal(member.link[:_MOST_QUOTED])}" if member.link else ""
        return self._place(member.path, partial(self._add, member), is_file=member.is_file, target=target)

    def _add(self, member: TarMember, plain: str) -> None:
        if member.kind == FOLDER:
            self._tree.add_folder(plain)
        elif member.is_file or member.is_sparse:
            self._tree.add_file(plain)
        elif member.kind in (HARD_LINK, SYMBOLIC_LINK):
            add = self._tree.add_hard_link if member.kind == HARD_LINK else self._tree.add_link
            add(plain, member.link)
            self._links.add(landing(plain))
        else:
            raise UnpackingError("is neither a file, a folder nor a link")

    def place_path(self, path: str, *, is_file: bool) -> str:
        """Place a file or folder by its path, as `place` does."""
        return self._place(path, self._tree.add_file if is_file else self._tree.add_folder, is_file=is_file)

    def _place(self, path: str, add: Callable[[str], None], *, is_file: bool, target: str = "") -> str:
        plain, below = self._split(path, is_file=is_file)
        if plain:
            try:
                add(plain)
            except UnpackingError as exc:
                raise self._refusal(f"has a member that {exc}: {literal(path)}{target}") from exc
        return below

    def _split(self, path: str, *, is_file: bool) -> tuple[str, str]:
        """Return a path without `.` and empty parts, and its part below the top folder."""
        try:
            hold_name(path)
        except UnpackingError as exc:
            raise self._refusal(f"has a member that {exc}: {literal(path[:_MOST_QUOTED])}") from exc
        if ("/." in path or "/ " in path or "\\" in path or path[0] in "/. ") and _NOT_FOLLOWED.search(path):
            raise self._refusal(f"has a member with an unsafe name: {literal(path)}")
        if self._links and self._is_through_link(path):
            raise self._refusal(f"has a member that is written through a link: {literal(path)}")
        plain = _plain(path)
        if not plain:
            if is_file:
                raise self._refusal(f"has a file with an invalid name: {literal(path)}")
            return "", ""
        folder, _, below = plain.partition("/")
        self._hold_together(folder, below, path, is_file=is_file)
        if self._is_top(folder):
            self._hold_special(below, path, is_file=is_file)
            return plain, below
        if "\\" in folder:  # to Windows it is a path
            windows, _, rest = plain.replace("\\", "/").partition("/")
            if self._is_top(windows):
                self._hold_special(rest, path, is_file=is_file)
        return plain, ""

    def _hold_together(self, folder: str, below: str, path: str, *, is_file: bool) -> None:
        """Raise `ArchiveError` if there is anything beside the one folder."""
        if self._is_top(folder):
            self._top = self._top or folder
            if folder != self._top:
                raise self._refusal(f"has two folders, {literal(self._top)} and {literal(folder)}", hint=_NAMED_HINT)
        else:
            self._beside = self._beside or path
            self._note_other(folder, below, is_file=is_file)
        if self._top and self._beside:
            raise self._refusal(f"has {literal(self._beside)} beside its folder {literal(self._top)}", hint=_NAMED_HINT)

    def _note_other(self, folder: str, below: str, *, is_file: bool) -> None:
        """Remember what may be the top folder if the sdist was renamed."""
        is_folder = bool(below) or not is_file
        self._renamed = folder if is_folder and self._renamed in (None, folder) else ""
        self._has_pkg_info |= is_file and below == "PKG-INFO"

    def _hold_special(self, below: str, path: str, *, is_file: bool) -> None:
        """Raise `ArchiveError` for what is PKG-INFO or pyproject.toml on some systems only, or not a plain file."""
        first = below.partition("/")[0]
        if first in self._other:
            return
        name = _special(below)
        if name is None:
            if len(self._other) < _MOST_KNOWN and landing(first):
                self._other.add(first)
        elif below != name:
            raise self._refusal(f"has {literal(path)}, which is `{name}` on some systems")
        elif not is_file or path.endswith("/"):
            raise self._refusal(f"has a `{name}` that is not a plain file", hint=_PLAIN.format(name))

    def find(self, name: str) -> None:
        """Remember that PKG-INFO or pyproject.toml was found. Raises `ArchiveError` if it was found before."""
        if name in self.names:
            raise self._refusal(f"has two members with the name `{self._folder}/{name}`")
        self.names.add(name)

    def is_own_egg_info(self, below: str) -> bool:
        """Return whether this is the PKG-INFO that setuptools copies, and not that of another project in the tree."""
        folder, _, name = below.rpartition("/")
        folder = folder.rpartition("/")[2]
        if name != "PKG-INFO" or not folder.endswith(".egg-info"):
            return False
        return normalised(folder.removesuffix(".egg-info")) + ".egg-info" == self._egg_info

    def missing(self) -> ArchiveError | None:
        """Return the error for an sdist without PKG-INFO in its folder, once all members are placed."""
        if "PKG-INFO" in self.names:
            return None
        if not self._renamed:
            hint = _NO_SDIST if self._top else _NAMED_HINT
            return ArchiveError.at(self._archive, f"has no PKG-INFO in the folder `{self._folder}`", hint=hint)
        own = f"{self._renamed}{self._archive.removeprefix(self._folder)}"
        message = f"has the top folder {literal(self._renamed)}, and its name says `{self._folder}`"
        again = f"don't rename an sdist: call it {literal(own)} again"
        return ArchiveError.at(
            self._archive, message, hint=again if self._has_pkg_info else f"{_NO_SDIST}: that has no PKG-INFO"
        )

    def _is_through_link(self, path: str) -> bool:
        """Return whether a path is an earlier link, or leads through one."""
        spot = landing(_plain(path))
        while spot and spot not in self._links:
            spot = spot.rpartition("/")[0]
        return bool(spot)

    def _is_top(self, folder: str) -> bool:
        if folder not in self._tops:
            own = folder == self._folder or normalised(folder) == self._own[0] or landing(folder) == self._own[1]
            self._tops[folder] = own
        return self._tops[folder]

    def _refusal(self, message: str, *, hint: str = "") -> ArchiveError:
        return ArchiveError.at(self._archive, message, note=_UNPACKED, hint=hint)


def _special(below: str) -> str | None:
    """Return `PKG-INFO` or `pyproject.toml` if a path is, or is below, that file on some system; else None."""
    first = landing(below).partition("/")[0]
    if first in _LANDINGS:
        return _LANDINGS[first]
    return next((name for name in TOP_LEVEL if is_short_for(first, name)), None)


def _plain(path: str) -> str:
    """Return a path without `.` and empty parts."""
    if "//" in path or "/." in path or path.startswith("./") or path.endswith("/"):
        return "/".join(part for part in path.split("/") if part not in ("", "."))
    return path
