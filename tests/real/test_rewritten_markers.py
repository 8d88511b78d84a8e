"""Releases whose backend wrote their markers in its own way: the sdist does not contradict itself."""

from __future__ import annotations

import pytest

import abiding
from abiding.releases.release import Verdict
from makers.released import sdist_of

pytestmark = [pytest.mark.real, pytest.mark.network]

RELEASES = {
    "arro3-core": "0.9.1",
    "blake3": "1.0.11",
    "bleak": "3.1.0",
    "cryptography": "46.0.3",
    "datafusion": "55.0.0",
    "hypothesis": "6.170.17",
    "litellm": "1.110.2",
    "matrix-synapse": "1.163.2",
    "maturin": "1.16.0",
    "obstore": "0.12.1",
    "primp": "2.0.1",
}
# `python_version >= "3.15"` became `python_full_version >= "3.15"`, or the like.
BY_PRE_RELEASES = {"cryptography", "datafusion", "litellm", "matrix-synapse"}


@pytest.mark.parametrize("name", RELEASES)
def test_sdist(name: str) -> None:
    (release,) = abiding.check([sdist_of(name, RELEASES[name])])
    assert release.verdict is Verdict.CLEAN
    expected = ["pre-release-marker"] if name in BY_PRE_RELEASES else []
    assert [finding.rule for finding in release.findings if finding.field == "Requires-Dist"] == expected
