"""Check the requirements of a built wheel against what its compiled files accept."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from abiding import evidence, native
from abiding.archives.names import normalised
from abiding.evidence.interfaces import Kind
from abiding.findings.finding import Finding, Severity, lines_of, weight
from abiding.findings.words import joined_literals
from abiding.metadata import narrowing, requirements
from abiding.metadata.pinned import pin_of_named
from abiding.metadata.ranges import range_of
from abiding.project.entry import Reason
from abiding.project.hints import declaring, making_dynamic
from abiding.project.level import Level
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    from abiding.builds.built_wheel import BuiltWheel
    from abiding.builds.entries import Entries
    from abiding.project.build_record import Used

__all__ = ["judge_compiled", "judge_optional_modules", "judge_versions"]


_AT_ABI = "the lines for it are left out at the API level: `-C abiding.level=abi`, or `ABIDING_LEVEL=abi`, adds them"


def judge_compiled(
    built: BuiltWheel, entries: Entries, origin: Callable[[str, str], str]
) -> tuple[tuple[Used, ...], tuple[Finding, ...]]:
    """Judge the bounds of a wheel by what its compiled files accept. Returns the interfaces they use, and findings.

    `origin(field, line)` says where a line of METADATA comes from that is from no entry. Raises `ArchiveError`.
    """
    examined = evidence.judge_built(built.archive, built.metadata, entries.declaration.optional_modules)
    if examined is None:
        return (), ()
    judged = examined.judged
    return examined.interfaces, (
        *(entries.weigh(judged.wrong_tag) if built.kind == "wheel" else _lowered(judged.wrong_tag)),  # at each level
        *(entries.weigh(judged.tags) if _is_to_publish(built, entries) else _lowered(judged.tags)),
        *(
            _here(finding, built, entries, origin) if finding.severity is Severity.ERROR else finding
            for finding in judged.bounds
        ),
        *judged.others,
        *judged.unread,
    )


def _lowered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings with their errors as warnings."""
    for finding in findings:
        yield finding._replace(severity=min(finding.severity, Severity.WARNING, key=weight))


def _here(finding: Finding, built: BuiltWheel, entries: Entries, origin: Callable[[str, str], str]) -> Finding:
    """Return a finding with what only a build knows: where its lines are declared, and what to write there."""
    lines, missing = lines_of(finding.found), lines_of(finding.expected)
    left_out = entries.level is Level.API and any(
        entry.name == requirements.name_of(missing[0]) for entry in entries.of_variant
    )
    # Adding a line does not help if no version would be left; the finding's own hint then does.
    pairs = product(map(requirements.parse, lines), map(requirements.parse, missing))
    are_opposed = any(narrowing.excludes(there, more) for there, more in pairs)
    ways = finding.hints[:1] if are_opposed else tuple(_ways(missing, entries))
    ways = (_AT_ABI,) if left_out else ways
    return finding._replace(
        severity=_severity(built, entries),
        found_from=_places_of(lines, built, entries, origin),
        hints=(
            *(() if left_out else entries.later),
            *ways,
            *finding.hints[1:],
        ),
    )


def _places_of(lines: Iterable[str], built: BuiltWheel, entries: Entries, origin: Callable[[str, str], str]) -> str:
    """Return where lines of METADATA come from; `origin` is as for `judge_compiled`."""
    own = {line: entries.place_of(entry) for entry, line in built.lines.items()}
    places = dict.fromkeys(own.get(line) or origin("Requires-Dist", line) for line in lines)
    return f"METADATA, from {', '.join(places)}"


def _is_to_publish(built: BuiltWheel, entries: Entries) -> bool:
    """Return whether a wheel is of the level that is published, at which its lines are held to its files."""
    return built.kind == "wheel" and entries.level is Level.ABI


def _severity(built: BuiltWheel, entries: Entries) -> Severity:
    return entries.severity if _is_to_publish(built, entries) else Severity.WARNING


def _ways(lines: Sequence[str], entries: Entries) -> Iterator[str]:
    project = entries.declaration.project
    fields = dict.fromkeys("optional-dependencies" if "extra ==" in line else "dependencies" for line in lines)
    if project.table is not None and (lacking := [field for field in fields if field not in project.dynamic]):
        yield from making_dynamic(lacking, entries.pyproject)
    yield from (f"if only wheels need it, {way}" for way in declaring(lines, entries.pyproject))
    quoted = joined_literals(lines)
    yield f"or, if the source needs it too, give {quoted} {_there(lines, entries)}"


