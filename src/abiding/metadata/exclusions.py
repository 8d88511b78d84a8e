"""Requirements that exclude each other: they apply in one environment, and no version satisfies all."""

from __future__ import annotations

import functools
from bisect import bisect_left
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata import markers
from abiding.metadata.environments import KINDS_OF_SYSTEM, Environments, Question, QuestionKind, Steps, UndecidedError
from abiding.metadata.platform_tag import PlatformTag
from abiding.metadata.ranges import Versions, common, specifiers_of
from abiding.metadata.requires_dist import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from abiding.metadata.requires_dist import Line

__all__ = ["Exclusion", "exclusions", "installable", "only_if"]


class Exclusion(NamedTuple):
    """Lines for one distribution, by normalised name, and the extra with which they apply together, or empty.

    `places` are the positions of the lines in the input, where the same line may be twice.
    """

    name: str
    places: tuple[int, ...]
    extra: str


class _Given(NamedTuple):
    """A line and its position in the input; `where` are the environments in which it applies."""

    place: int
    range: Versions
    where: Environments


def exclusions(lines: Iterable[Line], within: Environments | None = None) -> Iterator[Exclusion]:
    """Find lines that exclude each other: one alone, two, or more where no two of them do.

    Lines of two extras apply together if one extra includes both. Only environments `within` count. What can't be
    decided, or takes too long, is no exclusion.
    """
    lines = list(lines)
    places = [place for place, line in enumerate(lines) if not line.own_extras]
    try:
        spelled = spelled_out(lines)
    except UndecidedError:
        spelled = [lines[place] for place in places]
    groups: dict[str, list[_Given]] = {}
    for place, line in zip(places, spelled, strict=True):
        if isinstance(line.what, tuple) and line.what[-1] is None:  # a valid requirement, and not by URL
            groups.setdefault(line.what[0], []).append(_Given(place, line.what[2], line.where))
    for name, group in groups.items():
        if _common(group).is_empty:
            for exclusion, extra in _of_one(group, within or Environments.all()):
                yield Exclusion(name, tuple(line.place for line in exclusion), extra)


def _of_one(group: Sequence[_Given], within: Environments) -> Iterator[tuple[tuple[_Given, ...], str]]:
    if len(group) > bounds.LINES_OF_ONE:
        yield from _of_many(group, within)
        return
    empty = [line for line in group if line.range.is_empty]
    others = [line for line in group if line not in empty]
    pairs = (pair for pair in combinations(others, 2) if _common(pair).is_empty)
    few = (*((line,) for line in empty), *pairs)
    meeting = [(lines, extra) for lines in few if (extra := _extra(lines, within)) is not None]
    yield from meeting or dict.fromkeys(_larger(others, within))


def _of_many(group: Sequence[_Given], within: Environments) -> Iterator[tuple[tuple[_Given, ...], str]]:
    """Find the lines that exclude each other among many, which apply in the same environments or in two sets."""
    made: dict[Environments, list[_Given]] = {}
    for line in group:
        made.setdefault(line.where, []).append(line)
    parts = [(_common(lines), lines) for lines in list(made.values())[: bounds.PARTS_OF_ONE]]
    for number in (1, 2):
        for some in combinations(parts, number):
            if common(versions for versions, _ in some).is_empty:
                lines = _enough([line for _, lines in some for line in lines])
                extra = _extra(lines, within)
                if extra is not None:
                    yield lines, extra
                    return


def _enough(lines: Sequence[_Given]) -> tuple[_Given, ...]:
    """Return a minimal number of lines that exclude each other."""
    needed: list[_Given] = []
    while not needed or not _common(needed).is_empty:
        # The last line of the shortest beginning that still excludes all versions is needed.
        number = bisect_left(range(len(lines)), True, key=lambda end: _common((*needed, *lines[: end + 1])).is_empty)
        needed.append(lines[number])
        lines = lines[:number]
    return tuple(reversed(needed))


def _larger(group: Sequence[_Given], within: Environments) -> Iterator[tuple[tuple[_Given, ...], str]]:
    """Yield exclusions of three lines or more, from the lines that apply together with each line."""
    for first in group:
        together = [first]
        for line in group:
            if line is not first and _extra((*together, line), within) is not None:
                together.append(line)
        if _common(together).is_empty:
            for line in tuple(together):
                fewer = [other for other in together if other is not line]
                together = fewer if _common(fewer).is_empty else together
            lines = tuple(line for line in group if line in together)
            yield lines, _extra(lines, within) or ""


def _common(lines: Iterable[_Given]) -> Versions:
    return common(line.range for line in lines)


# Environments in which lines apply together

_EXTRA = ("extra", "==")
_STEPS = 20_000


def _extra(lines: Sequence[_Given], within: Environments) -> str | None:
    """Return the extra with which all lines apply somewhere, empty if none is needed; None if they never do."""
    try:
        extras = {question for line in lines for question in line.where.questions() if _is_extra(question)}
        for extra in (None, *sorted(extras)):
            answers = {name: Environments.all() if name == extra else ~Environments.all() for name in extras}
            steps = Steps(_STEPS)
            if _meet([line.where.replaced(answers, steps) for line in lines], within):
                return extra.value[-1].strip("\"'") if extra else ""
    except UndecidedError:
        pass
    return None


