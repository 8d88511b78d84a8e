"""A build backend that wraps another one and holds its wheels to what was declared.

The names in `__all__` are the public ones. Each is imported when it is first asked for, so that a hook of a build
imports none of them, and so that the modules which define them may move.
"""

from __future__ import annotations

from abiding._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from abiding.artifacts.artifact import Artifact, Unreadable
    from abiding.artifacts.index import read_release
    from abiding.findings.errors import (
        AbidingError,
        ArchiveError,
        BackendError,
        DeclarationError,
        IndexAccessError,
        RefusedError,
    )
    from abiding.findings.finding import Excerpt, Finding, Severity
    from abiding.metadata.difference import Difference
    from abiding.releases.release import CheckedArtifact, Release, Verdict

__all__ = [
    "AbidingError",
    "ArchiveError",
    "Artifact",
    "BackendError",
    "CheckedArtifact",
    "DeclarationError",
    "Difference",
    "Excerpt",
    "Finding",
    "IndexAccessError",
    "RefusedError",
    "Release",
    "Severity",
    "Unreadable",
    "Verdict",
    "__version__",
    "check",
    "check_artifacts",
    "read_release",
]

_DEFINED_IN = {
    "abiding.artifacts.artifact": ("Artifact", "Unreadable"),
    "abiding.artifacts.index": ("read_release",),
    "abiding.findings.errors": (
        "AbidingError",
        "ArchiveError",
        "BackendError",
        "DeclarationError",
        "IndexAccessError",
        "RefusedError",
    ),
    "abiding.findings.finding": ("Excerpt", "Finding", "Severity"),
    "abiding.metadata.difference": ("Difference",),
    "abiding.releases.release": ("CheckedArtifact", "Release", "Verdict"),
}


def check(paths: Iterable[str | PathLike[str]]) -> list[Release]:
    """Check the releases that sdists and wheels on disk make up, as `abiding check` does.

    `paths` are files, and folders that have them right in them. The artifacts are grouped into releases by name and
    version, in the order in which they are found. What can't be read, or is not there, is part of the result, with a
    finding that says why; the others are checked. Where the extra `native` is not installed, a note says what was not
    looked at.

    Raises `AbidingError` if there is nothing at all to check.
    """
    # Imported here, since the hooks of a build need none of it and start often.
    from pathlib import Path

    from abiding.artifacts.disk import read_artifacts
    from abiding.releases.check import releases, with_compiled

    files = [Path(path) for path in paths]
    return with_compiled(releases(read_artifacts(files)), files)


def check_artifacts(artifacts: Iterable[Artifact | Unreadable]) -> list[Release]:
    """Check the releases that artifacts make up which were read before, from an index for example (`read_release`).

    They are grouped by name and version, in the order in which they were given. Compiled files are not looked into.
    """
    from abiding.releases.check import releases

    return releases(artifacts)


# What a front end looks for in the module that `build-backend` names.
_HOOKS = frozenset(
    f"{hook}_{kind}"
    for hook in ("build", "get_requires_for_build", "prepare_metadata_for_build")
    for kind in ("sdist", "wheel", "editable")
)


def __getattr__(name: str) -> object:
    """Import a public name (PEP 562), and answer for a project that writes `build-backend = "abiding"`.

    Its hooks are elsewhere, and say so.
    """
    for module, names in _DEFINED_IN.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(module), name)
    if name not in _HOOKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from abiding import backend

    return getattr(backend, name)
