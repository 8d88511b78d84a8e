"""Which backends made the wheels of some releases: `Generator` in WHEEL, which no table of metadata has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from abiding.artifacts.index import listings
from abiding.findings.errors import AbidingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from abiding.artifacts.index.listing import Listings

_LIMIT = 1 << 20


def generators(specs: Iterable[str]) -> dict[str, str]:
    """The generator of one wheel of each release, by `NAME==VERSION`; of what can't be read, none."""
    found = {}
    with listings() as index:
        for spec in specs:
            try:
                generator = _generator(index, *spec.split("=="))
            except AbidingError:
                continue
            if generator:
                found[spec] = generator
    return found


def _generator(index: Listings, name: str, version: str) -> str | None:
    for wheels in index.published(name, SpecifierSet(f"=={version}")):
        for published in wheels[:1]:
            wheel = published.open()
            for _, data in wheel.read([f"{wheel.dist_info}/WHEEL"], _LIMIT):
                said = re.search(rb"^Generator:\s*([^\s(]+)", data, re.MULTILINE)
                return said[1].decode("utf-8", "replace") if said else None
    return None
