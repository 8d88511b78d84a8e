"""Globs over wheel tags that say what an environment marker can say, which every resolver understands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abiding.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.declaration import Declaration
    from abiding.findings import Finding
    from abiding.pyproject import Pyproject

__all__ = ["could_be_markers", "marker_of"]


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


def could_be_markers(declaration: Declaration, pyproject: Pyproject) -> Iterator[Finding]:
    """One note for each entry all of whose globs are as good as markers."""
    for entry in declaration.entries:
        markers = [marker_of(pattern) for pattern in entry.select]
        if not markers or not all(markers):
            continue
        marker = " or ".join(f"({one})" if len(markers) > 1 and " and " in one else one for one in markers if one)
        yield pyproject.finding(
            "could-be-a-marker",
            f"`select` says what the marker `{marker}` can say",
            entry.key,
            severity=Severity.NOTE,
            notes=(
                "with a marker all wheels say the same, and a resolver that reads one of them knows about the others",
            ),
            hints=(f"leave `select` out, and require `{entry.requires.partition(';')[0].strip()}; {marker}`",)
            if ";" not in entry.requires
            else (),
        )


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
