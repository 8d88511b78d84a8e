"""Check that the requirements of one file can be satisfied together."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from abiding.archives.names import kind_of, normalised
from abiding.findings.finding import Finding, Severity
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.specifiers import SpecifierSet

    from abiding.metadata.core import CoreMetadata
    from abiding.metadata.environments import Environments
    from abiding.metadata.exclusions import Exclusion

__all__ = ["judge_satisfiable"]


_NAME = pattern(r"\s*([A-Za-z0-9._-]+)")


def judge_satisfiable(files: Sequence[str], metadata: CoreMetadata, severity: Severity) -> Iterator[Finding]:
    """Find requirements that exclude each other in environments of the `files`, which all have this metadata."""
    lines = dict.fromkeys(metadata.all("Requires-Dist"))
    names = Counter(map(_plain_name, lines))
    own = _plain_name(metadata.get("Name"))
    # Usually no distribution is required twice, and nothing has to be parsed.
    repeated = {own, *(name for name, number in names.items() if number > 1)}
    suspects = [line for line in lines if _plain_name(line) in repeated or _may_exclude_itself(line)]
    if not suspects or _are_in_common(suspects, metadata, own):
        return
    where = {filename: _where(filename, metadata, suspects) for filename in files}
    anywhere = _join(list(where.values()))
    reported: set[tuple[str, ...]] = set()
    for filename in files if any(_find_exclusions(suspects, metadata, own, anywhere)) else ():
        for exclusion, excluded in _find_exclusions(suspects, metadata, own, where[filename]):
            texts = tuple(line for line in excluded if line in lines)
            if texts not in reported:
                reported.add(texts)
                yield _finding(exclusion, texts, filename, severity)


def _are_in_common(suspects: Sequence[str], metadata: CoreMetadata, own: str) -> bool:
    """Return whether each distribution has a version that satisfies all lines, so that it does not matter where."""
    from abiding.metadata.ranges import common, range_of
    from abiding.metadata.requirements import try_parse

    specifiers: dict[str, list[SpecifierSet]] = {}
    for requirement in filter(None, map(try_parse, [*_itself(suspects, metadata, own), *suspects])):
        specifiers.setdefault(normalised(requirement.name), []).append(requirement.specifier)
    return not any(common(map(range_of, alike)).is_empty for alike in specifiers.values())


def _itself(lines: Sequence[str], metadata: CoreMetadata, own: str) -> list[str]:
    """Return the project as a requirement if lines require it: where the file is installed, so is this version."""
    return [f"{own}=={metadata.get('Version')}"] if own in map(_plain_name, lines) else []


# Two bounds, as in most lines with several specifiers.
_BOUND = r"(>=|<=?)\s*+([0-9.]++)\s*+"
_BOUNDS = pattern(rf"[^<>=!~;,]*+{_BOUND},\s*+{_BOUND}\)?\s*+(?:;.*)?", re.DOTALL)


def _may_exclude_itself(line: str) -> bool:
    """Return whether several specifiers of a line may exclude all versions; two bounds are compared directly."""
    if "," not in line:
        return False
    match = _BOUNDS.fullmatch(line)
    if not match:
        return "," in line.partition(";")[0].rpartition("]")[2]
    limits = {match[1][0]: _numbers(match[2]), match[3][0]: _numbers(match[4])}
    return len(limits) > 1 and limits[">"] >= limits["<"]


def _numbers(release: str) -> list[int]:
    return [int(part[:18] or 0) for part in release.split(".")]


def _where(filename: str, metadata: CoreMetadata, lines: Sequence[str]) -> Environments:
    """Return the environments in which a file can be installed."""
    from abiding.archives.wheel_name import WheelName
    from abiding.archives.wheel_tags import expanded
    from abiding.metadata import markers
    from abiding.metadata.exclusions import installable

    within = installable(metadata.get("Requires-Python"), expanded(filename))
    wheel = WheelName.split(filename)
    if wheel and '"' not in wheel.label and any("variant_label" in line for line in lines):
        within &= markers.environments(f'variant_label == "{wheel.label}"')
    return within


_STEPS = 20_000


def _join(where: Sequence[Environments]) -> Environments:
    """Return the environments of several files; all, if that takes too long to compute."""
    from abiding.metadata.environments import Environments, Steps, UndecidedError

    try:
        return Environments.joined("or", list(dict.fromkeys(where)), Steps(_STEPS))
    except UndecidedError:
        return Environments.all()


def _find_exclusions(
    suspects: Sequence[str], metadata: CoreMetadata, own: str, within: Environments
) -> Iterator[tuple[Exclusion, list[str]]]:
    """Find requirements that exclude each other, with their lines."""
    from abiding.metadata import variant_markers
    from abiding.metadata.exclusions import exclusions
    from abiding.metadata.requires_dist import Line

    # The properties of variants are not known here, so requirements with such markers exclude nothing.
    known = [line for line in suspects if not any(variable in line for variable in variant_markers.SETS)]
    lines = [*_itself(known, metadata, own), *known]
    for exclusion in exclusions([Line.read(line, own) for line in lines], within):
        yield exclusion, [lines[place] for place in exclusion.places]


def _finding(exclusion: Exclusion, texts: tuple[str, ...], filename: str, severity: Severity) -> Finding:
    kind = kind_of(filename)
    with_extra = f" with the extra `{exclusion.extra}`" if exclusion.extra else ""
    alone = len(texts) == 1
    why = "the line has to hold" if alone else "all lines have to hold"
    nothing = "nothing can install it" + (" where their markers hold" if any(";" in text for text in texts) else "")
    return Finding(
        "unsatisfiable",
        severity,
        f"no version of `{exclusion.name}` satisfies all that the {kind} requires of it"
        if len(texts) == len(exclusion.places)
        else f"the {kind} requires another version of itself",
        artifact=filename,
        field="Requires-Dist",
        found=texts,
        found_from=kind,
        notes=(f"{why}, so {nothing}{with_extra}",),
        hints=("it has to change" if alone else "one of them has to change",),
    )


def _plain_name(text: str) -> str:
    match = _NAME.match(text)
    return normalised(match[1]) if match else ""
