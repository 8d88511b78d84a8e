"""Globs of `optional-modules` that are for no compiled file of the wheel that was built."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from abiding import native
from abiding.findings.finding import Severity
from abiding.findings.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
    from abiding.findings.finding import Finding
    from abiding.project.pyproject import Key

__all__ = ["unmatched"]


_LIBRARIES = (".so", ".dylib", ".dll", ".pyd")
_MOST_NAMED = 3
_KEY: Key = ("tool", "abiding", "optional-modules")


def unmatched(built: Built, entries: Entries) -> Iterator[Finding]:
    """Yield a warning for each glob that matches no compiled file: none, if the wheel has no such files at all.

    One for files with an ending that no file of this wheel has is for wheels of another system.
    """
    optional, members = entries.declaration.optional_modules, built.archive.names
    if not optional or built.kind == "editable" or not native.has_code(members):
        return
    from abiding.native.names import may_be_image, module_name, place_of

    places = [place_of(name) for name in members if may_be_image(name)]
    modules = sorted(filter(None, map(module_name, places)))
    names = [module_name(place) or place for place in places]
    for index, glob in enumerate(guard.modules for guard in optional):
        if any(fnmatchcase(name, glob) for name in names) or _is_of_another_system(glob, places):
            continue
        meant = _meant(glob, places, modules)
        yield entries.pyproject.finding(
            "bad-value",
            f"`{glob}` matches no compiled file of the wheel",
            (*_KEY, index),
            severity=Severity.WARNING,
            notes=("a module that only wheels of another system have may stay as it is", *_there(modules)),
            hints=(f"did you mean `{meant}`?",) if meant else (),
        )


def _is_of_another_system(glob: str, places: Iterable[str]) -> bool:
    ending = next((ending for ending in _LIBRARIES if ending in glob), "")
    return bool(ending) and not any(ending in place for place in places)


def _meant(glob: str, places: Iterable[str], modules: Sequence[str]) -> str:
    """Return the module that is meant by its file, by the last part of its name, or in like letters; else a package."""
    from abiding.native.names import module_name

    for place in places:
        if (name := module_name(place)) and (fnmatchcase(place, glob) or name.rpartition(".")[2] == glob):
            return name
    packages = dict.fromkeys(f"{name.rpartition('.')[0]}.*" for name in modules if "." in name)
    return nearest(glob, packages if glob.endswith(".*") else modules)


def _there(modules: Sequence[str]) -> Iterator[str]:
    if modules:
        more = f" and {len(modules) - _MOST_NAMED} more" if len(modules) > _MOST_NAMED else ""
        yield f"its modules are {', '.join(f'`{name}`' for name in modules[:_MOST_NAMED])}{more}"
