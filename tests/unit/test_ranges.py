"""What a wheel takes of a provider, held against all that the provider has published."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from abiding import native
from abiding.artifacts.index import listings
from abiding.cli import main
from abiding.findings.screen import block
from abiding.native.images import Format, Image, Symbols
from abiding.providers import ranges
from abiding.providers.cache import Cache
from abiding.providers.history import Edition, History, Unread
from abiding.providers.linked import Histories, judge_admitted
from abiding.providers.ranges import VersionState
from abiding.providers.symbol_tables import Exports, Imports, missing_symbols
from makers.commands import shown
from makers.compiled import MANYLINUX, Pair, library, wheel
from makers.consumers import consumer
from makers.index import File, Index, hashes
from makers.pairs import recorded
from makers.shops import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abiding.providers.ranges import Range

pytestmark = pytest.mark.slow


@pytest.fixture
def index(shop: Shop) -> Index:
    return shop.index


def check(index: Index, path: Path, capsys: pytest.CaptureFixture[str], form: str = "json") -> str:
    main(["check", str(path), "--index-url", index.url, "--providers-from-index", "--output-format", form])
    return capsys.readouterr().out


def findings(index: Index, path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    (release,) = json.loads(check(index, path, capsys))["releases"]
    return [one for one in release["findings"] if one["rule"] == "bound-too-loose"]


def published(shop: Shop) -> None:
    shop.publish("1.0", "toy")
    shop.publish("1.1", "toy", "toy_new")
    shop.publish("1.2", "toy", "toy_new")
    shop.publish("2.0", "toy", "toy_new", soname="libtoy.so.2")


def test_versions_on_both_sides_are_refused(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(shop)
    path = consumer(tmp_path, "toy", "toy_new", requires=["toy>=1.0"])
    (found,) = findings(index, path, capsys)
    assert (found["severity"], found["field"]) == ("warning", "Requires-Dist")
    # The example on its page.
    with listings(index.url) as found_there:
        histories = Histories(found_there, Cache.of_user())
        (findings_of_it,) = native.judge_wheels(
            [path], found_there, lambda subject: judge_admitted(subject, histories)
        ).values()
    (loose,) = (one for one in findings_of_it if one.rule == "bound-too-loose")
    assert shown("bound-too-loose", block(loose, "abiding: ")) == block(loose, "abiding: ")


@pytest.mark.parametrize(
    "line", ["toy>=1.1,<2", "toy==1.1", "toy==1.*,!=1.0", "toy>=1.1,<2; python_version>'3'", "toy>=1.1,<2.0"]
)
def test_a_bound_that_is_right(
    line: str, index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(shop)
    path = consumer(tmp_path, "toy", "toy_new", requires=[line])
    assert findings(index, path, capsys) == []


@pytest.mark.parametrize(
    ("line", "narrowed"),
    [
        ("toy<2", ">=1.1,<2"),
        ("toy", ">=1.1,<2.0"),
        ("toy>=1.1", ">=1.1,<2.0"),
        ("toy>=0.9,!=1.2,<3", ">=1.1,!=1.2,<2.0"),
    ],
)
def test_the_hint_is_a_line_that_is_right(
    line: str, narrowed: str, index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(shop)
    (found,) = findings(index, consumer(tmp_path, "toy", "toy_new", requires=[line]), capsys)
    (hint,) = re.findall(r"`toy([^`]*)`", str(found["hints"] if "hints" in found else found["hint"]))
    assert SpecifierSet(hint) == SpecifierSet(narrowed)
    assert findings(index, consumer(tmp_path, "toy", "toy_new", requires=[f"toy{hint}"]), capsys) == []


def test_what_is_yanked_or_unreadable_refuses_nothing(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy", yanked="wrong")
    shop.publish("1.1", "toy", "toy_new")
    index.files[f"toy-1.2-{MANYLINUX}.whl"] = File(b"no wheel")
    shop.publish("2.0rc1", "toy")
    assert findings(index, consumer(tmp_path, "toy", "toy_new", requires=["toy"]), capsys) == []


@pytest.mark.parametrize(
    ("versions", "tag", "is_told"),
    [
        ((), MANYLINUX, True),
        (("2.0",), MANYLINUX, True),  # none that is required
        (("1.0",), "py3-none-win_amd64", True),  # none that stands beside it
        (("1.0", "2.0"), MANYLINUX, False),
    ],
    ids=["no project", "no version", "no wheel", "there"],
)
def test_a_provider_that_the_index_does_not_have_is_told_of(
    versions: Sequence[str], tag: str, is_told: bool, index: Index, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index.project = "prov"
    pair = Pair(tmp_path)
    for version in versions:
        path = pair.provider(version=version, tag=tag)
        index.files[path.name] = File(path.read_bytes(), listing={"hashes": hashes(path.read_bytes())})
    path = recorded(pair)
    told = "the index has no `prov==1.0` that installs where the wheel does"
    assert (told in " ".join(check(index, path, capsys, "text").split())) is is_told
    assert main(["bounds", str(path), "--index-url", index.url]) == 0
    assert (told in " ".join(capsys.readouterr().out.split())) is is_told


def test_a_wheel_that_no_version_suits(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy", "toy_old")
    shop.publish("1.1", "toy")
    # What no version ever had may be of any library: it refutes none.
    assert findings(index, consumer(tmp_path, "toy_other", requires=["toy"]), capsys) == []
    assert len(findings(index, consumer(tmp_path, "toy_old", requires=["toy>=1.1"]), capsys)) == 1
    assert len(findings(index, consumer(tmp_path, "toy_old", requires=["toy"]), capsys)) == 1


def test_bounds_shows_every_version(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(shop)
    path = consumer(tmp_path, "toy", "toy_new", requires=["toy>=1.0"])
    assert main(["bounds", str(path), "--index-url", index.url]) == 1
    printed = capsys.readouterr().out
    assert "libtoy.so.1 of toy" in printed
    assert "toy>=1.1,<2.0" in printed
    assert (
        "    1.0         lacks toy_new of libtoy.so.1\n"
        "    1.1 to 1.2  has everything\n"
        "    2.0         has no libtoy.so.1, but libtoy.so.2\n"
    ) in printed
    assert main(["bounds", str(path), "--index-url", index.url, "--output-format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["wheels"]
    (provider,) = found["providers"]
    assert (provider["floor"], provider["ceiling"]) == ("1.1", "2.0")
    assert [one["state"] for one in provider["versions"]] == ["lacks-symbols", "has", "has", "lacks-library"]
    index.asked.clear()
    assert main(["bounds", str(path), "--index-url", index.url, "--no-index"]) == 0
    assert not index.asked


def test_files_that_use_what_all_versions_have_are_no_evidence(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy")
    newest = shop.publish("1.1", "toy", "toy_new")
    linked = shop.folder / "1.1" / "libtoy.so.1"
    assert newest.exists()
    files = {
        f"eggs/{name}.so": library(
            tmp_path / f"{name}.so", calls=(call,), links=[linked], run_path="$ORIGIN/../toy/lib"
        )
        for name, call in (("_a", "toy"), ("_b", "toy_new"), ("_c", "toy"))
    }
    path = wheel(tmp_path, "eggs", dict(files), requires=["toy"])
    assert main(["bounds", str(path), "--index-url", index.url, "--output-format", "json"]) == 1
    (bound,) = json.loads(capsys.readouterr().out)["wheels"][0]["bounds"]
    assert (bound["declare"], bound["files"]) == ("toy>=1.1", ["eggs/_b.so"])


def test_bounds_of_a_right_wheel(index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published(shop)
    path = consumer(tmp_path, "toy", "toy_new", requires=["toy>=1.1,<2"])
    assert main(["bounds", str(path), "--index-url", index.url]) == 0
    assert "(fits)" in capsys.readouterr().out


# The table, without an index


def test_bounds_of_a_wheel_that_every_version_suits(
    index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy")
    shop.publish("1.1", "toy")
    path = consumer(tmp_path, "toy", requires=["toy<1.2"])
    assert main(["bounds", str(path), "--index-url", index.url]) == 0
    out = capsys.readouterr().out
    assert "nothing (they refuse no version)" in out
    assert "    1.0 to 1.1  has everything\n" in out


@pytest.mark.parametrize("local", ["", "+cu118", ".post1"])
def test_bounds_are_those_that_a_line_may_have(
    local: str, index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version, functions in (("1.0", ["toy"]), ("1.1", ["toy", "toy_new"]), ("1.2", ["toy"])):
        shop.publish(f"{version}{local}", *functions)
    path = consumer(tmp_path, "toy", "toy_new", requires=["toy>=1.0"])
    declared = f"toy>=1.1{local},<1.2{local}".replace("+cu118", "")
    assert main(["bounds", str(path), "--index-url", index.url]) == 1
    assert declared in capsys.readouterr().out
    (found,) = findings(index, path, capsys)
    assert found["expected"] == [declared]
    assert findings(index, consumer(tmp_path, "toy", "toy_new", requires=[declared]), capsys) == []


@pytest.mark.parametrize("newest", ["libother.so.1", "libtoy.so.2", "libtoy-ng.so.1"])
def test_a_library_that_only_older_versions_have(
    newest: str, index: Index, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose a library is, versions tell that came before the one without it."""
    shop.publish("1.0", "toy")
    shop.publish("1.1", "toy", "toy_new")
    shop.publish("2.0", "toy", soname=newest)
    shop.publish("3.0", "toy", soname=newest)
    path = consumer(tmp_path, "toy_new", requires=["toy"])
    assert main(["bounds", str(path), "--index-url", index.url]) == 1
    assert "toy>=1.1,<2.0" in capsys.readouterr().out
    (finding,) = findings(index, path, capsys)
    assert finding["expected"] == ["toy>=1.1,<2.0"]


