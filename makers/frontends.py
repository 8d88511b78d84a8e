"""The front ends, as the commands that a person types, and the hooks called directly."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING

import pyproject_hooks

from makers.environments import uv
from makers.projects import backend, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from makers.environments import Environment


class Frontend(StrEnum):
    """A tool, and what it is asked to do."""

    BUILD = "build"
    PIP_WHEEL = "pip wheel"
    PIP_INSTALL = "pip install"
    PIP_EDITABLE = "pip install -e"
    UV_BUILD = "uv build"
    UV_INSTALL = "uv pip install"
    UV_EDITABLE = "uv pip install -e"

    @property
    def makes_archives(self) -> bool:
        return self in {Frontend.BUILD, Frontend.PIP_WHEEL, Frontend.UV_BUILD}

    @property
    def is_editable(self) -> bool:
        return self in {Frontend.PIP_EDITABLE, Frontend.UV_EDITABLE}

    @property
    def takes_an_sdist(self) -> bool:
        """Whether it takes the archive itself; the others get it unpacked."""
        return self in {Frontend.PIP_WHEEL, Frontend.PIP_INSTALL, Frontend.UV_BUILD, Frontend.UV_INSTALL}

    def command(
        self, source: Path, environment: Environment, output: Path, *, isolated: bool
    ) -> tuple[str | Path, ...]:
        """Compose the command. Dependencies are left out: what a wheel asks for is read, not installed."""
        python = environment.python
        alone = () if isolated else ("--no-build-isolation",)
        pip = (sys.executable, "-m", "pip", "--python", python)
        # From an sdist comes a wheel; that another sdist could be made of it is not for every backend.
        only = ("--wheel",) if source.is_file() or (source / "PKG-INFO").exists() else ()
        match self:
            case Frontend.BUILD:
                here = (sys.executable, "-m", "build") if isolated else (python, "-m", "build", "--no-isolation")
                return (*here, *only, "--outdir", output, source)
            case Frontend.PIP_WHEEL:
                return (*pip, "wheel", "--no-deps", *alone, "--wheel-dir", output, source)
            case Frontend.PIP_INSTALL:
                return (*pip, "install", "--no-deps", *alone, source)
            case Frontend.PIP_EDITABLE:
                return (*pip, "install", "--no-deps", *alone, "--editable", source)
            case Frontend.UV_BUILD:
                return uv("build", *only, "--python", python, *alone, "--out-dir", output, source)
            case Frontend.UV_INSTALL:
                return uv("pip", "install", "--python", python, "--no-deps", *alone, source)
            case Frontend.UV_EDITABLE:
                return uv("pip", "install", "--python", python, "--no-deps", *alone, "--editable", source)


class Hooks:
    """The hooks of a tree's backend, called in an environment that already has all they need."""

    def __init__(self, tree: Path, environment: Environment) -> None:
        self._environment = environment
        self._caller = pyproject_hooks.BuildBackendHookCaller(
            str(tree), backend(read_pyproject(tree)), runner=self._run, python_executable=str(environment.python)
        )

    def _run(self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        more = {**self._environment.more, **(extra_environ or {})}
        environment = type(self._environment)(self._environment.root, self._environment.wheelhouse, more)
        environment.run(*cmd, cwd=cwd)

    def sdist(self, output: Path, settings: Mapping[str, str] | None = None) -> Path:
        output.mkdir(parents=True, exist_ok=True)
        return output / self._caller.build_sdist(str(output), settings)

    def wheel(self, output: Path, settings: Mapping[str, str] | None = None, metadata: Path | None = None) -> Path:
        output.mkdir(parents=True, exist_ok=True)
        return output / self._caller.build_wheel(str(output), settings, str(metadata) if metadata else None)

    def prepare(self, output: Path) -> Path:
        """Prepare a wheel's metadata; a backend without the hook fails the test instead of building a wheel for it."""
        output.mkdir(parents=True, exist_ok=True)
        return output / self._caller.prepare_metadata_for_build_wheel(str(output), _allow_fallback=False)
