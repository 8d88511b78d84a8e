"""What a wrapped backend starts in Python reads the same view of pyproject.toml: sip has METADATA written so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from makers.trees import WRAPPED_FLIT, Tree

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = """\
import subprocess, sys
from flit_core import buildapi
from flit_core.buildapi import build_sdist

SHOW = "import os, tomllib; print(tomllib.load(open('pyproject.toml', 'rb'))['project'].get('dynamic'))"

def build_wheel(directory, settings=None, metadata=None):
    said = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    print("child:", said.stdout, said.stderr, file=sys.stderr)
    return buildapi.build_wheel(directory, settings, metadata)
"""


@pytest.mark.parametrize(("name", "dynamic"), [("sipbuild", "None"), ("another", "['dependencies']")])
def test_a_program_of_the_backend(name: str, dynamic: str, tmp_path: Path) -> None:
    """Control: only what is known to start such a reader gets anything; a `sitecustomize` that there is runs too."""
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', f'"{name}"\nbackend-path = ["."]')
    files = {"pyproject.toml": text, "spam.py": '"""A package"""', f"{name}.py": BACKEND}
    tree = Tree.write(tmp_path / "tree", files)
    Tree.write(tmp_path / "site", {"sitecustomize.py": "print('begun')"})
    tree.hook("build_wheel", tmp_path / "out", PYTHONPATH=str(tmp_path / "site"))
    said = " ".join(" ".join(tree.said).split())
    assert f"child: begun {dynamic}" in said
    assert "ignored" not in said  # by Python, which prints what fails as the program ends
