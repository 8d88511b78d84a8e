"""Debian's symbols files: what is written is read again, and what Debian writes is read."""

from __future__ import annotations

import subprocess

import pytest
from packaging.version import Version

from abiding.providers import debian
from abiding.providers.history import Edition, History, Lifetime, Unread, lifetimes
from abiding.providers.symbol_tables import Exports, is_of_toolchain
from makers import dpkg


def edition(version: str, **libraries: str) -> Edition:
    """Make a version whose libraries export the symbols in a text; a symbol without `@` has no version."""
    tables = {}
    for name, symbols in libraries.items():
        soname = f"{name}.so.1"
        found = frozenset(one if "@" in one else f"{one}@Base" for one in symbols.split())
        tables[f"toy/lib/{soname}"] = Exports(soname, (), found)
    return Edition(version, f"toy-{version}-py3-none-any.whl", tables)


HISTORY = History(
    "libtoy",
    "linux_x86_64",
    (
        edition("1.0", libtoy="toy_a toy_b", libold="old"),
        edition("1.1", libtoy="toy_a toy_b toy_c@TOY_1.1", libold="old"),
        edition("1.10", libtoy="toy_a toy_c@TOY_1.1 _ZSt4cout _end"),
        edition("2.0", libtoy="toy_a toy_b toy_c@TOY_1.1"),
    ),
    (Unread("1.2", "toy-1.2-py3-none-any.whl", "its server answers 404\nnow"),),
)
WRITTEN = """\
# 1.2 could not be read: its server answers 404 now
libold.so.1 libtoy #MINVER#
#MISSING: 1.10# old@Base 1.0
libtoy.so.1 libtoy #MINVER#
 toy_a@Base 1.0
 toy_b@Base 2.0
 toy_c@TOY_1.1 1.1
"""


def test_a_history_is_written_in_debians_form() -> None:
    assert debian.symbols_file(HISTORY) == WRITTEN


def test_what_is_written_is_read_again() -> None:
    found = dpkg.parse(WRITTEN)
    assert list(found) == ["libold.so.1", "libtoy.so.1"]
    assert found["libold.so.1"].symbols == {"old@Base": dpkg.Listed("1.0", 0, "1.10")}
    assert found["libtoy.so.1"].dependencies == ("libtoy #MINVER#",)
    assert {name: life.first for name, life in found["libtoy.so.1"].symbols.items()} == {
        "toy_a@Base": "1.0",
        "toy_b@Base": "2.0",
        "toy_c@TOY_1.1": "1.1",
    }


def test_what_comes_back_counts_from_then_on() -> None:
    assert lifetimes(HISTORY)["libtoy.so.1"]["toy_b@Base"] == Lifetime("2.0")


DEBIANS = """\
libz.so.1 zlib1g #MINVER#
| zlib1g (>> 1:1.2.3), zlib1g (<< 1:1.3)
* Build-Depends-Package: zlib1g-dev
# a comment
 (optional=templinst|arch=amd64)"_Zsome thing@Base" 1:1.2.0
 ZLIB_1.2.0@ZLIB_1.2.0 1:1.2.0
 crc32@Base 1:1.1.4 1
#MISSING: 1:1.2.5# gzgone@Base 1:1.1.4

libother.so.2 libother2 (= 2.0)
 other@Base 2.0
"""


def test_every_form_of_debian_is_read() -> None:
    found = dpkg.parse(DEBIANS)
    first = found["libz.so.1"]
    assert first.dependencies == ("zlib1g #MINVER#", "zlib1g (>> 1:1.2.3), zlib1g (<< 1:1.3)")
    assert first.fields == {"Build-Depends-Package": "zlib1g-dev"}
    assert first.symbols == {
        "_Zsome thing@Base": dpkg.Listed("1:1.2.0"),
        "ZLIB_1.2.0@ZLIB_1.2.0": dpkg.Listed("1:1.2.0"),
        "crc32@Base": dpkg.Listed("1:1.1.4", 1),
        "gzgone@Base": dpkg.Listed("1:1.1.4", 0, "1:1.2.5"),
    }
    assert found["libother.so.2"].dependencies == ("libother2 (= 2.0)",)