def _there(lines: Iterable[str], entries: Entries) -> str:
    """Return where `[project]` has requirements on the same distributions, or only `[project]` if it has none."""
    names = {requirements.name_of(line) for line in lines}
    keys = [key for key, text, _ in entries.declaration.project.requirements() if requirements.name_of(text) in names]
    places = dict.fromkeys(f"`{key_text(key[:-1])}` (pyproject.toml:{entries.pyproject.line_of(key)})" for key in keys)
    return f"in {' and '.join(places) or '`[project]`'}"


def judge_versions(
    built: BuiltWheel, entries: Entries, interfaces: Sequence[Used], origin: Callable[[str, str], str]
) -> Iterator[Finding]:
    """Warn of each distribution for which a wheel excludes the version that it was compiled with.

    `interfaces` are those that its files use. If the files themselves give the lowest version that they accept, it is
    fine that the wheel admits only older versions. `origin` is as for `judge_compiled`.
    """
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    asked: dict[str, list[Requirement]] = {}
    for requirement in requirements.in_force(built.metadata.all("Requires-Dist")):
        asked.setdefault(normalised(requirement.name), []).append(requirement)
    for name, used in _by_name(interfaces).items():
        version = native.version_of(name) if name in asked else ""
        ceilings = (interface.ceiling for interface in used if interface.ceiling)
        if not version or any(Version(version) >= Version(ceiling) for ceiling in ceilings):
            continue  # it was compiled with another version than that
        admitted = SpecifierSet(",".join(str(requirement.specifier) for requirement in asked[name]))
        older = range_of(SpecifierSet(f"<{Version(version).public}"))
        accepts_older = all(interface.floor for interface in used) and range_of(admitted).is_subset(older)
        if not _admits(admitted, version) and not accepts_older:
            lines = _lines_excluding(built, asked[name], version)
            if lines:
                yield _tight(name, version, lines, built, _places_of(lines, built, entries, origin))


def _by_name(interfaces: Sequence[Used]) -> dict[str, list[Used]]:
    """Group interfaces by distribution, without those that are used without being compiled with its headers.

    pybind11, for example, gets at numpy's C API by itself, without a header of numpy.
    """
    by_name: dict[str, list[Used]] = {}
    for used in interfaces:
        if used.distribution and (used.floor or used.kind != Kind.NUMPY):
            by_name.setdefault(used.distribution, []).append(used)
    return by_name


def _admits(admitted: SpecifierSet, version: str) -> bool:
    """Return whether a version is admitted; a pre-release counts as the release that it leads to."""
    from packaging.version import Version

    released = Version(version).base_version
    return any(admitted.contains(text, prereleases=True) for text in (version, released))


def _lines_excluding(built: BuiltWheel, asked: Iterable[Requirement], version: str) -> list[str]:
    """Return the lines in force that exclude a version, unless they are declared with another reason than `abi`."""
    others = {line for entry, line in built.lines.items() if entry.reason is not Reason.ABI}
    tight = {requirement for requirement in asked if not _admits(requirement.specifier, version)}
    lines = [line for line in built.metadata.all("Requires-Dist") if line not in others]
    return [line for line in lines if any(requirement in tight for requirement in requirements.in_force([line]))]


def _tight(name: str, version: str, lines: Sequence[str], built: BuiltWheel, places: str) -> Finding:
    listed = joined_literals(lines)
    return Finding(
        "bound-too-tight",
        Severity.WARNING,
        f"{listed} exclude{'' if len(lines) > 1 else 's'} {name} {version}, which the wheel was compiled with",
        artifact=built.name,
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


def _pinning(lines: Sequence[str], built: BuiltWheel) -> Iterator[str]:
    """Yield a hint to declare a pin instead of a fixed version, which fits one build only."""
    for entry, line in built.lines.items():
        pin = pin_of_named(entry.requires) if line in lines else ""
        if pin:
            yield f"or write `{pin}` for `{entry.requires}`: each build fills it in with the version that is installed"


def judge_optional_modules(built: BuiltWheel, entries: Entries) -> Iterator[Finding]:
    """Warn of each glob of `optional-modules` that matches no compiled file of a wheel.

    A glob whose file ending occurs nowhere in this wheel is meant for wheels of another system.
    """
    optional, members = entries.declaration.optional_modules, built.archive.names
    if not optional or built.kind == "editable" or not native.has_code(members):
        return
    from abiding.evidence.optional_modules import NO_MATCH, CompiledModules

    inside = CompiledModules.of(members)
    for index, glob in enumerate(guard.modules for guard in optional):
        if inside.has(glob):
            continue
        suggestion = inside.suggestion(glob)
        yield entries.pyproject.finding(
            "bad-value",
            NO_MATCH.format(glob),
            ("tool", "abiding", "optional-modules", index),
            severity=Severity.WARNING,
            notes=inside.notes,
            hints=(f"did you mean `{suggestion}`?",) if suggestion else (),
        )
