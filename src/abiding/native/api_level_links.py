"""Find wheels of the API level that are linked with a provider's library, or with the build environment.

The API level uses what is on the machine. Its wheels require no provider, so they must not need a provider's library,
nor have run paths into the build environment.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from abiding.files.plain import is_there
from abiding.findings.errors import DamagedImageError
from abiding.findings.finding import Finding, Severity
from abiding.findings.words import literals
from abiding.native import contents
from abiding.native.images import Format
from abiding.native.loader import base_name
from abiding.native.platforms import system_folders
from abiding.native.reading import read_image, read_symbols

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from abiding.findings.rules import Rule
    from abiding.native.contents import Contents
    from abiding.native.images import Image

__all__ = ["judge_api_level", "on_the_machine"]


_HINTS = (
    "build it at the ABI level, which requires the provider too: `-C abiding.level=abi`",
    "or build it where the provider is not installed, and the machine has what it is to be linked with",
    "a native entry has its provider installed for the ABI level alone: leave it out of `[build-system] requires`",
)


def judge_api_level(path: Path, providers: Sequence[Contents]) -> Iterator[Finding]:
    """Find links of a wheel of the API level to these installed providers. Raises `AbidingError`."""
    wheel = contents.of_wheel(path)
    yield from _leaked(path, wheel.images, _roots(providers))
    for provider in providers:
        # A wheel has copies where others have links.
        for shipped in {image.name: image for image in provider.images}.values():
            users = [image for image in wheel.images if shipped.name in map(base_name, image.needs)]
            others = on_the_machine(shipped.name) if users else []
            lacked = _lacked(wheel, users, provider, shipped) if others else ()
            if users and (lacked or not others):
                message = f"`{shipped.name}` is from `{provider.name}`, which a wheel of the API level does not require"
                finding = _finding("undeclared-provider", message, path, users, shipped.place)
                yield finding._replace(notes=_notes(lacked))


def _roots(providers: Sequence[Contents]) -> set[Path]:
    """Return the folders of the environment: those with the providers, and its prefix."""
    roots = {Path(sys.prefix)} if sys.prefix != sys.base_prefix else set()
    for provider in providers:
        # Distributions of Linux packages have no list of files.
        roots |= {Path(file.removesuffix(place)) for place, file in islice(provider.files.items(), 1)}
    return {root.resolve() for root in roots}


def _leaked(path: Path, images: Sequence[Image], roots: Collection[Path]) -> Iterator[Finding]:
    leaks: dict[str, list[Image]] = {}
    for image in images:
        for run_path in image.run_paths:
            folder = Path(run_path)
            if folder.is_absolute() and any(folder.resolve().is_relative_to(root) for root in roots):
                leaks.setdefault(run_path, []).append(image)
    for run_path, users in leaks.items():
        message = f"a wheel of the API level looks for libraries in `{run_path}`, of the environment that built it"
        yield _finding("leaked-rpath", message, path, users, run_path)


def _lacked(wheel: Contents, users: Sequence[Image], provider: Contents, shipped: Image) -> Sequence[str]:
    """Return the symbols that are used of a provider's library, and that no library of the machine has.

    If both libraries have the same name, the symbols show with which of them the wheel was linked.
    """
    exported = provider.symbols(shipped).exported if shipped.format is Format.ELF else frozenset()
    lacked: set[str] = set()
    for image in users:
        used = wheel.symbols(image).used_of(shipped.name, exported)
        lacked |= used - _exported_here(image.needs, used)
    return sorted(lacked)


def _exported_here(needs: Iterable[str], names: frozenset[str]) -> frozenset[str]:
    """Return which of the wanted symbols the machine's libraries, with those they need, export; all if unreadable."""
    symbols: frozenset[str] = frozenset()
    ahead, seen = list(needs), set[str]()
    while ahead and not names <= symbols:
        library = ahead.pop(0)
        if library not in seen:
            seen.add(library)
            exported = _exported(library)
            if exported is None:
                return names
            symbols |= exported[0]
            ahead += exported[1]
    return symbols


def _exported(library: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """Return exports and needs of the machine's library with this name; None if it is missing or unreadable."""
    for path in on_the_machine(library):
        try:
            data = path.read_bytes()
            image = read_image(data, path.name)
            if image:
                return read_symbols(data, image).exported, image.needs
        except (OSError, DamagedImageError):
            continue
    return None


def on_the_machine(library: str) -> list[Path]:
    """Return the path at which the loader finds a library without a run path."""
    searched = (*filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)), *system_folders())
    files = [Path(folder, library) for folder in searched if is_there(Path(folder, library))]
    return files or [Path(path) for name, path in _listed() if name == library]


@functools.cache
def _listed() -> tuple[tuple[str, str], ...]:
    """Return the libraries in the cache of the loader, each with its file: that for this machine comes first."""
    program = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if program is None:
        return ()
    output = subprocess.run([program, "-p"], capture_output=True, text=True, errors="replace", check=False).stdout
    lines = (line.strip().partition(" => ") for line in output.splitlines())
    return tuple((name.split(" ", 1)[0], path) for name, arrow, path in lines if arrow)


def _notes(lacked: Sequence[str]) -> tuple[str, ...]:
    if not lacked:
        return ()
    names = literals(lacked, _MOST_NAMED)
    return (f"the machine has a library of this name too, without {names}, which the wheel uses",)


_MOST_NAMED = 3


def _finding(rule: Rule, message: str, path: Path, users: Sequence[Image], where: str) -> Finding:
    return Finding(
        rule,
        Severity.ERROR,
        message,
        artifact=path.name,
        field=", ".join(image.file_name for image in users),
        found=where,
        found_from="in the build environment",
        hints=_HINTS,
    )
