"""Check the result of an edit before it is written; errors refer to the file as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abiding.edits.file import NOTHING
from abiding.findings.errors import DeclarationError
from abiding.project.declaration import Declaration
from abiding.project.keys import at
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.findings.finding import Finding
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["hold"]

_NAME = len(("tool", "abiding", "NAME"))


def hold(pyproject: Pyproject, draft: Mapping[str, Any], moved: Mapping[Key, Key] | None = None) -> None:
    """Raise `DeclarationError` if the table of an edited file has errors.

    The edited file is not written yet, so findings quote the lines and numbers of the existing file. For keys of
    `[tool.abiding]` in the draft, `moved` has the keys of the same values in the existing file.
    """
    table = _in_old_places(draft, pyproject.table)
    try:
        Declaration.read(pyproject._replace(table=table), NOTHING)
    except DeclarationError as exc:
        findings = [_without_new(_moved_back(each, pyproject, moved or {}), pyproject, table) for each in exc.findings]
        raise DeclarationError(findings, NOTHING) from exc


def _in_old_places(new: Any, old: Any) -> Any:  # noqa: ANN401 (TOML)
    """Return the new value, with the items of each array in the order of the old one.

    A changed item has the place of the old one. New items, which an edit inserts first, come last.
    """
    if isinstance(new, dict) and isinstance(old, dict):
        return {name: _in_old_places(value, old.get(name)) for name, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        others = [item for item in new if item not in old]
        gaps = sum(item not in new for item in old)
        changed = iter(others[len(others) - gaps :] if gaps < len(others) else others)
        kept = [item if item in new else next(changed, None) for item in old]
        return [*(item for item in kept if item is not None), *others[: max(len(others) - gaps, 0)]]
    return new


def _without_new(finding: Finding, pyproject: Pyproject, draft: Mapping[str, Any]) -> Finding:
    """Return a finding on an item that was to be written as one on the existing lines that it quotes."""
    key = finding.key[:-1] if finding.key[-1:] == ("requires",) else finding.key
    place = key[-1] if key else ""
    old, new = pyproject.get(key[:-1]), at(draft, key[:-1])
    if not isinstance(place, int) or not isinstance(new, list) or (isinstance(old, list) and place < len(old)):
        return finding
    # The first is the nearest that there is to what is not there.
    there = finding.excerpts[1:]
    line = new[place]["requires"] if isinstance(new[place], dict) else new[place]
    return finding._replace(
        line=there[0].line if there else finding.line,
        field="",
        key=(),
        excerpts=there,
        notes=(*finding.notes, f"`{line}` is not in the file: it was to be written"),
        hints=("change what is there, or compile for a version that it admits",) if there else finding.hints,
    )


def _moved_back(finding: Finding, pyproject: Pyproject, moved: Mapping[Key, Key]) -> Finding:
    """Return a finding on a moved value with its place in the existing file."""
    name, rest = finding.key[:_NAME], finding.key[_NAME:]
    if name not in moved:
        return finding
    key = (*moved[name], *rest)
    return finding._replace(line=pyproject.line_of(key), field=key_text(key), key=key, excerpts=pyproject.excerpt(key))
