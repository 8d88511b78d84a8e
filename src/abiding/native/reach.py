"""Which needs of a distribution's files are met, however they come to be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.native.images import Format
from abiding.native.loader import Process, base_name
from abiding.native.names import module_name
from abiding.native.scripts import imported_before, openings, scripts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.loader import Loader, Step
    from abiding.native.scripts import Opening

__all__ = ["Need", "is_program", "reach"]


def __dir__() -> list[str]:
    return __all__


class Need(NamedTuple):
    """What the file at a place needs, under the name that it uses."""

    place: str
    library: str


def reach(consumer: Contents, loader: Loader, wanted: Collection[Need]) -> Mapping[Need, Image | None]:
    """Find out what each file of a distribution gets for what it needs; None if nothing in one of the ways to load it.

    Code is read only if one of the needs that are `wanted` is not met without: it may open a library by its path, or
    import another module first that brings it. Raises `AbidingError`.
    """
    return _Tour(consumer, loader, wanted).found()


class _Tour:
    """All files that may be loaded first, one after the other."""

    def __init__(self, consumer: Contents, loader: Loader, wanted: Collection[Need]) -> None:
        self.consumer = consumer
        self.loader = loader
        self.wanted = wanted
        self.roots = _roots(consumer)
        self.opened: tuple[Image, ...] = ()

    def found(self) -> Mapping[Need, Image | None]:
        steps = {root.place: self.loader.load(root, Process({})) for root in self.roots}
        if self.lost(steps):
            self.read_openings()
            steps = {root.place: self.loader.load(root, self.start()) for root in self.roots}
        lost = self.lost(steps)
        # Modules first: what is opened later finds more.
        for root in sorted(self.roots, key=lambda root: not module_name(root.place)):
            if root.place in lost:
                steps[root.place] = self.loader.load(root, self.before(root))
        found: dict[Need, Image | None] = {}
        for step in (step for one in steps.values() for step in one):
            need = Need(step.image.place, step.library)
            found[need] = step.found and found.get(need, step.found)
        return found

    def lost(self, steps: Mapping[str, Iterable[Step]]) -> frozenset[str]:
        """The files from which on something is not found that is meant to be."""
        return frozenset(
            place
            for place, one in steps.items()
            if any(step.found is None and Need(step.image.place, step.library) in self.wanted for step in one)
        )

    def read_openings(self) -> None:
        """Read what code opens, and which folders it adds."""
        calls = [call for found in openings(self.consumer).values() for call in found]
        self.opened = tuple(image for image in self.consumer.images if _is_opened(image, calls))
        folders = {image.folder for image in self.consumer.images}
        self.loader.add_folders(sorted(folder for folder in folders if any(one.may_add(folder) for one in calls)))

    def start(self) -> Process:
        """A process in which the code of the distribution has opened what it opens, and that has brought the rest."""
        process = self.loader.preloaded(self.opened)
        for image in self.opened:
            self.loader.load(image, process)
        return process

    def before(self, root: Image) -> Process:
        """A process as it is when a file comes to be loaded: after the modules that are imported before it.

        What is neither a module nor a program is opened by one that is there already; on Windows from a folder that is
        known to who opens it, which may be another distribution.
        """
        process = self.start()
        if is_program(root):
            return process
        if root.format is Format.PE and not module_name(root.place):
            self.loader.add_folders(sorted({image.folder for image in self.consumer.images}))
        modules = {module_name(image.place): image for image in self.roots if module_name(image.place)}
        own = module_name(root.place)
        before: Sequence[str] = tuple(modules)
        if own:
            before = imported_before(own, scripts(self.consumer), modules)
        for name in before:
            self.loader.load(modules[name], process)
        return process


def _is_opened(image: Image, calls: Iterable[Opening]) -> bool:
    return not module_name(image.place) and any(call.may_open(image) for call in calls)


def is_program(image: Image) -> bool:
    """Whether a file is run, in a process of its own."""
    if image.format is Format.PE:
        return image.file_name.lower().endswith(".exe")
    return "." not in image.file_name and ".framework/" not in image.place


def _roots(consumer: Contents) -> tuple[Image, ...]:
    """The files that may be loaded before any other one: modules, programs, and what no other file of them needs."""
    named: dict[str, list[Image]] = {}
    for image in consumer.images:
        for name in {image.name, image.file_name if image.format is not Format.PE else image.file_name.lower()}:
            named.setdefault(name, []).append(image)
    needs = {
        image.place: [one.place for library in image.needs for one in named.get(base_name(library), ()) if one != image]
        for image in consumer.images
    }
    loaders: dict[str, list[str]] = {}
    for place, others in needs.items():
        for other in others:
            loaders.setdefault(other, []).append(place)
    roots = {one.place for one in consumer.images if one.place not in loaders or _may_be_first(one, consumer)}
    covered = _closure(roots, needs)
    for place in _sources_first([one for one in sorted(needs) if one not in covered], needs):
        if place not in covered:
            # Files that need each other, and that nothing else needs: any of them may be the first.
            circle = _closure([place], needs) & _closure([place], loaders)
            roots |= circle
            covered |= _closure(circle, needs)
    return tuple(sorted((one for one in consumer.images if one.place in roots), key=lambda one: one.place))


def _may_be_first(image: Image, consumer: Contents) -> bool:
    if is_program(image):
        return True
    if not module_name(image.place) or not consumer.readable:
        return False
    return b"PyInit_" in consumer.read(consumer.files[image.place])  # its symbols would say the same, and take longer


def _closure(places: Iterable[str], arrows: Mapping[str, Iterable[str]]) -> set[str]:
    waiting = list(places)
    found = set(waiting)
    while waiting:
        new = [one for one in arrows.get(waiting.pop(), ()) if one not in found]
        found.update(new)
        waiting += new
    return found


def _sources_first(places: Sequence[str], arrows: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The places so that one of each circle stands before all that the circle leads to."""
    left = set(places)
    finished: list[str] = []
    for place in places:
        path = [(place, iter(arrows[place]))] if place in left else []
        left.discard(place)
        while path:
            following = next((one for one in path[-1][1] if one in left), None)
            if following is None:
                finished.append(path.pop()[0])
            else:
                left.discard(following)
                path.append((following, iter(arrows[following])))
    return reversed(finished)
