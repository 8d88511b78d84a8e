"""All Requires-Dist lines of a file together: the environments in which each requirement applies.

One line can say what two say, and a project can require its own extras: `spam[docs]; extra == "all"`. Some backends
write such a line as it is, hatchling expands it. Resolvers treat both alike if the line has no version and no URL, the
extra is listed in Provides-Extra, and markers use extras only as `extra == NAME`. Otherwise tools differ, and lines are
compared as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.metadata import markers, requirements
from abiding.metadata.environments import Environments, Question, Steps, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

__all__ = ["Line", "RequiresDist", "spelled_out"]


# Steps for all extras that refer to each other, and for each requirement of several lines.
_STEPS = 200_000


class Line(NamedTuple):
    """A line, its requirement, and the environments and extras in which it applies."""

    text: str
    what: Hashable
    where: Environments
    own_extras: frozenset[str]

    @classmethod
    def read(cls, text: str, own: str) -> Line:
        """Read a line of the project `own`."""
        meaning = requirements.meaning(text)
        if not isinstance(meaning, tuple):  # no requirement
            return cls(text, meaning, Environments.all(), frozenset())
        name, extras, *_ = what = meaning[:-1]
        if not extras or name != own:
            return cls(text, what, meaning[-1], frozenset())
        requirement = requirements.parse(text)
        is_bare = not requirement.specifier and not requirement.url
        return cls(text, what, meaning[-1], extras if is_bare else frozenset())


class RequiresDist(NamedTuple):
    """The lines of one file, and the environments of each requirement, without lines that never apply."""

    lines: tuple[Line, ...]
    required: Mapping[Hashable, Environments | frozenset[Environments]]

    @classmethod
    def of(cls, values: Iterable[str], own: str, provided: Collection[str]) -> RequiresDist:
        """Read the values of the field. `own` is the normalised name of the project, `provided` are its extras."""
        lines = tuple(_followed(line, provided) for line in (Line.read(text, own) for text in dict.fromkeys(values)))
        if any(line.own_extras for line in lines) and not all(map(_asks_by_name_only, lines)):
            lines = tuple(line._replace(own_extras=frozenset()) for line in lines)
        try:
            plain = spelled_out(lines)
        except UndecidedError:
            plain = lines
        by_meaning: dict[Hashable, list[Environments]] = {}
        nowhere = ~Environments.all()
        for line in plain:
            by_meaning.setdefault(line.what, []).append(line.where)
        required = {what: _together(parts) for what, parts in by_meaning.items()}
        return cls(lines, {what: where for what, where in required.items() if where != nowhere})

    @property
    def meaning(self) -> frozenset[Hashable]:
        """A value that two files share exactly when they require the same everywhere."""
        return frozenset(self.required.items())

    def missing_in(self, other: RequiresDist) -> tuple[str, ...]:
        """Return the lines that require something in environments where the other file does not."""
        ours, theirs = self.required, other.required
        apart = {what for what, where in ours.items() if theirs.get(what) != where} | (theirs.keys() - ours.keys())
        there = {line[1:] for line in other.lines}
        lines = [line for line in self.lines if line[1:] not in there]
        return tuple(line.text for line in lines if apart and (line.what in apart or line.own_extras))


def _followed(line: Line, provided: Collection[str]) -> Line:
    """Return whether a line is a reference to the project's extras that all tools follow."""
    return line if line.own_extras <= frozenset(provided) else line._replace(own_extras=frozenset())


def _asks_by_name_only(line: Line) -> bool:
    requirement = requirements.try_parse(line.text) if "extra" in line.text else None
    return requirement is None or requirements.asks_by_name_only(requirement)


def _together(parts: Sequence[Environments]) -> Environments | frozenset[Environments]:
    """Return the union of sets of environments; the sets themselves if that takes too long."""
    try:
        return Environments.joined("or", parts, Steps(_STEPS))
    except UndecidedError:
        return frozenset(parts)


def spelled_out(lines: Sequence[Line]) -> Sequence[Line]:
    """Remove lines that require the project itself, and extend the others to the environments that these add."""
    references = [line for line in lines if line.own_extras]
    if not references:
        return lines
    steps = Steps(_STEPS)
    active = _active(references, steps)
    return [line._replace(where=line.where.replaced(active, steps)) for line in lines if not line.own_extras]


def _active(references: Sequence[Line], steps: Steps) -> Mapping[Question, Environments]:
    """Return the environments in which extras are active: requested, or included by another active one."""
    brought: dict[Question, frozenset[Environments]] = {}
    for line in references:
        for question in map(markers.asks_for, line.own_extras):
            brought[question] = brought.get(question, frozenset()) | {line.where}
    active = {question: Environments.where(question) for question in brought}
    for _ in brought:  # each round follows one more reference
        known = {where: where.replaced(active, steps) for where in frozenset().union(*brought.values())}
        ways = {
            places: Environments.joined("or", [known[where] for where in places], steps)
            for places in {*brought.values()}
        }
        before, active = (
            active,
            {
                question: Environments.joined("or", [Environments.where(question), ways[places]], steps)
                for question, places in brought.items()
            },
        )
        if active == before:
            break
    return active
