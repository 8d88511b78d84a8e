"""Real releases, rebuilt as archives from what was kept of them. Oracle: their verdicts, found by reading them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import abiding
from abiding.archives.wheel_tags import StatedTags
from makers.archives import write_sdist, write_wheel
from makers.handed import EXPECTED, FOLDER


@pytest.mark.skipif(not EXPECTED, reason="the kept releases are not beside this checkout, in ../shared/releases")
@pytest.mark.parametrize("name", sorted(EXPECTED) or ["none"])
def test_verdict(name: str, tmp_path: Path) -> None:
    for artifact in json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["artifacts"]:
        data = artifact["metadata_text"].encode("utf-8", "surrogateescape")
        for filename in (artifact["filename"], *artifact["identical"]):
            if filename.endswith(".whl"):
                tags = StatedTags.read(artifact["wheel_text"].encode()).tags if filename == artifact["filename"] else ()
                write_wheel(tmp_path, filename, data, tags)
            else:
                write_sdist(tmp_path, filename, data)
    (release,) = abiding.check([tmp_path])
    expected = EXPECTED[name]
    assert not release.unread
    assert (release.verdict, release.case, release.resolver_relevant) == (
        expected["verdict"],
        expected["case"],
        expected["resolver_relevant"],
    )
