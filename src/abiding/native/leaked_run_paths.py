"""Run paths that lead to folders of the machine that built a wheel."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding
from abiding.native.images import Format
from abiding.native.links import Missing
from abiding.native.loader import expand_run_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from abiding.native.images import Image
    from abiding.native.layout import SiteLayout
    from abiding.native.subject import Subject

__all__ = ["leaked_run_paths"]


def leaked_run_paths(subject: Subject) -> Iterator[Finding]:
    """Find the run paths that lead out of the environment, to where a wheel was built (`leaked-rpath`)."""
    leaks: dict[str, list[Image]] = {}
    layout = subject.platform.layout
    own = {layout.place(image.folder) for image in subject.consumer.images}
    for image in subject.consumer.images:
        for path in image.run_paths:
            if _is_leaked(path, image, layout, own) and not _for_repair(image, subject):
                leaks.setdefault(path, []).append(image)
    if not leaks:
        return
    images = list(dict.fromkeys(image for those in leaks.values() for image in those))
    who = f"`{images[0].file_name}`" if len(images) == 1 else f"{len(images)} files"
    yield Finding(
        "leaked-rpath",
        subject.severity,
        f"the run path of {who} leads to a folder of the machine that built it",
        artifact=subject.artifact,
        field=", ".join(image.file_name for image in images),
        found=tuple(leaks),
        found_from="as built",
        notes=("on another machine anything may be there, and on this one a wrong library is not noticed",),
        hints=(_AT_BUILD, _in_the_wheel(images, leaks)),
    )


_AT_BUILD = (
    "find the flag that does it: `python -m sysconfig` shows those of the Python, which setuptools takes over unless "
    'it is told `LDSHARED="gcc -shared"`, and `pkg-config --libs NAME` those of a library'
)


def _in_the_wheel(images: Sequence[Image], leaks: Collection[str]) -> str:
    """Return how a run path is taken out of a file in a wheel; the others are kept, by which libraries are found."""
    image, *others = images
    place = shlex.quote(image.place)
    if image.format is Format.MACH_O:
        options = " ".join(f"-delete_rpath {shlex.quote(path)}" for path in image.run_paths if path in leaks)
        how = f"`install_name_tool {options} {place}`, and `codesign -f -s - {place}`"
    else:
        rest = ":".join(path for path in image.run_paths if path not in leaks)
        options = f"--set-rpath {shlex.quote(rest)}" if rest else "--remove-rpath"
        how = f"`patchelf {'--force-rpath ' if rest and image.inherited else ''}{options} {place}`"
    each = ", and likewise in the others" if others else ""
    return f"or take it out between `wheel unpack` and `wheel pack`: {how}{each}"


def _for_repair(image: Image, subject: Subject) -> bool:
    """Return whether a repair tool is to copy something for a file, and so takes all leaking run paths from it."""
    return subject.unrepaired and any(
        link.image is image and isinstance(link.origin, Missing) for link in subject.links
    )


def _is_leaked(path: str, image: Image, layout: SiteLayout, own: Collection[str]) -> bool:
    """Return whether a run path of an image is of the machine that built it; `own` are folders of the wheel's files."""
    place = expand_run_path(path, image.folder, layout)
    if place is None:
        # `@executable_path` and such depend on nothing of the machine that built it.
        return path.startswith("/") and not path.startswith(("/usr/lib", "/System/"))
    if place in own:
        return False
    # Below the prefix a wheel may install what it likes, but nothing among the modules that come with Python. A hidden
    # folder there, as in `$ORIGIN/../../../../.local/lib`, is one of the home of who built it.
    parts = place.split("/")
    above = parts.count("..")
    return above not in (0, _PREFIX) or (above > 0 and any(part.startswith(".") for part in parts[above:]))


# How far the prefix of an environment is above site-packages.
_PREFIX = 3
