"""Writes the table of which versions of a distribution have wheels for which Python and platform."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from pypi_simple import PyPISimple

from abiding.artifacts import index
from abiding.evidence.available_versions import kind_of

if TYPE_CHECKING:
    from packaging.version import Version

TABLE = Path(__file__).resolve().parents[1] / "src" / "abiding" / "evidence" / "tables" / "wheels.json"
# Those whose versions compiled code can refuse.
DISTRIBUTIONS = ("numpy", "torch")


def renew() -> None:
    """Read the pages of the projects on the index that pip is configured for, and write the table."""
    table = {
        "source": "the pages of the projects on the package index",
        "date": datetime.now(UTC).date().isoformat(),
        "distributions": {name: _of_project(name) for name in DISTRIBUTIONS},
    }
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _of_project(name: str) -> dict[str, object]:
    with index.listings() as listings, PyPISimple(endpoint=listings.url) as client:
        packages = client.get_project_page(name).packages
    there: dict[str, set[Version]] = defaultdict(set)
    yanked: dict[Version, bool] = {}
    for one in packages:
        try:
            _, version, _, tags = parse_wheel_filename(one.filename)
        except InvalidWheelFilename:
            continue
        if version.is_prerelease or version.is_devrelease:
            continue
        yanked[version] = yanked.get(version, True) and one.is_yanked
        for tag in tags:
            for kind in kind_of(str(tag)):
                there[kind].add(version)
    versions = sorted(version for version in yanked if not version.is_prerelease)
    places = {version: place for place, version in enumerate(versions)}
    return {
        "versions": [str(version) for version in versions],
        "yanked": [str(version) for version in versions if yanked[version]],
        "wheels": {kind: _spans(sorted(places[one] for one in found)) for kind, found in sorted(there.items())},
    }


def _spans(numbers: list[int]) -> list[list[int]]:
    """Runs of numbers that follow each other, each by its first and last."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans
