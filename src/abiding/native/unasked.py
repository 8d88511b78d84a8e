"""A wheel of the API level, built where a provider is installed: is it linked with the provider's library all the same?

The API level is for what is on the machine. A wheel of it requires no provider, so it must not need one's library, nor
look into the folders of the environment that it was built in.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.files.plain import is_there
from abiding.findings.finding import Finding, Severity
from abiding.native import contents
from abiding.native.loader import base_name
from abiding.native.platforms import system_folders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from abiding.findings.rules import Rule
    from abiding.native.contents import Contents
    from abiding.native.images import Image

__all__ = ["judge"]


_HINTS = (
    "build it at the ABI level, which requires the provider too: `-C abiding.level=abi`",
    "or build it where the provider is not installed: the library of the machine is then taken",
)


def judge(path: Path, providers: Sequence[Contents]) -> Iterator[Finding]:
    """Find what a wheel of the API level has of these installed providers. Raises `AbidingError`."""
    images = contents.of_wheel(path).images
    yield from _leaked(path, images, _roots(providers))
    for provider in providers:
        for shipped in provider.images:
            users = [image for image in images if shipped.name in map(base_name, image.needs)]
            if users and not _is_on_the_machine(shipped.name):
                message = f"`{shipped.name}` is from `{provider.name}`, which a wheel of the API level does not require"
                yield _finding("undeclared-provider", message, path, users, shipped.place)


def _roots(providers: Sequence[Contents]) -> set[Path]:
    """Where the environment has its files: the folders with the providers, and that of the environment itself."""
    roots = {Path(sys.prefix)} if sys.prefix != sys.base_prefix else set()
    for provider in providers:
        place, file = next(iter(provider.files.items()))
        roots.add(Path(file.removesuffix(place)))
    return {root.resolve() for root in roots}


def _leaked(path: Path, images: Sequence[Image], roots: Collection[Path]) -> Iterator[Finding]:
    leaks: dict[str, list[Image]] = {}
    for image in images:
        for run_path in image.run_paths:
            folder = Path(run_path)
            if folder.is_absolute() and any(folder.resolve().is_relative_to(root) for root in roots):
                leaks.setdefault(run_path, []).append(image)
    for run_path, users in leaks.items():
        message = "a wheel of the API level looks for libraries in the environment that it was built in"
        yield _finding("leaked-rpath", message, path, users, run_path)


def _is_on_the_machine(library: str) -> bool:
    """Whether the loader finds a library of this name without a run path."""
    searched = (*filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)), *system_folders())
    if any(is_there(Path(folder, library)) for folder in searched):
        return True
    program = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if program is None:
        return False
    listed = subprocess.run([program, "-p"], capture_output=True, text=True, errors="replace", check=False).stdout
    return any(line.split(" ", 1)[0] == library for line in map(str.strip, listed.splitlines()))


def _finding(rule: Rule, message: str, path: Path, users: Sequence[Image], found: str) -> Finding:
    return Finding(
        rule,
        Severity.ERROR,
        message,
        artifact=path.name,
        field=", ".join(image.file_name for image in users),
        found=found,
        found_from="in the build environment",
        hints=_HINTS,
    )
