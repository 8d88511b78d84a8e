"""Small projects, written to disk and built by real backends through the hooks, as a front end calls them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from pyproject_hooks import BuildBackendHookCaller

from abiding.metadata.core import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCES = Path(__file__).resolve().parents[1] / "src"

WRAPPED_FLIT = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
description = "A package"
dependencies = [
    "numpy>=1.26",
]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "flit_core.buildapi"

[tool.abiding.wheel]
dependencies = [
    "libgmp==6.3.0",
]
"""


class HookFailed(Exception):  # noqa: N818
    """A hook's process ended with a status other than 0."""

    def __init__(self, status: int, output: str) -> None:
        super().__init__(output)
        self.status = status
        self.output = output


@dataclass(frozen=True)
class Tree:
    """A source tree, and what its hooks printed."""

    folder: Path
    environment: Mapping[str, str]
    said: list[str]

    @classmethod
    def write(cls, folder: Path, files: Mapping[str, str], **environment: str) -> Tree:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8", newline="")
        return cls(folder, {"PYTHONPATH": str(SOURCES), **environment}, [])

    def hook(self, name: str, *arguments: Any, backend: str = "abiding.backend", **environment: str) -> Any:
        """Call a hook in a process of its own; raises `HookFailed`."""

        def run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
            variables = {**os.environ, **self.environment, **environment, **(extra_environ or {})}
            done = subprocess.run(cmd, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
            self.said.append(done.stdout + done.stderr)
            if done.returncode:
                raise HookFailed(done.returncode, done.stdout + done.stderr)

        if arguments and isinstance(arguments[0], Path):
            arguments[0].mkdir(parents=True, exist_ok=True)  # PEP 517: the frontend makes it
        caller = BuildBackendHookCaller(str(self.folder), backend, runner=run, python_executable=sys.executable)
        return getattr(caller, name)(*arguments)

    def answers(self, hook: str, **environment: str) -> bool:
        """Whether a frontend finds this optional hook."""
        code = f"import abiding.backend as b, sys; sys.exit(not hasattr(b, {hook!r}))"
        variables = {**os.environ, **self.environment, **environment}
        return subprocess.run([sys.executable, "-c", code], cwd=self.folder, env=variables, check=False).returncode == 0

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the tree."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


def flit_tree(folder: Path, old: str = "", new: str = "", **environment: str) -> Tree:
    """A tree that flit-core builds, with one text of its pyproject.toml replaced by another.

    Where that makes wheels differ, it says why.
    """
    assert old in WRAPPED_FLIT
    pyproject = WRAPPED_FLIT.replace(old, new) if old else WRAPPED_FLIT
    if "select =" in new or "variant =" in new:
        pyproject = pyproject.replace("[tool.abiding]\n", '[tool.abiding]\nwheels-differ = "as the test has it"\n')
    return Tree.write(folder, {"pyproject.toml": pyproject, "spam.py": '"""A package"""\n'}, **environment)


def metadata(wheel: Path) -> CoreMetadata:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return CoreMetadata.parse(archive.read(name), "METADATA")


def pkg_info(sdist: Path) -> CoreMetadata:
    with tarfile.open(sdist) as archive:
        (member,) = (one for one in archive if one.name.count("/") == 1 and one.name.endswith("/PKG-INFO"))
        file = archive.extractfile(member)
        assert file
        return CoreMetadata.parse(file.read(), "METADATA")


def unpacked(sdist: Path, into: Path) -> Path:
    with tarfile.open(sdist) as archive:
        # An argument `filter` would be shorter, but the first Pythons 3.11 don't have it.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(into)  # noqa: S202
    (folder,) = into.iterdir()
    return folder


def installed(folder: Path, name: str, version: str) -> str:
    """A PYTHONPATH with a distribution that has nothing but a version."""
    info = folder / "site" / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return os.pathsep.join([str(SOURCES), str(info.parent)])
