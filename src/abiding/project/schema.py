"""The JSON schema of `[tool.abiding]`, for validate-pyproject and editors."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

__all__ = ["get_schema"]


def get_schema(tool_name: str = "abiding") -> dict[str, Any]:
    """Return the schema of the table (JSON schema, draft 7).

    It is an entry point of the group `validate_pyproject.tool_schema`.

    Raises `ValueError` for a tool that is not ours.
    """
    if tool_name != "abiding":
        raise ValueError(f"{tool_name!r} is not abiding's table")
    schema: dict[str, Any] = json.loads(files("abiding.project").joinpath("schema.json").read_text("utf-8"))
    return schema
