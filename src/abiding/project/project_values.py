"""Check the values of `[project]` that backends refuse: of a wrong type, left out, or against the standards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.project.known_backends import needs_version
from abiding.project.refused_values import refused_values
from abiding.project.value_types import misshapen

if TYPE_CHECKING:
    from abiding.project.faults import Faults
    from abiding.project.project_table import Project

__all__ = ["bad_values"]

_OF_LINES = ("dependencies", "optional-dependencies")  # in others a few backends join the lines


def bad_values(faults: Faults, project: Project, backend: str) -> None:
    """Find values that backends refuse, and the name and version that are not there."""
    table = project.table or {}
    for misfit in misshapen(table):
        if misfit.shape != "one line" or misfit.key[1] in _OF_LINES:
            faults.wrong_type(misfit, recent=True)
    if not table:  # setuptools takes an empty table for none
        return
    refused_values(faults, table, backend)
    poetry = faults.pyproject.get(("tool", "poetry"))
    elsewhere = poetry if isinstance(poetry, dict) else {}
    if "name" not in table.keys() | project.dynamic | elsewhere.keys():
        message = "`name` is missing: no backend takes a `[project]` without it"
        faults.problem("missing-key", message, ("project", "name"), hints=('write `name = "…"`',), recent=True)
    meant = {suggestion for _, _, suggestion in project.misnamed_dynamic()}  # each an error already
    if needs_version(backend) and "version" not in table.keys() | project.dynamic | meant:
        message = f"`version` is missing, and `project.dynamic` does not list it: `{backend}` refuses that"
        hints = ('write `version = "…"`, or `dynamic = ["version"]` if the backend computes it',)
        faults.problem("missing-key", message, ("project", "version"), hints=hints, recent=True)
