"""Which consumers a release of a provider breaks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from abiding.cli import main
from abiding.project.build_record import BuildRecord, Shared, User
from makers.compiled import library, wheel
from makers.consumers import consumer
from makers.index import File, hashes
from makers.shops import SONAME, Shop, opened

from .contract import document

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


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
    # What is not there, or can't be read, is the first thing to say.
    assert status in ({2} if "unknown" in found.values() else {int("rebuild" in found.values())})
    return found


@pytest.mark.parametrize(
    ("calls", "line", "expected"),
    [
        (("toy",), "toy", {"1.1": "fine", "1.2": "fine", "2.0": "rebuild"}),
        (("toy_old",), "toy", {"1.1": "fine", "1.2": "rebuild", "2.0": "rebuild"}),
        (("toy_old",), "toy<1.2", {"1.1": "fine", "1.2": "excluded", "2.0": "excluded"}),
        (("toy_new",), "toy>=1.1,<2", {"1.0": "excluded", "1.2": "fine", "2.0": "excluded"}),
        (("toy",), "other", {"1.1": "unknown", "2.0": "unknown"}),
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


@pytest.mark.parametrize(
    ("calls", "soname", "outcome", "words"),
    [
        (["toy"], SONAME, "unknown", f"it is linked with {SONAME} of toy, which it does not require itself"),
        (["toy"], "libham.so.1", "fine", "it does not require toy"),
        ([], SONAME, "fine", "it does not require toy"),
    ],
)
def test_what_is_linked_and_not_required(
    calls: list[str],
    soname: str,
    outcome: str,
    words: str,
    shop: Shop,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if calls:
        path = consumer(tmp_path, *calls, requires=["other"], soname=soname)
    else:
        path = wheel(tmp_path, "ham", {"ham/__init__.py": b""}, requires=["other"])
    assert outcomes(shop, "toy==1.1", path, capsys=capsys) == {path.name: outcome}
    main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url])
    assert words in capsys.readouterr().out
    paths = recorded(path, "1.0", *calls)
    assert outcomes(shop, "toy==1.1", paths, capsys=capsys)[path.name] == outcome


def test_folders_lists_and_names(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = consumer(tmp_path, "toy_old", requires=["toy"])
    (tmp_path / "list.txt").write_text(f"# those that matter\n{path.parent}\nnowhere\n")
    found = outcomes(shop, "toy==1.2", tmp_path / "list.txt", capsys=capsys)
    assert found == {path.name: "rebuild", "nowhere": "unknown"}
    assert main(["impact", "toy==1.2", str(path), "--index-url", shop.index.url]) == 1
    printed = capsys.readouterr().out
    assert f"{path.name}  needs a rebuild  libtoy.so.1 lacks toy_old, so that its source has to change\n" in printed
    assert printed.endswith("toy==1.2: 1 needs a rebuild\n")
    other = path.rename(path.with_name(path.name.replace("1.0-", "1.0-1-")))
    consumer(tmp_path, "toy_old", requires=["toy"])
    assert main(["impact", "toy==1.2", str(other.parent), "--index-url", shop.index.url]) == 1
    assert capsys.readouterr().out.endswith("toy==1.2: 2 need a rebuild\n")


@pytest.mark.parametrize("requires", ["toy", "toy<2", "other"])
@pytest.mark.parametrize(
    ("release", "message"),
    [("toy==3.0", "the index has no version 3.0 of `toy`"), ("toi==1.0", "the index has no project `toi`")],
)
def test_a_release_that_there_is_not_breaks_nothing_and_is_not_fine(
    release: str, message: str, requires: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = consumer(tmp_path, "toy", requires=[requires])
    assert main(["impact", release, str(path), "--index-url", shop.index.url]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert not said.out


def test_where_nothing_is_known_it_is_said(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = consumer(tmp_path / "bare", requires=["toy"])
    assert outcomes(shop, "toy==1.0", bare, "nobody", capsys=capsys) == {bare.name: "unknown", "nobody": "unknown"}
    assert main(["impact", "toy==1.0", str(tmp_path / "gone"), "--index-url", shop.index.url]) == 2
    assert "there is no such file or folder" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["impact", "toy==1.0", str(tmp_path / "empty"), "--index-url", shop.index.url]) == 2
    assert "the folder has no wheel in it" in capsys.readouterr().err


def test_what_can_not_be_read_silences_nothing(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, whatever it is; and a list that names nothing is no list of which all is fine."""
    path = consumer(tmp_path / "wheels", "toy_old", requires=["toy"])
    folder = path.parent
    (folder / "a-1.0-py3-none-any.whl").write_bytes(b"PK")
    os.mkfifo(folder / "c-1.0-py3-none-any.whl")
    (folder / "d-1.0-py3-none-any.whl").symlink_to("gone")
    (folder / "e-1.0-py3-none-any.whl").symlink_to("/dev/zero")
    found = outcomes(shop, "toy==1.2", folder, capsys=capsys)
    assert found.pop(path.name) == "rebuild"
    assert found == {f"{letter}-1.0-py3-none-any.whl": "unknown" for letter in "acde"}
    given = ["gone.whl", "g\0ne.whl", "no name!", "x" * 5000, "gone/", "nobody", str(path)]
    (tmp_path / "list.txt").write_text("\n".join(given))
    assert (
        list(outcomes(shop, "toy==1.2", tmp_path / "list.txt", capsys=capsys).values()).count("unknown")
        == len(given) - 1
    )
    for text in (b"", b"# nobody\n", b"\xff\xfe"):
        (tmp_path / "list.txt").write_bytes(text)
        assert main(["impact", "toy==1.2", str(tmp_path / "list.txt"), "--index-url", shop.index.url]) == 2
    assert "the list is not UTF-8 at byte 0" in capsys.readouterr().err


