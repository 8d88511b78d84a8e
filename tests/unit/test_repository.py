"""What stands around the package: workflows and forms that their services accept, and pages that name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import abiding
from abiding._version import DOCUMENTATION

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]
GITHUB = CHECKOUT / ".github"
HELD_TO = {
    "vendor.github-workflows": sorted(GITHUB.glob("workflows/*.yml")),
    "vendor.github-issue-forms": sorted(
        set(GITHUB.glob("ISSUE_TEMPLATE/*.yml")) - {GITHUB / "ISSUE_TEMPLATE/config.yml"}
    ),
    "vendor.github-issue-config": [GITHUB / "ISSUE_TEMPLATE/config.yml"],
}


def held(schema: str, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("schema", HELD_TO)
def test_services_accept_it(schema: str, tmp_path: Path) -> None:
    assert HELD_TO[schema]
    done = held(schema, *HELD_TO[schema])
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("jobs: 3\nbody: 3\nblank_issues_enabled: 3\n")
    assert held(schema, wrong).returncode == 1


def test_there_is_one_version() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == abiding.__version__
    assert project["urls"] == {"Documentation": DOCUMENTATION}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md", "docs/development/architecture.md"])
def test_what_a_page_names_is_there(page: str) -> None:
    text = (CHECKOUT / page).read_text("utf-8")
    scripts = set(re.findall(r"\bscripts/[\w-]+|\.ci/run", text))
    modules = set(re.findall(r"`((?:[a-z]+/)+[a-z_]+\.py)`", text))
    missing = {name for name in scripts if not (CHECKOUT / name).is_file()}
    missing |= {
        name for name in modules if not any((top / name).is_file() for top in (CHECKOUT, CHECKOUT / "src/abiding"))
    }
    assert not missing
    assert scripts | modules