def exports(name: str, symbols: str, *needs: str) -> Exports:
    return Exports(name, needs, frozenset(one if "@" in one else f"{one}@Base" for one in symbols.split()))


def history(*versions: tuple[str, Mapping[str, Exports]], unread: Sequence[str] = ()) -> History:
    editions = tuple(Edition(version, f"toy-{version}-py3-none-any.whl", libraries) for version, libraries in versions)
    return History("toy", "linux_x86_64", editions, tuple(Unread(one, "", "gone") for one in unread))


def working_range(
    taken: Sequence[Imports], history: History, built_with: str = "", is_system: Callable[[str], bool] = lambda _: False
) -> Range:
    return ranges.working_range(taken, history, is_system, built_with)


def imports(bound: str = "", free: str = "", weak: str = "", library: str = "libtoy.so.1") -> Imports:
    strong, open_, may_miss = (
        frozenset(one if "@" in one else f"{one}@Base" for one in text.split()) for text in (bound, free, weak)
    )
    return Imports(library, strong, open_, may_miss)


def of(**versions: str) -> History:
    """Versions `v1_0` with the symbols of their one library."""
    return history(
        *((name[1:].replace("_", "."), {"a": exports("libtoy.so.1", text)}) for name, text in versions.items())
    )


@pytest.mark.parametrize(
    ("taken", "versions", "expected"),
    [
        (imports("a"), {"v1_0": "a", "v2_0": "a b"}, ("", "")),
        (imports("a b"), {"v1_0": "a", "v2_0": "a b"}, ("2.0", "")),
        (imports(free="a b"), {"v1_0": "a", "v1_9": "a", "v1_10": "a b"}, ("1.10", "")),
        (imports("a"), {"v1_0": "a", "v2_0": "b"}, ("", "2.0")),
        (imports("b"), {"v1_0": "a", "v1_1": "a b", "v2_0": "a"}, ("1.1", "2.0")),
        # Around the newest that has all: what was there before, and is again, has a gap.
        (imports("a"), {"v1_0": "a", "v1_1": "b", "v1_2": "a"}, ("1.2", "")),
        # Weak symbols and those of compilers may be missing.
        (imports("a", weak="b"), {"v1_0": "a", "v1_1": "a b"}, ("", "")),
        (imports("a", free="_ZNSt3fooE __divti3"), {"v1_0": "a _ZNSt3fooE __divti3", "v1_1": "a"}, ("", "")),
        # Versions of symbols: another one is another symbol, unless none is asked for or none is there.
        (imports("a@TOY_2"), {"v1_0": "a@TOY_1", "v2_0": "a@TOY_1 a@TOY_2"}, ("2.0", "")),
        (imports("a@TOY_1"), {"v1_0": "a", "v2_0": "a@TOY_2"}, ("", "2.0")),
        (imports(free="a"), {"v1_0": "a@TOY_1", "v2_0": "a@TOY_2"}, ("", "")),
        (imports("p@Qt_6_PRIVATE_API"), {"v6_5": "p@Qt_6.5_PRIVATE_API", "v6_6": "p@Qt_6_PRIVATE_API"}, ("6.6", "")),
    ],
)  # fmt: skip
def test_floor_and_ceiling(taken: Imports, versions: dict[str, str], expected: tuple[str, str]) -> None:
    found = working_range([taken], of(**versions))
    assert (found.floor, found.ceiling) == expected


