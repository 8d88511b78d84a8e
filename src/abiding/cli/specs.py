"""Tell a release on an index (`NAME==VERSION`) from a path."""

from __future__ import annotations

import os
import re

from abiding.findings.patterns import pattern

__all__ = ["downloading", "is_name", "is_one_release", "is_spec"]


# The form of a name and of a requirement; the index says whether it exists.
_NAME = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_REQUIREMENT = pattern(rf"{_NAME.pattern}(?:\s*(?:[<>!=~]=|[<>;@\[]).*)?", re.DOTALL)
# Folders with the results of builds. These names mean the folder, though projects may have them.
_FOLDERS = frozenset(
    {"artifact", "artifacts", "build", "dist", "dists", "out", "output", "packages", "release", "releases", "repaired"}
    | {"repaired_wheels", "repaired-wheels", "sdist", "sdists", "target", "wheel", "wheelhouse", "wheels"}
)
_ARCHIVES = (".egg", ".tar", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz")


def is_name(text: str) -> bool:
    """Return whether a text has the form of a project's name."""
    return _NAME.fullmatch(text) is not None


def is_spec(argument: str) -> bool:
    """Return whether an argument names a release: a requirement by its form, which is no path and no file."""
    from abiding.artifacts.disk import is_artifact

    if os.path.lexists(argument) or is_artifact(argument) or argument.endswith(_ARCHIVES):
        return False
    return argument.lower() not in _FOLDERS and _REQUIREMENT.fullmatch(argument) is not None


def is_one_release(argument: str) -> bool:
    """Return whether an argument names one release, `NAME==VERSION`; a bare name is a file."""
    return is_spec(argument) and not is_name(argument)


def downloading(text: str, what: str, instead: str) -> str:
    """Return how to get at a release where only files are read; empty if a text names none.

    `what` says what is read, and `instead` which commands take releases, with `{}` for it.
    """
    from abiding.project.corrections import release_meant

    release = release_meant(text) or text
    if not is_one_release(release):
        return ""
    way = f"get one by `pip download --no-deps '{release}'`, and give that"
    return f"{what}, no releases: {way}; {instead.format(release)}"
