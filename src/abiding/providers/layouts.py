"""Compare layouts and function types of two builds with `abidiff`, if both have debug information."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.native.images import Format

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["LayoutComparison", "compare_layouts"]

_SECONDS = 300
# The bits of its exit status.
_ERROR, _CHANGED = 0b0011, 0b0100
_MOST_LINES = 12


class LayoutComparison(NamedTuple):
    """What `abidiff` says: the lines about what has changed, none if nothing; or why it could not be asked."""

    changes: tuple[str, ...] = ()
    not_compared: str = ""


def compare_layouts(old: bytes, new: bytes, headers: Collection[str]) -> LayoutComparison:
    """Compare two ELF libraries, except for symbols that only one of them has.

    If there are `headers`, the places of those of both releases, types that none of them defines don't count.
    """
    if {Format.of_data(old), Format.of_data(new)} != {Format.ELF}:
        return LayoutComparison(not_compared="only those of ELF files can be")
    program = shutil.which("abidiff")
    if program is None:
        return LayoutComparison(not_compared="`abidiff` is not installed")
    if not _has_debug_information(old) or not _has_debug_information(new):
        return LayoutComparison(not_compared="the library has no debug information")
    with TemporaryDirectory(prefix="abiding-") as folder:
        for name, data in (("old", old), ("new", new)):
            Path(folder, name).write_bytes(data)
        command = [program, "--no-added-syms", "--no-show-locs"]
        if headers:
            Path(folder, "headers").mkdir()
            for place in headers:  # it goes by their names
                Path(folder, "headers", PurePosixPath(place).name).touch()
            command += ["--headers-dir1", "headers", "--headers-dir2", "headers"]
        command += ["old", "new"]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, errors="replace", check=False, timeout=_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as exc:
            return LayoutComparison(not_compared=f"`abidiff` failed: {type(exc).__name__}")
    if done.returncode & _ERROR:
        return LayoutComparison(not_compared="`abidiff` failed")
    return LayoutComparison(_changes(done.stdout) if done.returncode & _CHANGED else ())


def _changes(text: str) -> tuple[str, ...]:
    """Return the lines that name what has changed; of what is removed there are others."""
    lines = map(str.strip, text.splitlines())
    return tuple(line for line in lines if line.startswith("[C]") or " changed from " in line)[:_MOST_LINES]


def _has_debug_information(data: bytes) -> bool:
    from elftools.elf.elffile import ELFFile

    try:
        return ELFFile(io.BytesIO(data)).get_section_by_name(".debug_info") is not None
    except Exception:  # noqa: BLE001 (of a damaged file, everything)
        return False
