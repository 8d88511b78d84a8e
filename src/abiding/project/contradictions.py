"""Lines of a pyproject.toml that exclude each other, in `[project]` and in the declaration."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import requirements
from abiding.metadata.ranges import common, range_of
from abiding.project.project_table import ApiLevel, ApiLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.specifiers import SpecifierSet

    from abiding.findings.finding import Finding
    from abiding.metadata.exclusions import Exclusion
    from abiding.project.keys import Key
    from abiding.project.project_table import Project
    from abiding.project.pyproject import Pyproject

__all__ = ["DeclaredLine", "contradictions", "contradictions_of_api"]


class DeclaredLine(NamedTuple):
    """A line that is declared for wheels.

    `text` is the requirement to show, `says` the part of it that is certain; they differ for a pin that is not filled.
    `pin` is the text before it was filled, if it was. `select` and `variant` are those of the entry.
    """

    key: Key
    text: str
    says: str
    extra: str
    pin: str = ""
    select: tuple[str, ...] = ()
    variant: str = ""


def contradictions(
    pyproject: Pyproject, project: Project, declared: Iterable[DeclaredLine], *, here: bool = False
) -> Iterator[tuple[Finding, bool]]:
    """Find lines that no version satisfies together, at least one of which is declared for wheels.

    Yields with each whether earlier versions accepted it. With `here`, only this environment counts: a line that is
    filled from the installed version says nothing about any other. Lines that never apply together are not compared:
    by their markers, for wheels of different tags or variants, or with extras that are never used together.
    """
    # Usually all lines for a distribution have a version in common, and markers don't matter.
    api = ApiLevel.of(project)
    by_name: dict[str, list[DeclaredLine]] = {}
    ranges: dict[str, set[SpecifierSet]] = {}
    for line in declared:
        requirement = requirements.parse(line.says)
        if here and not requirements.applies(requirement):
            continue
        name = normalised(requirement.name)
        by_name.setdefault(name, []).append(line)
        ranges.setdefault(name, set()).add(requirement.specifier)
    suspects = [name for name, specifiers in ranges.items() if _is_empty(specifiers | api.specifiers(name))]
    if suspects:
        lines = [line for name in suspects for line in by_name[name][: bounds.LINES_FOR_ONE]]
        yield from _found(pyproject, project, api, lines, suspects, here=here)


def contradictions_of_api(pyproject: Pyproject, project: Project) -> Iterator[Finding]:
    """Find lines of `[project]` that no version satisfies together, so that the project can't be installed."""
    api = ApiLevel.of(project)
    suspects = [name for name in api.lines if _is_empty(api.specifiers(name))]
    if suspects:
        yield from (finding for finding, _ in _found(pyproject, project, api, (), suspects))


def _is_empty(specifiers: Iterable[SpecifierSet]) -> bool:
    return common(map(range_of, specifiers)).is_empty


def _found(
    pyproject: Pyproject,
    project: Project,
    api: ApiLevel,
    declared: Sequence[DeclaredLine],
    suspects: Iterable[str],
    *,
    here: bool = False,
) -> Iterator[tuple[Finding, bool]]:
    from abiding.metadata.exclusions import exclusions, installable, only_if
    from abiding.metadata.requires_dist import Line
    from abiding.project.select_overlap import KindsOfWheel

    table = project.table or {}
    own = normalised(str(table.get("name", "")))
    wheels = KindsOfWheel.of(line.select for line in declared)
    sources: list[ApiLine | DeclaredLine] = []
    lines: list[Line] = []
    of_source = (api.lines.get(name, ())[: bounds.LINES_FOR_ONE] for name in dict.fromkeys((*suspects, own)))
    for source in chain.from_iterable(of_source):
        if here and not requirements.applies(source.requirement):
            continue
        lines.append(Line.read(_under(source.text, source.extra), own))
        sources.append(source)
    for entry in declared:
        line = Line.read(_under(entry.says, entry.extra), own)
        where = wheels.selected(entry.select) & (only_if("variant", entry.variant) if entry.variant else only_if())
        lines.append(line._replace(where=line.where & where))
        sources.append(entry)
    within = installable(str(table.get("requires-python", ""))) & wheels.within
    for star, centre in _by_centre(list(exclusions(lines, within))):
        places = tuple(dict.fromkeys(place for overlap in star for place in overlap.places))
        of = [sources[place] for place in places]
        of_wheels = [source for source in of if isinstance(source, DeclaredLine)]
        is_of_some = any(source.select for source in of_wheels)
        tag = wheels.example([within, *(lines[place].where for place in places)]) if is_of_some else ""
        if of_wheels or not declared:
            first = None if centre is None else sources[centre]
            recent = not any(_is_of_one_each([sources[place] for place in overlap.places]) for overlap in star)
            yield _finding(pyproject, star[0]._replace(places=places), of, tag, first), recent


