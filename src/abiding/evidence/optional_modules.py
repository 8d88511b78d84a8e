"""Find globs of `optional-modules` that match no compiled file of a wheel or a release."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.archives.wheel_name import WheelName
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.nearest import nearest
from abiding.findings.words import literals
from abiding.native.names import may_be_image, module_name, place_of
from abiding.project.build_record import MEMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["NO_MATCH", "CompiledModules", "unmatched"]


NO_MATCH = "`{}` matches no compiled file of the wheel"
_LIBRARIES = (".so", ".dylib", ".dll", ".pyd")
_MOST_NAMED = 3
_ELSEWHERE = "a module that only wheels of another system have may stay as it is"


class CompiledModules(NamedTuple):
    """The compiled files of a wheel, by place below site-packages, and their module names."""

    places: tuple[str, ...]
    modules: tuple[str, ...]

    @classmethod
    def of(cls, members: Iterable[str]) -> CompiledModules:
        """Return the compiled files among the members of a wheel."""
        places = tuple(place_of(name) for name in members if may_be_image(name))
        return cls(places, tuple(sorted(filter(None, map(module_name, places)))))

    @classmethod
    def all(cls, several: Iterable[CompiledModules]) -> CompiledModules:
        """Return those of several wheels as one."""
        places, modules = zip(*several, strict=True)
        return cls(tuple(chain.from_iterable(places)), tuple(sorted(set(chain.from_iterable(modules)))))

    def has(self, glob: str) -> bool:
        """Return whether a glob matches a file, or may match one of another system; true if there are no files."""
        if not self.places or any(fnmatchcase(module_name(place) or place, glob) for place in self.places):
            return True
        ending = next((ending for ending in _LIBRARIES if ending in glob), "")
        return bool(ending) and not any(ending in place for place in self.places)

    def suggestion(self, glob: str) -> str:
        """Return the module or package for which a glob is probably meant; empty if none is similar."""
        for place in self.places:
            if (name := module_name(place)) and (fnmatchcase(place, glob) or name.rpartition(".")[2] == glob):
                return name
        packages = dict.fromkeys(f"{name.rpartition('.')[0]}.*" for name in self.modules if "." in name)
        return nearest(glob, packages if glob.endswith(".*") else self.modules)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes on a glob that matches nothing here."""
        if not self.modules:
            return (_ELSEWHERE,)
        return (_ELSEWHERE, f"its modules are {literals(self.modules, _MOST_NAMED)}")


def unmatched(wheels: Mapping[Path, tuple[CompiledModules, Iterable[str]]]) -> Iterator[tuple[Path, Finding]]:
    """Yield a warning for each glob that matches in no wheel of its release, with the path of each wheel that has it.

    `wheels` have the globs in their build records.
    """
    of_release: dict[tuple[str, str], list[CompiledModules]] = {}
    for path, (inside, _) in wheels.items():
        of_release.setdefault(_release(path.name), []).append(inside)
    for path, (_, globs) in wheels.items():
        together = of_release[_release(path.name)]
        idle = [glob for glob in dict.fromkeys(globs) if not any(each.has(glob) for each in together)]
        yield from ((path, _finding(path.name, glob, CompiledModules.all(together))) for glob in idle)


def _release(filename: str) -> tuple[str, str]:
    split = WheelName.split(filename)
    return (normalised(split.name), split.version) if split else (filename, "")


def _finding(filename: str, glob: str, inside: CompiledModules) -> Finding:
    suggestion = inside.suggestion(glob)
    return Finding(
        "bad-value",
        Severity.WARNING,
        NO_MATCH.format(glob),
        artifact=filename,
        field="optional-modules",
        expected=suggestion or None,
        expected_from="the nearest in the wheel" if suggestion else "",
        found=glob,
        found_from=f"declared, by {MEMBER}",
        notes=inside.notes,
        hints=(f"did you mean `{suggestion}`, in `optional-modules` under `[tool.abiding]`?",) if suggestion else (),
    )