def test_the_run_is_around_the_version_that_it_was_built_with() -> None:
    versions = of(v1_0="a", v1_1="b", v1_2="a")
    assert working_range([imports("a")], versions, "1.0").specifier == "<1.1"
    assert working_range([imports("a")], versions, "1.2").specifier == ">=1.2"
    assert working_range([imports("a")], versions).specifier == ">=1.2"


@pytest.mark.parametrize(
    ("versions", "specifier"),
    [
        ({"1.0+cpu": "a", "1.1+cpu": "a b", "2.0+cpu": "b"}, ">=1.1,<2.0"),
        ({"1.0": "a", "1.1.post1": "a b", "2.0rc1": "b"}, ">=1.1.post1,<2.0rc1"),
        # Builds of one version: no order tells them apart.
        ({"1.0": "a", "1.1+cpu": "a", "1.1+cu118": "a b"}, ">=1.1,!=1.1+cpu"),
        ({"1.1+cpu": "a b", "1.1+cu118": "a", "2.0": "a b"}, ">=2.0"),
        ({"1.1": "a b", "1.1+cpu": "a b", "1.1+cu118": "b", "2.0": "b"}, "<=1.1,!=1.1+cu118"),
    ],
)
def test_no_bound_has_a_local_part(versions: dict[str, str], specifier: str) -> None:
    """PEP 440 forbids it; the declared line says the same."""
    all_of_them = history(*((version, {"a": exports("libtoy.so.1", text)}) for version, text in versions.items()))
    found = working_range([imports("a b")], all_of_them)
    assert SpecifierSet(found.specifier) == SpecifierSet(specifier)
    narrowed = SpecifierSet(found.narrowed(SpecifierSet("!=0.5")))
    admitted = {row.version for row in found.rows if narrowed.contains(row.version, prereleases=True)}
    assert admitted
    assert {versions[version] for version in admitted} == {"a b"}


