"""The lines that entries become in a build, and how a wheel's lines are traced back to entries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from abiding.archives.names import normalised
from abiding.findings.errors import DeclarationError
from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import pins
from abiding.metadata.installed import NotInstalledError
from abiding.metadata.ranges import common, range_of
from abiding.metadata.requirements import applies, meaning, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping

    from abiding.findings.finding import Finding
    from abiding.metadata.filling import Filled
    from abiding.project.build_record import BuildRecord
    from abiding.project.entry import Entry
    from abiding.project.keys import Key
    from abiding.project.project_table import ApiLevel
    from abiding.project.pyproject import Pyproject

__all__ = ["Added", "Claimed", "Wanted", "filled", "installing", "to_install"]


# Before a build


class Wanted(NamedTuple):
    """What has to be in the build environment for the lines of one distribution that `entry` is the first of.

    `excluding` are the lines, each with its key, if no version is in all of them. `pinned` is whether one has pins.
    """

    entry: Entry
    requirements: tuple[str, ...]
    excluding: tuple[tuple[Key, str], ...] = ()
    pinned: bool = False


def to_install(joining: Iterable[Entry], beside: Mapping[Entry, bool], api: ApiLevel) -> Iterator[Wanted]:
    """Find what to install for entries: versions that every line admits which a wheel may carry for them.

    `beside` are all entries of the build, and whether each surely applies: those that may not are kept to as long as
    that leaves a version.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in beside:
        groups.setdefault(entry.name, []).append(entry)
    distributions: dict[tuple[str, str], list[Entry]] = {}
    for entry in joining:
        distributions.setdefault((entry.name, normalised(entry.extra)), []).append(entry)
    for (name, extra), entries in distributions.items():
        of_source = [(line.key, line.text) for line in api.lines.get(name, ()) if _meets(extra, line.extra)]
        same = [entry for entry in groups.get(name, entries) if _meets(extra, entry.extra)]
        every = [*of_source, *((entry.key, pins.without_pins(entry.requires)) for entry in same)]
        needed = {entry.key for entry in same if beside.get(entry) or entry.joins_build}
        sure = [*of_source, *(line for line in every[len(of_source) :] if line[0] in needed)]
        texts = next((lines for lines in (every, sure) if _have_common_version(text for _, text in lines)), None)
        pinned = any(pins.has_pins(entry.requires) for entry in entries)
        if texts is not None:
            yield Wanted(entries[0], _without_bare(text for _, text in texts), (), pinned)
        else:
            own = (pins.without_pins(entry.requires) for entry in entries)
            fallback = [text for _, text in of_source] if pinned and of_source else own
            yield Wanted(entries[0], tuple(dict.fromkeys(fallback)), tuple(sure), pinned)


def _meets(extra: str, other: str) -> bool:
    return not extra or not other or extra == normalised(other)


def _have_common_version(lines: Iterable[str]) -> bool:
    """Return whether a version is in all of the lines that apply in this environment."""
    return not common(range_of(line.specifier) for line in map(parse, lines) if applies(line)).is_empty