def test_a_list_is_not_written_over(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = tmp_path / "list.txt"
    names.write_text(f"{consumer(tmp_path, 'toy_old', requires=['toy'])}\n")
    before = names.read_text()
    assert main(["impact", "toy==1.2", str(names), "--index-url", shop.index.url, f"--output=json={names}"]) == 2
    assert "it is what is looked at" in " ".join(capsys.readouterr().err.split())
    assert names.read_text() == before


@pytest.mark.parametrize("release", ["toy", "toy>=1", "toy==1.*", "toy==1,==2"])
def test_one_release_is_named(release: str, shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", release, "x", "--index-url", shop.index.url]) == 2
    assert "does not name one release" in capsys.readouterr().err


HEADER = """
struct toy_box { int x; };
struct toy_other { int y; };
typedef struct toy_box toy_box_t;
int toy(toy_box_t *one);
int toy_old(void);
"""


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    """Releases that have all symbols, and headers in which things change."""
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", "toy_old", header=HEADER)
        shop.publish("1.1", "toy", "toy_old", header=f"/* the same */ {HEADER}")
        shop.publish("1.2", "toy", "toy_old", header=HEADER.replace("int y;", "long y;"))
        shop.publish("1.3", "toy", "toy_old", header=HEADER.replace("int x;", "int w; int x;"))
        shop.publish("1.4", "toy", "toy_old", header=HEADER.replace("int x;", "int w; int x;"))
        shop.publish("1.5", "toy", "toy_old", header=f'#include "gone.h"\n{HEADER}')
        shop.publish("1.6", "toy", "toy_old")
        yield shop


@pytest.mark.parametrize(
    ("release", "of_box", "of_none"),
    [
        ("1.0", "fine", "fine"),
        ("1.1", "fine", "fine"),
        ("1.2", "fine", "fine"),  # nothing that it calls leads to the other struct
        ("1.3", "rebuild", "fine"),
        ("1.4", "fine", "fine"),  # who is linked with 1.3 as well
        ("1.6", "fine", "fine"),
    ],
)
def test_what_means_something_else(
    release: str, of_box: str, of_none: str, boxes: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for function, outcome in (("toy", of_box), ("toy_old", of_none)):
        path = consumer(tmp_path / function, function, requires=["toy"])
        assert outcomes(boxes, f"toy=={release}", path, capsys=capsys) == {path.name: outcome}


def test_it_is_said_what_has_changed_and_what_was_not_compared(
    boxes: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = consumer(tmp_path, "toy", requires=["toy"])

    def said(release: str) -> str:
        main(["impact", f"toy=={release}", str(path), "--index-url", boxes.index.url])
        return capsys.readouterr().out.splitlines()[0]

    assert said("1.3").endswith("changed since 1.2: its headers: struct toy_box")
    assert "`toy/include/toy.h` ('gone.h' file not found in line 1)" in said("1.5")
    assert "headers were not compared: this release has none" in said("1.6")
    monkeypatch.setattr("abiding.providers.headers.compiler", lambda: None)
    assert "headers were not compared: there is no C compiler" in said("1.3")


def test_a_record_says_which_version_it_was_linked_with(
    boxes: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for linked, outcome in (("1.0", "rebuild"), ("1.3", "fine"), ("1.4", "fine")):
        path = recorded(consumer(tmp_path / linked, "toy", requires=["toy"]), linked)
        assert outcomes(boxes, "toy==1.4", path, capsys=capsys) == {path.name: outcome}


def recorded(path: Path, version: str, *symbols: str) -> Path:
    """The wheel with a record of what it was linked with, and took of that."""
    users = (User("ham/_ham.so", symbols),)
    shared = Shared(SONAME, f"toy/lib/{SONAME}", "0" * 64, "toy", version, "toy", ("manylinux_2_28_x86_64",), users)
    record = BuildRecord("a", "1", "abi", "", libraries=(shared,))
    with ZipFile(path, "a") as archive:
        archive.writestr("ham-1.0.dist-info/abiding.json", record.to_json())
    return path


# For the linker, which leaves out what nothing is called of.
_ALL = Path("-Wl,--no-as-needed")


def test_what_the_platform_has_brings_nothing_of_the_provider(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A release without a symbol may have it in a library that it needs anew, unless that is the platform's."""
    other = library(tmp_path / "other" / "libtoycore.so.1", "toy", soname="libtoycore.so.1")
    shop.publish("1.3", "toy_new", links=[_ALL, Path("-lm")])
    shop.publish("1.4", "toy_new", links=[_ALL, other])
    path = consumer(tmp_path, "toy", requires=["toy"])
    assert outcomes(shop, "toy==1.3", path, capsys=capsys) == {path.name: "rebuild"}
    assert outcomes(shop, "toy==1.4", path, capsys=capsys) == {path.name: "unknown"}


HAS, LACKS, OPEN = "fine has", "rebuild lacks-symbols", "unknown not-known"


@pytest.mark.parametrize(
    ("published", "is_recorded", "expected"),
    [
        # Of the versions, written with what each has: those that nobody is to install have it in brackets.
        ({"1.2": "toy toy_sum"}, False, HAS),
        ({"1.2": "toy"}, False, OPEN),
        ({"1.2": "toy"}, True, LACKS),
        ({"1.2": "toy", "1.3": "toy toy_sum"}, False, LACKS),
        ({"1.0": "[toy toy_sum]", "1.2": "toy"}, False, LACKS),
        ({"1.0rc1": "toy toy_sum", "1.2": "toy"}, False, LACKS),
        ({"1.0": "[toy]", "1.2": "toy"}, False, OPEN),
        ({"1.0": "[toy]", "1.2": "toy toy_sum"}, False, HAS),
        ({"1.0": "[toy toy_sum]", "1.2": "toy toy_sum"}, True, HAS),
    ],
)
def test_nothing_is_fine_that_is_not_known_to_be(
    published: dict[str, str],
    is_recorded: bool,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A function is used that the release has or not, and `impact` and `bounds` say the same of it."""
    outcome, state = expected.split()
    with opened(monkeypatch, tmp_path) as shop:
        for version, functions in published.items():
            shop.publish(version, *functions.strip("[]").split(), yanked=functions.startswith("[") and "wrong")
        path = consumer(tmp_path, "toy", "toy_sum", requires=["toy"])
        path = recorded(path, "1.0", "toy", "toy_sum") if is_recorded else path
        assert outcomes(shop, "toy==1.2", path, capsys=capsys) == {path.name: outcome}
        main(["bounds", str(path), "--index-url", shop.index.url, "--output-format", "json"])
        (said,) = document(capsys.readouterr().out, "bounds")["wheels"]
        rows = {row["version"]: row["state"] for row in said["providers"][0]["versions"]}
        assert rows.get("1.2") == state
        assert ("1.0" in rows) == ("1.0" in published and not published["1.0"].startswith("["))
        (bound,) = said["bounds"]
        assert bound["state"] == {HAS: "fits", LACKS: "too-loose", OPEN: "unknown"}[expected]


@pytest.mark.parametrize("yanked", [False, True])
@pytest.mark.parametrize(("needs", "outcome"), [("libm.so.6", "unknown"), ("libz.so.1", "fine"), ("", "unknown")])
def test_what_another_library_may_have_is_not_asked_of_the_provider(
    needs: str, outcome: str, yanked: bool, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All symbols of libm have versions; those of libz do not, so that one without may be of it, unless it was not."""
    if yanked:
        shop.publish("0.9", "toy", "other", yanked="wrong")
        outcome = "rebuild"
    stub = library(tmp_path / "stub" / SONAME, "toy", "other", soname=SONAME)
    links = [stub, *([library(tmp_path / "stub" / needs, soname=needs)] if needs else [])]
    module = library(tmp_path / "_ham.so", calls=("toy", "other"), links=[_ALL, *links], run_path="$ORIGIN/../toy/lib")
    path = wheel(tmp_path / "dist", "ham", {"ham/_ham.so": module, "ham/__init__.py": b""}, requires=["toy"])
    assert outcomes(shop, "toy==1.0", path, capsys=capsys) == {path.name: outcome}


@pytest.mark.parametrize(
    ("yanked", "record", "outcome", "words"),
    [
        (False, "1.0", "rebuild", "changed since 1.0: its headers: struct toy_box"),
        ("wrong", "1.0", "rebuild", "changed since 1.0: its headers: struct toy_box"),
        ("wrong", "", "rebuild", "changed since 1.0: its headers: struct toy_box"),
        (None, "1.0", "fine", "nothing was compared: toy 1.0, which it was linked with, is not there"),
        (None, "gone", "fine", "nothing was compared: toy gone, which it was linked with, is not there"),
        (None, "", "fine", "nothing was compared: there is no earlier release that it works with"),
        (None, "1.1", "fine", "it was linked with toy 1.1"),
    ],
)
def test_what_it_was_linked_with_is_looked_for(
    yanked: str | bool | None,
    record: str,
    outcome: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The release of it may be yanked, or gone."""
    with opened(monkeypatch, tmp_path) as shop:
        if yanked is not None:
            shop.publish("1.0", "toy", header=HEADER, yanked=yanked)
        shop.publish("1.1", "toy", header=HEADER.replace("int x;", "int w; int x;"))
        path = consumer(tmp_path, "toy", requires=["toy"])
        path = recorded(path, record, "toy") if record else path
        assert outcomes(shop, "toy==1.1", path, capsys=capsys) == {path.name: outcome}
        main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url])
        assert words in capsys.readouterr().out


def test_a_release_that_is_yanked_is_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", "toy_old")
        shop.publish("1.1", "toy", yanked="wrong")
        for function, outcome in (("toy", "fine"), ("toy_old", "rebuild")):
            path = consumer(tmp_path / function, function, requires=["toy"])
            assert outcomes(shop, "toy==1.1", path, capsys=capsys) == {path.name: outcome}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("int toy_n = 1;", "int toy_n[2] = {1, 2};", "toy_n: 4 bytes of data, now 8 bytes of data"),
        ("int toy_n(void) { return 1; }", "int toy_n[2];", "toy_n: a function, now 8 bytes of data"),
        ("int toy_n = 1;", "__thread int toy_n = 1;", "toy_n: 4 bytes of data, now 4 bytes of thread-local data"),
        ("int toy_n = 1;", "int toy_n = 2;", ""),
    ],
)
def test_what_a_symbol_is(
    before: str,
    after: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who uses it is compiled for a function, or for so many bytes of data, whatever headers say."""
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", code=before)
        shop.publish("1.1", "toy", code=after)
        for calls, is_hit in ((("toy", "toy_n"), bool(told)), (("toy",), False)):
            path = consumer(tmp_path / calls[-1], *calls, requires=["toy"])
            outcome = "rebuild" if is_hit else "fine"
            assert outcomes(shop, "toy==1.1", path, capsys=capsys) == {path.name: outcome}
            main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url])
            assert (f"changed since 1.0: {SONAME}: {told}\n" in capsys.readouterr().out) is is_hit


URL = "toy @ https://example.org/toy-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ([URL], "excluded"),
        (["toy", URL], "excluded"),
        ([f"{URL} ; sys_platform == 'win32'"], "unknown"),
        (["toy", f"{URL} ; sys_platform == 'win32'"], "rebuild"),
        (["toy"], "rebuild"),
    ],
)
def test_what_is_required_by_url_is_on_no_index(
    lines: list[str], outcome: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither command holds the wheel against releases that happen to have the name."""
    is_held = outcome == "rebuild"
    for is_recorded in (False, True):
        path = consumer(tmp_path / str(is_recorded), "toy_old", requires=lines)
        path = recorded(path, "1.0", "toy_old") if is_recorded else path
        shop.index.asked.clear()
        assert outcomes(shop, "toy==1.2", path, capsys=capsys) == {path.name: outcome}
        assert outcome != "excluded" or not shop.index.asked_for(".whl")
        assert main(["bounds", str(path), "--index-url", shop.index.url, "--output-format", "json"]) == int(is_held)
        (said,) = document(capsys.readouterr().out, "bounds")["wheels"]
        assert [one["distribution"] for one in said["providers"]] == ["toy"] * is_held
        assert "unknown-release" not in [one["rule"] for one in said["findings"]]


def test_versions_may_have_a_local_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0+cu118", "toy", "toy_old")
        shop.publish("1.1+cu118", "toy")
        shop.publish("1.2+cu118", "toy", "toy_old")
        for function, outcome in (("toy", "fine"), ("toy_old", "rebuild")):
            path = consumer(tmp_path / function, function, requires=["toy"])
            assert outcomes(shop, "toy==1.1+cu118", path, capsys=capsys) == {path.name: outcome}


def test_a_bound_is_told_with_what_it_keeps_away(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for function, words in (
        ("toy", "its files would work with it: it has all that is used"),
        ("toy_old", "its files would not work with it: libtoy.so.1 lacks toy_old, so that its source has to change"),
        ("toy_else", "whether its files would work with it is not known: that depends on toy_else"),
    ):
        path = consumer(tmp_path / function, function, requires=["toy<1.2"])
        assert main(["impact", "toy==1.2", str(path), "--index-url", shop.index.url]) == 0
        assert f"excluded by its bound  it requires toy<1.2; {words}" in capsys.readouterr().out


def test_wheels_of_one_name_are_told_apart(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [consumer(tmp_path / function, function, requires=["toy"]) for function in ("toy", "toy_old")]
    for given, called in ((paths[:1], [paths[0].name]), (paths, list(map(str, paths)))):
        main(["impact", "toy==1.2", *map(str, given), "--index-url", shop.index.url])
        assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()[:-1]] == called
        main(["impact", "toy==1.2", *map(str, given), "--index-url", shop.index.url, "--output-format", "json"])
        found = document(capsys.readouterr().out, "impact")["consumers"]
        assert [one["read_from"] for one in found] == list(map(str, given))


@pytest.mark.parametrize(
    ("functions", "more", "status"),
    [
        (["toy"], [], 0),
        (["toy_old"], [], 1),
        (["toy"], ["gone.whl"], 2),
        (["toy_old"], ["gone.whl"], 2),
        (["toy"], ["nobody"], 2),
        (["toy", "toy_else"], [], 2),
        (["toy_old", "toy_else"], [], 1),
        ([], ["gone.whl", "nobody"], 2),
    ],
)
def test_the_status_says_whether_all_was_judged(
    functions: list[str], more: list[str], status: int, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not there comes first, then what breaks, then what is not known."""
    paths = [str(consumer(tmp_path / function, function, requires=["toy"])) for function in functions]
    assert main(["impact", "toy==1.2", *paths, *more, "--index-url", shop.index.url]) == status
    assert len(capsys.readouterr().out.splitlines()) == len(functions) + len(more) + 1


CONSTANTS = """
#define TOY_VERSION 10
#define TOY_FAST 1
enum { TOY_SAFE = 2 };
enum toy_mode { TOY_NEAR, TOY_FAR };
int toy(unsigned options);
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TOY_FAST 1", "TOY_FAST 4", "TOY_FAST = 1, now 4"),
        ("TOY_FAST 1", "TOY_FAST (1)", ""),
        ("TOY_SAFE = 2", "TOY_SAFE = 8", "TOY_SAFE = 2, now 8"),
        ("TOY_NEAR, TOY_FAR", "TOY_FAR, TOY_NEAR", "enum toy_mode"),
        ("TOY_NEAR, TOY_FAR", "TOY_NEAR, TOY_FAR, TOY_AWAY", ""),
        ("int toy(unsigned", "#define TOY_NEW 3\nint toy(unsigned", ""),
        ("VERSION 10", "VERSION 11", ""),
    ],
)
def test_which_functions_a_constant_is_for_is_not_to_be_seen(
    old: str, new: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of C: what is compiled has the values, and no file says which."""
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", header=CONSTANTS)
        shop.publish("1.1", "toy", header=CONSTANTS.replace(old, new))
        path = consumer(tmp_path, "toy", requires=["toy"])
        assert main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url]) == (2 if words else 0)
        said = capsys.readouterr().out
        assert ("not known  that depends on whether it uses what changed since 1.0: " in said) == bool(words)
        assert words in said


@pytest.mark.parametrize(
    ("takes", "status"),
    [
        ("void *one", 2),
        ("const void **one", 2),
        ("int option, ...", 2),
        ("struct toy_other *one", 0),
        ("struct toy_box *one", 1),
        ("int one", 0),
    ],
)
def test_what_a_function_does_not_say_that_it_takes(
    takes: str, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = HEADER.replace("int toy(toy_box_t *one)", f"int toy({takes})")
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", header=header)
        shop.publish("1.1", "toy", header=header.replace("int x;", "int w; int x;"))
        path = consumer(tmp_path, "toy", requires=["toy"])
        assert main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url]) == status
        assert ("what changed since 1.0: struct toy_box\n" in capsys.readouterr().out) == (status == 2)


@pytest.mark.parametrize(
    ("calls", "change", "outcome", "told"),
    [
        (["toy", "toy_own"], ("int x;", "int w; int x;"), "rebuild", "its headers: struct toy_box"),
        (["toy", "toy_own"], ("int y;", "long y;"), "unknown", "what changed since 1.0: struct toy_other"),
        (["toy_own"], ("int x;", "int w; int x;"), "unknown", "what changed since 1.0: struct toy_box"),
        (["toy_own"], ("toy_old(void)", "toy_old(int)"), "fine", "it has all that is used; its headers do not declare `toy_own`"),
        (["toy_own"], ("", ""), "fine", "it has all that is used; its headers do not declare `toy_own`"),
        (["toy"], ("int y;", "long y;"), "fine", "it has all that is used, declared as since 1.0"),
        (["toy", "_ZSt9terminatev"], ("int y;", "long y;"), "fine", "declared as since 1.0"),
    ],
)  # fmt: skip
def test_what_a_function_leads_to_that_no_header_declares_is_not_known(
    calls: list[str],
    change: tuple[str, str],
    outcome: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of those that the provider has: nobody expects its headers to declare what is of C."""
    with opened(monkeypatch, tmp_path) as shop:
        shop.publish("1.0", "toy", "toy_old", "toy_own", header=HEADER)
        shop.publish("1.1", "toy", "toy_old", "toy_own", header=HEADER.replace(*change) if change[0] else HEADER)
        path = consumer(tmp_path, *calls, requires=["toy"])
        assert outcomes(shop, "toy==1.1", path, capsys=capsys) == {path.name: outcome}
        main(["impact", "toy==1.1", str(path), "--index-url", shop.index.url])
        assert f"{told}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exported", "users", "expected"),
    [
        (["grits", "both"], {}, {"toy": "fine", "grits": "fine"}),
        (["grits"], {}, {"toy": "unknown", "grits": "unknown"}),
        (["grits"], {"toy": ["toy", "both"], "grits": ["grits"]}, {"toy": "rebuild", "grits": "fine"}),
        (["grits"], {"toy": ["toy"], "grits": ["grits", "both"]}, {"toy": "fine", "grits": "rebuild"}),
        # What the record does not tell is no less open.
        (["grits"], {"toy": ["toy"], "grits": ["grits"]}, {"toy": "unknown", "grits": "unknown"}),
    ],
)
def test_of_two_providers_the_one_that_has_it_is_asked(
    exported: list[str],
    users: dict[str, list[str]],
    expected: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Which of its libraries a symbol is of, a file does not say."""
    with opened(monkeypatch, tmp_path) as shop:
        shop.index.others = ("grits",)
        shop.publish("1.0", "toy")
        built = library(tmp_path / "libgrits.so.1", *exported, soname="libgrits.so.1")
        grits = wheel(tmp_path / "shop", "grits", {"grits/__init__.py": b"", "grits/lib/libgrits.so.1": built})
        shop.index.files[grits.name] = File(grits.read_bytes(), listing={"hashes": hashes(grits.read_bytes())})
        stub = library(tmp_path / "stub" / SONAME, "toy", "both", soname=SONAME)
        other = library(tmp_path / "stub" / "libgrits.so.1", "grits", soname="libgrits.so.1")
        calls = ("toy", "grits", "both")
        path = "$ORIGIN/../toy/lib:$ORIGIN/../grits/lib"
        module = library(tmp_path / "_ham.so", calls=calls, links=[_ALL, stub, other], run_path=path)
        files: dict[str, Path | bytes] = {"ham/_ham.so": module, "ham/__init__.py": b""}
        if users:
            shared = [
                Shared(
                    f"lib{name}.so.1",
                    f"{name}/lib/lib{name}.so.1",
                    "0" * 64,
                    name,
                    "1.0",
                    name,
                    (),
                    (User("", tuple(taken)),),
                )
                for name, taken in users.items()
            ]
            files["ham-1.0.dist-info/abiding.json"] = BuildRecord(
                "a", "1", "abi", "", libraries=tuple(shared)
            ).to_json()
        ham = wheel(tmp_path / "dist", "ham", files, requires=["toy", "grits"])
        for name, outcome in expected.items():
            assert outcomes(shop, f"{name}==1.0", ham, capsys=capsys) == {ham.name: outcome}
