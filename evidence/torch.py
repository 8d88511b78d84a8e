"""Writes the table of since which version torch has each function of its stable ABI.

Its headers say so by guards (`TORCH_FEATURE_VERSION`). They are held against what the libraries of each release export:
of a function without guard that is not in 2.9 the libraries know better, or, of those that Linux does not have, the
headers in which it is first. All is read out of the wheels by range requests; the libraries are large, so that this
takes some minutes and some gigabytes of memory.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from abiding.artifacts import index
from abiding.native.reading import read_image, read_symbols

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abiding.artifacts.index.listing import Listings, OpenWheel, Published

TABLE = Path(__file__).resolve().parents[1] / "src" / "abiding" / "evidence" / "tables" / "torch.json"
# The last release before torch told by guards since when it has something.
FIRST = "2.9"
_HEADERS = re.compile(
    r"torch/include/torch/csrc/(stable/c/shim|inductor/aoti_torch/c/\w+|inductor/aoti_torch/generated/\w+)\.h"
)
_LIBRARIES = ("torch/lib/libtorch_cpu.so", "torch/lib/libtorch_cuda.so")
_LARGEST = 4 << 30
_GUARD = re.compile(r"#\s*if\s+TORCH_FEATURE_VERSION\s*>=\s*TORCH_VERSION_(\d+)_(\d+)_0")
_FUNCTION = re.compile(r"\b((?:aoti_)?torch_[a-z]\w*)\s*\(")


class Release(NamedTuple):
    """One feature version: what its headers declare, with the guard if there is one, and what its libraries export."""

    version: str
    declared: dict[str, str]
    exported: frozenset[str]


def renew() -> None:
    """Read the newest wheel of each feature version, and write the table; print where headers and libraries differ."""
    with index.listings() as listings:
        releases = [_read(version, wheel) for version, wheel in _wheels(listings)]
    since: dict[str, str] = {}
    for release in releases:
        since |= {name: guard for name, guard in release.declared.items() if guard or name not in since}
    for name, guard in since.items():
        exported = next((one.version for one in releases if name in one.exported), "")
        first = exported or guard or next(one.version for one in releases if name in one.declared)
        if first != (guard or FIRST):
            print(f"{name}: {guard or 'without guard'}, and {'exported' if exported else 'declared'} since {first}")
            since[name] = first
    functions = {
        version: sorted(name for name, told in since.items() if told == version)
        for version in sorted(set(since.values()), key=lambda text: Version(text or "0"))
    }
    table = {
        "source": f"headers and libraries in the wheels of torch {releases[0].version} to {releases[-1].version}",
        "date": datetime.now(UTC).date().isoformat(),
        "functions": functions,
    }
    TABLE.write_text(json.dumps(table, indent=0) + "\n", encoding="utf-8")


def _wheels(listings: Listings) -> Iterator[tuple[str, OpenWheel]]:
    """A Linux wheel of the newest patch release of each feature version, the oldest first."""
    found: dict[tuple[int, ...], Published] = {}
    for wheels in listings.published("torch", SpecifierSet(f">={FIRST}")):
        fitting = [one for one in wheels if re.search(r"cp31\d-cp31\d-manylinux\w*_x86_64", one.filename)]
        if fitting:
            found.setdefault(Version(fitting[0].version).release[:2], fitting[0])
    for (major, minor), one in sorted(found.items()):
        yield f"{major}.{minor}", one.open()


def _read(version: str, wheel: OpenWheel) -> Release:
    declared: dict[str, str] = {}
    for _, data in wheel.read([one for one in wheel.directory.names if _HEADERS.fullmatch(one)], 16 << 20):
        declared = _declared(data.decode()) | declared
    exported: set[str] = set()
    for name, data in wheel.read([one for one in _LIBRARIES if one in wheel.directory.names], _LARGEST):
        image = read_image(data, name)
        exported |= read_symbols(data, image).exported if image else frozenset()
    return Release(version, declared, frozenset(name for name in exported if _FUNCTION.fullmatch(f"{name}(")))


def _declared(text: str) -> dict[str, str]:
    """The functions of a header, each with the version of the guard around it, empty if there is none."""
    found: dict[str, str] = {}
    around: list[str] = []
    for line in re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL).splitlines():
        if guard := _GUARD.match(line.strip()):
            around.append(f"{guard[1]}.{guard[2]}")
        elif re.match(r"\s*#\s*if", line):
            around.append("")
        elif re.match(r"\s*#\s*endif", line):
            around = around[:-1]
        elif not line.lstrip().startswith("#"):
            told = max(filter(None, around), key=Version, default="")
            found |= {name: told for name in _FUNCTION.findall(line) if name not in found}
    return found


if __name__ == "__main__":
    renew()
