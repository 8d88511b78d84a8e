"""The marker that is true for the environments of some wheels and false for those of others."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from abiding.archives.wheel_tags import expanded
from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern
from abiding.metadata.platform_tag import PlatformTag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["marker_between", "marker_of", "places"]


class _Place(NamedTuple):
    """The marker values of environments for a wheel's tag; empty where any value is possible."""

    sys_platform: str = ""
    platform_machine: str = ""
    platform_python_implementation: str = ""
    python_version: str = ""


class _Clause(NamedTuple):
    """One comparison of a marker."""

    variable: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.variable} {self.operator} '{self.value}'"

    def holds(self, place: _Place) -> bool | None:
        """Return whether it is true there; None if that is open."""
        value: str = getattr(place, self.variable)
        if not value:
            return None
        match self.operator:
            case "==":
                return value == self.value
            case "!=":
                return value != self.value
            case "<":
                return _number(value) < _number(self.value)
            case _:
                return _number(value) >= _number(self.value)


_Marker = tuple[_Clause, ...]
# A marker for each of more than two systems would be too complex.
_BOTH = 2


def marker_between(those: Collection[str], others: Collection[str]) -> str:
    """Return the marker that is true where those wheels can be installed, and false where the others can, by names.

    Empty if there is none, or only one that is too complex.
    """
    ours, theirs = (frozenset(place for name in names for place in places(name)) for names in (those, others))
    if not ours or not theirs:
        return ""
    return _between(ours, theirs) or _by_system(ours, theirs)


def _by_system(ours: frozenset[_Place], theirs: frozenset[_Place]) -> str:
    """Return two markers, one for each system of the wheels; empty if there are not two, or one has no marker."""
    by_system: dict[str, set[_Place]] = {}
    for place in ours:
        by_system.setdefault(place.sys_platform, set()).add(place)
    if len(by_system) != _BOTH:
        return ""
    markers = [_between(frozenset(places), theirs) for _, places in sorted(by_system.items())]
    return " or ".join(f"({marker})" if " and " in marker else marker for marker in markers) if all(markers) else ""


def _between(ours: frozenset[_Place], theirs: frozenset[_Place]) -> str:
    for marker in _candidates(ours, theirs):
        if all(_holds(marker, place) for place in ours) and all(_holds(marker, place) is False for place in theirs):
            return " and ".join(map(str, marker))
    return ""


def marker_of(name: str) -> str:
    """Return the marker for all environments of a wheel, as `str(Marker)` writes it; empty for any."""
    clauses = [
        [f'{variable} == "{value}"' for variable, value in zip(_Place._fields, place, strict=True) if value]
        for place in places(name)
    ]
    return " or ".join(" and ".join(clause) for clause in clauses) if all(clauses) else ""


def _holds(marker: _Marker, place: _Place) -> bool | None:
    answers = [clause.holds(place) for clause in marker]
    return False if False in answers else None if None in answers else True


def _candidates(ours: frozenset[_Place], theirs: frozenset[_Place]) -> Iterator[_Marker]:
    """Yield markers in common forms, simple ones first: system, machine, both, implementation, versions of Python."""
    own = {variable: {getattr(place, variable) for place in ours} for variable in _Place._fields}
    single = {variable: _Clause(variable, "==", min(values)) for variable, values in own.items() if len(values) == 1}
    system, machine, implementation, python = _Place._fields
    for names in ((system,), (machine,), (system, machine), (implementation,), (python,), (system, python)):
        if all(name in single for name in names):
            yield tuple(single[name] for name in names)
    systems = {place.sys_platform for place in theirs}
    if len(systems) == 1:
        yield (_Clause(system, "!=", min(systems)),)
    # The machine for a wheel on Windows is open: one for AMD64 runs on others too.
    foreign = systems - own[system]
    if machine in single and len(foreign) == 1:
        yield (_Clause(system, "!=", min(foreign)), single[machine])
    versions = {place.python_version for place in theirs}
    if "" not in own[python] | versions:
        yield (_Clause(python, "<", min(versions, key=_number)),)
        yield (_Clause(python, ">=", min(own[python], key=_number)),)


_PYTHON = pattern(r"(?P<name>cp|pp|graalpy)(?P<major>\d)(?P<minor>\d+)")
_NAMED = {"cp": "CPython", "pp": "PyPy", "graalpy": "GraalVM"}


@functools.lru_cache(maxsize=4096)
def places(name: str) -> frozenset[_Place]:
    """Return the environments of a wheel, as values that markers can test."""
    return frozenset(_place(*tag.split("-")) for tag in expanded(name))


def _place(python: str, abi: str, platform: str) -> _Place:
    read = PlatformTag.read(platform)
    match = _PYTHON.fullmatch(python)
    # Wheels for the stable ABI can be installed by later versions, too.
    version = f"{match['major']}.{match['minor']}" if match and not abi.startswith("abi3") else ""
    machine = read.machines[0] if len(read.machines) == 1 else ""
    return _Place(read.system, machine, _NAMED[match["name"]] if match else "", version)


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
