"""Metadata of real releases, and what is expected of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from abiding.artifacts.artifact import Artifact
from abiding.metadata.core import CoreMetadata

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "releases"

EXPECTED: dict[str, Any] = (
    json.loads((FOLDER / "expected.json").read_text("utf-8")) if (FOLDER / "expected.json").is_file() else {}
)


def artifacts(name: str) -> list[Artifact]:
    """The files of a release, as they are read."""
    project, _, version = name.rpartition("-")
    found = []
    for one in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["artifacts"]:
        said = CoreMetadata.parse(one["metadata_text"].encode("utf-8", "surrogateescape"), one["filename"])
        found += [
            Artifact(filename, "wheel" if filename.endswith(".whl") else "sdist", project, version, said)
            for filename in (one["filename"], *one["identical"])
        ]
    return found
