"""The house: imports point down, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "abiding"

# From the doors down to the floor: a module may import from lower storeys, and from its own only what stands before it.
STOREYS = [
    ["findings", "errors"],
    ["pyproject", "placing", "zipend", "ziprecords", "wheel", "tarblocks", "sdist", "inner"],
    ["settings", "tags", "requirements", "metadata", "project", "declaration", "artifact", "disk", "index"],
    ["difference", "extras", "promise", "source", "foretelling", "comparison", "rules", "native", "release", "proof"],
    ["report"],
    ["output", "build"],
    ["backend", "cli"],
]
# Beside the stairs: data for others.
APART = {"__init__", "__main__", "schema"}


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "abiding":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("abiding.")}
    return found - {"__version__"}


def modules() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        name = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        found.setdefault(name, set()).update(imports(file) - {name})
    return {name: used for name, used in found.items() if name not in APART}


def test_every_module_has_its_storey() -> None:
    assert set(modules()) == {name for storey in STOREYS for name in storey}


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_down(name: str) -> None:
    order = [one for storey in STOREYS for one in storey]
    below = set(order[: order.index(name)])
    assert modules()[name] <= below, f"{name} imports from above: {modules()[name] - below}"


def test_backend_is_light() -> None:
    """A front end starts a process for every hook: what is imported before it is needed is paid for every time."""
    code = "import sys; import abiding.backend; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=True)  # fmt: skip
    loaded = set(done.stdout.split())
    for heavy in ("packaging", "tomlkit", "tomllib", "zipfile", "tarfile", "email", "dataclasses", "re", "argparse"):
        assert heavy not in loaded


def test_files_are_small() -> None:
    long = {file.name: count for file in PACKAGE.rglob("*.py") if (count := len(file.read_text().splitlines())) > 480}
    assert not long
