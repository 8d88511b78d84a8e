"""The line of a pyproject.toml to which a finding about metadata refers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.findings.finding import lines_of
from abiding.metadata import requirements
from abiding.project.project_table import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from abiding.findings.finding import Finding
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["line_of"]


def line_of(finding: Finding, pyproject: Pyproject) -> int | None:
    """Return the line of a value, or of its field, or of its name in `dynamic`, or of `[project]`."""
    project = pyproject.get(("project",))
    if not finding.field or not isinstance(project, dict):
        return None
    names = [name for name, fields in FIELDS.items() if finding.field.lower() in {own.lower() for own in fields}]
    if not names:
        return None
    # A requirement is found by its distribution, because the wheel's line may be written differently.
    known: Callable[[str], str] = requirements.name_of if finding.field == "Requires-Dist" else str
    values = {known(line) for line in (*lines_of(finding.expected), *lines_of(finding.found))}
    return pyproject.line_of(next(_keys(project, names, lambda text: known(text) in values)))


def _keys(project: Mapping[str, Any], names: Iterable[str], is_said: Callable[[str], bool]) -> Iterator[Key]:
    """Yield the possible places of its declaration, the best first."""
    present = [name for name in names if name in project]
    for name in present:
        yield from (key for key, text in _texts(project[name], ("project", name)) if is_said(text))
    for name in present:
        yield ("project", name)
    dynamic = project.get("dynamic")
    for number, name in enumerate(dynamic if isinstance(dynamic, list) else ()):
        if name in names:
            yield ("project", "dynamic", number)
    yield ("project",)


def _texts(value: object, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*key, number))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, (*key, name))
