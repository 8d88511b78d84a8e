"""Which needs of a distribution's files are met, by run paths or by earlier loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.native.images import Format
from abiding.native.loader import Process, base_name
from abiding.native.names import module_name
from abiding.native.python_imports import imports_before, scripts
from abiding.native.python_openings import openings
from abiding.native.transitive import reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.loader import Loader

__all__ = ["Need", "is_program", "reach"]


class Need(NamedTuple):
    """A library that the file at a place needs, by the name that it uses."""

    place: str
    library: str


def reach(consumer: Contents, loader: Loader, open_needs: Collection[Need]) -> Mapping[Need, Image | None]:
    """Find the file that each file of a distribution gets for each need; None if one way of loading it finds none.

    Python code is read only if one of `open_needs` is not met without: it may open a library by its path, or first
    import a module that loads it. Raises `OverflowError` if there are too many ways.
    """
    return _Tour(consumer, loader, open_needs).result()


class _Tour:
    """Loads all files that may be loaded first, one after the other."""

    def __init__(self, consumer: Contents, loader: Loader, open_needs: Collection[Need]) -> None:
        self.consumer = consumer
        self.loader = loader
        self.open_needs = open_needs
        self.opened: tuple[Image, ...] = ()
        self.met: dict[Need, Image] = {}
        for image in consumer.images:
            for library in image.needs:
                here = loader.alone(image, library)
                if here:
                    self.met[Need(image.place, library)] = here
        roots = _roots(consumer)
        self.modules = {name: root for root in roots if (name := module_name(root.place))}
        # A file that finds all it needs by itself does so in any process.
        dependent = self.loading({need.place for need in open_needs if need not in self.met})
        self.roots = [root for root in roots if root.place in dependent]

    def result(self) -> Mapping[Need, Image | None]:
        lost = self.tried(self.roots, lambda _: {})
        if lost and self.read_openings():
            lost = self.tried(self.roots, lambda root: {} if is_program(root) else self.start())
        lost |= self.later(lost)
        missed = {need: None for needs in lost.values() for need in needs}
        return {**self.met, **missed}

    def tried(self, roots: Iterable[Image], start: Callable[[Image], Process]) -> dict[str, frozenset[Need]]:
        """Load some files, each in its own process. Returns unmet needs by the place of the first file."""
        lost = {}
        for root in roots:
            missed = []
            for step in self.loader.load(root, start(root)):
                need = Need(step.image.place, step.library)
                if step.file:
                    self.met.setdefault(need, step.file)
                elif need in self.open_needs:
                    missed.append(need)
            lost[root.place] = frozenset(missed)
        return {place: needs for place, needs in lost.items() if needs}

    def loading(self, places: Collection[str]) -> frozenset[str]:
        """Return the places of all files that lead to one of some files."""
        loaders: dict[str, list[str]] = {}
        for need, image in self.met.items():
            loaders.setdefault(image.place, []).append(need.place)
        return reachable(places, loaders)

    def read_openings(self) -> bool:
        """Read the libraries that code opens and the folders that it adds. Returns whether there are any."""
        calls = [call for made in openings(self.consumer).values() for call in made]
        libraries = (image for image in self.consumer.images if not module_name(image.place))
        self.opened = tuple(image for image in libraries if any(call.may_open(image) for call in calls))
        added = [folder for folder in self.loader.folders if any(call.may_add(folder) for call in calls)]
        self.loader.add_folders(added)
        return bool(self.opened or added)

    def start(self) -> Process:
        """Return a process in which the libraries that the distribution's code opens are loaded."""
        process = self.loader.preloaded(self.opened)
        for image in self.opened:
            self.loader.load(image, process)
        return process

    def later(self, lost: Mapping[str, frozenset[Need]]) -> dict[str, frozenset[Need]]:
        """Load files again, after the modules that are imported before them.

        Only modules that load a missing library count. A file that is neither a module nor a program is opened by a
        module that is loaded already; on Windows from a known folder, which another distribution may add, too.
        """
        missed = {base_name(need.library) for needs in lost.values() for need in needs}
        bringing = self.loading({need.place for need in self.met if base_name(need.library) in missed})
        bringers = {
            name: image for name, image in self.modules.items() if image.place in bringing and image.place not in lost
        }

        def start(root: Image) -> Process:
            process = self.start()
            before: Iterable[str] = bringers
            if _is_plugin(root):
                self.loader.add_folders(root.folder for root in self.consumer.images)
            else:
                before = imports_before(
                    module_name(root.place), scripts(self.consumer), self.modules, self.loader.count
                )
            for name in before:
                if name in bringers:
                    self.loader.load(bringers[name], process)
            return process

        again = [root for root in self.roots if root.place in lost and not is_program(root)]
        if not bringers:
            again = [root for root in again if _is_plugin(root) and root.format is Format.PE]
        return {root.place: frozenset[Need]() for root in again} | self.tried(again, start)


