"""Projects built by their hooks, each thing once in a session: bare and wrapped, same path, same environment."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from filelock import FileLock

from makers.environments import ALWAYS, UNOPTIMISED, Environment
from makers.frontends import Hooks
from makers.projects import build_requirements, unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from makers.projects import Project, Variant

Kind = Literal["sdist", "wheel", "wheel from sdist"]


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Fill a folder once, whichever worker of pytest-xdist comes first; the others wait and use it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = folder.with_name(folder.name + ".done")
    with FileLock(folder.with_name(folder.name + ".lock")):
        if not done.exists():
            # What a worker left half done.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@dataclass(frozen=True, slots=True)
class Built:
    """An archive, and when its build began."""

    path: Path
    started: float


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where projects are built."""

    root: Path
    wheelhouse: Path

    def environment(self, project: Project) -> Environment:
        """Return the environment in which both variants are built, by compilers that are told the same."""
        requirements = (*build_requirements(project.wrapped), *ALWAYS)

        def make(folder: Path) -> None:
            Environment(folder / "environment", self.wheelhouse).make(requirements)

        return Environment(once(self._place(project) / "in", make) / "environment", self.wheelhouse, UNOPTIMISED)

    def build(self, project: Project, variant: Variant, kind: Kind) -> Built:
        """Build one thing; the second time it is there already."""

        def make(folder: Path) -> None:
            # Debug information and the like hold the path of the tree: it must not tell the variants apart.
            tree = self._place(project) / "tree"
            sdist = self.build(project, variant, "sdist").path if kind == "wheel from sdist" else None
            with FileLock(tree.with_suffix(".lock")):
                # What a build that failed has left.
                shutil.rmtree(tree, ignore_errors=True)
                if sdist:
                    unpack(sdist, tree)
                else:
                    project.lay(tree, variant)
                before = contents(tree)
                # Whole seconds, as archives keep them.
                (folder / "started").write_text(str(int(time.time())), encoding="ascii")
                hooks = Hooks(tree, self.environment(project))
                build = hooks.sdist if kind == "sdist" else hooks.wheel
                build(folder / "archive", project.settings)
                after = contents(tree)
                shutil.rmtree(tree)
            changed = [path for path, data in before.items() if after.get(path) != data and "egg-info" not in path]
            assert not changed, f"files of the project that the build wrote: {changed}"

        folder = once(self._place(project) / f"{variant}-{kind.replace(' ', '-')}", make)
        (archive,) = (folder / "archive").iterdir()
        return Built(archive, float((folder / "started").read_text(encoding="ascii")))

    def _place(self, project: Project) -> Path:
        return self.root / f"{project.name}-{project.source.parent.name}"


def contents(tree: Path) -> dict[str, bytes]:
    """Read every file of a tree, git's own left out."""
    return {
        str(path.relative_to(tree)): path.read_bytes()
        for path in tree.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(tree).parts
    }
