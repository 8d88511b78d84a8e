"""Plugin for setuptools' tests of its backend: with `--through-abiding`, the backend that they call is abiding's.

Each project that a test writes is wrapped by `abiding init` before a hook is called for it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from abiding import cli


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--through-abiding", action="store_true")


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.getoption("--through-abiding"):
        for module in {item.module for item in session.items if isinstance(item, pytest.Function)}:
            put_between(module.BuildBackendCaller)


def put_between(caller: Any) -> None:
    """Change the class of which the suite makes one object for each call of a hook, in the project's folder."""
    begin = caller.__init__

    def begin_with_abiding(self: Any, cwd: str, env: dict[str, str], backend_name: str) -> None:
        wrap(Path(cwd, "pyproject.toml"), backend_name)
        with Path(os.environ["HOOK_CALLS"]).open("a", encoding="utf-8") as calls:
            calls.write(f"{backend_name}\n")
        begin(self, cwd, env, "abiding.backend")

    caller.__init__ = begin_with_abiding


def wrap(path: Path, backend_name: str) -> None:
    assert cli.main(["init", "--yes", str(path.parent)]) == 0
    # The suite tests a backend whatever pyproject.toml says, be there one or not.
    document: Any = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["tool"]["abiding"]["build-backend"] = backend_name
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
