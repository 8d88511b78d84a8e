"""The extras that lines are declared for, held against those that the project has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.findings.words import literals
from abiding.project.pyproject import BARE_KEY, as_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.project.faults import Faults
    from abiding.project.keys import Key
    from abiding.project.table import Project

__all__ = ["judge_extras"]


def judge_extras(faults: Faults, project: Project, keys: Mapping[str, Key]) -> None:
    """Find the extras at keys that the project does not have, by their normalised names."""
    if project.gives("optional-dependencies"):
        value = (project.table or {})["optional-dependencies"]
        if isinstance(value, dict):  # else that is a fault already
            extras = {normalised(extra): extra for extra in value}
            note = f"`project.optional-dependencies` has {literals(extras.values()) or 'none'}"
            for extra, key in keys.items():
                if normalised(extra) not in extras:
                    hints = faults.similar(extra, extras.values()) or (_new(extra),)
                    message = f"the project has no extra `{extra}`"
                    faults.problem("unknown-extra", message, key, notes=(note,), hints=hints)
    elif project.table is not None and "optional-dependencies" not in project.dynamic:
        for extra, key in keys.items():
            message = f"the project has no extra `{extra}`: it has none at all"
            faults.problem("unknown-extra", message, key, hints=(_new(extra),))


def _new(extra: str) -> str:
    name = extra if BARE_KEY.fullmatch(extra) else as_toml(extra)
    return f"if it is a new one, write `{name} = []` under `[project.optional-dependencies]`"