def test_a_version_that_was_not_read_bounds_nothing() -> None:
    versions = history(
        ("1.0", {"a": exports("libtoy.so.1", "a")}),
        ("1.2", {"a": exports("libtoy.so.1", "a b")}),
        unread=["1.1"],
    )
    found = working_range([imports("a b")], versions)
    assert [(row.version, row.state) for row in found.rows] == [
        ("1.0", VersionState.LACKS_SYMBOLS),
        ("1.1", VersionState.NOT_KNOWN),
        ("1.2", VersionState.HAS),
    ]
    # The first that is not refuted.
    assert found.floor == "1.1"


def test_symbols_that_moved_into_a_library_that_is_brought_along() -> None:
    split = {"a": exports("libtoy.so.1", "", "libtoycore.so.1"), "b": exports("libtoycore.so.1", "a")}
    assert (
        working_range([imports("a")], history(("1.0", {"a": exports("libtoy.so.1", "a")}), ("2.0", split))).specifier
        == ""
    )
    # Into one that is not looked into: that is not known.
    gone = history(
        ("1.0", {"a": exports("libtoy.so.1", "a")}), ("2.0", {"a": exports("libtoy.so.1", "", "libother.so.1")})
    )
    assert [row.state for row in working_range([imports("a")], gone).rows] == [VersionState.HAS, VersionState.NOT_KNOWN]
    assert [row.state for row in working_range([imports("a")], gone, is_system=lambda _: True).rows] == [
        VersionState.HAS,
        VersionState.LACKS_SYMBOLS,
    ]


