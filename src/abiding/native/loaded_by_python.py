"""Libraries of other distributions that Python code loads, by opening them or importing modules.

Code is read, not run, so this is a sign and no proof. `abiding env --load` sees what is really loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.native.loader import base_name
from abiding.native.names import module_name
from abiding.native.python_imports import scripts, with_parents
from abiding.native.python_openings import openings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.native.contents import Contents
    from abiding.native.images import Image
    from abiding.native.python_openings import Opening

__all__ = ["brought"]


def brought(consumer: Contents, near: Sequence[Contents]) -> frozenset[str]:
    """Return the places of libraries of other distributions that a distribution's code loads, with those they need.

    The code opens them by name, or it imports, directly or not, a module of their distribution, which then opens or
    needs them. The code of a distribution that is only recorded, or on an index, is not known, and is assumed to.
    """
    own = [call for calls in openings(consumer).values() for call in calls]
    images = [image for contents in near for image in contents.images if any(call.names(image) for call in own)]
    imported = [consumer]
    for importer in imported:
        for contents in near:
            importing = frozenset() if contents in imported else _importing(importer, contents)
            if importing:
                imported.append(contents)
                images += _opened(importer, importing, contents)
    by_name = {name: image for contents in near for image in contents.images for name in (image.file_name, image.name)}
    return frozenset(_with_needs(images, by_name))


def _importing(importer: Contents, provider: Contents) -> frozenset[str]:
    """Return the modules that import one which only the provider has; an empty name if no code is at hand."""
    if not importer.readable:
        return frozenset({""})
    theirs = provider.modules - (importer.modules if provider.readable else importer.packages)
    return frozenset(
        module
        for module, script in scripts(importer).items()
        if any(name in theirs for name in with_parents((*script.imports, *script.later)))
    )


def _opened(importer: Contents, importing: frozenset[str], provider: Contents) -> Iterator[Image]:
    if not provider.readable:
        yield from provider.images
        return
    calls: list[Opening] = []
    for place, opened in (*openings(importer).items(), *openings(provider).items()):
        if place in provider.files or module_name(place) in importing:
            calls += opened
    for image in provider.images:
        if module_name(image.place) or any(call.may_open(image) or call.may_add(image.folder) for call in calls):
            yield image


def _with_needs(images: Iterable[Image], by_name: dict[str, Image]) -> Iterator[str]:
    waiting = list(images)
    seen = {image.place for image in waiting}
    while waiting:
        image = waiting.pop()
        yield image.place
        for needed in (by_name[name] for name in map(base_name, image.needs) if name in by_name):
            if needed.place not in seen:
                seen.add(needed.place)
                waiting.append(needed)
