"""The path of a project below the top of its repository, which services use to show findings."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from abiding.files.plain import is_plain, is_there
from abiding.findings.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abiding.releases.release import Release

__all__ = ["PYPROJECT", "Repository", "folder_of", "is_of_project"]


PYPROJECT = "pyproject.toml"
_OF_PROJECTS = (PYPROJECT, "setup.py", "setup.cfg")


class Repository(NamedTuple):
    """A repository: its top folder, and the folder from which the command was run, both without links."""

    top: Path
    here: Path

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """Find the repository that a folder lies in: the nearest one with `.git`; without any, the folder itself."""
        here = _real(folder)
        top = next((folder for folder in (here, *here.parents) if is_there(folder / ".git")), here)
        return cls(top, here)

    def project_file(self, beside: Path | None) -> str:
        """Return the path below the top of the file of the project to which `beside` belongs.

        It is the nearest one in the folders above `beside` that are in the repository, or else above `here`. If there
        is none, it is a pyproject.toml in `here`, even though it does not exist: findings need a location.
        """
        for start in filter(None, (beside and _real(beside), self.here)):
            for folder in (start, *start.parents):
                if not folder.is_relative_to(self.top):
                    break
                for name in _OF_PROJECTS:
                    if is_plain(folder / name):
                        return self._below(folder / name)
        return self._below(self.here / _OF_PROJECTS[0])

    def _below(self, path: Path) -> str:
        return path.relative_to(self.top).as_posix()


def _real(path: Path) -> Path:
    """Return the path without links; of one that no file can have, the path of where we are."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path.cwd()


def is_of_project(artifacts: Sequence[str], file: str) -> bool:
    """Return whether the lines that a finding about these files names are those of the project's `file`.

    The pyproject.toml in an sdist is the one that it was made from.
    """
    return bool(artifacts) and all(PurePath(name).name == PYPROJECT for name in (file, *artifacts))


def folder_of(release: Release) -> Path | None:
    """Return the folder in which the files of a release lie, None if they are on an index."""
    places = (file.read_from for file in release.files if not file.on_index)
    return next((Path(place).parent for place in places if place), None)
