"""`wrong-tag`: the tag of a wheel admits it where its extension modules can't be loaded.

Of wheels of others it is told only where something surely fails: one for all platforms may have modules that speed it
up on one of them, and do without them elsewhere.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from abiding.evidence.extensions import module_of_place
from abiding.findings import bounds
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.words import literals
from abiding.metadata import markers
from abiding.metadata.exclusions import installable
from abiding.native.machines import NAMING_PLATFORM, machines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from abiding.evidence.extensions import Extension, Python, Target
    from abiding.evidence.reading import Compiled
    from abiding.project.optional_modules import OptionalModules

__all__ = ["judge_tags"]


_MOST_NAMED = 3
_NOTE = "installers go by the tag: they install the wheel there, and then the import fails"
_OF_ANOTHER_BUILD = (
    "what a build for another Python or machine has left in the source tree is packed too: remove it, and build anew",
    "or build the wheel with the tag of what is in it",
)
_NARROW = "compile for all that the tag admits, or let the tag name only what was compiled for"


def judge_tags(
    filename: str,
    compiled: Compiled,
    tags: Sequence[str],
    *,
    requires_python: str,
    optional: Sequence[OptionalModules],
    severity: Severity,
) -> Iterator[Finding]:
    """Check the extension modules of a wheel against its tags, one by one; those that are `optional` may be missing.

    `severity` is what it weighs that none of them can be loaded. Where that is no error, the wheel is one of others.
    """
    needed = _needed(compiled, optional)
    targets = {extension.target for extension in compiled.extensions}
    if not needed or not tags or len(targets) > bounds.TARGETS:
        return
    wheel = _Tagged(filename, tuple(tags), severity)
    loaded = {target for target in targets if any(map(target.is_loaded, tags))}
    there = {extension.name for extension in compiled.extensions if extension.target in loaded}
    lost = [extension for extension in needed if extension.name not in there]
    if wheel.is_own or not loaded or _surely_fails(compiled, lost):
        yield from wheel.unloadable(lost, severity=Severity.WARNING if loaded else severity)
    lacking = wheel.unserved(needed, requires_python) if loaded else None
    if lacking and (wheel.is_own or _surely_fails(compiled, needed)):
        yield wheel.too_wide(lacking, needed)


def _needed(compiled: Compiled, optional: Iterable[OptionalModules]) -> list[Extension]:
    """Return the extension modules that nothing stands in for, be it Python code or a declaration."""
    places = {extension.place for extension in compiled.extensions}
    others = {module_of_place(place) for place in compiled.places if place not in places} if places else set()
    globs = [guard.modules for guard in optional]
    return [
        extension
        for extension in compiled.extensions
        if extension.name not in others and not any(fnmatchcase(extension.name, glob) for glob in globs)
    ]


def _surely_fails(compiled: Compiled, extensions: Collection[Extension]) -> bool:
    """Return whether code of the wheel imports one of them whatever happens, or users, where it has no code."""
    if not extensions:
        return False
    if not any(place.endswith(".py") for place in compiled.places):
        return any("." not in extension.name for extension in extensions)
    imported = compiled.imported()
    return any(extension.name in imported for extension in extensions)


class _Lacking(NamedTuple):
    """A part of the tags, and what it admits of which some lack a module."""

    part: str
    what: str


class _Tagged(NamedTuple):
    """A wheel by its name and tags, and what it weighs that they are wrong."""

    filename: str
    tags: tuple[str, ...]
    severity: Severity

    @property
    def is_own(self) -> bool:
        return self.severity is Severity.ERROR

    def unloadable(self, lost: Iterable[Extension], severity: Severity) -> Iterator[Finding]:
        """Yield what is said of modules that can't be loaded, apart by what they are for."""
        by_target: dict[Target, list[Extension]] = {}
        for extension in lost:
            by_target.setdefault(extension.target, []).append(extension)
        for target, extensions in by_target.items():
            names = literals([extension.name for extension in extensions], _MOST_NAMED)
            message = f"nothing that the tag admits loads {names}, compiled as {target}"
            yield self._finding(message, extensions, severity, _OF_ANOTHER_BUILD)

    def too_wide(self, lacking: _Lacking, extensions: Sequence[Extension]) -> Finding:
        """Return what is said of a part of the tag for which there is no module."""
        names = literals([extension.name for extension in extensions], _MOST_NAMED)
        message = f"`{lacking.part}` in the tag admits {lacking.what} for which the wheel lacks {names}"
        hint = NAMING_PLATFORM if lacking.part == "any" else _NARROW
        return self._finding(message, extensions, self.severity, (hint,))

    def _finding(
        self, message: str, extensions: Sequence[Extension], severity: Severity, hints: tuple[str, ...]
    ) -> Finding:
        quoted = literals([f'"{extension.name}"' for extension in extensions], _MOST_NAMED)
        module = "this module" if len(extensions) == 1 else "these modules"
        without = (
            f"or, if the package works without {module}, list {quoted} in `optional-modules` under `[tool.abiding]`"
        )
        return Finding(
            "wrong-tag",
            severity,
            message,
            artifact=self.filename,
            field="Tag",
            expected=tuple(dict.fromkeys(str(extension.target) for extension in extensions)),
            expected_from="compiled for",
            found=self.tags,
            found_from="file name",
            notes=(_NOTE,),
            hints=(*hints, without) if self.is_own else hints,
        )

    def unserved(self, extensions: Iterable[Extension], requires_python: str) -> _Lacking | None:
        """Return the part of the tags that admits a platform or a Python for which there is no module, if any does."""
        targets = {extension.target for extension in extensions}
        parts = [tag.split("-") for tag in self.tags]
        for *_, platform in parts:
            if _has_unserved_machine(platform, targets):
                return _Lacking(platform, "platforms" if platform == "any" else "machines")
        pythons = {target.python for target in targets}
        python = pythons.pop() if len(pythons) == 1 else None
        if python and _admits_others(requires_python, python):
            several = (f"{name}-{abi}" for name, abi, _ in parts if _is_for_several(name, abi))
            return next((_Lacking(part, "Pythons") for part in several), None)
        return None


def _has_unserved_machine(platform: str, targets: Collection[Target]) -> bool:
    """Return whether there is no module for a machine of a platform; of `any`, whether all are for one platform."""
    if platform == "any":
        return len({target.built.format for target in targets}) == 1
    return not all(any(target.runs_on(platform, machine) for target in targets) for machine in machines(platform))


def _is_for_several(interpreter: str, abi: str) -> bool:
    return abi.startswith("abi3") or (abi == "none" and interpreter.startswith("py"))


def _admits_others(requires_python: str, python: Python) -> bool:
    """Return whether `Requires-Python` leaves any version but that of one Python."""
    number = ".".join(map(str, python.version))
    others = installable(requires_python) & markers.of_releases(f'python_version != "{number}"')
    return others.branch is not False
