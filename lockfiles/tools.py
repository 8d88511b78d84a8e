"""The tools that lock or install: their commands, where each leaves its answer, and how to read it."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pypi_simple import PYPI_SIMPLE_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# The index of this machine, for all that the examples require; pip and uv know it by themselves.
INDEX = os.environ.get("PIP_INDEX_URL", PYPI_SIMPLE_ENDPOINT)
_PYPROJECT = """[project]
name = "application"
version = "1.0"
requires-python = ">=3.11,<3.12"
dependencies = {dependencies}

[tool.uv]
package = false

[tool.poetry]
package-mode = false

[[tool.poetry.source]]
name = "{name}"
url = "{url}"
priority = "primary"

[[tool.poetry.source]]
name = "index"
url = "{index}"
priority = "supplemental"

[tool.pdm]
distribution = false

[[tool.pdm.source]]
name = "{name}"
url = "{url}"
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """A command that chooses versions, and the one that installs what was chosen into .venv."""

    command: str
    distribution: str
    version: str
    arguments: tuple[str, ...]
    answer: str
    installing: tuple[str, ...]
    # What it says when no versions satisfy all that is required.
    refusal: str
    extra: str = ""
    # What its environment has besides; versions are said because an answer may depend on them.
    beside: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        return (f"{self.distribution}{self.extra}=={self.version}", *self.beside)

    def chosen(self, folder: Path) -> dict[str, str]:
        """Read the versions chosen, by name, the application's own left out."""
        text = (folder / self.answer).read_text(encoding="utf-8")
        if self.answer.endswith(".txt"):
            return dict(_pins(text))
        entries = _entries(json.loads(text) if self.answer.endswith(".json") else tomllib.loads(text))
        return {canonicalize_name(one["name"]): one["version"] for one in entries if one["name"] != "application"}


def _pins(text: str) -> list[tuple[str, str]]:
    lines = (line.partition(" \\")[0].strip() for line in text.splitlines())
    pins = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return [(canonicalize_name(pin.name), str(pin.specifier).removeprefix("==")) for pin in pins]


def _entries(answer: dict[str, Any]) -> list[dict[str, Any]]:
    if "install" in answer:
        return [one["metadata"] for one in answer["install"]]
    found: list[dict[str, Any]] = answer.get("package", answer.get("packages", []))
    return found


_PIP = "26.3"
_PIP_HERE = ("python", "-m", "pip", "--python", ".venv/bin/python")
_PIP_REFUSES = "ResolutionImpossible"
_UV_REFUSES = "No solution found when resolving dependencies"
TOOLS = (
    Tool("uv lock", "uv", "0.13.9", ("uv", "lock"), "uv.lock", ("uv", "sync"), _UV_REFUSES),
    Tool(
        "uv pip compile", "uv", "0.13.9",
        ("uv", "pip", "compile", "requirements.in", "--output-file", "requirements.txt"), "requirements.txt",
        ("uv", "pip", "sync", "requirements.txt"), _UV_REFUSES,
    ),
    Tool(
        "pip install", "pip", _PIP,
        (*_PIP_HERE, "install", "--dry-run", "--report", "report.json", "-r", "requirements.in"), "report.json",
        (*_PIP_HERE, "install", "-r", "requirements.in"), _PIP_REFUSES,
    ),
    Tool(
        "pip lock", "pip", _PIP,
        (*_PIP_HERE, "lock", "-r", "requirements.in", "-o", "pylock.toml"), "pylock.toml",
        (*_PIP_HERE, "install", "-r", "pylock.toml"), _PIP_REFUSES,
    ),
    Tool(
        "pip-compile", "pip-tools", "7.6.2",
        ("pip-compile", "--output-file", "requirements.txt", "requirements.in"), "requirements.txt",
        ("pip-sync", "--python-executable", ".venv/bin/python", "requirements.txt"), _PIP_REFUSES,
        beside=(f"pip=={_PIP}",),
    ),
    Tool(
        "poetry lock", "poetry", "2.5.1", ("poetry", "lock", "--no-interaction"), "poetry.lock",
        ("poetry", "sync"), "version solving failed",
    ),
    Tool(
        "pdm lock", "pdm", "2.29.3", ("pdm", "lock"), "pdm.lock",
        ("pdm", "sync"), "Unable to find a resolution", extra="[locked]",
    ),
)  # fmt: skip


def write_application(folder: Path, requirements: Sequence[str], url: str) -> None:
    """Write a project that has these requirements, in the forms that the tools read."""
    # poetry keeps what it learns by the name of the source.
    name = "shelf-" + "".join(filter(str.isalnum, url))
    dependencies = json.dumps(list(requirements))
    pyproject = _PYPROJECT.format(dependencies=dependencies, name=name, url=url, index=INDEX)
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (folder / "requirements.in").write_text("".join(f"{one}\n" for one in requirements), encoding="utf-8")


def variables(url: str, folder: Path) -> dict[str, str]:
    """Say to all of them where the releases are, and that nothing else of this machine is to play a part."""
    further = os.environ.get("PIP_EXTRA_INDEX_URL", "")
    return {
        "PIP_EXTRA_INDEX_URL": f"{url} {further}".strip(),
        "UV_INDEX": url,
        "POETRY_KEYRING_ENABLED": "false",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "PDM_PYPI_URL": INDEX,
        "PDM_CHECK_UPDATE": "false",
        # pdm keeps what it learns by the name of the archive, wherever that came from.
        "PDM_CACHE_DIR": str(folder / "pdm"),
        "CFLAGS": "-O0 -g0",
    }
