"""Lines of a pyproject.toml that exclude each other: those of `[project]`, and those that are declared for wheels."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.metadata import requirements
from abiding.project.table import ApiLevel, ApiLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.ranges import VersionRange
    from packaging.requirements import Requirement

    from abiding.findings.finding import Finding
    from abiding.metadata.exclusions import Exclusion
    from abiding.project.pyproject import Key, Pyproject
    from abiding.project.table import Project

__all__ = ["Declared", "contradictions"]


class Declared(NamedTuple):
    """A line that is declared for wheels.

    `text` is the requirement as people are to read it, `says` what it requires for sure; they differ for a pin that is
    not filled. `pin` is the text before it was filled, if it was. `select` and `variant` say for which wheels it is.
    """

    key: Key
    text: str
    says: str
    extra: str
    pin: str = ""
    select: tuple[str, ...] = ()
    variant: str = ""


def contradictions(
    pyproject: Pyproject, project: Project, declared: Iterable[Declared]
) -> Iterator[tuple[Finding, bool]]:
    """Find the lines that no version satisfies together, one of which at least is declared for wheels.

    With each comes whether earlier versions accepted it. Lines that may never be in force together are not held against
    each other: under markers, for wheels of other tags or variants, with extras that nothing brings together.
    """
    # Most often all lines for a distribution have a version in common, and nothing has to be known of markers.
    api = ApiLevel.of(project)
    parsed = [(line, requirements.parse(line.says)) for line in declared]
    suspects = _without_common_version(api, (one for _, one in parsed))
    if suspects:
        yield from _found(pyproject, project, api, [one for one in parsed if _name(one[1]) in suspects], suspects)


def _without_common_version(api: ApiLevel, declared: Iterable[Requirement]) -> set[str]:
    ranges: dict[str, VersionRange] = {}
    for one in declared:
        name, own = _name(one), one.specifier.to_range()
        if name not in ranges:
            for line in api.lines.get(name, ()):
                own &= line.requirement.specifier.to_range()
        ranges[name] = ranges[name] & own if name in ranges else own
    return {name for name, common in ranges.items() if common.is_empty}


def _name(requirement: Requirement) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(requirement.name)


def _found(
    pyproject: Pyproject,
    project: Project,
    api: ApiLevel,
    declared: Iterable[tuple[Declared, Requirement]],
    suspects: Iterable[str],
) -> Iterator[tuple[Finding, bool]]:
    from packaging.utils import canonicalize_name

    from abiding.metadata.exclusions import exclusions, installable, only_if
    from abiding.metadata.requires_dist import Line

    table = project.table or {}
    own = canonicalize_name(str(table.get("name", "")))
    sources: list[ApiLine | Declared] = []
    lines: list[Line] = []
    most = bounds.LINES_OF_ONE
    for source in (line for name in {*suspects, own} for line in islice(api.lines.get(name, ()), most)):
        lines.append(Line.read(_under(source.text, source.extra), own))
        sources.append(source)
    left = dict.fromkeys(suspects, most)
    for one, requirement in declared:
        left[_name(requirement)] -= 1
        if left[_name(requirement)] < 0:
            continue
        line = Line.read(_under(one.says, one.extra), own)
        where = only_if("select", *one.select) if one.select else only_if()
        where &= only_if("variant", one.variant) if one.variant else only_if()
        lines.append(line._replace(where=line.where & where))
        sources.append(one)
    origin = {id(line): source for line, source in zip(lines, sources, strict=True)}
    within = installable(str(table.get("requires-python", "")))
    for exclusion in exclusions(lines, within):
        of = [origin[id(line)] for line in exclusion.lines]
        if any(isinstance(one, Declared) for one in of):  # the wrapped backend has the word on [project]
            yield _finding(pyproject, exclusion, of), not _is_plain(of)


def _under(text: str, extra: str) -> str:
    from packaging.utils import canonicalize_name

    return requirements.with_extra(text, canonicalize_name(extra)) if extra else text


def _is_plain(sources: list[ApiLine | Declared]) -> bool:
    """Whether it is one line of each level, in force together wherever the declared one is."""
    match sources:
        case ApiLine() as api, Declared() as declared:
            marker = requirements.parse(declared.says).marker
            return api.requirement.marker in (None, marker) and api.extra in ("", declared.extra)
    return False


# By how many lines there are: before them, what a wheel carries, and what to do.
_WORDS = {1: ("", "it", "change it"), 2: ("both ", "both lines", "change one of the two")}
_MORE = ("all of ", "all of them", "change one of them")
_PINNED = "with build isolation a version is installed that all lines admit; without it, install such a one first"


def _finding(pyproject: Pyproject, exclusion: Exclusion, sources: list[ApiLine | Declared]) -> Finding:
    before, carried, change = _WORDS.get(len(sources), _MORE)
    *first, last = (f"`{one.text}`" for one in sources)
    texts = f"{', '.join(first)} and {last}" if first else last
    main = next(one for one in reversed(sources) if isinstance(one, Declared))
    others = [one for one in sources if one is not main]
    filled = [one for one in sources if isinstance(one, Declared) and one.pin]
    with_extra = f" with the extra `{exclusion.extra}`" if exclusion.extra else ""
    return pyproject.finding(
        "unsatisfiable",
        f"no version of `{exclusion.name}` satisfies {before}{texts}",
        main.key,
        also=tuple((one.key, "for wheels" if isinstance(one, Declared) else "the API level") for one in others),
        notes=(
            f"a wheel carries {carried}, so nothing could ever install it{with_extra}",
            *(f"`{one.text}` is `{one.pin}`, filled from the version that is installed" for one in filled),
        ),
        hints=(_PINNED if filled else change,),
    )
