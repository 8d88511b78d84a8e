"""What a wheel was compiled with, which is in the build environment, held against what the wheel admits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding import native
from abiding.archives.naming import normalised
from abiding.builds.refuting import places_of
from abiding.evidence.interfaces import Kind
from abiding.findings.finding import Finding, Severity
from abiding.metadata import requirements
from abiding.metadata.pinned import pin_of_named
from abiding.metadata.ranges import range_of
from abiding.project.entry import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    from abiding.builds.built import Built
    from abiding.builds.entries import Entries
    from abiding.project.build_record import Used

__all__ = ["judge_versions"]


def judge_versions(
    built: Built, entries: Entries, interfaces: Sequence[Used], origin: Callable[[str, str], str]
) -> Iterator[Finding]:
    """Warn of each distribution of which the wheel excludes the version that it was compiled with.

    `interfaces` are what its files use. A version that is newer than all that the wheel admits is no mistake if the
    files say which is the least that they accept. `origin` is as for `judge_compiled`.
    """
    from packaging.specifiers import SpecifierSet

    asked: dict[str, list[Requirement]] = {}
    for requirement in requirements.in_force(built.metadata.all("Requires-Dist")):
        asked.setdefault(normalised(requirement.name), []).append(requirement)
    for name, used in _by_name(interfaces).items():
        version = native.version_of(name) if name in asked else ""
        if not version or any(_refuses(interface, version) for interface in used):
            continue
        admitted = SpecifierSet(",".join(str(requirement.specifier) for requirement in asked[name]))
        accepts_older = all(interface.floor for interface in used) and _is_older(admitted, version)
        if not _admits(admitted, version) and not accepts_older:
            lines = _excluding(built, asked[name], version)
            if lines:
                yield _tight(name, version, lines, built, places_of(lines, built, entries, origin))


def _by_name(interfaces: Sequence[Used]) -> dict[str, list[Used]]:
    """Return what is compiled with files of a distribution, by its name.

    Code that gets at numpy's C API by itself, as that of pybind11 does, is compiled with no header of numpy.
    """
    by_name: dict[str, list[Used]] = {}
    for used in interfaces:
        if used.distribution and (used.floor or used.kind != Kind.NUMPY):
            by_name.setdefault(used.distribution, []).append(used)
    return by_name


def _refuses(used: Used, version: str) -> bool:
    """Return whether a file says that it was compiled with another version."""
    from packaging.version import Version

    return bool(used.ceiling) and Version(version) >= Version(used.ceiling)


def _admits(admitted: SpecifierSet, version: str) -> bool:
    """Return whether a version is admitted; who compiles with a pre-release means what will be released."""
    from packaging.version import Version

    released = Version(version).base_version
    return any(admitted.contains(text, prereleases=True) for text in (version, released))


def _excluding(built: Built, asked: Iterable[Requirement], version: str) -> list[str]:
    """Return the lines in force that do not admit a version; but for those with another reason than that."""
    others = {line for entry, line in built.lines.items() if entry.reason is not Reason.ABI}
    tight = {requirement for requirement in asked if not _admits(requirement.specifier, version)}
    lines = [line for line in built.metadata.all("Requires-Dist") if line not in others]
    return [line for line in lines if any(requirement in tight for requirement in requirements.in_force([line]))]


def _is_older(admitted: SpecifierSet, version: str) -> bool:
    """Return whether all that is admitted is older than a version."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    return range_of(admitted).is_subset(range_of(SpecifierSet(f"<{Version(version).public}")))


def _tight(name: str, version: str, lines: Sequence[str], built: Built, places: str) -> Finding:
    listed = " and ".join(f"`{line}`" for line in lines)
    return Finding(
        "bound-too-tight",
        Severity.WARNING,
        f"{listed} exclude{'' if len(lines) > 1 else 's'} {name} {version}, which the wheel was compiled with",
        artifact=built.archive.path.name,
        field="Requires-Dist",
        expected=f"{name}=={version}",
        expected_from="in the build environment",
        found=tuple(lines),
        found_from=places,
        notes=("whether compiled code works with versions that it was not compiled with, nothing here has tried",),
        hints=(
            "build with a version that the wheel admits: require it in `build-system.requires`",
            "or widen the line; or, in `[tool.abiding.wheel]`, give it the `reason` for which it is there",
            *_pinning(lines, built),
        ),
    )


def _pinning(lines: Sequence[str], built: Built) -> Iterator[str]:
    """Yield the pin to declare in the place of a line that is declared with one version, and so for one build."""
    for entry, line in built.lines.items():
        pin = pin_of_named(entry.requires) if line in lines else ""
        if pin:
            yield f"or write `{pin}` for `{entry.requires}`: each build fills it in with the version that is installed"
