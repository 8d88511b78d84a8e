"""The hooks of PEP 517 and PEP 660: each calls the wrapped backend, and hands over only what was declared.

Front ends start a new process for every hook, so nothing is imported here that a hook may not need.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from abiding.builds.build import Build
    from abiding.findings.errors import AbidingError

    ConfigSettings = Mapping[str, Any] | None

__all__ = [
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]


def get_requires_for_build_sdist(config_settings: ConfigSettings = None) -> list[str]:
    """Return what `build_sdist` needs besides `[build-system] requires`, as PEP 508 strings (PEP 517)."""
    with _build(config_settings) as build:
        return build.sdist_requires()


def get_requires_for_build_wheel(config_settings: ConfigSettings = None) -> list[str]:
    """Return what `build_wheel` needs besides `[build-system] requires`, as PEP 508 strings (PEP 517)."""
    with _build(config_settings) as build:
        return build.wheel_requires("wheel")


def get_requires_for_build_editable(config_settings: ConfigSettings = None) -> list[str]:
    """Return what `build_editable` needs besides `[build-system] requires`, as PEP 508 strings (PEP 660)."""
    with _build(config_settings) as build:
        return build.wheel_requires("editable")


def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> str:
    """Build an sdist into `sdist_directory` and return its file name (PEP 517)."""
    with _build(config_settings) as build:
        return build.sdist(sdist_directory)


def build_wheel(
    wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel into `wheel_directory` and return its file name (PEP 517)."""
    with _build(config_settings) as build:
        return build.wheel("wheel", wheel_directory, metadata_directory)


# The hooks below are there only if they can answer: a frontend that finds one takes it for the quick way.


def _build_editable(
    wheel_directory: str, config_settings: ConfigSettings = None, metadata_directory: str | None = None
) -> str:
    """Build an editable wheel into `wheel_directory` and return its file name (PEP 660)."""
    with _build(config_settings) as build:
        return build.wheel("editable", wheel_directory, metadata_directory)


def _prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
    """Write a wheel's `.dist-info` folder below `metadata_directory` and return the folder's name (PEP 517)."""
    with _build(config_settings) as build:
        return build.prepare("wheel", metadata_directory)


def _prepare_metadata_for_build_editable(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
    """Write an editable wheel's `.dist-info` folder below `metadata_directory`; return its name (PEP 660)."""
    with _build(config_settings) as build:
        return build.prepare("editable", metadata_directory)


_OPTIONAL: dict[str, tuple[Callable[..., str], Callable[[Build], bool]]] = {
    "build_editable": (_build_editable, lambda build: build.wrapped.has("build_editable")),
    "prepare_metadata_for_build_wheel": (
        _prepare_metadata_for_build_wheel,
        lambda build: build.can_prepare("wheel"),
    ),
    "prepare_metadata_for_build_editable": (
        _prepare_metadata_for_build_editable,
        lambda build: build.wrapped.has("build_editable") and build.can_prepare("editable"),
    ),
}


def __getattr__(name: str) -> object:
    """Find an optional hook (PEP 562), or `UnsupportedOperation`, which PEP 517 lets a backend define."""
    # Anything may be asked for: doctest and debuggers do. Nothing is imported for what no backend has.
    if name != "UnsupportedOperation" and name not in _OPTIONAL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from abiding.builds.build import Build
    from abiding.findings.errors import AbidingError

    if name == "UnsupportedOperation":
        try:
            return getattr(Build.begin(None).wrapped.load(), name)
        except AbidingError as exc:  # front ends ask for it while what is wrong goes through them
            raise AttributeError(f"there is no wrapped backend that could have {name!r}") from exc
    hook, answers = _OPTIONAL[name]
    try:
        if not answers(Build.begin(None)):
            raise AttributeError(f"the wrapped backend has no answer to {name!r}")
    except AbidingError:
        pass  # what is wrong is said when the hook is called
    return hook


@contextmanager
def _build(config_settings: ConfigSettings) -> Iterator[Build]:
    """Begin a build; turn an error of ours into one screen on stderr and exit status 1.

    What the wrapped backend raises goes through, with a line that says so.
    """
    from abiding.builds.build import Build
    from abiding.findings.errors import AbidingError

    build = None
    try:
        build = Build.begin(config_settings)
        yield build
    except AbidingError as exc:
        _tell(exc)
        raise SystemExit(1) from exc
    except (Exception, SystemExit) as exc:
        from abiding.builds.failure import attribute
        from abiding.findings.errors import unforeseen

        if build and (what := build.wrapped.failure(exc)):
            attribute(exc, what, build.wrapped.folder, build.pyproject)
            raise
        if isinstance(exc, SystemExit):
            raise
        _tell(unforeseen(exc))
        raise SystemExit(1) from exc


def _tell(error: AbidingError) -> None:
    from abiding.findings.screen import by_anybody, error_text
    from abiding.findings.terminal import Terminal

    # Front ends indent what a build says, so that its lines are no wider than in a pipe.
    to = Terminal.of(sys.stderr).narrow
    print(error_text(error, to, "Nothing was built", by_anybody), file=sys.stderr)  # noqa: T201
