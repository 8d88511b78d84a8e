"""Build a wheel of the running abiding, for environments whose projects require it.

It is made from the imported package and its installed metadata, so it works from a source tree and from site-packages,
without an index or a backend.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from abiding._version import __version__
from abiding.archives.names import normalised
from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["with_own", "write_wheel"]


_WHEEL = "Wheel-Version: 1.0\nGenerator: abiding\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(folder: Path) -> Path | None:
    """Write the wheel; None if this abiding is not installed, so that its requirements are unknown."""
    try:
        installed = distribution("abiding")
    except PackageNotFoundError:
        return None
    stem = f"abiding-{__version__}"
    package = Path(__file__).parents[1]
    members = {
        f"abiding/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    for name in ("METADATA", "entry_points.txt"):
        members[f"{stem}.dist-info/{name}"] = (installed.read_text(name) or "").encode()
    members[f"{stem}.dist-info/WHEEL"] = _WHEEL.encode()
    # Installers need the names, but no checksums.
    record = f"{stem}.dist-info/RECORD"
    members[record] = "".join(f"{name},,\n" for name in (*members, record)).encode()
    path = folder / f"{stem}-py3-none-any.whl"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def with_own(requires: Iterable[str], wheel: Path | None) -> list[str]:
    """Replace a requirement on abiding by this wheel, unless it has a URL or excludes this version."""
    return [_directed(text, wheel) if wheel else text for text in requires]


def _directed(text: str, wheel: Path) -> str:
    from packaging.requirements import InvalidRequirement

    try:
        requirement = requirements.parse(text)
    except InvalidRequirement:
        return text  # the installer will report it
    if normalised(requirement.name) != "abiding" or requirement.url:
        return text
    if not requirement.specifier.contains(__version__, prereleases=True):
        return text
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    return f"abiding{extras} @ {wheel.as_uri()}{marker}"
