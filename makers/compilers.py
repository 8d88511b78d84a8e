"""Compilers and build tools that write down that they were called, and then do their work or fail."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Not ninja: meson-python asks it for its version to know whether the build will need another.
_TOOLS = ("cc", "c++", "gcc", "g++", "clang", "clang++", "meson", "cmake", "make")


@dataclass(frozen=True, slots=True)
class Compilers:
    """A folder that is to stand first on PATH."""

    folder: Path

    @classmethod
    def watched(cls, folder: Path, *, failing: bool = False) -> Compilers:
        folder.mkdir()
        for name in _TOOLS:
            real = shutil.which(name)
            if not failing and not real:
                continue
            note = f'echo {name} "$@" >>{shlex.quote(str(folder / "calls"))}'
            work = "exit 1" if failing or not real else f'exec {shlex.quote(real)} "$@"'
            (folder / name).write_text(f"#!/bin/sh\n{note}\n{work}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        (folder / "calls").touch()
        return cls(folder)

    def variables(self, path: str) -> Mapping[str, str]:
        """The folder catches what is found on PATH; the variables what comes before it, as in isolated environments."""
        return {
            "PATH": f"{self.folder}{os.pathsep}{path}",
            "CC": str(self.folder / "cc"),
            "CXX": str(self.folder / "c++"),
        }

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text(encoding="utf-8").splitlines()
