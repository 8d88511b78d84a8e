"""The steps of the GitHub action and of the GitLab component as they are, what they install included."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from tests.actions import action, component, filled

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    write_sdist(folder / "dist", "spam-1.0.tar.gz", metadata())
    write_wheel(folder / "dist", wheel_name(), metadata())
    (tmp_path / "temp").mkdir()
    return folder


def run(command: list[str], repository: Path, wheelhouse: Path, **variables: str) -> str:
    environment = {**os.environ, "PIP_FIND_LINKS": str(wheelhouse), **variables}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_action(repository: Path, wheelhouse: Path) -> None:
    inputs = {name: str(one["default"]) for name, one in action()["inputs"].items()}
    places = {"RUNNER_TEMP": str(repository.parent / "temp"), "GITHUB_STEP_SUMMARY": str(repository.parent / "summary")}
    printed = ""
    for step in action()["runs"]["steps"]:
        if "run" in step:
            given = {name: filled(value, inputs, r"\${{", "}}") for name, value in step["env"].items()}
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            printed = run(shell, repository, wheelhouse, **given, **places)
    assert "clean: the metadata of 2 files is identical" in printed
    assert (repository / "abiding.html").is_file()


def test_component(repository: Path, wheelhouse: Path) -> None:
    spec, jobs = component()
    inputs = {name: str(one["default"]) for name, one in spec["inputs"].items()}
    (job,) = jobs.values()
    given = {name: filled(value, inputs, r"\$\[\[", r"\]\]") for name, value in job["variables"].items()}
    printed = run(["sh", "-ec", "\n".join(job["script"])], repository, wheelhouse, **given)
    assert "clean: the metadata of 2 files is identical" in printed
    assert (repository / "abiding.html").is_file()
