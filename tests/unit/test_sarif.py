"""SARIF. Oracle: the schema of OASIS, as a distribution of the index carries it, and what code scanning asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from abiding.cli import main
from abiding.findings.finding import Finding, Severity
from abiding.report import sarif
from abiding.report.grouping import groups
from abiding.report.repository import Repository
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.releases import EGG, LINUX, NUMPY, PYPROJECT, SAID, SDIST, WINDOWS
from tests.unit.sarif import valid


def written(folder: Path, wheels: dict[str, bytes], pyproject: str | None = None, said: bytes | None = None) -> Path:
    write_sdist(folder, SDIST, said or metadata(NUMPY), pyproject)
    for name, data in wheels.items():
        write_wheel(folder, name, data)
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, in a folder of which we are."""
    (tmp_path / "top" / ".git").mkdir(parents=True)
    project = tmp_path / "top" / "packages" / "größe & more"
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text("")
    monkeypatch.chdir(project)
    return project


def log(capsys: pytest.CaptureFixture[str], *what: str) -> dict[str, Any]:
    main(["check", "--output-format", "sarif", *what])
    return valid(capsys.readouterr().out)


def places(run: dict[str, Any]) -> set[str]:
    return {unquote(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for one in run["results"]}


def test_wheels_that_differ(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(here / "dist", {LINUX: metadata(NUMPY, EGG), WINDOWS: metadata(NUMPY, EGG)})
    run = log(capsys, "dist")
    result = next(one for one in run["results"] if one["ruleId"] == "undeclared-requirement")
    assert result["level"] == "error"
    assert result["message"]["text"].startswith(f"{LINUX} and 1 more: the wheel adds `egg`")
    assert "\n+ egg\nnote: " in result["message"]["text"]
    (location,) = result["locations"]
    assert [one["name"] for one in location["logicalLocations"]] == [LINUX, WINDOWS]
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert places(run) == {"packages/größe & more/pyproject.toml"}
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_nothing_found_is_a_log_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert log(capsys, str(written(here / "dist", {LINUX: metadata(NUMPY)})))["results"] == []


def test_what_is_wrong_in_the_declaration_has_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pyproject = PYPROJECT.replace("openblas==x.x.*", "openblas").replace("*-macosx_14_0_*", "*-win*")
    written(here / "dist", {}, pyproject, SAID)
    run = log(capsys, "dist")
    (location,) = next(one for one in run["results"] if one["ruleId"] == "could-be-a-marker")["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 18}
    assert places(run) == {"packages/größe & more/pyproject.toml"}
    main(["check", "--output-format", "github", "dist"])
    assert "::warning file=packages/größe & more/pyproject.toml,line=18,title=" in capsys.readouterr().out


TREE = """\
[build-system]
requires = ["abiding"]

[project]
name = "spam"
dynamic = [
    "version",
    "dependencies",
]
dependencies = [
    "zebra",
    "Numpy >= 1.26",
]
description = "Tinned"

[project.optional-dependencies]
gpu = ["cupy"]
"""


@pytest.mark.parametrize(
    ("wheel", "line"),
    [
        (metadata("Requires-Dist: numpy>=2"), 12),
        (metadata(NUMPY, EGG), 10),
        (metadata(NUMPY, "Requires-Dist: zebra>=2"), 11),
        (metadata(NUMPY, "Requires-Dist: cupy>=2; extra == 'gpu'"), 17),
        (metadata(NUMPY, "Summary: Other"), 14),
        (metadata(NUMPY, "Requires-Python: >=3.13"), 4),
        (metadata(NUMPY, "Platform: any"), 1),
    ],
)
def test_what_is_wrong_with_metadata_stands_at_the_line_that_declares_it(
    here: Path, capsys: pytest.CaptureFixture[str], wheel: bytes, line: int
) -> None:
    (here / "pyproject.toml").write_text(TREE)
    written(here / "dist", {LINUX: wheel})
    results = [one for one in log(capsys, "dist")["results"] if one["ruleId"] != "sdist-disagrees"]
    lines = {one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results}
    assert lines == {line}


def test_a_pyproject_that_is_none_has_a_first_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "pyproject.toml").write_text("[project")
    written(here / "dist", {LINUX: metadata(NUMPY, EGG)})
    (result,) = log(capsys, "dist")["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_what_can_not_be_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "dist").mkdir()
    (here / "dist" / LINUX).write_bytes(b"")
    (here / "dist" / WINDOWS).write_bytes(b"")
    run = log(capsys, "dist", "nowhere.whl")
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert {one["ruleId"] for one in run["results"]} == {"bad-archive", "missing-file"}


@pytest.mark.parametrize(("origin", "line"), [("pyproject.toml:31", 31), ("pyproject.toml", 1), ("PKG-INFO:3", 1)])
def test_what_is_held_against_a_line_of_the_declaration_is_shown_there(origin: str, line: int) -> None:
    finding = Finding("missing-requirement", Severity.ERROR, "m", LINUX, expected="a", expected_from=origin)
    run = valid(sarif.log("prove", [sarif.Report("spam", None, groups([finding]))], complete=True))
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": line}


def test_several_projects_of_one_repository(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = here.parent / "other"
    other.mkdir()
    (other / "setup.py").write_text("")
    for project, name in ((here, "spam"), (other, "ham")):
        write_wheel(project / "dist", wheel_name(name=name), metadata(EGG, name=name))
        write_sdist(project / "dist", f"{name}-1.0.tar.gz", metadata(name=name))
    run = log(capsys, str(other / "dist"), "dist")
    assert places(run) == {"packages/größe & more/pyproject.toml", "packages/other/setup.py"}


@pytest.mark.parametrize("git", [True, False])
def test_files_from_elsewhere_are_of_the_project_that_we_are_in(git: bool, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "inner").mkdir(parents=True)
    if git:
        (top / ".git").write_text("gitdir: elsewhere")  # a worktree, or a submodule
    repository = Repository.around(top / "inner")
    (tmp_path / "pyproject.toml").write_text("")
    assert repository.project_file(tmp_path) == ("inner/pyproject.toml" if git else "pyproject.toml")
    assert repository.project_file(Path("a\0b")) == repository.project_file(None)


def fingerprints(run: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["ruleId"], one["partialFingerprints"]["primaryLocationLineHash"]) for one in run["results"]}


def test_fingerprints_stay(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding is the same one in the next version, of other wheels too, wherever its line is; another is another."""
    first = fingerprints(log(capsys, str(written(here / "a", {LINUX: metadata(NUMPY, EGG)}))))
    folder = here / "b"
    write_sdist(folder, "spam-1.1.tar.gz", metadata(NUMPY, version="1.1"))
    for tag in ("cp314-cp314-win_amd64", "cp315-cp315-win_amd64"):
        write_wheel(folder, wheel_name(tag, version="1.1"), metadata(NUMPY, EGG, version="1.1"))
    assert fingerprints(log(capsys, str(folder))) == first
    others = fingerprints(log(capsys, str(written(here / "c", {LINUX: metadata(NUMPY, "Requires-Dist: ham")}))))
    assert not first & others


def test_many_rules_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever there is to say has a place, and text that a viewer can take."""
    hostile = "Summary: \x1b[31m ##[error] \u202e größe \x00"
    wheels = {LINUX: metadata(EGG, "Requires-Dist: numpy>=2", hostile), WINDOWS: metadata("Requires-Python: >=3")}
    run = log(capsys, str(written(here / "dist", wheels)))
    assert len(run["tool"]["driver"]["rules"]) > 3
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", json.dumps(run, ensure_ascii=False))
    assert "##" not in sarif.log("check", [], complete=True)
