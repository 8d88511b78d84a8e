"""The files, folders and links that unpacking creates, and members that can't be unpacked."""

from __future__ import annotations

__all__ = ["Tree", "UnpackingError", "hold_name"]


_FILE, _FOLDER, _LINK = 1, 2, 3
_NAMES = {_FILE: "file", _FOLDER: "folder", _LINK: "link"}
_MOST_PLACES = 200_000  # files, folders and links; the largest sdists have a tenth
_MOST_LINKS = 10_000
_MOST_TURNS = 40  # as Linux has it
_LONGEST_PART = 255  # bytes: file systems take no more
_LONGEST_PATH = 1000  # bytes: macOS takes 1024, with the folder to which it is unpacked


class UnpackingError(ValueError):
    """A member can't be unpacked on all systems. The text continues `a member that`."""


class Tree:
    """The unpacked paths, from the top of the archive, without `.` and empty parts.

    All methods raise `UnpackingError`. Of two members with the same path, the later file replaces the earlier one.
    """

    def __init__(self) -> None:
        # Not the paths: those of a hostile archive have more bytes than there should be memory for. No two that
        # anybody can write share a hash, which is made anew in each process.
        self._kinds: dict[int, int] = {}
        self._links: dict[str, str] = {}

    def add_file(self, path: str) -> None:
        """Add a file."""
        self._put(path, _FILE, over=_FILE)

    def add_folder(self, path: str) -> None:
        """Add a folder, if it does not exist yet."""
        self._put(path, _FOLDER, over=_FOLDER)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link, whose target is relative to its folder."""
        hold_name(target)
        leads_to = self._resolved(path.rpartition("/")[0], target)
        if "\\" in target:
            self._resolved(path.rpartition("/")[0], target.replace("\\", "/"))
        self._put(path, _LINK, over=_FILE)
        if len(self._links) == _MOST_LINKS:
            raise UnpackingError(f"is one of more than {_MOST_LINKS:,} links")
        self._links[path] = leads_to

    def add_hard_link(self, path: str, target: str) -> None:
        """Add a hard link to the file `target`, which is relative to the top of the archive."""
        hold_name(target)
        kind = self._kinds.get(hash(self._resolved("", target)))
        if kind not in (_FILE, _LINK):
            raise UnpackingError("is a hard link to what is not there" if kind is None else "is a link to a folder")
        self._put(path, kind, over=None)

    def _put(self, path: str, kind: int, *, over: int | None) -> None:
        before = self._kinds.get(hash(path))
        if before is None:
            self._make_folders(path.rpartition("/")[0])
        elif before != over:
            raise UnpackingError(f"stands where a {_NAMES[before]} is")
        self._take(path, kind)

    def _make_folders(self, path: str) -> None:
        while path and (kind := self._kinds.get(hash(path))) != _FOLDER:
            if kind:
                raise UnpackingError(f"lies below a {_NAMES[kind]}")
            self._take(path, _FOLDER)
            path = path.rpartition("/")[0]

    def _take(self, path: str, kind: int) -> None:
        self._kinds[hash(path)] = kind
        if len(self._kinds) > _MOST_PLACES:
            raise UnpackingError(f"is one of more than {_MOST_PLACES:,} files and folders")

    def _resolved(self, folder: str, target: str) -> str:
        """Return the target of a link, resolved by the existing links.

        A symbolic one may not leave the top folder, not even to come back: pip unpacks it under another name.
        """
        if target.startswith("/"):
            raise UnpackingError("leads out of it")
        place, rest, turns = folder, target.split("/")[::-1], 0
        while rest:
            part = rest.pop()
            if part == "..":
                is_top, place = not place, place.rpartition("/")[0]
                if is_top or (folder and not place):
                    raise UnpackingError("leads out of it")
            elif part not in ("", "."):
                place = f"{place}/{part}" if place else part
                if place in self._links:
                    turns += 1
                    if turns > _MOST_TURNS:
                        raise UnpackingError("leads in a circle")
                    rest += self._links[place].split("/")[::-1]
                    place = ""
        return place


def hold_name(path: str) -> None:
    """Raise `UnpackingError` for an invalid path of a member, or target of a link."""
    if not path:
        raise UnpackingError("has an empty name, or leads to one")
    if "\0" in path:
        raise UnpackingError("has a NUL in its name")
    if len(path) > _LONGEST_PART // 4:  # characters have four bytes at most
        data = path.encode("utf-8", "surrogateescape")
        if len(data) > _LONGEST_PATH:
            raise UnpackingError(f"has a name of more than {_LONGEST_PATH:,} bytes")
        if any(len(part) > _LONGEST_PART for part in data.split(b"/")):
            raise UnpackingError(f"has a name with a part of more than {_LONGEST_PART} bytes")
