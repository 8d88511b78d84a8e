"""`abiding check --compiled`: compiled files of wheels on an index, of one wheel for each platform and Python."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from abiding.artifacts.index import settings
from abiding.cli import main
from makers.evident import NUMPY_1, extension, image, numpy_2, wheel
from makers.index import File, Index, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD, LATER = image(NUMPY_1), image(numpy_2("2.0"))
TAGS = ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux_2_28_x86_64", "cp312-cp312-win_amd64")


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    monkeypatch.setattr(settings, "_list_settings", lambda _: None)
    for name in ("http_proxy", "HTTP_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    with serving(Index(project="spam")) as index:
        for tag in TAGS:
            files = {f"spam/_{number}.pyd": OLD for number in range(100)} | {"spam/data.bin": bytes(1 << 20)}
            path = wheel(tmp_path, "numpy", files=files, filename=f"spam-1.0-{tag}.whl")
            index.files[path.name] = File(path.read_bytes())
        yield index


@pytest.mark.parametrize(("options", "wheels"), [((), 2), (("--all",), 3)])
def test_wheels_of_a_release(
    index: Index, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], wheels: int
) -> None:
    command = ["check", "spam==1.0", "--compiled", "--index-url", index.url, "--output-format", "json", *options]
    assert main(command) == 1
    said = capsys.readouterr()
    (finding,) = (one for one in json.loads(said.out)["releases"][0]["findings"] if one["rule"] == "bound-too-loose")
    assert len(finding["artifacts"]) == wheels
    assert f"{100 * wheels} compiled files of {wheels} of 3 wheels were read for the versions that they" in said.err
    assert "whether they find their libraries is told of wheels on disk" in said.err


def test_a_wheel_whose_tag_is_wrong(index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index.files.clear()
    kinds = {"manylinux_2_28_x86_64": "elf-x86_64", "manylinux_2_28_aarch64": "elf-x86_64", "win_amd64": "pe-amd64"}
    for platform, kind in kinds.items():
        place = "spam/_core.pyd" if kind.startswith("pe") else "spam/_core.so"
        path = wheel(tmp_path, files={place: extension(place, kind)}, filename=f"spam-1.0-cp311-cp311-{platform}.whl")
        index.files[path.name] = File(path.read_bytes())
    assert main(["check", "spam==1.0", "--compiled", "--index-url", index.url, "--output-format", "json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["releases"][0]["findings"]
    assert (finding["rule"], finding["severity"]) == ("wrong-tag", "warning")
    assert finding["artifacts"] == ["spam-1.0-cp311-cp311-manylinux_2_28_aarch64.whl"]


def test_nothing_is_read_of_them_unless_it_is_asked_for(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "spam==1.0", "--index-url", index.url]) == 0
    assert "bound-too-loose" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("size", "has_sizes", "options", "told"),
    [
        (5 << 20, True, (), "spam 1.0: the compiled files of 2 wheels are read now: at most 1[01] MB\n"),
        (5 << 20, True, ("--all",), "spam 1.0: the compiled files of 3 wheels are read now: at most 1[56] MB\n"),
        (0, True, ("--all",), ""),
        (0, False, (), "spam 1.0: the .* of 2 wheels .* now: the index does not tell the size of 2 of them\n"),
    ],
)
def test_how_much_is_read_is_told_before(
    size: int,
    has_sizes: bool,
    options: tuple[str, ...],
    told: str,
    index: Index,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On one line, and only where it is worth waiting for; what is read is no more than that."""
    index.sizes = has_sizes
    for tag in TAGS:
        files = {"spam/_core.pyd": OLD, "spam/data.bin": os.urandom(size)}
        path = wheel(tmp_path, "numpy", files=files, filename=f"spam-1.0-{tag}.whl")
        index.files[path.name] = File(path.read_bytes())
    assert main(["check", "spam==1.0", "--compiled", "--index-url", index.url, *options]) == 1
    before, _, after = capsys.readouterr().err.rpartition("spam 1.0: ")
    assert re.fullmatch(told, before)
    assert "wheels were read for the versions" in after
