"""Requirements that only some wheels of a release have, and markers that would unify them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from abiding.archives.wheel_name import WheelName
from abiding.findings.finding import Severity
from abiding.findings.rule_groups import is_about_a_field, is_about_a_line
from abiding.findings.words import all_of, first_of, short
from abiding.metadata import distinguishing_markers, markers, requirements

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from abiding.findings.finding import Finding, Value
    from abiding.releases.comparison import Comparison

__all__ = ["Having", "with_markers"]


_MOST_NAMED = 2
# Markers are computed for at most so many groups of wheels: a release with more has no pattern.
_MOST_GROUPS = 200
# Its own marker is enough.
_ITS_OWN = ""
# Its own marker is not enough.
_BOTH = "and"
_FOR_THESE = "if only the wheels that have it need it"
_OF_THE_PROJECT = "or write the line among the requirements of the project itself"


def with_markers(wheels: Having, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, with the marker, if there is one, with which all wheels could have a line."""
    for finding in findings:
        if finding.field != "Requires-Dist" or finding.severity is Severity.NOTE or not finding.hints:
            yield finding
        elif is_about_a_line(finding):
            ways = tuple(wheels.way_out_for(_values(finding)[0]))
            if not ways and finding.expected is None:
                ways = (f"{_OF_THE_PROJECT}, if the source needs it",)
            yield finding._replace(hints=(*finding.hints, *ways))
        elif is_about_a_field(finding):
            yield finding._replace(hints=tuple(wheels.ways_out(_values(finding))) or finding.hints)
        else:
            yield finding


def _values(finding: Finding) -> tuple[str, ...]:
    return (*_all(finding.expected), *_all(finding.found))


def _all(value: Value) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else value


