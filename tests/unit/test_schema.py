"""The schema and the reader agree on what is a right declaration, as far as a schema can tell."""

from __future__ import annotations

import tomllib
from importlib.metadata import entry_points
from textwrap import dedent

import jsonschema
import pytest

from abiding.project.schema import get_schema
from makers.declarations import COMPLETE, FAULTS, RIGHT

VALIDATOR = jsonschema.Draft7Validator(get_schema("abiding"))
# What only somebody who reads the rest of pyproject.toml, or understands requirements, can tell.
BEYOND = {
    "unexplained-difference",
    "bad-dynamic",
    "not-dynamic",
    "unsatisfiable",
    "unknown-extra",
    "bad-requirement",
    "url-requirement",
    "extra-in-marker",
}
VALUES_BEYOND = {"path outside", "select", "package as the backend", "object as the backend"}


def test_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(get_schema())


@pytest.mark.parametrize("text", [RIGHT, COMPLETE], ids=["right", "complete"])
def test_right_declarations(text: str) -> None:
    VALIDATOR.validate(tomllib.loads(dedent(text))["tool"]["abiding"])


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        pytest.param(change, faults, id=name)
        for name, change, faults in FAULTS
        if name not in VALUES_BEYOND and not {rule for rule, *_ in faults} & {*BEYOND, "no-declaration"}
    ],
)
def test_wrong_declarations(change: tuple[str, str], faults: list[tuple[str, int, str]]) -> None:
    table = tomllib.loads(RIGHT.replace(*change, 1))["tool"]["abiding"]
    assert len(list(VALIDATOR.iter_errors(table))) >= 1, faults


def test_other_tools_are_not_ours() -> None:
    with pytest.raises(ValueError, match="'spam' is not abiding's table"):
        get_schema("spam")


def test_validate_pyproject_finds_it() -> None:
    from validate_pyproject import api, plugins
    from validate_pyproject.error_reporting import ValidationError

    (entry,) = entry_points(group="validate_pyproject.tool_schema", name="abiding")
    validator = api.Validator(plugins=[plugins.PluginWrapper(entry.name, entry.load())])
    validator(tomllib.loads(RIGHT))
    with pytest.raises(ValidationError, match=r"tool\.abiding"):
        validator(tomllib.loads(RIGHT.replace("from-sdist", "from-sdists")))
