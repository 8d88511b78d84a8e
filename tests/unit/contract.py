"""The JSON of the commands is held against the schema in the documentation, as strictly as the program means it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from tests.pages import DOCS

SCHEMA: dict[str, Any] = json.loads((DOCS / "reference/output.schema.json").read_text("utf-8"))


def closed(schema: Any) -> Any:
    """The schema without room for keys that it does not name: others may add some, we say which there are."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **found} if found.get("type") == "object" else found


STRICT = closed(SCHEMA)


def document(text: str, command: str) -> dict[str, Any]:
    """Read what a command has printed, and hold it against the part of the contract that is about it."""
    data: dict[str, Any] = json.loads(text)
    (own,) = [one for one in STRICT["oneOf"] if one["properties"]["command"]["const"] == command]
    jsonschema.validate(data, {**own, "$defs": STRICT["$defs"]}, jsonschema.Draft202012Validator)
    return data
