"""Source trees: wrapped and bare, as a git repository, as an sdist."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import tomlkit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Variant = Literal["bare", "wrapped"]

# The time of every file in a tree that is laid here, of the commit made from it, and SOURCE_DATE_EPOCH of its builds.
MOMENT = 1_700_000_000

# The ABI lines of every project here: real ones, so that installers can follow them.
ABI_LINES = ("packaging<100", "tomlkit>=0.13")


@dataclass(frozen=True, slots=True)
class Project:
    """A project in both variants: one source, two pyproject.toml."""

    name: str
    source: Path
    bare: str
    wrapped: str
    added: tuple[str, ...] = ABI_LINES
    # The tag to lay it with, where the backend wants a git repository.
    git: str | None = None
    # Build settings that make two builds of the bare project the same.
    settings: Mapping[str, str] = field(default_factory=dict)

    def pyproject(self, variant: Variant) -> str:
        return self.wrapped if variant == "wrapped" else self.bare

    def lay(self, destination: Path, variant: Variant) -> Path:
        return lay(self.source, destination, self.pyproject(variant), git=self.git)


def wrap(pyproject: str) -> str:
    """Make a project use abiding, by the changes that its author would make and no others."""
    document: Any = tomlkit.parse(pyproject)
    build, project = document["build-system"], document["project"]
    inner = build.get("build-backend", "setuptools.build_meta:__legacy__")
    build["requires"].append("abiding")
    build["build-backend"] = "abiding.backend"
    project.setdefault("dependencies", [])
    project.setdefault("dynamic", []).append("dependencies")
    document.setdefault("tool", {})["abiding"] = {
        "build-backend": str(inner),
        "wheel": {"dependencies": list(ABI_LINES)},
    }
    return tomlkit.dumps(document)


def requiring(pyproject: str, lines: Sequence[str]) -> str:
    """Let a project require something more."""
    document: Any = tomlkit.parse(pyproject)
    for line in lines:
        document["project"].setdefault("dependencies", []).append(line)
    return tomlkit.dumps(document)


def unwrap(pyproject: str) -> str:
    """Take abiding's parts out of a project, which leaves what its own backend accepts."""
    document: Any = tomlkit.parse(pyproject)
    build, project = document["build-system"], document["project"]
    build["requires"].remove("abiding")
    build["build-backend"] = str(document["tool"]["abiding"]["build-backend"])
    project["dynamic"] = [name for name in project["dynamic"] if name not in project]
    if not project["dynamic"]:
        del project["dynamic"]
    del document["tool"]["abiding"]
    return tomlkit.dumps(document)


def lay(source: Path, destination: Path, pyproject: str | None = None, *, git: str | None = None) -> Path:
    """Copy a tree, with another pyproject.toml if given, every file at MOMENT; `git` is the tag of a repository."""
    shutil.copytree(source, destination, symlinks=True)
    if pyproject is not None:
        (destination / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    if git is not None:
        _git(destination, "init", "--quiet")
        _git(destination, "add", "--all", "--force")
        _git(destination, "commit", "--quiet", "--message", "As released")
        _git(destination, "tag", git)
    # Directories too: an sdist has them as members.
    for folder, _, files in os.walk(destination):
        for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118 - os.walk speaks strings
            os.utime(path, (MOMENT, MOMENT), follow_symlinks=False)
    return destination


def unpack(sdist: Path, destination: Path) -> Path:
    """Unpack an sdist into `destination`, without its top folder."""
    aside = destination.with_name(destination.name + ".unpacked")
    with tarfile.open(sdist) as archive:
        # As the documentation has it for Pythons before 3.11.4, which know no filters; Debian 12's is one.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(aside)  # noqa: S202 - a release that the index vouches for, or our own
    (top,) = aside.iterdir()
    top.rename(destination)
    aside.rmdir()
    return destination


def as_tree(unpacked: Path) -> Path:
    """Take out of an unpacked sdist what its backend put there: then it is the tree that the sdist was made from."""
    (unpacked / "PKG-INFO").unlink()
    for folder in unpacked.glob("*.egg-info"):
        shutil.rmtree(folder)
        (unpacked / "setup.cfg").unlink()
    return unpacked


def repack(unpacked: Path, destination: Path, name: str, pyproject: str) -> Path:
    """Make an sdist of an unpacked one, with only its pyproject.toml changed."""
    tree = lay(unpacked, destination / name, pyproject)
    with tarfile.open(destination / f"{name}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.add(tree, name)
    return destination / f"{name}.tar.gz"


def read_pyproject(tree: Path) -> str:
    return (tree / "pyproject.toml").read_text(encoding="utf-8")


def build_requirements(pyproject: str) -> list[str]:
    requirements: list[str] = tomllib.loads(pyproject)["build-system"]["requires"]
    return requirements


def backend(pyproject: str) -> str:
    name: str = tomllib.loads(pyproject)["build-system"]["build-backend"]
    return name


def _git(tree: Path, *arguments: str) -> None:
    identity = {
        f"GIT_{who}_{what}": f"{who}@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    dates = {f"GIT_{who}_DATE": f"{MOMENT} +0000" for who in ("AUTHOR", "COMMITTER")}
    # Whatever the machine's own git configuration says about hooks, signatures and line ends stays out of it.
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(("git", *arguments), cwd=tree, check=True, env={**os.environ, **identity, **dates, **alone})
