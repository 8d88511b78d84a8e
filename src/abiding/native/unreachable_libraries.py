"""Libraries that exist and that the loader does not find, and run paths that would lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals
from abiding.native.images import Format
from abiding.native.links import Inside
from abiding.native.loader import base_name
from abiding.native.providers import Relation
from abiding.native.python_openings import may_load
from abiding.native.reach import is_program
from abiding.native.subject import finding_about

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abiding.native.images import Image
    from abiding.native.layout import SiteLayout
    from abiding.native.links import Link, Provided
    from abiding.native.subject import Subject

__all__ = ["unreachable", "unreachable_inside"]


def unreachable(subject: Subject) -> Iterator[Finding]:
    """Yield a finding for each folder of a provider that the loader does not search, and one for programs."""
    layout = subject.platform.layout
    by_folder: dict[tuple[str, str, bool], list[tuple[Link, Provided]]] = {}
    for link, by in subject.provided():
        if by.relation is Relation.DIRECT and not by.reached:
            by_folder.setdefault((by.contents.name, by.image.folder, is_program(link.image)), []).append((link, by))
    for (*_, of_programs), lost in by_folder.items():
        first, origin = lost[0]
        libraries = tuple(dict.fromkeys(by.image.place for _, by in lost))
        message = f"no run path leads to {literals(libraries, 1)}"
        if not of_programs:
            message += f", and nothing loads {'them' if len(libraries) > 1 else 'it'} before"
        yield finding_about(
            "unreachable-library",
            Severity.WARNING if of_programs else Severity.ERROR,
            message,
            subject,
            [link for link, _ in lost],
            expected=libraries,
            expected_from=origin.contents.name,
            notes=(*([_BY_WHO_STARTS_IT] if of_programs else []), _ANY, *_why_none(first, origin.image, layout)),
            hints=tuple(_ways_to_provider(first, origin, layout)),
        )


_ANY = "the loader then takes any library of that name, the system's for example, or none"
_BY_WHO_STARTS_IT = "it starts only where whoever starts it tells the loader the folder"


def _ways_to_provider(link: Link, origin: Provided, layout: SiteLayout) -> Iterator[str]:
    """Yield hints on how a file can find a provider's library: by a run path, or by preloading."""
    module = min(origin.contents.modules, default=origin.contents.name)
    if link.image.format is Format.PE:
        yield f"import `{module}` before it is loaded, and let that call `os.add_dll_directory`"
        return
    yield _way(link, origin.image, layout)
    if may_load(origin.contents, origin.image) and not is_program(link.image):
        yield f'or have code of `{module}` load it before, which it can, and declare `load = "preload"`'


def unreachable_inside(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for each folder that the loader does not search, for all its libraries."""
    by_folder: dict[str, list[tuple[Link, Image]]] = {}
    for link in subject.links:
        if isinstance(link.origin, Inside) and not link.origin.reached:
            by_folder.setdefault(link.origin.image.folder, []).append((link, link.origin.image))
    for lost in by_folder.values():
        first, image = lost[0]
        libraries = tuple(dict.fromkeys(image.place for _, image in lost))
        severity, notes = Severity.ERROR, ("the loader looks into no other folder of the wheel: the import fails",)
        if subject.unrepaired:
            severity, notes = Severity.WARNING, ("a repair tool may still let the loader look there",)
        elif all(is_program(link.image) for link, _ in lost):
            severity, notes = Severity.WARNING, (_BY_WHO_STARTS_IT,)
        yield finding_about(
            "unreachable-library",
            severity,
            f"{literals(libraries, 1)} in the wheel can't be found by {_files_named(link.image for link, _ in lost)}",
            subject,
            [link for link, _ in lost],
            expected=libraries,
            expected_from="in the wheel",
            notes=(*notes, *_why_none(first, image, subject.platform.layout)),
            hints=(_way(first, image, subject.platform.layout),),
        )


def _files_named(images: Iterable[Image]) -> str:
    places = list(dict.fromkeys(image.file_name for image in images))
    return f"`{places[0]}`" if len(places) == 1 else f"{len(places)} files that need it"


def _why_none(link: Link, image: Image, layout: SiteLayout) -> tuple[str, ...]:
    """Return why no run path can lead from a file to a library; empty if one can."""
    if link.image.format is Format.PE or layout.way(link.image.folder, image.folder):
        return ()
    return ("the folders between are called otherwise for each Python: no run path is right for all of the wheel",)


def _way(link: Link, image: Image, layout: SiteLayout) -> str:
    """Return a hint on the run path from a file to a library."""
    first = link.image
    if first.format is Format.PE:
        return f"put it beside `{first.file_name}`, or let the package call `os.add_dll_directory` before"
    path = layout.way(first.folder, image.folder)
    if path is None:
        starting = ", and let a function of it start it, which `[project.scripts]` names" if is_program(first) else ""
        return f"put `{first.file_name}` into the package{starting}"
    origin = "@loader_path" if first.format is Format.MACH_O else "$ORIGIN"
    way = f"{origin}/{path}".removesuffix("/.")
    if first.format is Format.MACH_O and not link.library.startswith("@rpath/"):
        return f"let `{first.file_name}` name it `{way}/{image.file_name}`"
    needed = base_name(link.library)
    renaming = "" if needed == image.file_name else f", and call `{image.file_name}` there `{needed}`"
    return f"let `{first.file_name}` have the run path `{way}`{renaming}"
