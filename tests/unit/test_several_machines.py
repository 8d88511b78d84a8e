"""Mach-O files for several kinds of Mac, each of which loads its own part: no kind has what only another one has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from packaging.tags import Tag

from abiding.cli import main
from abiding.native.images import Format, Image
from abiding.native.platforms import apart, machine_of
from abiding.native.reading import read_image, read_symbols
from abiding.project.build_record import BuildRecord
from abiding.project.exports import Export
from abiding.providers.cache import Cache
from abiding.providers.promise_check import compare
from abiding.providers.release import ProviderRelease
from abiding.providers.symbol_tables import Exports
from makers.compiled import mach_o, universal, wheel
from makers.index import File, hashes
from makers.shops import Shop, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from abiding.findings.finding import Finding

LIBRARY = "@rpath/libtoy.1.dylib"
IMAGE = Image("toy/lib/libtoy.1.dylib", Format.MACH_O, "libtoy.1.dylib")
BOTH, ARM, INTEL = (f"macosx_11_0_{machine}" for machine in ("universal2", "arm64", "x86_64"))
# What a library exports, or a module calls, on each kind.
Parts = dict[str, tuple[str, ...]]


def provided(parts: Mapping[str, Sequence[str]]) -> bytes:
    return universal(*(mach_o(LIBRARY, exported=names, machine=machine) for machine, names in parts.items()))


def using(parts: Mapping[str, Sequence[str]]) -> bytes:
    return universal(
        *(
            mach_o(
                needs=[LIBRARY],
                run_paths=["@loader_path/../toy/lib"],
                imported=[(one, 1) for one in names],
                machine=machine,
            )
            for machine, names in parts.items()
        )
    )


def provider(folder: Path, version: str, parts: Parts, tag: str = BOTH) -> Path:
    record = BuildRecord("a", "1", "abi", "", exports=Export("toy>=1,<2", ()))
    info = f"toy-{version}.dist-info/abiding.json"
    files: dict[str, Path | bytes] = {IMAGE.place: provided(parts), info: record.to_json()}
    return wheel(folder, "toy", files, version=version, tag=f"py3-none-{tag}")


def consumer(folder: Path, parts: Parts, tag: str) -> Path:
    files: dict[str, Path | bytes] = {"ham/__init__.py": b"", "ham/_ham.abi3.so": using(parts)}
    return wheel(folder, "ham", files, requires=["toy"], tag=f"cp311-abi3-{tag}")


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    with opened(monkeypatch, tmp_path) as shop:
        versions: dict[str, Parts] = {
            "1.0": {"arm64": ("toy",), "x86_64": ("toy",)},
            "1.1": {"arm64": ("toy", "toy_new"), "x86_64": ("toy",)},
            "1.2": {"arm64": ("toy", "toy_new"), "x86_64": ("toy", "toy_new")},
            "1.3": {"arm64": ("toy", "toy_new"), "x86_64": ("toy_new",)},
        }
        for version, parts in versions.items():
            path = provider(shop.folder, version, parts)
            shop.index.files[path.name] = File(path.read_bytes(), listing={"hashes": hashes(path.read_bytes())})
        yield shop


def answer(shop: Shop, capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    main([*map(str, arguments), "--index-url", shop.index.url, "--output-format", "json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("machine", "exported", "needs"),
    [
        ("arm64", {"toy", "toy_arm"}, ("/usr/lib/libarm.dylib",)),
        ("x86_64", {"toy", "toy_intel"}, ("/usr/lib/libintel.dylib",)),
        ("", {"toy", "toy_arm", "toy_intel"}, ("/usr/lib/libarm.dylib", "/usr/lib/libintel.dylib")),
        ("i386", {"toy", "toy_arm", "toy_intel"}, ("/usr/lib/libarm.dylib", "/usr/lib/libintel.dylib")),
    ],
)
def test_what_is_read(machine: str, exported: set[str], needs: tuple[str, ...]) -> None:
    """Of the machine that is named; all together where none is, or the file has nothing for it."""
    parts = [
        mach_o(LIBRARY, needs=["/usr/lib/libarm.dylib"], exported=["toy", "toy_arm"]),
        mach_o(LIBRARY, needs=["/usr/lib/libintel.dylib"], exported=["toy", "toy_intel"], machine="x86_64"),
    ]
    data = universal(*parts)
    assert read_symbols(data, IMAGE, machine).exported == exported
    image = read_image(data, IMAGE.place, machine=machine)
    assert image
    assert image.needs == needs


def tags(*platforms: str) -> frozenset[Tag]:
    return frozenset(Tag("py3", "none", one) for one in platforms)


@pytest.mark.parametrize(
    ("platforms", "machine", "sets"),
    [
        ([ARM], "arm64", [[ARM]]),
        ([BOTH], "", [[ARM], [INTEL]]),
        (["macosx_10_9_universal2", ARM], "", [["macosx_10_9_arm64", ARM], ["macosx_10_9_x86_64"]]),
        (["macosx_10_9_intel"], "", [["macosx_10_9_i386"], ["macosx_10_9_x86_64"]]),
        (["macosx_10_9_x86_64", "macosx_10_10_x86_64"], "x86_64", [["macosx_10_9_x86_64", "macosx_10_10_x86_64"]]),
        (["manylinux_2_17_x86_64", "manylinux2014_x86_64"], "", [["manylinux_2_17_x86_64", "manylinux2014_x86_64"]]),
        (["win_amd64"], "", [["win_amd64"]]),
        (["any"], "", [["any"]]),
        ([BOTH, "manylinux_2_17_x86_64"], "", [[BOTH, "manylinux_2_17_x86_64"]]),
    ],
)
def test_kinds_of_mac(platforms: list[str], machine: str, sets: list[list[str]]) -> None:
    own = tags(*platforms)
    assert machine_of(own) == machine
    assert apart(own) == tuple(tags(*one) for one in sets)


@pytest.mark.parametrize("order", [(ARM, INTEL), (INTEL, ARM)])
def test_history(order: tuple[str, str], shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """What is kept of one library for one kind is not taken for the other."""
    expected = {
        ARM: [" toy@Base 1.0", " toy_new@Base 1.1"],
        INTEL: ["#MISSING: 1.3# toy@Base 1.0", " toy_new@Base 1.2"],
    }
    for platform in (*order, *order):
        assert main(["symbols", "toy", "--platform", platform, "--index-url", shop.index.url]) == 0
        assert capsys.readouterr().out.splitlines()[1:] == expected[platform], platform


def test_what_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    digest, arm, intel = "0" * 64, Exports("arm", (), frozenset()), Exports("intel", (), frozenset())
    cache.keep_library(digest, arm, "arm64")
    assert (cache.library(digest), cache.library(digest, "x86_64")) == (None, None)
    cache.keep_library(digest, intel, "x86_64")
    assert (cache.library(digest, "arm64"), cache.library(digest, "x86_64")) == (arm, intel)


@pytest.mark.parametrize(
    ("tag", "arm", "intel", "declare"),
    [
        (ARM, ("toy", "toy_new"), ("toy", "toy_new"), "toy>=1.1"),
        (INTEL, ("toy",), ("toy",), "toy<1.3"),
        (BOTH, ("toy",), ("toy",), "toy<1.3"),
        (BOTH, ("toy", "toy_new"), ("toy", "toy_new"), "toy>=1.2,<1.3"),
        # One kind alone uses it, and that has it earlier than the other.
        (BOTH, ("toy_new",), (), "toy>=1.1"),
        (BOTH, ("toy", "toy_new"), ("toy_new",), "toy>=1.2"),
    ],
)
def test_bounds(
    tag: str,
    arm: tuple[str, ...],
    intel: tuple[str, ...],
    declare: str,
    shop: Shop,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A version counts as good if it is so on each kind that the wheel is for."""
    path = consumer(tmp_path, {"arm64": arm, "x86_64": intel}, tag)
    (found,) = answer(shop, capsys, "bounds", path)["wheels"]
    assert [one["declare"] for one in found["bounds"]] == [declare]
    (release,) = answer(shop, capsys, "check", path, "--providers-from-index")["releases"]
    (loose,) = (one for one in release["findings"] if one["rule"] == "bound-too-loose")
    assert loose["expected"] == [declare]


