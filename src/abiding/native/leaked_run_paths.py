"""Run paths that lead to folders of the machine that built a wheel, or to those of Python's own modules."""

from __future__ import annotations

import shlex
from enum import Enum
from typing import TYPE_CHECKING

from abiding.findings.finding import Finding
from abiding.findings.words import literals
from abiding.native.images import Format
from abiding.native.links import Missing
from abiding.native.loader import expand_run_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from abiding.native.images import Image
    from abiding.native.layout import SiteLayout
    from abiding.native.subject import Subject

__all__ = ["leaked_run_paths"]


class _Leak(Enum):
    """Where a run path leads that leads out: to where a wheel was built, or among the modules that come with Python."""

    BUILD = (
        ("a folder of the machine that built it", "folders of the machine that built it"),
        "on another machine anything may be there, and on this one a wrong library is not noticed",
    )
    PYTHON = (
        ("a folder in which Python has its own modules", "folders in which Python has its own modules"),
        "no wheel installs anything there, and what else lies there differs from one Python to the next",
    )

    def __init__(self, what: tuple[str, str], note: str) -> None:
        self.what = what
        self.note = note

    def words(self, paths: Collection[str]) -> str:
        """Return a phrase for the targets of run paths, the first by name, and what is there."""
        return f"leads to {literals(paths, 1)}, {self.what[len(paths) > 1]}"


def leaked_run_paths(subject: Subject) -> Iterator[Finding]:
    """Find run paths that lead to where a wheel was built, or into Python's own folder (`leaked-rpath`)."""
    leaks: dict[_Leak, dict[str, list[Image]]] = {}
    layout = subject.platform.layout
    own = {layout.place(image.folder) for image in subject.consumer.images}
    for image in subject.consumer.images:
        for path in image.run_paths:
            leak = _leak(path, image, layout, own)
            if leak and not _for_repair(image, subject):
                leaks.setdefault(leak, {}).setdefault(path, []).append(image)
    # One command removes both kinds.
    every = {path for of_one_kind in leaks.values() for path in of_one_kind}
    for leak, of_one_kind in leaks.items():
        yield _leaked(leak, of_one_kind, every, subject)


def _leaked(leak: _Leak, leaks: Mapping[str, Sequence[Image]], every: Collection[str], subject: Subject) -> Finding:
    images = list(dict.fromkeys(image for those in leaks.values() for image in those))
    who = f"`{images[0].file_name}`" if len(images) == 1 else f"{len(images)} files"
    member = subject.consumer.files.get(images[0].place, images[0].place)
    return Finding(
        "leaked-rpath",
        subject.severity,
        f"the run path of {who} {leak.words(leaks)}",
        artifact=subject.artifact,
        field=", ".join(image.file_name for image in images),
        found=tuple(leaks),
        found_from="as built",
        notes=(leak.note,),
        hints=(_AT_BUILD if leak is _Leak.BUILD else _WAY, _in_the_wheel(images, member, every)),
    )


_AT_BUILD = (
    "find the flag that does it: `python -m sysconfig` shows those of the Python, which setuptools takes over unless "
    'it is told `LDSHARED="gcc -shared"`, and `pkg-config --libs NAME` those of a library'
)


_WAY = "write the way to the library, from `$ORIGIN` (`@loader_path` on macOS), which is the folder of the file itself"


def _in_the_wheel(images: Sequence[Image], member: str, leaks: Collection[str]) -> str:
    """Return a hint to remove a run path from a file in a wheel, and keep the others, by which libraries are found.

    `member` is the first file's name in the archive, which differs from its place for files in `.data`.
    """
    image, *others = images
    place = shlex.quote(member)
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
    """Return whether a repair tool will copy libraries for a file, and so remove its leaking run paths."""
    return subject.unrepaired and any(
        link.image is image and isinstance(link.origin, Missing) for link in subject.links
    )


def _leak(path: str, image: Image, layout: SiteLayout, own: Collection[str]) -> _Leak | None:
    """Return where a run path of an image leads that no wheel should have; `own` are folders of the wheel's files."""
    place = expand_run_path(path, image.folder, layout)
    if place is None:
        # `@executable_path` and the like don't depend on the build machine.
        return _Leak.BUILD if path.startswith("/") and not path.startswith(("/usr/lib", "/System/")) else None
    if place in own:
        return None
    # Below the prefix a wheel may install what it likes, but nothing among the modules that come with Python. A hidden
    # folder there, as in `$ORIGIN/../../../../.local/lib`, is one of the builder's home.
    parts = place.split("/")
    above = parts.count("..")
    if above and any(part.startswith(".") for part in parts[above:]):
        return _Leak.BUILD
    if above in (0, _PREFIX):
        return None
    return _Leak.PYTHON if above < _PREFIX else _Leak.BUILD


# The number of folders from site-packages up to the prefix.
_PREFIX = 3
