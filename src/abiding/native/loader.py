"""A model of the system's loader: where it looks for a library, and what it finds.

ELF as in glibc and musl, Mach-O as in dyld, PE as in Windows for modules that Python imports. Nothing is loaded: the
files may be for another machine.
"""

from __future__ import annotations

import posixpath
from collections import deque
from typing import TYPE_CHECKING

from abiding.findings.bounds import LOOKS
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.native.images import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from abiding.native.images import Image
    from abiding.native.layout import SiteLayout

__all__ = ["LoadStep", "Loader", "Process", "base_name", "expand_run_path", "places"]


class LoadStep(NamedTuple):
    """A library that a file needs while it is loaded, and the file that was found for it."""

    image: Image
    library: str
    file: Image | None


# The files loaded in a process, by the names that are not searched again.
Process = dict[str, "Image"]


class _Loaded(NamedTuple):
    """A loaded file, the first one of its process, and the nearest file above whose run paths count for it."""

    image: Image
    root: Image
    above: _Loaded | None


class Loader:
    """The loader of a platform, with the files of one environment, whose `layout` is known.

    `intended` returns the file that is meant by a library which is not found. In musl all run paths are inherited, and
    a loaded library is known only by a name under which it was found.
    """

    def __init__(
        self,
        images: Iterable[Image],
        intended: Callable[[Image, str], Image | None],
        layout: SiteLayout,
        *,
        musl: bool = False,
    ) -> None:
        self._files = {image.format.fold(image.place): image for image in images}
        self._meant = intended
        self._layout = layout
        self._musl = musl
        self._folders: dict[str, tuple[str, ...]] = {}
        self._named: dict[str, list[Image]] = {}
        for image in self._files.values():
            self._named.setdefault(image.file_name.lower(), []).append(image)
        self._added: set[str] = set()
        self._looks = 0

    @property
    def folders(self) -> frozenset[str]:
        """The folders of all files."""
        return frozenset(image.folder for image in self._files.values())

    def add_folders(self, folders: Iterable[str]) -> None:
        """Add folders to search, as `os.add_dll_directory` does on Windows."""
        self._added.update(folders)

    def preloaded(self, images: Iterable[Image]) -> Process:
        """Return a process in which some files were opened by path first."""
        return {} if self._musl else {name: image for image in images for name in _names(image)}

    def load(self, root: Image, process: Process) -> tuple[LoadStep, ...]:
        """Load a file and all that it needs, breadth first, as `dlopen` does; they stay loaded if all were found.

        The needs of a library that was not found are followed all the same.
        """
        names = dict(process)
        if not self._musl:
            names.update((name, root) for name in _names(root))
        steps = []
        waiting = deque([_Loaded(root, root, None)])
        seen = {root.place, *(image.place for image in process.values())}
        lost = False
        while waiting:
            loaded = waiting.popleft()
            for library in loaded.image.needs:
                self.count()
                key = _key(loaded.image, library)
                at_once = names.get(key) or self._search(loaded, library)
                steps.append(LoadStep(loaded.image, library, at_once))
                if at_once:
                    names[key] = at_once
                    if not self._musl:
                        names.update((name, at_once) for name in _names(at_once))
                following = at_once or self._meant(loaded.image, library)
                lost = lost or (at_once is None and following is not None)
                if following and following.place not in seen:
                    seen.add(following.place)
                    above = loaded if self._run_paths(loaded.image) else loaded.above
                    waiting.append(_Loaded(following, root, above))
        if not lost:
            process.update(names)
        return tuple(steps)

    def alone(self, image: Image, library: str) -> Image | None:
        """Return the libraries that a file finds by its own run paths."""
        return self._search(_Loaded(image, image, None), library)

    def _search(self, loaded: _Loaded, library: str) -> Image | None:
        image = loaded.image
        if image.format is Format.PE:
            beside = self._files.get(_joined(loaded.root.folder, library, self._layout).lower())
            return beside or next(
                (candidate for candidate in self._named.get(library, ()) if candidate.folder in self._added), None
            )
        if _is_path(image, library):
            place = expand_run_path(library, image.folder, self._layout)
            return None if place is None else self._files.get(place)
        rest = library.removeprefix("@rpath/")
        target = self._first(self._run_paths(image), rest, image.format)
        above = loaded.above if image.inherits or self._musl else None
        while above and not target:
            self.count()
            if above.image.inherited or self._musl:
                target = self._first(self._run_paths(above.image), rest, image.format)
            above = above.above
        return target

    def _first(self, folders: Iterable[str], library: str, format_: Format) -> Image | None:
        for folder in folders:
            self.count()
            known = self._files.get(format_.fold(_joined(folder, library, self._layout)))
            if known:
                return known
        return None

    def _run_paths(self, image: Image) -> tuple[str, ...]:
        if image.place not in self._folders:
            led = (expand_run_path(path, image.folder, self._layout) for path in image.run_paths)
            self._folders[image.place] = tuple(dict.fromkeys(folder for folder in led if folder is not None))
        return self._folders[image.place]

    def count(self) -> None:
        """Count one more look. Raises `OverflowError` if there are too many."""
        self._looks += 1
        if self._looks > LOOKS:
            raise OverflowError("its files load each other in more ways than can be followed")


def _names(image: Image) -> tuple[str, ...]:
    """Return the name of a loaded file, whatever it was loaded as."""
    return (image.name,) if image.named else ()


def _key(image: Image, library: str) -> str:
    """Return the name by which a loaded library is reused; on macOS, not for a path relative to a file."""
    if image.format is Format.MACH_O and library.startswith(("@rpath/", "/")):
        return base_name(library)
    return library


def _is_path(image: Image, library: str) -> bool:
    if image.format is Format.MACH_O:
        return not library.startswith("@rpath/")
    return "/" in library


def _joined(folder: str, library: str, layout: SiteLayout) -> str:
    place = f"{folder}/{library}" if folder not in ("", ".") else library
    return layout.place(place) if "./" in library else place


def places(image: Image, library: str, layout: SiteLayout) -> Iterator[str]:
    """Yield the places at which a file looks for a library by its own run paths."""
    if image.format is Format.PE:
        return
    if _is_path(image, library):
        place = expand_run_path(library, image.folder, layout)
        if place:
            yield place
        return
    for path in image.run_paths:
        folder = expand_run_path(path, image.folder, layout)
        if folder is not None:
            yield _joined(folder, library.removeprefix("@rpath/"), layout)


_ORIGIN = pattern(r"(?:\$ORIGIN|\$\{ORIGIN\}|@loader_path)(?=/|$)/*")


def expand_run_path(path: str, folder: str, layout: SiteLayout) -> str | None:
    """Return where a run path of a file in `folder` leads, from site-packages; None if it is absolute."""
    match = _ORIGIN.match(path)
    return layout.place(posixpath.join(folder, path[match.end() :])) if match else None


def base_name(library: str) -> str:
    """Return the name of a library without folders, which macOS's install names have."""
    return library.rpartition("/")[2]
