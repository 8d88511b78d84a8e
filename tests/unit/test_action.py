"""The GitHub action and the GitLab component: right by their schemas, and their steps do what they say, run as scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from tests.actions import ACTION, COMPONENT, action, component, filled
from tests.pages import DOCS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

NUMPY = "Requires-Dist: numpy>=1.26"


def valid(file: Path, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_right_by_its_schema() -> None:
    valid(ACTION, "vendor.github-actions")


def test_the_component_is_right_by_its_schema(tmp_path: Path) -> None:
    for number, text in enumerate(COMPONENT.read_text("utf-8").split("\n---\n")):
        file = tmp_path / f"{number}.yml"
        file.write_text(text, "utf-8")
        valid(file, "vendor.gitlab-ci")


def test_a_schema_finds_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "action.yml"
    file.write_text(ACTION.read_text("utf-8").replace("using: composite", "using: compost"), "utf-8")
    with pytest.raises(AssertionError):
        valid(file, "vendor.github-actions")


def test_nothing_is_put_into_a_script_but_through_the_environment() -> None:
    """What an input says must not become a command."""
    for step in action()["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    for line in component()[1]["$[[ inputs.job ]]"]["script"]:
        assert "$[[" not in line


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with an environment where the first steps leave one: this one."""
    for folder in (tmp_path / "temp" / "abiding" / "bin", tmp_path / "repository" / ".abiding" / "bin"):
        folder.mkdir(parents=True)
        program = folder / "python"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        program.chmod(0o755)
    return tmp_path


@pytest.fixture
def repository(installed: Path) -> Path:
    folder = installed / "repository"
    (folder / "pyproject.toml").write_text('[project]\nname = "spam"\nversion = "1.0"\n')
    write_sdist(folder / "dist", "spam-1.0.tar.gz", metadata(NUMPY))
    write_wheel(folder / "dist", wheel_name(), metadata(NUMPY))
    write_wheel(folder / "odd folder", wheel_name("cp313-cp313-win32"), metadata("Requires-Dist: egg"))
    return folder


def check(repository: Path, **given: str) -> tuple[int, str, str]:
    """Run the step of the action that checks; its status, what it prints, and the summary."""
    inputs = {name: str(one["default"]) for name, one in action()["inputs"].items()}
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    (step,) = [one for one in action()["runs"]["steps"] if one.get("name") == "Check"]
    temp, summary = repository.parent / "temp", repository.parent / "summary.md"
    environment = {name: filled(value, inputs, r"\${{", "}}") for name, value in step["env"].items()}
    environment |= {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temp), "GITHUB_STEP_SUMMARY": str(summary)}
    # As GitHub runs `shell: bash`.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, summary.read_text("utf-8") if summary.exists() else ""


def test_the_action_on_a_release_that_is_right(repository: Path) -> None:
    status, printed, summary = check(repository)
    assert status == 0
    assert "\x1b[1;32mclean: the metadata of 2 files is identical" in printed
    assert "    clean: the metadata of 2 files is identical\n" in summary
    assert "clean" in (repository / "abiding.html").read_text("utf-8")
    assert not list(repository.glob("*.sarif"))


def test_the_action_on_a_release_that_is_wrong(repository: Path) -> None:
    status, printed, summary = check(repository, paths="dist\nodd folder\n", sarif="abiding.sarif")
    assert status == 1
    assert "\n::error title=abiding (undeclared-requirement)::" in printed
    assert "    error[undeclared-requirement]: the wheel adds `egg`" in summary
    assert "inconsistent" in (repository / "abiding.html").read_text("utf-8")
    assert json.loads((repository / "abiding.sarif").read_text("utf-8"))["version"] == "2.1.0"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"paths": "nothing-there"}, 2),
        ({"paths": "--help"}, 2),
        ({"paths": "dist; touch hacked"}, 2),
        ({"fail_on": "none"}, 2),
        ({"page": ""}, 0),
        ({"level": "abi"}, 0),
        ({"baseline": "odd folder"}, 2),  # no library
    ],
)
def test_inputs_of_the_action(given: Mapping[str, str], status: int, repository: Path) -> None:
    assert check(repository, **given)[0] == status
    assert (repository / "abiding.html").exists() == (status == 0 and given.get("page") != "")
    assert not (repository / "hacked").exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 0),
        ({"paths": "dist\nodd folder"}, 1),
        ({"paths": "nothing-there"}, 2),
        ({"level": "api"}, 0),
        ({"baseline": "dist"}, 2),
    ],
)
def test_the_component(given: Mapping[str, str], status: int, repository: Path) -> None:
    spec, jobs = component()
    inputs = {name: str(one["default"]) for name, one in spec["inputs"].items()} | dict(given)
    (job,) = jobs.values()
    variables = {name: filled(value, inputs, r"\$\[\[", r"\]\]") for name, value in job["variables"].items()}
    script = "\n".join(line for line in job["script"] if "venv" not in line and "pip install" not in line)
    done = subprocess.run(["sh", "-ec", script], cwd=repository, env={**variables, "PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == status, done.stderr
    assert (repository / "abiding.html").exists() == (status != 2)
    assert job["artifacts"]["paths"] == ["$[[ inputs.page ]]"]


def test_the_documentation_lists_the_inputs() -> None:
    text = (DOCS / "how-to" / "continuous-integration.md").read_text("utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", text.partition("| input |")[2].partition("\n\n")[0], re.MULTILINE) == list(action()["inputs"])  # fmt: skip
    common = set(action()["inputs"]) - {"sarif"}
    assert set(component()[0]["inputs"]) == common | {"job", "stage", "image"}