def _without_bare(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the lines, without those that say no more than another one: a name alone beside `name>=1`."""
    lines = tuple(dict.fromkeys(lines))
    parsed = {line: parse(line) for line in lines}
    unconditional = [requirement for requirement in parsed.values() if requirement.specifier and not requirement.marker]
    return tuple(
        line
        for line, requirement in parsed.items()
        if requirement.specifier or requirement.extras or requirement.marker or requirement.url or not unconditional
    )


# In a build

_SELECT = "its marker is false here, and nothing is installed for it: say by `select` which wheels the line is for"


def filled(entries: Iterable[Entry], pyproject: Pyproject) -> tuple[dict[Entry, str], tuple[Finding, ...]]:
    """Write what each entry requires, pins filled from what is installed here.

    Returns with them what is wrong with lines that exclude the very version they were filled from. Raises
    `DeclarationError` if a pin can't be filled.
    """
    lines: dict[Entry, str] = {}
    unfilled: list[Finding] = []
    findings: list[Finding] = []
    for entry in entries:
        if not pins.has_pins(entry.requires):
            lines[entry] = entry.requires
            continue
        from abiding.metadata import filling

        try:
            outcome = filling.fill(entry.requires)
        except (NotInstalledError, ValueError) as exc:
            message = f"`{entry.requires}` can't be filled: {exc}"
            unfilled.append(pyproject.finding("unfilled-pin", message, entry.key, hints=_way_on(entry, exc)))
            continue
        lines[entry] = outcome.line
        if outcome.excluding:
            findings.append(_excluding(entry, outcome, pyproject))
    if unfilled:
        raise DeclarationError([*unfilled, *findings], "Nothing was built")
    return lines, tuple(findings)


def _way_on(entry: Entry, exc: Exception) -> tuple[str, ...]:
    if not isinstance(exc, NotInstalledError):
        return ()
    if not entry.applies_here:
        return (_SELECT,)  # a front end installs nothing for it, and rightly so
    return (installing(line if line == pins.FILLING else entry.requires for line in exc.missing),)


def installing(lines: Iterable[str]) -> str:
    """Return what to do where something is missing that front ends install for a build, if they isolate it."""
    import shlex

    requirements = [pins.without_pins(line).partition(";")[0].strip() for line in lines]
    return f"install it, which nobody else does without build isolation: `pip install {shlex.join(requirements)}`"


def _excluding(entry: Entry, outcome: Filled, pyproject: Pyproject) -> Finding:
    clauses = " and ".join(
        f"`{clause}` of `{entry.requires}`" + (f" becomes `{filled}`, which" if filled != clause else "")
        for clause, filled in outcome.excluding
    )
    hint = (
        f"write `{outcome.instead}`"
        if outcome.instead
        else f"write a line that {entry.name} {outcome.version} satisfies"
    )
    return pyproject.finding(
        "unfilled-pin",
        f"{clauses} excludes the version that is installed, {entry.name} {outcome.version}",
        entry.key,
        notes=("the wheel would exclude what it was built against",),
        hints=(hint,),
    )


# In a wheel

# Lines of one distribution that differ in their numbers alone: more of them than anybody writes.
_MOST_ALIKE = 20


class Claimed(NamedTuple):
    """What entries have become in a wheel: by entry its line, and its place among those of the wheel.

    `missing` are the entries whose line is not there, each with that line, pins unfilled if nobody knows better.
    """

    lines: dict[Entry, str]
    places: frozenset[int]
    missing: dict[Entry, str]


class Added:
    """The requirements of a wheel that its source does not have. Each can come from one entry.

    An entry is told by the record of the build if the wheel has one, else by the whole shape of its line. A line that
    the source has too says nothing of an entry, whatever it looks like.
    """

    def __init__(self, wheel: Iterable[str], source: Iterable[str], record: BuildRecord | None = None) -> None:
        """Leave out of the lines of the wheel those of its source, each as often as the source has it."""
        self._record = record
        self._source = Counter(map(meaning, source))
        left = self._source.copy()
        self._lines: list[str] = []
        self._places: dict[Hashable, list[int]] = {}
        for line in wheel:
            means = meaning(line)
            if left[means]:
                left[means] -= 1
                continue
            place = len(self._lines)
            self._lines.append(line)
            self._places.setdefault(means, []).append(place)
            self._places.setdefault(_shape(line), []).append(place)

    def claim(self, entries: Iterable[Entry], besides: Collection[int] = ()) -> Claimed:
        """Find the line of each entry among those at other places than `besides`."""
        places: dict[Entry, int] = {}
        missing: dict[Entry, str] = {}
        claimed = set(besides)
        known = (
            {(recorded.entry, recorded.extra): recorded.requirement for recorded in self._record.lines}
            if self._record
            else {}
        )

        def take(entry: Entry, candidates: Iterable[int]) -> bool:
            place = next((candidate for candidate in candidates if candidate not in claimed), None)
            if place is None:
                return False
            places[entry] = place
            claimed.add(place)
            return True

        # What is known to the letter first: a pin could look like it.
        entries = list(entries)
        shaped = []
        for entry in entries:
            line = known.get((entry.requires, entry.extra))
            if line is not None and not _can_become(entry, line):
                line = None  # a record is a file like any other: it does not make lawful what the entry is not
            if line is None and pins.has_pins(entry.requires):
                shaped.append(entry)
                continue
            means = meaning(line or entry.template)
            if not take(entry, self._places.get(means, ())) and not self._source[means]:
                missing[entry] = line or entry.template
        alike = {entry: self._alike(entry.template) for entry in shaped}
        for entry in sorted(shaped, key=lambda entry: len(alike[entry])):
            if not take(entry, alike[entry]):
                missing[entry] = entry.template
        lines = {entry: self._lines[places[entry]] for entry in entries if entry in places}
        return Claimed(
            lines, frozenset(places.values()), {entry: missing[entry] for entry in entries if entry in missing}
        )

    def _alike(self, template: str) -> list[int]:
        places = self._places.get(_shape(template), [])[:_MOST_ALIKE]
        return [place for place in places if pins.fits(template, self._lines[place])]


def _can_become(entry: Entry, line: str) -> bool:
    """Return whether the entry may have become this line: by filled pins, or by its provider's export."""
    if pins.fits(entry.template, line):
        return True
    bare = pins.without_specifiers(line)
    return entry.native and meaning(entry.template) == meaning(bare) != meaning(line)


def _shape(line: str) -> Hashable:
    return "shape", meaning(pins.without_specifiers(line))