def _is_plugin(image: Image) -> bool:
    return not module_name(image.place) and not is_program(image)


def is_program(image: Image) -> bool:
    """Return whether a file is a program, which runs in its own process."""
    if image.format is Format.PE:
        return image.file_name.lower().endswith(".exe")
    return "." not in image.file_name and ".framework/" not in image.place


def _roots(consumer: Contents) -> list[Image]:
    """Return the files that may be loaded first: modules, programs, and files that no other one needs.

    Modules come first, because files that their code opens later find more.
    """
    arrows, loaders = _arrows(consumer)
    roots = {
        image.place for image in consumer.images if _may_be_first(image, consumer, is_needed=image.place in loaders)
    }
    covered = set(reachable(roots, arrows))
    for place in _sources_first([image.place for image in consumer.images if image.place not in covered], arrows):
        if place not in covered:
            # Of files that only need each other, any may be loaded first.
            circle = reachable([place], arrows) & reachable([place], loaders)
            roots |= circle
            covered |= reachable(circle, arrows)
    firsts = [image for image in consumer.images if image.place in roots]
    return sorted(firsts, key=lambda image: (not module_name(image.place), image.place))


def _arrows(consumer: Contents) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the graph from files, by the names that they need, to the files with these names; and its reverse.

    Names are nodes between files, marked by a leading NUL, which no place contains.
    """
    arrows: dict[str, list[str]] = {}
    loaders: dict[str, list[str]] = {}
    own: dict[str, set[str]] = {}
    for image in sorted(consumer.images, key=lambda image: image.place):
        own[image.place] = {f"\0{image.name}", f"\0{image.folded_name}"}
        for name in sorted(own[image.place]):
            arrows.setdefault(name, []).append(image.place)
    for image in consumer.images:
        names = dict.fromkeys(f"\0{base_name(library)}" for library in image.needs)
        arrows[image.place] = [name for name in names if name in arrows and name not in own[image.place]]
        for name in arrows[image.place]:
            loaders.setdefault(name, []).append(image.place)
    for place, names_of in own.items():
        needed = [name for name in sorted(names_of) if name in loaders]
        if needed:
            loaders[place] = needed
    return arrows, loaders


def _may_be_first(image: Image, consumer: Contents, *, is_needed: bool) -> bool:
    if not is_needed or is_program(image):
        return True
    if not module_name(image.place) or not consumer.readable:
        return False
    # Its symbols would tell the same, and take longer.
    return b"PyInit_" in consumer.read(consumer.files[image.place])


def _sources_first(places: Sequence[str], arrows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Return the places in an order in which one file of each cycle is before all that the cycle leads to."""
    begun: set[str] = set()
    finished: list[str] = []
    for place in sorted(places):
        path = [] if place in begun else [(place, iter(arrows.get(place, ())))]
        begun.add(place)
        while path:
            following = next((target for target in path[-1][1] if target not in begun), None)
            if following is None:
                finished.append(path.pop()[0])
            else:
                begun.add(following)
                path.append((following, iter(arrows.get(following, ()))))
    return (place for place in reversed(finished) if not place.startswith("\0"))