@pytest.mark.parametrize(("tag", "outcome"), [(ARM, "fine"), (INTEL, "rebuild"), (BOTH, "rebuild")])
def test_impact(tag: str, outcome: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = consumer(tmp_path, {"arm64": ("toy",), "x86_64": ("toy",)}, tag)
    (found,) = answer(shop, capsys, "impact", "toy==1.3", path)["consumers"]
    assert found["outcome"] == outcome


@pytest.mark.parametrize("tag", [ARM, INTEL, BOTH])
def test_a_symbol_that_another_kind_has(tag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = provider(tmp_path, "1.0", {"arm64": ("toy", "toy_new"), "x86_64": ("toy",)})
    path = consumer(tmp_path, {"arm64": ("toy", "toy_new"), "x86_64": ("toy", "toy_new")}, tag)
    main(["check", str(path), str(there), "--output-format", "json"])
    found = [one for each in json.loads(capsys.readouterr().out)["releases"] for one in each["findings"]]
    missing = [one["expected"] for one in found if one["rule"] == "missing-symbol"]
    assert missing == ([["toy_new"]] if tag == INTEL else [])


def gate(folder: Path, old: tuple[Parts, str], new: tuple[Parts, str]) -> Finding:
    sides = (ProviderRelease.read(provider(folder, version, *one)) for version, one in (("1.0", old), ("1.1", new)))
    (found,) = compare(*sides)
    return found


HAS: Parts = {"arm64": ("toy", "toy_old"), "x86_64": ("toy", "toy_old")}
LOST: Parts = {"arm64": ("toy", "toy_old"), "x86_64": ("toy",)}


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ((HAS, BOTH), (LOST, BOTH), "has lost 1 symbol for x86_64: `toy_old`"),
        ((HAS, BOTH), (LOST, INTEL), "has lost 1 symbol: `toy_old`"),
        ((HAS, INTEL), (LOST, BOTH), "has lost 1 symbol: `toy_old`"),
        ((HAS, BOTH), ({"arm64": ("toy",), "x86_64": ("toy",)}, BOTH), "has lost 1 symbol: `toy_old`"),
        ((HAS, BOTH), (LOST, ARM), ""),
        ((LOST, BOTH), (HAS, ARM), ""),
    ],
)
def test_the_gate(old: tuple[Parts, str], new: tuple[Parts, str], note: str, tmp_path: Path) -> None:
    found = gate(tmp_path, old, new)
    assert found.rule == ("promise-broken" if note else "promise-kept")
    assert (f"`libtoy.1.dylib` {note}" in found.notes) == bool(note)


def test_what_is_new_on_one_kind(tmp_path: Path) -> None:
    found = gate(tmp_path, (LOST, BOTH), (HAS, BOTH))
    assert (found.rule, found.notes[0]) == ("promise-kept", "`libtoy.1.dylib` has `toy_old`")
