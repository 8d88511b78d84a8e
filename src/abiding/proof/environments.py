"""Isolated build environments, one for each set of requirements."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from abiding.metadata import requirements
from abiding.proof.commands import CommandError, run
from abiding.proof.own_wheel import with_own, write_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Environment", "EnvironmentSource", "Isolated"]


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python to run hooks with, and their environment variables."""

    python: Path
    variables: Mapping[str, str]


class EnvironmentSource(Protocol):
    """A source of environments."""

    def having(self, requires: Sequence[str]) -> Environment:
        """Return an environment with these requirements. Raises `CommandError` with the installer's output."""


# Variables that would affect an environment from outside, or override what is requested.
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "ABIDING_LEVEL", "ABIDING_VARIANT")


class Isolated:
    """Virtual environments below a folder; uv makes them where it is on PATH, else `venv` and pip."""

    def __init__(self, folder: Path, python: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._python = python
        self._say = say
        self._made: dict[frozenset[str], Environment | CommandError] = {}
        self._uv = shutil.which("uv")
        folder.mkdir(parents=True)
        self._own = write_wheel(folder)

    @property
    def count(self) -> int:
        """The number of environments."""
        return len(self._made)

    def having(self, requires: Sequence[str]) -> Environment:
        """Return an environment with these requirements. Raises `CommandError` with the installer's output."""
        key = frozenset(requires)
        if key not in self._made:
            self._say(f"environment: {', '.join(dict.fromkeys(requires)) or 'nothing'}")
            try:
                _check(requires)
                self._made[key] = self._make(with_own(dict.fromkeys(requires), self._own))
            except CommandError as exc:
                self._made[key] = exc
        made = self._made[key]
        if isinstance(made, CommandError):
            raise made
        return made

    def _make(self, requires: list[str]) -> Environment:
        root = self._folder / f"environment-{len(self._made) + 1}"
        python = _python_of(root)
        if self._uv:
            self._run(self._uv, "venv", "--quiet", "--python", self._python, root)
            install: list[str | Path] = [self._uv, "pip", "install", "--quiet", "--python", python]
        else:
            self._run(self._python, "-m", "venv", "--without-pip", root)
            # `venv` installs pip and, before Python 3.12, setuptools; but only requirements must be there.
            install = [self._pip(), "-m", "pip", "--python", python, "install", "--quiet"]
        if requires:
            self._run(*install, "--", *requires)
        return Environment(python, _variables(root))

    def _pip(self) -> Path:
        """Return the Python of an environment with pip only, which installs into all others."""
        root = self._folder / "pip"
        if not root.exists():
            self._run(self._python, "-m", "venv", root)
        return _python_of(root)

    def _run(self, *command: str | Path) -> None:
        variables = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        run(command, self._folder, {**variables, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"})


def _check(requires: Sequence[str]) -> None:
    """Reject anything but requirements, which an installer would read as an option, a file or a folder."""
    from packaging.requirements import InvalidRequirement

    for text in requires:
        try:
            requirements.parse(text)
        except InvalidRequirement as exc:
            raise CommandError(f"`{text}` is required to build, and is not a requirement (PEP 508): {exc}\n") from exc


def _python_of(root: Path) -> Path:
    return root / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _variables(root: Path) -> dict[str, str]:
    """Return the variables of an activated environment, without any that lead to packages outside of it."""
    ours = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    path = f"{_python_of(root).parent}{os.pathsep}{ours.get('PATH', os.defpath)}"
    return {**ours, "PATH": path, "VIRTUAL_ENV": str(root), "PYTHONNOUSERSITE": "1"}
