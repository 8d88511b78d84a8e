"""Globs over the tags of wheels, and the environment markers that say the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["exact_marker", "marker_of"]


def __dir__() -> list[str]:
    return __all__


# The platform part of a glob, and the marker that says as much. There is none for the version of a C library or of
# macOS, nor for a 32-bit interpreter on a 64-bit machine.
_PLATFORMS = (
    (r"\*", ""),
    (r"\*?linux_?\*", 'sys_platform == "linux"'),
    (r"\*?linux_?\*_(x86_64|aarch64|ppc64le|s390x|riscv64)", 'sys_platform == "linux" and platform_machine == "{}"'),
    (r"\*?macosx_?\*", 'sys_platform == "darwin"'),
    (r"\*?macosx_?\*_(x86_64|arm64)", 'sys_platform == "darwin" and platform_machine == "{}"'),
    (r"\*?win_?\*", 'sys_platform == "win32"'),
)
_INTERPRETERS = (
    (r"\*(?:-\*)?", ""),
    (r"cp(\d)(\d+)-cp\1\2", 'python_version == "{}.{}" and platform_python_implementation == "CPython"'),
    (r"cp\*(?:-(?:\*|cp\*))?", 'platform_python_implementation == "CPython"'),
    (r"pp\*(?:-\*)?", 'platform_python_implementation == "PyPy"'),
)


def exact_marker(patterns: Iterable[str]) -> str | None:
    """The marker that is true in exactly the environments that wheels with such tags are for; None if there is none.

    Empty if that is all environments.
    """
    markers = [marker_of(pattern) for pattern in patterns]
    if any(pattern in ("*", "*-*", "*-*-*") for pattern in patterns):
        return ""
    if not all(markers) or any(word in one for one in markers for word in _INEXACT):
        return None
    return " or ".join(f"({one})" if len(markers) > 1 and " and " in one else one for one in markers)


# 32-bit Python on a 64-bit kernel, Rosetta; a free-threaded Python.
_INEXACT = ("platform_machine", "python_version")


def marker_of(pattern: str) -> str:
    """The marker that is true where a wheel with such a tag is installed; empty if there is none."""
    head, dash, platform = pattern.rpartition("-")
    parts = [_translated(head if dash else "*", _INTERPRETERS), _translated(platform, _PLATFORMS)]
    if any(part is None for part in parts):
        return ""
    return " and ".join(part for part in parts if part)


def _translated(part: str, table: tuple[tuple[str, str], ...]) -> str | None:
    for glob, marker in table:
        found = re.fullmatch(glob, part)
        if found:
            return marker.format(*found.groups())
    return None
