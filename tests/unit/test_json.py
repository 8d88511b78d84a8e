"""JSON is a contract. Oracle: the schema in the documentation, and the values of the enumerations that it lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from abiding import __version__
from abiding.cli import main
from abiding.evidence.asked_versions import BoundState
from abiding.findings.finding import Finding, Severity
from abiding.native.library_use import LibraryOutcome
from abiding.proof import ProofVerdict
from abiding.proof.building import StepState
from abiding.proof.plan import BuiltFrom, What
from abiding.providers.impact import ConsumerOutcome
from abiding.providers.ranges import VersionState
from abiding.releases.levels import BuiltAs
from abiding.releases.release import Verdict
from abiding.report import json as json_report
from makers.archives import metadata, write_sdist, write_wheel
from makers.levels import ABI, API, LINUX, PYPROJECT, SAID, WINDOWS, record

from .contract import SCHEMA, document

SDIST, EGG = "spam-1.0.tar.gz", "Requires-Dist: egg"


def found_in(schema: Any, key: str) -> list[Any]:
    """The schemas of all properties that are called so."""
    if isinstance(schema, list):
        return [one for each in schema for one in found_in(each, key)]
    if not isinstance(schema, dict):
        return []
    here = [schema["properties"][key]] if key in schema.get("properties", {}) else []
    return here + [one for each in schema.values() for one in found_in(each, key)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_value_is_explained() -> None:
    """A page is made of it: what is no object and no constant says what it is."""

    def unexplained(schema: Any, path: str) -> list[str]:
        found = []
        for key, value in schema.get("properties", {}).items():
            resolved = SCHEMA["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value
            if (
                "description" not in value
                and "const" not in value
                and resolved.get("type") not in ("object", "integer")
            ):
                known = "description" in resolved or key in ("severity", "verdict", "line")
                found += [] if known else [f"{path}.{key}"]
            found += unexplained(value, f"{path}.{key}") + unexplained(value.get("items", {}), f"{path}.{key}[]")
        return found

    parts = [*SCHEMA["oneOf"], *SCHEMA["$defs"].values()]
    assert [one for part in parts for one in unexplained(part, part.get("title", ""))] == []


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("severity", [[*Severity], [*Severity, None]]),
        ("what", [[*What]]),
        ("from", [[*BuiltFrom]]),
        ("state", [[*StepState], [*BoundState], [*VersionState]]),
        ("outcome", [[*LibraryOutcome], [*ConsumerOutcome]]),
    ],
)
def test_the_schema_lists_what_there_is(key: str, values: list[list[str]]) -> None:
    enums = [
        one.get("enum") or SCHEMA["$defs"][one["$ref"].rpartition("/")[2]]["enum"] for one in found_in(SCHEMA, key)
    ]
    assert enums
    assert all(sorted(map(str, one)) in [sorted(map(str, known)) for known in values] for one in enums)


def test_the_schema_lists_levels_and_verdicts() -> None:
    artifact = SCHEMA["$defs"]["release"]["properties"]["artifacts"]["items"]["properties"]
    assert artifact["level"]["enum"] == [*BuiltAs, None]
    assert sorted(SCHEMA["$defs"]["verdict"]["enum"]) == sorted(Verdict)
    (prove,) = [one for one in SCHEMA["oneOf"] if one["title"] == "prove"]
    assert prove["properties"]["verdict"]["enum"] == [*ProofVerdict]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A release with a declaration: one wheel as declared, one with a line more and another summary."""
    folder = tmp_path / "dist"
    write_sdist(folder, SDIST, SAID, PYPROJECT)
    write_wheel(folder, LINUX, metadata(API, ABI), more={"spam-1.0.dist-info/abiding.json": record("abi")})
    write_wheel(folder, WINDOWS, metadata(API, ABI, EGG, "Summary: another", "Keywords: a,b", body="more\nlines\n"))
    return folder


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(["check", "--output-format", "json", *arguments])
    return document(capsys.readouterr().out, "check")


def test_check(dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = checked(capsys, str(dist))
    assert data["tool"] == {"name": "abiding", "version": __version__}
    (release,) = data["releases"]
    assert (release["severity"], release["reference"]) == ("error", SDIST)
    artifacts = {one["filename"]: one for one in release["artifacts"]}
    assert [artifacts[name]["read_from"] for name in artifacts] == [str(dist / name) for name in artifacts]
    assert (artifacts[LINUX]["level"], artifacts[LINUX]["variant"]) == ("abi", "")
    assert artifacts[WINDOWS]["variant"] is None
    values = {(one["rule"], one["field"]): (one["expected"], one["found"]) for one in release["findings"]}
    assert values["undeclared-requirement", "Requires-Dist"] == (None, ["egg"])
    assert values["undeclared-change", "Summary"] == (None, "another")
    assert values["undeclared-change", "Keywords"] == (None, ["a", "b"])
    assert values["undeclared-change", "Description"] == (None, "more\nlines")


def test_what_a_finding_says_is_not_lost() -> None:
    finding = Finding("bad-value", Severity.NOTE, "m", "a", 3, "f", "e\n", ("x", "y"), "from", "of", (), ("n", "o"), ("h\n  i", "j"))  # fmt: skip
    (data,) = json_report.findings_data([finding])
    assert (data["expected"], data["found"]) == ("e\n", ["x", "y"])
    assert (data["expected_from"], data["found_from"], data["line"]) == ("from", "of", 3)
    assert (data["notes"], data["hints"]) == (["n", "o"], ["h\n  i", "j"])


@pytest.mark.parametrize("names", [["nothing.whl"], [SDIST, "torn.tar.gz"]])
def test_what_can_not_be_read(names: list[str], dist: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in names:
        if not (dist / name).exists():
            (dist / name).write_bytes(b"")
    (*_, last) = checked(capsys, *(str(dist / name) for name in names))["releases"]
    problem = last["findings"][0]
    assert problem["artifact"] == names[-1]
    assert last["artifacts"][-1]["read_from"] == str(dist / names[-1])