def _by_centre(exclusions: list[Exclusion]) -> Iterator[tuple[list[Exclusion], int | None]]:
    """Group pairs that share a line, by the place of that line, which is the one to change."""
    pairs = [overlap for overlap in exclusions if len(overlap.places) == 2]  # noqa: PLR2004
    yield from (([overlap], None) for overlap in exclusions if overlap not in pairs)
    while pairs:
        number = Counter((place, overlap.extra) for overlap in pairs for place in overlap.places)
        (centre, extra), most = number.most_common(1)[0]
        star = (
            [overlap for overlap in pairs if overlap.extra == extra and centre in overlap.places]
            if most > 1
            else pairs[:1]
        )
        pairs = [overlap for overlap in pairs if overlap not in star]
        yield star, centre if most > 1 else None


def _under(text: str, extra: str) -> str:
    return requirements.with_extra(text, normalised(extra)) if extra else text


def _is_of_one_each(sources: list[ApiLine | DeclaredLine]) -> bool:
    """Return whether these are one line of each level, and the API line applies wherever the declared one does."""
    match sources:
        case ApiLine() as api, DeclaredLine() as declared:
            marker = requirements.parse(declared.says).marker
            return api.requirement.marker in (None, marker) and api.extra in ("", declared.extra)
    return False


# By the number of lines: the beginning of the message, the note, and the hint.
_WORDS = {1: ("", "it", "change it"), 2: ("both ", "both lines", "change one of the two")}
_MORE = ("all of ", "all of them", "change one of them")
_PINNED = "with build isolation a version is installed that all lines admit; without it, install such a one first"


def _finding(
    pyproject: Pyproject,
    exclusion: Exclusion,
    sources: list[ApiLine | DeclaredLine],
    tag: str,
    centre: ApiLine | DeclaredLine | None,
) -> Finding:
    """Return the message: which lines exclude each other, and in wheels of which `tag`."""
    before, carried, change = _WORDS.get(len(sources), _MORE)
    *first, last = (f"`{source.text}`" for source in sources if source is not centre)
    texts = f"{', '.join(first)} {'or' if centre else 'and'} {last}" if first else last
    if centre:
        before, change = f"both `{centre.text}` and any of ", f"change `{centre.text}`, or each of the others"
    main = centre or next((source for source in reversed(sources) if isinstance(source, DeclaredLine)), sources[-1])
    others = [source for source in sources if source is not main]
    filled = [source for source in sources if isinstance(source, DeclaredLine) and source.pin]
    with_extra = f" with the extra `{exclusion.extra}`" if exclusion.extra else ""
    wheel = f"a wheel tagged `{tag}`" if tag else "a wheel"
    somewhere = any(";" in source.text for source in sources)
    outcome = "nothing can install it where their markers hold" if somewhere else "nothing could ever install it"
    return pyproject.finding(
        "unsatisfiable",
        f"no version of `{exclusion.name}` satisfies {before}{texts}",
        main.key,
        also=tuple(
            (source.key, "for wheels" if isinstance(source, DeclaredLine) else "the API level") for source in others
        ),
        notes=(
            f"{wheel} carries {carried}, so {outcome}{with_extra}",
            *(f"`{source.text}` is `{source.pin}`, filled from the version that is installed" for source in filled),
        ),
        hints=(_PINNED if filled else change,),
    )