@pytest.mark.parametrize(
    ("symbol", "needs", "states"),
    [
        # What libstdc++ has in some version of it may be had of it where the file is loaded.
        ("__cxa_call_terminate", ("libtoy.so.1", "libstdc++.so.6"), ["not-known", "has"]),
        ("_ZSt21ios_base_library_initv", ("libtoy.so.1", "libstdc++.so.6"), ["not-known", "has"]),
        # Who is not linked with it takes all of C++ without a version.
        ("__cxa_call_terminate", ("libtoy.so.1",), ["has", "has"]),
        ("_ZN3toy4makeEv", ("libtoy.so.1", "libstdc++.so.6"), ["lacks-symbols", "has"]),
        ("_end", ("libtoy.so.1", "libstdc++.so.6"), ["has", "has"]),
    ],
)
def test_symbols_of_the_toolchain_that_a_provider_has(symbol: str, needs: tuple[str, ...], states: list[str]) -> None:
    image = Image("ham/_ham.so", Format.ELF, "_ham.so", needs)
    symbols = Symbols(frozenset(), {"": frozenset({"toy", symbol})})
    taken = Imports.of(image, "libtoy.so.1", symbols)
    editions = tuple(
        Edition(version, "", {"toy/libtoy.so.1": Exports("libtoy.so.1", (), frozenset(f"{one}@Base" for one in names))})
        for version, names in (("1.0", {"toy"}), ("1.1", {"toy", symbol}))
    )
    found = working_range([taken], History("toy", "linux", editions))
    assert [str(row.state) for row in found.rows] == states
    assert found.floor == ("1.1" if "lacks-symbols" in states else "")


def test_two_libraries_of_one_provider() -> None:
    both = {"a": exports("libtoy.so.1", "a"), "b": exports("libtoyx.so.1", "b")}
    versions = history(("1.0", {"a": exports("libtoy.so.1", "a")}), ("1.1", both), ("2.0", {"b": both["b"]}))
    found = working_range([imports("a"), imports("b", library="libtoyx.so.1")], versions)
    assert found.specifier == ">=1.1,<2.0"
    assert [row.library for row in found.rows] == ["libtoyx.so.1", "", "libtoy.so.1"]


