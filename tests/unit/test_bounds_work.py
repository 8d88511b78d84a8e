"""What `abiding bounds` does, and does not do a second time: with a warm cache it is asked over and over."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from abiding.archives.zipdirectory import Directory
from abiding.cli import main
from abiding.providers.cache import Cache
from abiding.providers.symbol_tables import Exports
from makers.consumers import consumer
from makers.shops import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from abiding.archives.zipdirectory import ZipMember
    from makers.shops import Shop


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy")
        shop.publish("1.1", "toy", "toy_new")
        yield shop


def bounds(shop: Shop, *wheels: Path) -> list[tuple[str, str, str]]:
    """Run the command; which wheels the index was asked for."""
    shop.index.asked.clear()
    assert main(["bounds", *map(str, wheels), "--index-url", shop.index.url]) == 1
    return shop.index.asked_for(".whl")


def test_what_was_read_of_the_index_is_not_read_again(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = consumer(tmp_path, "toy", "toy_new", requires=["toy"])
    assert bounds(shop, wheel)
    first = capsys.readouterr().out
    assert bounds(shop, wheel) == []
    assert capsys.readouterr().out == first


def test_wheels_share_what_is_read(shop: Shop, tmp_path: Path) -> None:
    """Of one provider each file is asked for once, however many consumers there are."""
    wheels = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        wheels.append(consumer(tmp_path / name, "toy", "toy_new", requires=["toy"]))
    assert bounds(shop, wheels[0])
    assert bounds(shop, wheels[0]) == []
    pages = len(shop.index.asked)
    assert bounds(shop, *wheels) == []
    assert len(shop.index.asked) <= 2 * pages


def test_a_compiled_file_is_unpacked_once(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = consumer(tmp_path, "toy", "toy_new", requires=["toy"])
    bounds(shop, wheel)
    unpacked: list[str] = []
    inflate = Directory.pieces

    def counted(self: Directory, file: BinaryIO, member: ZipMember) -> Iterator[bytes]:
        unpacked.append(member.name)
        return inflate(self, file, member)

    monkeypatch.setattr(Directory, "pieces", counted)
    bounds(shop, wheel)
    images = [one for one in unpacked if one.endswith(".so")]
    # Once more for its symbols.
    assert 0 < len(images) <= 2 * len(set(images))


def test_a_command_imports_no_other_command() -> None:
    code = (
        "import sys; from abiding.cli import main\n"
        "try: main(['bounds', '--help'])\n"
        "except SystemExit: print(*sorted(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "abiding.cli.bounds" in loaded
    assert not loaded & {"abiding.cli.survey", "abiding.cli.show", "tomlkit"}


@pytest.mark.parametrize("words", [["--help"], ["--help", "bounds"], []])
def test_help_is_about_all_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with suppress(SystemExit):
        main(words)
    said = "".join(capsys.readouterr())
    assert "bounds" in said
    assert "survey" in said


def test_a_cache_to_which_nothing_was_added_is_left_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", most=0)
    cache.keep_library("0" * 64, Exports("libham.so", (), frozenset()))
    again = Cache(cache.folder, most=0)
    assert again.library("0" * 64)
    again.prune()
    assert again.library("0" * 64)
    cache.prune()
    assert again.library("0" * 64) is None
