"""Which needs of a distribution's files are met, by run paths or by earlier loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    """What the file at a place needs, under the name that it uses."""

    place: str
    library: str


def reach(consumer: Contents, loader: Loader, open_needs: Collection[Need]) -> Mapping[Need, Image | None]:
    """Find out what each file of a distribution gets for what it needs; None if nothing in one of the ways to load it.

    Code is read only if one of `open_needs` is not met without: it may open a library by its path, or
    import another module first that brings it. Raises `OverflowError` if there are too many ways.
    """
    return _Tour(consumer, loader, open_needs).result()


class _Tour:
    """All files that may be loaded first, one after the other."""

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
        # What a file and those that it loads find by themselves they find whoever loads them: nothing is to be tried.
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
        """Load some files, each in a process of its own; the needs that are not met, by the place of the first file."""
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
        """Return the places of all files that load one of some, by what is met."""
        loaders: dict[str, list[str]] = {}
        for need, image in self.met.items():
            loaders.setdefault(image.place, []).append(need.place)
        return reachable(places, loaders)

    def read_openings(self) -> bool:
        """Read what code opens, and which folders it adds; whether there is any of that."""
        calls = [call for made in openings(self.consumer).values() for call in made]
        libraries = (image for image in self.consumer.images if not module_name(image.place))
        self.opened = tuple(image for image in libraries if any(call.may_open(image) for call in calls))
        added = [folder for folder in self.loader.folders if any(call.may_add(folder) for call in calls)]
        self.loader.add_folders(added)
        return bool(self.opened or added)

    def start(self) -> Process:
        """Start a process in which the code of the distribution opens what it opens, and that brings the rest."""
        process = self.loader.preloaded(self.opened)
        for image in self.opened:
            self.loader.load(image, process)
        return process

    def later(self, lost: Mapping[str, frozenset[Need]]) -> dict[str, frozenset[Need]]:
        """Try files again as they come to be loaded: after the modules that are imported before them.

        Only those modules count that bring something which is missed. What is neither a module nor a program is opened
        by one that is there already; on Windows from a folder that it knows of, and so may another distribution.
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
    """Return whether a file is run, in a process of its own."""
    if image.format is Format.PE:
        return image.file_name.lower().endswith(".exe")
    return "." not in image.file_name and ".framework/" not in image.place


def _roots(consumer: Contents) -> list[Image]:
    """Give the files that may be loaded before any other one: modules, programs, and what no other file of them needs.

    Modules come first: what is opened later, by code that is there already, finds more.
    """
    arrows, loaders = _arrows(consumer)
    roots = {
        image.place for image in consumer.images if _may_be_first(image, consumer, is_needed=image.place in loaders)
    }
    covered = set(reachable(roots, arrows))
    for place in _sources_first([image.place for image in consumer.images if image.place not in covered], arrows):
        if place not in covered:
            # Files that need each other, and that nothing else needs: any of them may be the first.
            circle = reachable([place], arrows) & reachable([place], loaders)
            roots |= circle
            covered |= reachable(circle, arrows)
    firsts = [image for image in consumer.images if image.place in roots]
    return sorted(firsts, key=lambda image: (not module_name(image.place), image.place))


def _arrows(consumer: Contents) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return what leads from each file, by the names that it needs, to the files that have these; and the way back.

    The names stand between the files, each behind a NUL, which is in no place.
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
    return b"PyInit_" in consumer.read(consumer.files[image.place])  # its symbols would say the same, and take longer


def _sources_first(places: Sequence[str], arrows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Return the places so that one of each circle stands before all that the circle leads to."""
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