def _meet(parts: Sequence[Environments], within: Environments) -> bool:
    together = Environments.joined("and", [within, *parts], Steps(_STEPS))
    if together.branch is not False:
        machines = frozenset(question for question in together.questions() if question.topic == _TOPIC)
        together = Environments.joined("and", [together, _existing(machines)], Steps(_STEPS))
    if together.branch is False:
        return False
    # Two unknown conditions may never be true together, but each is true with itself.
    unknown = any(question.kind is QuestionKind.FREE for part in parts for question in part.questions())
    return not unknown or any(all(candidate.lies_within(other) for other in parts) for candidate in parts)


def _is_extra(question: Question) -> bool:
    return question.kind is QuestionKind.FREE and question.value[:2] == _EXTRA


def only_if(*condition: str) -> Environments:
    """Return environments for a condition that no marker can express; equal words are the same condition."""
    return (
        Environments.where(Question("free", "", QuestionKind.FREE, ("", *condition)))
        if condition
        else Environments.all()
    )


def installable(requires_python: str, tags: Iterable[str] = ()) -> Environments:
    """Return the environments of a wheel with these tags; an unknown tag excludes nothing."""
    environments = Environments.all()
    fitting = list(dict.fromkeys(map(_marker, tags)))
    with suppress(UndecidedError, ValueError):
        clauses = [
            f'python_full_version {clause.operator} "{clause.version}"' for clause in specifiers_of(requires_python)
        ]
        environments &= markers.of_releases(" and ".join(clauses))
    with suppress(UndecidedError):
        if fitting and all(fitting):
            environments &= markers.of_releases(" or ".join(f"({condition})" for condition in fitting))
    return environments


_INTERPRETER = pattern(r"(py|cp|pp|graalpy)(\d)(\d*)")
_IMPLEMENTATIONS = {"cp": "cpython", "pp": "pypy", "graalpy": "graalpy"}


def _marker(tag: str) -> str:
    interpreter, abi, platform = tag.split("-")
    parts = []
    match = _INTERPRETER.fullmatch(interpreter)
    if match:
        name, major, minor = match.groups()
        later = abi.startswith("abi3") or name == "py" or not minor
        least = f"{major}.{minor or 0}"
        parts += [f'python_version >= "{least}" and python_version < "{int(major) + 1}"'] if later else []
        parts += [] if later else [f'python_version == "{least}"']
        parts += [f'implementation_name == "{_IMPLEMENTATIONS[name]}"'] if name in _IMPLEMENTATIONS else []
    read = PlatformTag.read(platform)
    parts += [f'sys_platform == "{read.system}"'] if read.system else []
    parts += (
        [f"({' or '.join(f'platform_machine == {machine!r}' for machine in read.machines)})"] if read.machines else []
    )
    return " and ".join(parts)


_TOPIC = "platform_machine"
_WINDOWS = "win32"
# Values of `platform.machine()` with the systems that have them: `AMD64` is on Windows, `aarch64` never is. Unknown
# machines may have any system, and unknown systems any machine except for those that only Windows has.
# On AIX the name of a machine is its serial number.
_SYSTEMS = {
    **dict.fromkeys(("AMD64", "ARM", "ARM64", "IA64", "x86"), (_WINDOWS,)),
    **dict.fromkeys(("arm64", "Power Macintosh"), ("darwin",)),
    **dict.fromkeys(("x86_64", "i386"), ("android", "darwin", "linux")),
    **dict.fromkeys(("aarch64", "armv7l", "armv8l", "i486", "i586", "i686", "riscv64"), ("android", "linux")),
    **dict.fromkeys(("armv5tel", "armv6l", "ia64", "loongarch64", "mips", "mips64"), ("linux",)),
    **dict.fromkeys(("ppc", "ppc64", "ppc64le", "s390", "s390x", "sparc64"), ("linux",)),
    **dict.fromkeys(("wasm32", "wasm64"), ("emscripten",)),
    "amd64": (),  # of the BSDs
}


@functools.lru_cache(maxsize=512)
def _existing(questions: frozenset[Question]) -> Environments:
    """Return the existing environments, as far as these questions about machines matter."""
    environments = Environments.all()
    parts = [question.value[-1] for question in questions if question.kind is QuestionKind.CONTAINS]
    known = {part: [name for name in _SYSTEMS if part in name] for part in parts}
    for part, names in known.items():
        if names:  # then the others are not meant
            environments &= ~_has(part) | _any(map(_is, names))
    systems = {question.value[-1] for question in questions if question.kind is QuestionKind.IS}.union(*known.values())
    for name in sorted(systems & _SYSTEMS.keys()):
        environments &= ~_is(name) | _of(name)
    return environments


def _of(machine: str) -> Environments:
    """Return the environments with a system that exists on a machine."""
    systems = _SYSTEMS[machine]
    if systems == (_WINDOWS,):
        return _system(_WINDOWS)
    others = KINDS_OF_SYSTEM["platform"].keys() - {*systems, "aix"}
    return ~_any(map(_system, sorted(others)))


def _any(sets: Iterable[Environments]) -> Environments:
    return functools.reduce(Environments.__or__, sets, ~Environments.all())


def _system(name: str) -> Environments:
    return Environments.where(Question("platform", "", QuestionKind.IS, (name,)))


def _is(machine: str) -> Environments:
    return Environments.where(Question(_TOPIC, _TOPIC, QuestionKind.IS, (machine,)))


def _has(part: str) -> Environments:
    return Environments.where(Question(_TOPIC, _TOPIC, QuestionKind.CONTAINS, (len(part), part)))
