"""`abiding symbols`: the history of a provider, read from the wheels on an index, and kept."""

from __future__ import annotations

import io
import os
import re
import threading
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from abiding.cli import main
from abiding.providers.cache import Cache
from abiding.providers.published import is_library
from abiding.providers.symbol_tables import Exports
from makers.compiled import MANYLINUX, wheel
from makers.index import File, Index, hashes
from makers.shops import SONAME, Shop

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MACOS = "py3-none-macosx_11_0_arm64"


@pytest.fixture
def index(shop: Shop) -> Index:
    return shop.index


def run(index: Index, *options: str) -> int:
    return main(["symbols", "toy", "--platform", "manylinux_2_28_x86_64", "--index-url", index.url, *options])


def symbols(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that speak of functions of ours."""
    return [line for line in capsys.readouterr().out.splitlines() if "use_of_" not in line]


def test_history(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy_a", "toy_b")
    shop.publish("1.9", "toy_a", "toy_b", "toy_c")
    shop.publish("1.10", "toy_a", "toy_c")
    assert run(index) == 0
    assert symbols(capsys) == [
        f"{SONAME} toy #MINVER#",
        " toy_a@Base 1.0",
        "#MISSING: 1.10# toy_b@Base 1.0",
        " toy_c@Base 1.9",
    ]


def test_another_soname_is_another_library(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy")
    shop.publish("2.0", "toy", soname="libtoy.so.2")
    assert run(index) == 0
    assert symbols(capsys) == [
        f"{SONAME} toy #MINVER#",
        "#MISSING: 2.0# toy@Base 1.0",
        "libtoy.so.2 toy #MINVER#",
        " toy@Base 2.0",
    ]


def test_only_versions_that_somebody_would_get(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy_a")
    shop.publish("1.1", "toy_a", "toy_b", yanked="wrong")
    shop.publish("1.2", "toy_a", "toy_c", tag=MACOS)
    shop.publish("2.0rc1", "toy_a", "toy_d")
    assert run(index) == 0
    assert symbols(capsys) == [f"{SONAME} toy #MINVER#", " toy_a@Base 1.0"]
    assert run(index, "--pre") == 0
    assert symbols(capsys) == [f"{SONAME} toy #MINVER#", " toy_a@Base 1.0", " toy_d@Base 2.0rc1"]
    # What one command admits is nothing to the next.
    assert run(index) == 0
    assert symbols(capsys) == [f"{SONAME} toy #MINVER#", " toy_a@Base 1.0"]


def test_json(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop.publish("1.0", "toy")
    shop.publish("1.1")
    assert run(index, "--output-format", "json") == 0
    found = document(capsys.readouterr().out, "symbols")
    assert (found["command"], found["distribution"], found["platform"]) == ("symbols", "toy", "manylinux_2_28_x86_64")
    assert found["versions"][0] == {"version": "1.0", "filename": path.name}
    assert found["unread"] == []
    assert found["libraries"][SONAME]["toy@Base"] == {"first": "1.0", "missing": "1.1"}
    assert found["libraries"][SONAME]["use_of_libtoy_so__@Base"] == {"first": "1.0", "missing": None}


def test_a_version_that_can_not_be_read_is_said(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy")
    index.files[f"toy-1.1-{MANYLINUX}.whl"] = File(b"no wheel")
    shop.publish("1.2", "toy")
    assert run(index) == 1
    captured = capsys.readouterr()
    assert captured.out.startswith("# 1.1 could not be read: ")
    assert " toy@Base 1.0\n" in captured.out
    assert f"toy-1.1-{MANYLINUX}.whl could not be read" in captured.err
    assert run(index, "--output-format", "json") == 1
    (unread,) = document(capsys.readouterr().out, "symbols")["unread"]
    assert unread["version"] == "1.1"


@pytest.mark.parametrize(("size", "fair"), [(9 << 20, True), (11 << 20, False)])
def test_a_library_that_fills_memory(
    size: int, fair: bool, index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gigabyte of zeros is packed into one megabyte."""
    shop.publish("1.0", "toy_a")
    path = wheel(
        shop.folder,
        "toy",
        {"toy/lib/libtoy.so.1": b"\x7fELF".ljust(size, b"\0")},
        version="1.1",
        compression=ZIP_DEFLATED,
    )
    index.files[path.name] = File(path.read_bytes(), listing={"hashes": hashes(path.read_bytes())})
    assert run(index) == 1
    said = capsys.readouterr()
    assert "toy_a@Base 1.0" in said.out
    assert (f"claims {size:,} bytes for `toy/lib/libtoy.so.1`, packed into" in said.err) is not fair


@pytest.mark.parametrize("row", [f"toy/{'a' * 100_000},,", "," * 500_000, '"a\n",' * 100_000])
def test_a_record_of_one_long_row(row: str, index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop.publish("1.0", "toy_a")
    with ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["toy-1.0.dist-info/RECORD"] = row.encode()
    with ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
    index.files[path.name] = File(path.read_bytes(), listing={"hashes": hashes(path.read_bytes())})
    fair = len(row) < 400_000
    assert run(index) == int(not fair)
    assert (
        "has a RECORD that can't be read: it has more than 400,000 characters in a row" in capsys.readouterr().err
    ) is not fair


def test_nothing_for_a_platform(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy")
    assert main(["symbols", "toy", "--platform", "win_amd64", "--index-url", index.url]) == 2
    assert "no version of `toy` has a wheel for win_amd64" in capsys.readouterr().err


def test_a_version_that_there_is_not(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy")
    assert main(["symbols", "toy>=99", "--index-url", index.url]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "no version that `toy>=99` admits has a wheel on the index" in said
    assert "--platform" not in said


@pytest.mark.parametrize("form", ["debian", "json"])
def test_a_distribution_without_libraries(
    form: str, index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = wheel(tmp_path, "toy", {"toy/__init__.py": b""}).read_bytes()
    index.files[f"toy-1.0-{MANYLINUX}.whl"] = File(data, listing={"hashes": hashes(data)})
    assert run(index, "--output-format", form) == 2
    said = capsys.readouterr()
    assert "no wheel of `toy` for manylinux_2_28_x86_64 has a shared library in it" in " ".join(said.err.split())
    assert not said.out


@pytest.mark.parametrize("name", ["toy[x]", "toy; python_version > '3'", "toy @ https://x.example/y", "a b"])
def test_what_is_no_name(index: Index, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", name, "--index-url", index.url]) == 2
    assert "unknown-release" in capsys.readouterr().err


def test_some_versions_only(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    for version in ("1.0", "1.1", "2.0"):
        shop.publish(version, "toy")
    command = ["symbols", "toy>=1.1,<2", "--platform", "manylinux_2_28_x86_64", "--index-url", index.url]
    assert main(command) == 0
    assert " toy@Base 1.1" in capsys.readouterr().out


def test_what_was_read_is_not_read_again(index: Index, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish("1.0", "toy", filler=400_000)
    assert run(index) == 0
    first = capsys.readouterr().out
    assert index.asked_for(".whl")
    index.asked.clear()
    assert run(index) == 0
    assert capsys.readouterr().out == first
    # The page is asked for, and no wheel.
    assert len(index.asked) == 1


def digests_of(record: bytes, change: str) -> bytes:
    """A RECORD whose digests are others, or gone."""
    return re.sub(rb"sha256=[^,]{4}", change.encode(), record)


@pytest.mark.parametrize("change", ["sha256=AAAA", "md5=", ""])
def test_a_record_that_is_wrong_is_no_hindrance(
    index: Index, shop: Shop, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No installer minds; of scipy-openblas32 forty versions are such, repaired after their RECORD was written."""
    for version, functions in (("1.0", ("toy_a",)), ("1.1", ("toy_a", "toy_b"))):
        path = shop.publish(version, *functions, filler=400_000)
        index.files[path.name] = File(rewritten(path, "RECORD", lambda record: digests_of(record, change)))
        index.files[path.name].listing["hashes"] = hashes(index.files[path.name].data)
    assert run(index) == 0
    first = symbols(capsys)
    assert first == [f"{SONAME} toy #MINVER#", " toy_a@Base 1.0", " toy_b@Base 1.1"]
    index.asked.clear()
    assert run(index) == 0
    assert symbols(capsys) == first
    assert index.asked_for(".whl") == []


def rewritten(path: Path, ending: str, change: Callable[[bytes], bytes]) -> bytes:
    """A wheel with another text in one of its members."""
    target = io.BytesIO()
    with ZipFile(path) as old, ZipFile(target, "w") as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one.endswith(ending) else old.read(one))
    return target.getvalue()


def test_only_what_is_needed_of_a_wheel(index: Index, shop: Shop) -> None:
    path = shop.publish("1.0", "toy", filler=8_000_000)
    assert run(index) == 0
    assert path.stat().st_size > 8_000_000
    assert sum(index.sent.values()) < 300_000


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_cache_is_made_anew(
    index: Index, shop: Shop, damage: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy")
    assert run(index) == 0
    first = capsys.readouterr().out
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(damage)
    assert run(index) == 0
    assert capsys.readouterr().out == first
    assert all(path.read_bytes() != damage for path in kept)


def test_no_cache_folder_is_no_hindrance(
    index: Index, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    shop.publish("1.0", "toy")
    assert run(index) == 0
    assert " toy@Base 1.0" in capsys.readouterr().out


def digest(number: int) -> str:
    return f"{number:064x}"


def exports(number: int) -> Exports:
    return Exports(f"lib{number}.so", ("libc.so.6",), frozenset(f"symbol_{number}_{one}@Base" for one in range(200)))


def test_the_cache_is_bounded(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=6_000)
    for number in range(20):
        cache.keep_library(digest(number), exports(number))
        for path in tmp_path.rglob("*.library"):
            os.utime(path, (path.stat().st_mtime - 10,) * 2)
    assert cache.library(digest(0)) == exports(0)  # used just now
    cache.prune()
    kept = [number for number in range(20) if cache.library(digest(number))]
    assert 0 in kept
    assert kept[1:] == list(range(20 - len(kept) + 1, 20))
    assert 0 < sum(path.stat().st_size for path in tmp_path.rglob("*.library")) <= 6_000


def test_many_use_the_cache_at_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=20_000)
    wrong: list[object] = []

    def use(seed: int) -> None:
        try:
            for number in range(40):
                one = (number * 7 + seed) % 25
                cache.keep_library(digest(one), exports(one))
                found = cache.library(digest(one))
                if found not in {None, exports(one)}:
                    wrong.append(found)
                cache.prune()
        except Exception as exc:  # noqa: BLE001 (it is what is looked for)
            wrong.append(exc)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("toy/lib/libtoy.so.1", True),
        ("toy/lib/libtoy-wheel-1.so", True),
        ("toy.libs/libtoy-1234abcd.so.1.2", True),
        ("toy/.dylibs/libtoy.1.dylib", True),
        ("toy/toy.dll", True),
        ("toy/lib/QtCore.framework/Versions/5/QtCore", True),
        ("toy/lib/QtCore.framework/QtCore", True),
        ("toy/lib/QtCore.framework/Versions/5/helper", False),
        ("toy/QtCore", False),
        ("toy/_core.cpython-311-x86_64-linux-gnu.so", False),
        ("toy/_core.abi3.so", False),
        ("toy/_core.cp311-win_amd64.pyd", False),
        ("toy/bin/toy", False),
        ("toy/bin/toy.exe", False),
        ("toy/include/toy.h", False),
        ("toy/__init__.py", False),
    ],
)
def test_which_members_are_libraries(place: str, expected: bool) -> None:
    assert is_library(place) is expected