class Having:
    """The wheels of a release, with their requirements."""

    def __init__(self, comparison: Comparison) -> None:
        self._lines = {
            compared.artifact.called: compared.artifact.metadata.all("Requires-Dist")
            for compared in comparison.compared
            if compared.artifact.kind == "wheel"
        }
        self._known: dict[frozenset[str], str] = {}

    @cached_property
    def _having(self) -> Mapping[Hashable, frozenset[str]]:
        """The wheels that have a line, by its meaning."""
        having: dict[Hashable, set[str]] = {}
        for name, lines in self._lines.items():
            for line in lines:
                having.setdefault(requirements.meaning(line), set()).add(name)
        return {meaning: frozenset(names) for meaning, names in having.items()}

    def declared(self, line: str, table: str) -> str:
        """Return an entry that declares a line for exactly the wheels that have it."""
        marker = self._marker(line)
        bare, _ = requirements.split_extra(line) or (line, "")
        if marker:
            return f"declare `{short(requirements.with_marker(bare, marker))}` under `{table}`"
        if marker is None and (globs := self._select(line)) is not None:
            quote = "'" if '"' in bare else '"'
            example = (
                f"`{{ requires = {quote}{short(bare)}{quote}, select = {globs} }}`" if globs else "with a `select`"
            )
            return (
                f"declare it under `{table}` for the wheels that have it alone ({example}), and why in `wheels-differ`"
            )
        return f"declare the line under `{table}`"

    def narrowed(self, line: str) -> Iterator[str]:
        """Yield a hint to restrict a declared line to the wheels that have it, if not all do."""
        marker = self._marker(line)
        if marker:
            yield f"{_FOR_THESE}, declare `{short(requirements.with_marker(line, marker))}`"
        elif marker is None and (globs := self._select(line)) is not None:
            example = f"`select = {globs}`" if globs else "a `select`"
            yield f"{_FOR_THESE}, give the declared line {example}, and say why in `wheels-differ`"

    def _select(self, line: str) -> str | None:
        """Return the globs, in TOML, that match the wheels with a line alone; empty if there are no simple ones.

        None if all wheels have it, or none.
        """
        own, others = self._apart(line)
        if not own or not others:
            return None
        for parts in (_platforms, _pythons):
            globs = sorted({parts(name)[0] for name in own})
            if not any(glob in parts(name) for glob in globs for name in others) and "" not in globs:
                quoted = ", ".join(f'"{glob}"' for glob in globs)
                return quoted if len(globs) == 1 else f"[{quoted}]"
        return ""

    def _apart(self, line: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the wheels that have a line, and the others."""
        having = self._having.get(requirements.meaning(line), frozenset())
        return having, frozenset(self._lines) - having

    def way_out_for(self, line: str) -> Iterator[str]:
        """Yield the line, with a marker, that an sdist and all its wheels could have; nothing if there is no marker."""
        marker = self._marker(line)
        if marker == _ITS_OWN:
            yield f"{_OF_THE_PROJECT}: where wheels go that do not have it, its marker is false"
        elif marker and requirements.marker_of(line):
            whole = short(requirements.with_marker(line, marker))
            yield f"{_OF_THE_PROJECT}, as `{whole}`: then sdist and wheels can all say it"
        elif marker:
            yield f"{_OF_THE_PROJECT}, with `; {marker}` behind it: then sdist and wheels can all say it"

    def ways_out(self, lines: Sequence[str]) -> Iterator[str]:
        """Yield the lines, with markers, that all wheels could have; nothing if one has no such marker."""
        by_marker: dict[str, list[str]] = {}
        for line in lines:
            marker = self._marker(line)
            if marker is None:
                return
            # A line's own marker and the new one are joined.
            is_marked = marker != _ITS_OWN and requirements.marker_of(line)
            whole = requirements.with_marker(line, marker) if is_marked else line
            by_marker.setdefault(_BOTH if is_marked else marker, []).append(whole)
        own, both = by_marker.pop(_ITS_OWN, []), by_marker.pop(_BOTH, [])
        for marker, marked in by_marker.items():
            yield f"write `; {marker}` behind {_listed(marked)}: then all wheels can say {_it(marked)}"
        if both:
            yield f"write {_listed(both)}: then all wheels can say {_it(both)}"
        if own and by_marker:
            yield f"let all wheels say {_listed(own)} too: where others go, {_its(own)} false"
        elif own:
            yield f"let all wheels say {_listed(own)}: where others go, {_its(own)} false"

    def _marker(self, line: str) -> str | None:
        """Return the marker to add to a line; None if there is none."""
        own, others = self._apart(line)
        if not own or not others:
            return None
        if _is_false_for(line, others):
            return _ITS_OWN
        if own not in self._known:
            if len(self._known) >= _MOST_GROUPS:
                return None
            self._known[own] = distinguishing_markers.marker_between(own, others)
        return self._known[own] or None


def _platforms(name: str) -> list[str]:
    split = WheelName.split(name)
    return [f"*-{platform}" for platform in split.platform.split(".")] if split else [""]


def _pythons(name: str) -> list[str]:
    split = WheelName.split(name)
    return (
        [f"{python}-{abi}-*" for python in split.python.split(".") for abi in split.abi.split(".")] if split else [""]
    )


def _is_false_for(line: str, wheels: Iterable[str]) -> bool:
    """Return whether the marker of a line is false in all environments of these wheels."""
    marker = requirements.marker_of(line)
    if not marker:
        return False
    where = markers.environments(marker)
    return not any(
        where.meets(markers.environments(other))
        for other in {distinguishing_markers.marker_of(wheel) for wheel in wheels}
    )


def _listed(lines: Sequence[str]) -> str:
    names = [f"`{short(line)}`" for line in lines]
    if len(names) <= _MOST_NAMED + 1:
        return all_of(names)
    return f"{first_of(names, _MOST_NAMED)} lines"


def _it(lines: Sequence[str]) -> str:
    return "it" if len(lines) == 1 else "them"


def _its(lines: Sequence[str]) -> str:
    return "its marker is" if len(lines) == 1 else "their markers are"
