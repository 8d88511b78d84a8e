"""Releases as the index has them: known sizes and known differences, and no more bytes than reading them takes."""

from __future__ import annotations

import time

import pytest

from abiding.artifacts.index import read_release
from makers.outcomes import metadata_of

pytestmark = [pytest.mark.real, pytest.mark.network]

MB = 1_000_000


@pytest.mark.parametrize(
    ("spec", "wheels", "distinct", "most"),
    [
        # meson-python puts PKG-INFO at the end of the sdist, which has 21 MB.
        ("numpy==2.5.5", 65, 1, 32 * MB),
        ("xgboost==3.4.1", 6, 2, 4 * MB),
        ("python-flint==0.9.0", 30, 3, 6 * MB),
        ("lxml==6.1.3", 175, 4, 30 * MB),
    ],
)
def test_release(spec: str, wheels: int, distinct: int, most: int, capsys: pytest.CaptureFixture[str]) -> None:
    progress: list[tuple[int, int, int]] = []
    started = time.monotonic()
    artifacts = read_release(spec, progress=lambda *step: progress.append(step))
    seconds = time.monotonic() - started
    done, total, received = progress[-1]
    with capsys.disabled():
        print(f"\n{spec}: {total} files, {received / MB:.1f} MB, {seconds:.1f} s")  # noqa: T201 - what is measured is to be seen
    assert [artifact.kind for artifact in artifacts] == ["sdist"] + ["wheel"] * wheels
    assert done == total == len(artifacts)
    assert len({id(metadata_of(artifact)) for artifact in artifacts}) == distinct
    assert received < most
    name, _, version = spec.partition("==")
    assert {(artifact.name, artifact.version) for artifact in artifacts} == {(name, version)}
    assert {metadata_of(artifact).get("Version") for artifact in artifacts} == {version}


def test_newest() -> None:
    artifacts = read_release("six")
    assert {artifact.kind for artifact in artifacts} == {"sdist", "wheel"}
    assert len({artifact.version for artifact in artifacts}) == 1