@pytest.mark.parametrize(
    ("wanted", "library", "missing"),
    [
        ("a@Base", "a", ""),
        ("a@Base", "a@V1", ""),
        ("a@V1", "a@V1", ""),
        ("a@V1", "a", ""),
        ("a@V1", "a b@V2", "a@V1"),
        ("a@V1", "a@V2", "a@V1"),
        ("a@Base", "b", "a@Base"),
    ],
)
def test_what_a_loader_takes_for_a_symbol(wanted: str, library: str, missing: str, tmp_path: Path) -> None:
    assert missing_symbols([wanted], [exports("libtoy.so.1", library)]) == frozenset(missing.split())
    # The oracle: the loader itself, with the library that the consumer was linked with put in place of another.
    built = _versioned(tmp_path / "built" / "libtoy.so.1", [wanted.removesuffix("@Base")])
    probe = tmp_path / "probe"
    program = "int a(void); int main(void) { return a() - 7; }"
    command = ["gcc", "-x", "c", "-", "-x", "none", "-o", probe, built, "-Wl,-z,now"]
    subprocess.run(list(map(str, command)), input=program, text=True, check=True)
    there = _versioned(tmp_path / "there" / "libtoy.so.1", library.split())
    environment = {"LD_LIBRARY_PATH": str(there.parent)}
    done = subprocess.run([probe], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is (missing == ""), done.stderr


def _versioned(path: Path, symbols: Sequence[str]) -> Path:
    """Compile a library that exports symbols, some of them with a version."""
    path.parent.mkdir(parents=True)
    # Every real library takes something of C's, and so has versions of its own imports.
    source = "int abs(int); int seven(int one) { return abs(one); }\n"
    source += "".join(f"int {one.partition('@')[0]}(void) {{ return 7; }}\n" for one in symbols)
    versions: dict[str, list[str]] = {}
    for one in symbols:
        name, _, version = one.partition("@")
        if version:
            versions.setdefault(version, []).append(name)
    script = "".join(f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in versions.items())
    path.with_suffix(".map").write_text(script)
    options = [f"-Wl,--version-script={path.with_suffix('.map')}"] if script else []
    command = [
        "gcc",
        "-shared",
        "-fPIC",
        "-fno-builtin",
        "-x",
        "c",
        "-",
        "-o",
        path,
        "-Wl,-soname,libtoy.so.1",
        *options,
    ]
    subprocess.run(list(map(str, command)), input=source, text=True, check=True)
    return path


WRITTEN = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "ham"
version = "1.0"
dependencies = [API]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "flit_core.buildapi"
from-sdist = "api"
wheels-differ = "as the test has it"

[tool.abiding.wheel]
dependencies = [ENTRIES]
"""
ADDED = '{ requires = "toy>=1.1,<2.0", note = "libtoy.so.1 of toy, used by ham._ham" }, '


@pytest.mark.parametrize(
    ("api", "entries", "written"),
    [
        ("", '{ requires = "toy", native = true }', '{ requires = "toy>=1.1,<2.0", native = true }'),
        ("", "{ requires = 'toy>=0.9,!=1.2,<3', native = true, note = \"so\" }  # why", "{ requires = 'toy!=1.2,>=1.1,<2.0', native = true, note = \"so\" }  # why"),
        ("", '{ requires = "toy<1.5", native = true }', '{ requires = "toy<1.5,>=1.1", native = true }'),
        ('"toy"', '{ requires = "toy", native = true }, "eggs"', '{ requires = "toy>=1.1,<2.0", native = true }, "eggs"'),
        # A line beside would require it in all wheels.
        ("", '{ requires = "toy>=0.9", select = "*-manylinux*" }', '{ requires = "toy>=1.1,<2.0", select = "*-manylinux*" }'),
        ('"toy"', '{ requires = "toy>=0.9", select = "*-manylinux*" }', ADDED + '{ requires = "toy>=0.9", select = "*-manylinux*" }'),
        ("", '"toy>=0.9"', ADDED + '"toy>=0.9"'),
        ("", '{ requires = "toy==x.*", native = true }', "by hand: what its entry requires is filled in each build"),
        ("", '{ requires = "toy", native = true, select = "*-manylinux*" }, { requires = "toy", native = true, select = "*-musllinux*" }', "by hand: 2 entries say where it is required"),
    ],
)  # fmt: skip
def test_a_bound_is_written_where_the_provider_is_required(
    api: str, entries: str, written: str, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(shop)
    consumer(tmp_path, "toy", "toy_new", requires=["toy>=0.9"])
    file, text = tmp_path / "pyproject.toml", WRITTEN.replace("API", api)
    file.write_text(text.replace("[ENTRIES]", f"[\n    {entries}\n]"))
    command = ["bounds", str(tmp_path), "--write", "--yes", "--index-url", shop.index.url]
    is_refused = written.startswith("by hand")
    for _ in range(2):
        assert main(command) == (2 if is_refused else 1)
    said = capsys.readouterr().err
    assert (written if is_refused else "declares it already; build the wheels again") in " ".join(said.split())
    expected = entries if is_refused else written.replace(ADDED, f"{ADDED.rstrip()}\n    ")
    assert file.read_text() == text.replace("[ENTRIES]", f"[\n    {expected}\n]")
