"""The house: imports point down, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "abiding"

# From the doors down to the floor: a module may import from lower storeys, and from its own only what stands before it.
STOREYS = [
    ["bounds", "findings", "errors", "inside", "plain", "private", "tagging"],
    [
        "positions",
        "pyproject",
        "faults",
        "placing",
        "unpacking",
        "zipend",
        "ziprecords",
        "zipdirectory",
        "zipediting",
        "wheel",
    ],
    ["tarblocks", "layout", "sdist", "known_backends", "unlisted", "inner"],
    [
        "settings",
        "tags",
        "environments",
        "markers",
        "selecting",
        "requirements",
        "requires_dist",
        "exclusions",
        "pins",
        "groups",
        "headers",
        "readers",
        "metadata",
        "project",
        "shapes",
        "contradictions",
        "sanctions",
        "declaration",
        "provenance",
        "lines",
    ],
    ["artifact", "disk", "index"],
    [
        "difference",
        "licences",
        "promise",
        "source",
        "foretelling",
        "comparison",
        "rules",
        "native",
        "providers",
        "release",
        "proof",
    ],
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
    code = "import sys; import abiding.backend; hasattr(abiding.backend, 'no_such'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=True)  # fmt: skip
    loaded = set(done.stdout.split())
    for heavy in ("packaging", "tomlkit", "tomllib", "zipfile", "tarfile", "email", "dataclasses", "re", "argparse"):
        assert heavy not in loaded


def test_asking_the_backend_for_what_it_does_not_have_imports_nothing() -> None:
    code = """
import sys, abiding.backend
before = set(sys.modules)
print([hasattr(abiding.backend, name) for name in ("no_such", "__path__", "__wrapped__", "build_wheel_metadata")])
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(PACKAGE.parent)}, capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "[False, False, False, False]\n\n"


def test_no_assertion_is_eaten_by_a_condition() -> None:
    """`assert a == b if c else d` asserts `d`, which holds if it is not empty, where `c` is false."""
    found = [
        f"{file.name}:{node.lineno}"
        for file in Path(__file__).resolve().parents[1].rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.IfExp)
    ]
    assert found == []


def test_values_of_findings_are_no_prose() -> None:
    """`expected` and `found` go into data: what is not a value is said in `expected_from`, or in the message."""
    prose = [
        f"{file.name}:{node.value.lineno}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg in ("expected", "found")
        for part in ast.walk(node.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search(r" |…", part.value)
    ]
    assert prose == []


def test_files_are_small() -> None:
    long = {file.name: count for file in PACKAGE.rglob("*.py") if (count := len(file.read_text().splitlines())) > 480}
    assert not long
