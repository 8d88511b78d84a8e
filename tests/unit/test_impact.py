"""Which consumers a release of a provider breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from makers.consumers import consumer
from makers.shops import Shop, opened

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", "toy_old")
        shop.publish("1.1", "toy", "toy_old", "toy_new")
        shop.publish("1.2", "toy", "toy_new")
        shop.publish("2.0", "toy", soname="libtoy.so.2")
        yield shop


def outcomes(shop: Shop, release: str, *consumers: object, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    status = main(["impact", release, *map(str, consumers), "--index-url", shop.index.url, "--output-format", "json"])
    found = {one["consumer"]: one["outcome"] for one in document(capsys.readouterr().out, "impact")["consumers"]}
    assert status == ("rebuild" in found.values())
    return found


@pytest.mark.parametrize(
    ("calls", "line", "expected"),
    [
        (("toy",), "toy", {"1.1": "fine", "1.2": "fine", "2.0": "rebuild"}),
        (("toy_old",), "toy", {"1.1": "fine", "1.2": "rebuild", "2.0": "rebuild"}),
        (("toy_old",), "toy<1.2", {"1.1": "fine", "1.2": "excluded", "2.0": "excluded"}),
        (("toy_new",), "toy>=1.1,<2", {"1.0": "excluded", "1.2": "fine", "2.0": "excluded"}),
        (("toy",), "other", {"2.0": "fine"}),
        (("toy",), "toy", {"3.0": "unknown"}),
    ],
)
def test_outcomes(
    calls: tuple[str, ...],
    line: str,
    expected: dict[str, str],
    shop: Shop,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = consumer(tmp_path, *calls, requires=[line])
    for version, outcome in expected.items():
        assert outcomes(shop, f"toy=={version}", path, capsys=capsys) == {path.name: outcome}


def test_folders_lists_and_names(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = consumer(tmp_path, "toy_old", requires=["toy"])
    (tmp_path / "list.txt").write_text(f"# those that matter\n{path.parent}\nnowhere\n")
    found = outcomes(shop, "toy==1.2", tmp_path / "list.txt", capsys=capsys)
    assert found == {path.name: "rebuild", "nowhere": "unknown"}
    assert main(["impact", "toy==1.2", str(path), "--index-url", shop.index.url]) == 1
    printed = capsys.readouterr().out
    assert f"{path.name}  needs a rebuild        libtoy.so.1 lacks toy_old\n" in printed
    assert printed.endswith("toy==1.2: 1 needs a rebuild\n")


@pytest.mark.parametrize("release", ["toy", "toy>=1", "toy==1.*", "toy==1,==2"])
def test_one_release_is_named(release: str, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", release, "x", "--index-url", shop.index.url]) == 2
    assert "does not name one release" in capsys.readouterr().err