@pytest.mark.parametrize("text", [" toy@Base 1.0\n", "libtoy.so.1\n", "libtoy.so.1 libtoy\n|\n*\n"])
def test_a_line_of_another_form_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="line "):
        dpkg.parse(text)


def minimum(symbols: str, *needed: str, from_smallest: bool = True) -> dict[str, dict[str, str]]:
    return dpkg.minimums(symbols.split(), needed, dpkg.parse(WRITTEN), Version, from_smallest=from_smallest)


def test_the_minimum_is_the_greatest_first_version() -> None:
    line = "libtoy #MINVER#"
    assert minimum("toy_a@Base toy_c@TOY_1.1", "libtoy.so.1") == {"libtoy.so.1": {line: "1.1"}}
    assert minimum("toy_a@Base toy_b@Base", "libtoy.so.1") == {"libtoy.so.1": {line: "2.0"}}
    # What is gone, and what no library has, counts for nothing.
    assert minimum("old@Base printf@GLIBC_2.2.5", "libold.so.1", "libtoy.so.1") == {
        "libold.so.1": {line: "1.0"},
        "libtoy.so.1": {line: "1.0"},
    }
    assert minimum("other@Base", "libtoy.so.1", from_smallest=False) == {"libtoy.so.1": {line: ""}}
    assert minimum("toy_a@Base", "libnone.so.1") == {}


@pytest.mark.parametrize(
    "symbol",
    ["_ZSt4cout", "_ZNSt6vectorIiE", "_ZNKSs4sizeEv", "_ZTISt9exception", "_ZTVN10__cxxabiv117__class_type_infoE",
     "_Znwm", "_ZdlPv", "__cxa_finalize", "_Unwind_Resume", "__divti3", "__udivmodti4", "_edata", "_init@Base",
     "__gxx_personality_v0", "_ZN9__gnu_cxx13new_allocatorIcE", "_ZZNSt19_Sp_make_shared_tag5_S_tiEvE5__tag",
     "_ZGVZNSt19_Sp_make_shared_tag5_S_tiEvE5__tag", "_ZTv0_n24_NSt9strstreamD0Ev", "__absvdi2", "__addvsi3", "__mulxc3",
     "__register_frame", "_ZTIPKc"],
)  # fmt: skip
def test_symbols_of_the_toolchain(symbol: str) -> None:
    assert is_of_toolchain(symbol)


@pytest.mark.parametrize("library", ["libgcc_s.so.1", "libstdc++.so.6"])
def test_all_that_the_libraries_of_the_compiler_have(library: str) -> None:
    """But for a few that are C's own (`stdatomic.h`)."""
    found = subprocess.run(["gcc", f"-print-file-name={library}"], capture_output=True, text=True, check=True)
    command = ["nm", "--dynamic", "--portability", "--defined-only", found.stdout.strip()]
    rows = [
        line.split() for line in subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    ]
    names = {row[0].partition("@")[0] for row in rows if row[1] != "A"}
    assert len(names) > 100
    assert {one for one in names if not is_of_toolchain(one) and "atomic" not in one} == set()


@pytest.mark.parametrize(
    "symbol",
    ["toy", "_ZN3toy4makeEv", "_ZN3toy4makeESt6vectorIiSaIiEE", "MPI_Init", "_ZTIN3toy4BaseE", "_ZN7Storage3getEv",
     "_initialise", "__toy_div", "cblas_ddot64_@@Base", "_ZN4Size3getEv", "adddf", "_ZTVN3toy4BaseE",
     "_ZZN3toy4makeEvE4once", "_ZGVZN3toy4makeEvE4once", "_ZTv0_n24_N3toy4BaseD0Ev", "_ZThn8_N3toy4BaseD0Ev",
     "__mulberry", "__divide_toys", "__register_frames", "_ZTIPK3toy", "_ZTI1a"],
)  # fmt: skip
def test_symbols_of_a_library(symbol: str) -> None:
    assert not is_of_toolchain(symbol)
