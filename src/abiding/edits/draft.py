"""What an edit comes to, read before it is written: what is wrong with it is told of the file as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abiding.edits.file import NOTHING
from abiding.findings.errors import DeclarationError
from abiding.project.declaration import Declaration
from abiding.project.pyproject import key_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.findings.finding import Finding
    from abiding.project.keys import Key
    from abiding.project.pyproject import Pyproject

__all__ = ["hold"]


def hold(pyproject: Pyproject, draft: Mapping[str, Any], moved: Mapping[str, Key] | None = None) -> None:
    """Raise `DeclarationError` if the table of an edited file is no lawful declaration.

    Nobody has the edited file: lines and numbers are those of the file that there is. `moved` has where the value of a
    key of the draft stands in it.
    """
    try:
        Declaration.read(pyproject._replace(table=_in_old_places(draft, pyproject.table)), NOTHING)
    except DeclarationError as exc:
        raise DeclarationError(
            [_moved_back(finding, pyproject, moved or {}) for finding in exc.findings], NOTHING
        ) from exc


def _in_old_places(new: Any, old: Any) -> Any:  # noqa: ANN401 (TOML)
    """Return the new value, with the items of each array at the places that they have in the old one."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {name: _in_old_places(value, old.get(name)) for name, value in new.items()}
    if isinstance(new, list) and isinstance(old, list):
        return [*(item for item in old if item in new), *(item for item in new if item not in old)]
    return new


def _moved_back(finding: Finding, pyproject: Pyproject, moved: Mapping[str, Key]) -> Finding:
    name, *indices = re.split(r"[\[\]]+", finding.field.removesuffix("]"))
    if name not in moved:
        return finding
    key = (*moved[name], *map(int, indices))
    return finding._replace(line=pyproject.line_of(key), field=key_text(key), excerpts=pyproject.excerpt(key))
