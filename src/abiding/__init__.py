"""A build backend that wraps another one and holds its wheels to what was declared."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from abiding.release import Release

__version__ = "0.1.0"

__all__ = ["__version__", "check"]


def __dir__() -> list[str]:
    return __all__


def check(paths: Iterable[str | PathLike[str]]) -> list[Release]:
    """Check the releases that sdists and wheels on disk make up, as `abiding check` does.

    `paths` are files, and folders that have them right in them. The artifacts are grouped into releases by name and
    version, in the order in which they are found. An artifact that can't be read is part of its release, with a finding
    that says why; the others are checked.

    Raises `abiding.errors.AbidingError` if a path is not there, a folder has no artifact in it, or a wheel with native
    requirements can't be looked into, since the extra `native` is not installed.
    """
    # Imported here, since the hooks of a build need none of it and start often.
    from pathlib import Path

    from abiding.disk import read_artifacts
    from abiding.release import releases, with_compiled

    files = [Path(path) for path in paths]
    return with_compiled(releases(read_artifacts(files)), files)


# What a front end looks for in the module that `build-backend` names.
_HOOKS = frozenset(
    f"{hook}_{kind}"
    for hook in ("build", "get_requires_for_build", "prepare_metadata_for_build")
    for kind in ("sdist", "wheel", "editable")
)


def __getattr__(name: str) -> object:
    """Answer for a project that writes `build-backend = "abiding"`: the hooks are elsewhere, and say so (PEP 562)."""
    if name not in _HOOKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from abiding import backend

    return getattr(backend, name)
