"""Key paths of TOML, and the values at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["GROUPS", "Key", "at", "table_at"]


# Table names, and indices into arrays.
Key = tuple[str | int, ...]
# The table of dependency groups (PEP 735).
GROUPS = "dependency-groups"


def at(table: object, key: Sequence[str | int]) -> object:
    """Return the value at a path of table names; None where there is none."""
    for part in key:
        table = table.get(part) if isinstance(table, dict) else None
    return table


def table_at(table: object, key: Sequence[str | int]) -> Mapping[str, Any]:
    """Return the table at a path of table names; an empty one where there is none, or something else."""
    value = at(table, key)
    return value if isinstance(value, dict) else {}
