"""`abiding check --providers-from-index`: what the requirements of a wheel ship, looked up on an index."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from packaging.tags import parse_tag

from abiding.artifacts.index import listings, settings
from abiding.cli import main
from abiding.native.index_distributions import Indexed
from makers.compiled import MANYLINUX, Pair
from makers.index import File, Index, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MACOS = "py3-none-macosx_11_0_arm64"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    for name in ("http_proxy", "HTTP_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    with serving(Index(project="prov", others=("mid",))) as index:
        yield index


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def put(index: Index, name: str, *places: str, version: str = "1.0", tag: str = MANYLINUX, requires: str = "",
        before: int = 0, **listing: object) -> None:  # fmt: skip
    """Publish a wheel that has files at these places, and `before` zeros in front of everything."""
    file = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        for place in ("zeros.bin", *places):
            archive.writestr(place, bytes(before if place == "zeros.bin" else 0))
        line = f"Requires-Dist: {requires}\n" if requires else ""
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{line}")
        archive.writestr(f"{info}/RECORD", "")
    index.files[f"{name}-{version}-{tag}.whl"] = File(file.getvalue(), listing=listing)


def said(index: Index, wheel: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str]]:
    command = ["check", str(wheel), "--index-url", index.url, "--output-format", "json", *options]
    status = main(command)
    findings = json.loads(capsys.readouterr().out)["releases"][0]["findings"]
    found = [(one["rule"], one["severity"]) for one in findings if one["field"]]
    assert status == any(severity == "error" for _, severity in found)
    return found


LOOK = "--providers-from-index"


def test_nothing_is_asked_without_the_option(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", pair.place)
    wheel = pair.consumer()
    assert said(index, wheel, capsys) == [("unprovided-library", "note")]
    assert main(["check", str(wheel)]) == 0
    assert LOOK in capsys.readouterr().out
    assert index.asked == []


def test_a_direct_requirement_has_it(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", pair.place)
    assert said(index, pair.consumer(), capsys, LOOK) == []


def test_a_requirement_by_url_is_not_the_release_of_that_name(
    index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    put(index, "prov", "prov/lib/libspam.so.4")
    wheel = pair.consumer(requires=["prov @ https://example.org/prov-1.0-py3-none-any.whl"])
    found = said(index, wheel, capsys, LOOK)
    assert [one for one in found if one[0] == "unprovided-library"] == [("unprovided-library", "note")]


def test_only_a_requirement_of_a_requirement_has_it(
    index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    put(index, "prov", pair.place)
    put(index, "mid", "mid.py", requires="prov")
    wheel = pair.consumer(requires=["mid"])
    assert said(index, wheel, capsys, LOOK) == [("transitive-provider", "error")]


def test_no_requirement_has_it(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", "prov/lib/libother.so.3")
    assert said(index, pair.consumer(), capsys, LOOK) == [("unprovided-library", "error")]


def test_the_newest_version_that_is_accepted(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", "prov/lib/libspam.so.2", version="0.9")
    put(index, "prov", pair.place, version="1.0")
    put(index, "prov", "prov/lib/libspam.so.4", version="1.1", yanked="wrong")
    put(index, "prov", "prov/lib/libspam.so.4", version="2.0")
    assert said(index, pair.consumer(requires=["prov>=0.9", "prov<2"]), capsys, LOOK) == []
    assert said(index, pair.consumer(requires=["prov"]), capsys, LOOK) == []
    put(index, "prov", "prov/lib/libspam.so.5", version="2.1")
    del index.files[f"prov-1.0-{MANYLINUX}.whl"]
    assert said(index, pair.consumer(requires=["prov"]), capsys, LOOK) == [("unprovided-library", "error")]


def test_a_wheel_for_the_same_system(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", "prov/lib/libspam.3.dylib", tag=MACOS)
    assert said(index, pair.consumer(), capsys, LOOK) == [("unprovided-library", "note")]
    put(index, "prov", pair.place, tag="py3-none-manylinux_2_39_x86_64")
    assert said(index, pair.consumer(), capsys, LOOK) == [("tag-below-provider", "warning")]
    put(index, "prov", pair.place, tag="py3-none-manylinux_2_17_x86_64")
    assert said(index, pair.consumer(), capsys, LOOK) == []


def test_a_project_that_the_index_does_not_have(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = pair.consumer(requires=["nowhere"])
    assert said(index, wheel, capsys, LOOK) == [("unprovided-library", "note")]
    assert main(["check", str(wheel), LOOK, "--index-url", index.url]) == 0
    assert LOOK not in capsys.readouterr().out


def test_a_file_with_a_longer_version_than_the_soname(
    index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]
) -> None:
    put(index, "prov", f"{pair.place}.1.2", "prov/lib/libham.so.3a", "prov/lib/libspam.so.30")
    found = said(index, pair.consumer("$ORIGIN/../prov/lib"), capsys, LOOK)
    assert found == [("unreachable-library", "error")]  # the loader looks for the SONAME


def test_little_of_a_large_wheel_is_read(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    put(index, "prov", pair.place, before=8 << 20)
    assert said(index, pair.consumer(), capsys, LOOK) == []
    assert 0 < sum(index.sent.values()) < 200_000


def test_nothing_is_asked_if_nothing_is_missing(index: Index, pair: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    inside = {"ham/libspam.so.3": pair.library}
    wheel = pair.consumer("$ORIGIN", requires=["prov"], more=inside)
    assert said(index, wheel, capsys, LOOK) == []
    assert index.asked == []


def test_an_index_that_may_not_be_read(pair: Pair, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.password = "needed"
    assert main(["check", str(pair.consumer()), LOOK, "--index-url", index.url]) == 2
    assert "error[index-access]: the index does not let us read `prov`" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("place", "need", "there"),
    [
        ("prov/lib/Ham.DLL", "ham.dll", True),
        ("prov/lib/HAM-1.dll", "Ham-1.dll", True),
        ("prov/ham.PYD", "ham.pyd", True),
        ("prov/lib/ham.dll", "ham-1.dll", False),
        ("prov/lib/libHam.so.1", "libham.so.1", False),
    ],
)
def test_windows_knows_no_case(place: str, need: str, there: bool, index: Index) -> None:
    """Of a wheel on an index only the names of its files are known: they are compared as the loader does."""
    put(index, "prov", place, tag="py3-none-win_amd64" if ".so" not in place else MANYLINUX)
    with listings(index.url) as found:
        shelf = Indexed(found, frozenset(parse_tag("cp311-cp311-win_amd64" if ".so" not in place else MANYLINUX)))
        provider = shelf.get("prov")
    assert provider
    assert bool(provider.shipped_as(need)) is there
