"""What a header means to those who were compiled with it: which of two texts say the same, and which do not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from clang.cindex import Index

from abiding.findings import bounds
from abiding.providers import headers, limited_process
from abiding.providers.branches import differing_branches
from abiding.providers.declaration_changes import changes, comparable_parts, constants
from abiding.providers.declarations import ParsedHeaders
from abiding.providers.header_files import Files
from abiding.providers.header_reach import ANYTHING, reach_of
from abiding.providers.header_walk import Walk
from abiding.providers.headers import Headers, collect
from abiding.providers.interface_comparison import InterfaceComparison, Material, compare_interfaces
from abiding.providers.languages import headers_of_both
from abiding.providers.macros import guard_of
from abiding.providers.version_constants import is_number_of, is_version

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TOY = "int toy(int a);\n"
PACKED = "#pragma pack(1)\nstruct t { char c; int a; };\n#pragma pack()\n"
LOOSE = "struct t { char c; int a; };\n"


def read(texts: dict[str, str]) -> ParsedHeaders:
    return headers.read({f"toy/include/{place}": text.encode() for place, text in texts.items()})


def faults(texts: dict[str, str]) -> dict[str, str]:
    return {place.rpartition("/")[2]: why for place, why in read(texts).faults().items()}


def found(texts: dict[str, str]) -> set[str]:
    return {one.name for _, one in read(texts).of_kind("type", "function", "variable")}


def told(old: dict[str, str], new: dict[str, str]) -> InterfaceComparison:
    sides = [{f"toy/include/{place}": text.encode() for place, text in side.items()} for side in (old, new)]
    first, second = (Material({}, Headers(side)) for side in sides)
    return compare_interfaces(first, second)


def changed(old: str, new: str, *, suffix: str = "h") -> list[str]:
    first, second = comparable_parts(*(read({f"toy.{suffix}": text}) for text in (old, new)))
    assert (first.faults(), second.faults()) == ({}, {})
    return [one.old.name for one in changes(first, second)]


def test_classes_that_are_exported_are_told_apart() -> None:
    """Each has the same attribute before its name."""
    api = '#define API __attribute__((visibility("default")))\n'
    old = f"{api}class API one {{ int a; }};\nclass API two final {{ int b; }};\nenum class kind : int {{ A }};\n"
    assert changed(old, old.replace("int a", "long a"), suffix="hpp") == ["class one"]
    assert changed(old, old.replace("int b", "long b"), suffix="hpp") == ["class two"]
    assert changed(old, old.replace(": int", ": char"), suffix="hpp") == ["enum kind"]


def test_constants_are_those_of_its_own_headers() -> None:
    guarded = "/* A header. */\n#ifndef TOY_H\n#define TOY_H 1\n#include <limits.h>\n#define TOY_MAX 16\n#endif\n"
    assert {name: one.meaning for name, one in constants(read({"toy.h": guarded})).items()} == {"TOY_MAX": "16"}
    overridable = "#define FIRST 1\n#ifndef TOY_MAX\n#define TOY_MAX 16\n#endif\n"
    assert set(constants(read({"toy.h": overridable}))) == {"FIRST", "TOY_MAX"}


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("/* a */ // b\n/* c */#ifndef TOY_H\n#define TOY_H\n#endif // TOY_H", "TOY_H"),
        ("# if !defined(TOY_H)\n#define TOY_H 1\n#endif", "TOY_H"),
        ("#pragma once\n#ifndef TOY_H\n#define TOY_H\n#if 0\n#else\n#endif\n#endif\n", "TOY_H"),
        ("#ifndef TOY_MAX\n#define TOY_MIN 1\n#endif\n", ""),
        ("#ifndef TOY_H\n#define TOY_H\n", ""),
        ("#ifndef TOY_H\n#define TOY_H\n#else\n#endif", ""),
        ("#ifndef TOY_H\n#define TOY_H\n#endif\nint a;", ""),
        ("/* a */\n" * 100_000 + "#pragma once\n", ""),
        ("/**//**/" * 100_000, ""),
        ("/*" * 500_000, ""),
        (" /" * 500_000, ""),
        ("#ifndef A\n#define A\n" + "#if 1\n" * 100_000, ""),
    ],
    ids=range(12),
)
def test_what_stands_before_a_guard_takes_no_time(header: str, name: str) -> None:
    """A licence in many short comments is read once, not in every way that it can be split."""
    guard = guard_of(header.encode())
    assert (guard.name if guard else "") == name


def test_a_header_of_cxx_by_the_name_of_one_of_c() -> None:
    text = {"toy.h": "#include <vector>\nnamespace toy { struct point { std::vector<int> x; }; }\n"}
    side = comparable_parts(read(text), read(text))[0]
    assert (side.faults(), {one.name for _, one in side.of_kind("type")}) == ({}, {"struct toy::point"})


PART = "#ifndef TOY_ALL\n#error include toy.h\n#endif\nstruct t { int a; };\n"
ALL = '#define TOY_ALL\n#include "part.h"\nint toy(struct t *one);\n'


def test_what_is_included_is_compared_where_it_stands() -> None:
    """A header that can't be read by itself is read where another one includes it."""
    both = {"toy.h": ALL, "part.h": PART}
    assert (faults(both), found(both)) == ({}, {"struct t", "toy()", "toy(t *)"})
    assert list(faults({"part.h": PART})) == ["part.h"]
    assert told(both, {**both, "part.h": PART.replace("int a", "long a")}).changes[0].names == ("struct t",)


CXX = "#ifdef __cplusplus\n#define TOY_CXX 1\n#endif\n"
ASKING = '#include "c.h"\nint f(void);\n#ifdef TOY_CXX\nstruct t { int a; };\n#endif\n'
SMALL = "#ifndef N\n#define N 4\n#endif\nstruct t { int a[N]; };\n"


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        # Each is read by itself, and where it is included.
        ({"a.h": SMALL, "b.h": '#define N 8\n#include "a.h"\n'}, {"a.h": SMALL, "b.h": '#define N 16\n#include "a.h"\n'}, [("struct t",), ("N = 8, now 16",)]),
        ({"a.h": SMALL, "b.h": '#define N 8\n#include "a.h"\n'}, {"a.h": SMALL.replace("4", "2"), "b.h": '#define N 8\n#include "a.h"\n'}, [("struct t",), ("N = 4, now 2",)]),
        ({"a.h": SMALL, "b.h": '#define N 8\n#include "a.h"\n'}, {"a.h": SMALL}, []),
        # Two headers that have a thing by one name, and exclude each other.
        ({"a.h": "struct t { int a; };", "b.h": "struct t { long a; };"}, {"a.h": "struct t { int a; };", "b.h": "struct t { char a; };"}, [("struct t",)]),
        ({"a.h": "struct t { int a; };", "b.h": "struct t { long a; };"}, {"a.h": "struct t { long a; };", "b.h": "struct t { int a; };"}, [("struct t",)]),
        # What moves from one to another, with and without a change.
        ({"a.h": "struct t { int a; };"}, {"b.h": "struct t { int a; };"}, []),
        ({"a.h": "struct t { int a; };"}, {"a.h": '#include "b.h"', "b.h": "struct t { int a; };"}, []),
        ({"a.h": "struct t { int a; };"}, {"b.h": "struct t { long a; };"}, [("struct t",)]),
        ({"a.h": "struct t { int a; };"}, {"a.h": '#include "b.h"', "b.h": "struct t { long a; };"}, [("struct t",)]),
        # A header that is gone takes nothing away.
        ({"a.h": "int f(void);", "b.h": "int g(void);"}, {"a.h": "int f(void);"}, []),
        # How closely fields lie may be said by headers that are included again and again.
        (
            {"on.h": "#pragma pack(push, 1)\n", "off.h": "#pragma pack(pop)\n", "a.h": '#include "on.h"\nstruct s { char a; int b; };\n#include "off.h"\n#include "on.h"\nstruct t { char a; int b; };\n#include "off.h"\n'},
            {"on.h": "#pragma pack(push, 1)\n", "off.h": "#pragma pack(pop)\n", "a.h": '#include "on.h"\nstruct s { char a; int b; };\n#include "off.h"\nstruct t { char a; int b; };\n'},
            [("struct t",)],
        ),
        # A list in a file of its own, and a header without an ending.
        ({"a.h": 'struct t {\n#include "fields.inc"\n};', "fields.inc": "int a;\n"}, {"a.h": 'struct t {\n#include "fields.inc"\n};', "fields.inc": "long a;\n"}, [("struct t",)]),
        ({"Toy": "struct t { int a; };"}, {"Toy": "struct t { long a; };"}, [("struct t",)]),
        ({"t.h": "struct t { int a; };"}, {"t.hpp": "struct t { long a; };"}, [("struct t",)]),
        ({"t.h": "struct t { int a; };"}, {"t.hpp": "struct t { int a; };"}, []),
        ({"t.h++": "struct t { int a; };"}, {"t.h++": "struct t { long a; };"}, [("struct t",)]),
        # Which language it is may be asked by another header.
        ({"c.h": CXX, "t.h": ASKING}, {"c.h": CXX, "t.h": ASKING.replace("int a", "long a")}, [("struct t",)]),
        # A header that was C's becomes one of C++ alone.
        ({"a.h": "struct t { int class; };"}, {"a.h": "struct t { int klass; bool a() const; };"}, []),
    ],
)  # fmt: skip
def test_several_headers(old: dict[str, str], new: dict[str, str], names: list[tuple[str, ...]]) -> None:
    assert [change.names for change in told(old, new).changes] == names


UNKNOWN = "struct t { gone_t a; };\nstruct u { struct t b; };\ntypedef gone_t v;\nint f(v);\nstruct w { int c; };\n"


def test_an_error_hides_what_it_is_in_and_what_that_leads_to() -> None:
    """An unknown type is `int` to the parser: nothing is claimed because of that."""
    known = f"typedef long gone_t;\n{UNKNOWN}"
    for old, new in ((UNKNOWN, known), (known, UNKNOWN)):
        comparison = told({"a.h": old}, {"a.h": new})
        assert comparison.changes == ()
        assert comparison.of_headers == (
            "1 header was not wholly compared: `toy/include/a.h` (unknown type name 'gone_t' in line 1)",
        )
        assert not comparison.by_headers
        comparison = told({"a.h": old}, {"a.h": new.replace("int c", "long c")})
        assert [change.names for change in comparison.changes] == [("struct w",)]


def test_a_header_that_lacks_another_is_compared_with_its_like() -> None:
    """What the other one would have defined nobody knows."""
    old = {"a.h": "#include <gone.h>\nstruct t { char a; int b; } TOY_PACKED;\n"}
    there = {**old, "gone.h": "#define TOY_PACKED __attribute__((packed))\n"}
    assert (told(old, there).changes, told(there, old).changes) == ((), ())
    changes = told(old, {"a.h": old["a.h"].replace("int b", "long b")}).changes
    assert [change.names for change in changes] == [("struct t",)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a.hpp": "#include <gone.h>\nstruct t { int a; };"}, {"a.hpp": "struct t { long a; };"}),
        ({"a.h": "#include <gone.h>\nstruct t { int a; };"}, {"a.h": "struct t { long a; };"}),
        ({"a.hpp": '#include "b.hpp"\nstruct t { int a; };', "b.hpp": "#include <gone1.h>"}, {"a.hpp": '#include "b.hpp"\nstruct t { long a; };', "b.hpp": "#include <gone2.h>"}),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(old: dict[str, str], new: dict[str, str]) -> None:
    """A header that lacks another one in one of the releases is not compared with what does not."""
    for first, second in ((old, new), (new, old)):
        comparison = told(first, second)
        assert comparison.by_headers is bool(comparison.changes)
        assert ".h' file not found" in comparison.of_headers[0]
        assert all(f"`toy/include/{place}`" in comparison.of_headers[0] for place in first)
        assert told(first, first).changes == ()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("levels", [4, 11, 14])
def test_what_no_memory_holds_is_not_compared(levels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each macro stands for four of the one before."""
    monkeypatch.setattr(bounds, "PARSER", 768 << 20)
    monkeypatch.setattr(bounds, "PARSING_ONE", 2)
    macros = [f"#define A{level} {' '.join([f'A{level - 1}'] * 4)}" for level in range(1, levels + 1)]
    header = "\n".join(["#define A0 int:1;", *macros, f"struct t {{ A{levels} }};\n"])
    side = read({"a.h": header, "b.h": "struct u { int a; };\n"})
    assert list(side.faults()) == ([] if levels == 4 else ["toy/include/a.h"])
    assert "struct u" in {one.name for _, one in side.of_kind("type")}


def test_nothing_of_a_file_elsewhere_is_repeated(tmp_path: Path) -> None:
    """A header of a stranger can include any file of the machine, and an error names the line that it is at."""
    secret = tmp_path / "secret"
    secret.write_text("#hunter2 word\nhost login }\n")
    word = tmp_path / "word"
    word.write_text("hunter3\n")
    texts = {
        "a.h": f'#include "{secret}"\n',
        "b.h": f'#define NAMED(...) struct __VA_ARGS__ {{ int a; }};\nNAMED(\n#include "{secret}"\n)\n',
        "c.h": "#include <no_such_header.h>\n",
        "d.h": '#include "c.h"\n',
        "e.h": f'struct\n#include "/usr/include/../..{word}"\n{{ int a; }};\n',
        "f.h": f'#define N(...) enum {{ __VA_ARGS__ = 1 }};\nN(\n#include "{word}"\n)\n',
    }
    side = read(texts)
    why = {place.rpartition("/")[2]: text for place, text in side.faults().items()}
    # An `#include` among the arguments of a macro is none for the parser.
    assert {name for name in texts if why.get(name) == "it includes a file from elsewhere"} == {"a.h", "e.h"}
    assert set(why) == set(texts)
    assert "no_such_header.h" in why["c.h"]
    assert "no_such_header.h" in why["d.h"]
    assert not any(word in str(side) for word in ("hunter", "login"))


def test_what_the_parser_does_not_survive_is_one_header() -> None:
    """Another process goes on with the next one."""
    deep = "int a = " + "(" * 200_000 + "1" + ")" * 200_000 + ";\n"
    side = read({"a.hpp": deep, "b.hpp": "struct u { int a; };\n"})
    assert list(side.faults()) == ["toy/include/a.hpp"]
    assert {one.name for _, one in side.of_kind("type")} == {"struct u"}


def test_without_the_library_headers_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clang").mkdir()
    (tmp_path / "clang" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert told({"a.h": TOY}, {"a.h": TOY}).of_headers == (
        "headers were not compared: that needs `libclang`, which is not installed; install `abiding[headers]`",
    )


def test_a_parser_that_ends_before_it_reads_is_not_told_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clang").mkdir()
    (tmp_path / "clang" / "__init__.py").touch()
    (tmp_path / "clang" / "cindex.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert told({"a.h": TOY}, {"a.h": TOY}).of_headers == (
        "headers were not compared: the parser ended with 7 before it read any",
    )


@pytest.mark.parametrize("named", ['gcc "', "no-such-compiler", "'"])
def test_without_a_compiler_headers_are_not_compared(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", named)
    assert told({"a.h": TOY}, {"a.h": TOY}).of_headers == ("headers were not compared: there is no C compiler",)


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("#define f(a) g((a), 1)", "#define f(a) g((a), 2)", "1 macro in its headers has another text"),
        ("#define cur g(1)", "#define cur g(2)", "1 macro in its headers has another text"),
        ("#define M f", "#define M g", "1 macro in its headers has another text"),
        ("#define M { 1, 0 }", "#define M { 2, 0 }", "1 macro in its headers has another text"),
        ("#define M ((void *)1)", "#define M ((void *)2)", "1 macro in its headers has another text"),
        ("#define N ((__int128)1 << 100)", "#define N ((__int128)1 << 101)", "1 macro in its headers has another text"),
        ("#define word int", "#define word long", "1 macro in its headers has another text"),
        ('#define f(a) g(a, "a  b")', '#define f(a) g(a, "a b")', "1 macro in its headers has another text"),
        ("#define I { 0 }\n#define N (sizeof((int[])I) + 12)", "#define I { 0 }\n#define N (sizeof((int[])I) + 13)", "`N`"),
        ("static const int n[] = { 1, 2 };", "static const int n[] = { 1, 3 };", "1 variable or field in its headers has another initialiser"),
        ("static int n = 1, m = 1;", "static int n = 2, m = 2;", "2 variables or fields in its headers have another initialiser"),
        ("static int f(void) { return 1; }", "static int f(void) { return 2; }", "1 function in its headers has another body"),
        # What says the same, and what is compared.
        ("#define f(a)  g(a, \\\n 1) // one", "#define f(a) g(a, 1) /* 1 */", ""),
        ("#define f(a) 1", "#define f(a) 1\n#define g(a) 2", ""),
        ("#define f(a) 1", "", ""),
        ("#ifndef A_H\n#define A_H a\nint f(void);\n#endif", "#ifndef A_H\n#define A_H b\nint f(void);\n#endif", ""),
        ("#ifndef API\n#define API a\n#endif\nint f(void);", "#ifndef API\n#define API b\n#endif\nint f(void);", "`API`"),
        ("#define TOY_VERSION f(1)", "#define TOY_VERSION f(2)", ""),
        ("#define M 1", "#define M (1)", ""),
        ("static const int n = 1;", "static const int n = 2 - 1;", ""),
        ("int n[4];", "int n[2 + 2];", ""),
    ],
)  # fmt: skip
def test_what_is_compiled_into_who_uses_it_is_said(old: str, new: str, remark: str) -> None:
    for suffix in ("h", "hpp"):
        comparison = told({f"a.{suffix}": f"{old}\n"}, {f"a.{suffix}": f"{new}\n"})
        assert comparison.by_headers
        assert comparison.changes == ()
        assert len(comparison.of_bodies) == bool(remark)
        assert not remark or remark in comparison.of_bodies[0]


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("struct t { int a = 4; };", "struct t { int a = 8; };", "1 variable or field in its headers has another initialiser"),
        ("struct t { int a{4}; };", "struct t { int a{8}; };", "`t::a`"),
        ("int f(int a = 4);", "int f(int a = 8);", "1 function or template in its headers has other default arguments"),
        ("template <class T = int> struct t;", "template <class T = long> struct t;", ""),
        ("template <class T = int> struct t { };", "template <class T = long> struct t { };", "other default arguments"),
        ("inline int n = 4;", "inline int n = 5;", "`n`"),
        ("template <class T> struct t { static constexpr int N = 4; };", "template <class T> struct t { static constexpr int N = 8; };", "`t::N`"),
        ("int f(int a = 4);", "int f(int b = 4);", ""),
        ("int f(int a);", "int f(int a = 4);", ""),
        ("struct t { int a = 4; };", "struct t { int a = 4, b(); };", ""),
    ],
)  # fmt: skip
def test_what_is_compiled_into_who_uses_it_is_said_of_cxx(old: str, new: str, remark: str) -> None:
    comparison = told({"a.hpp": old}, {"a.hpp": new})
    assert (comparison.changes, len(comparison.of_bodies)) == ((), bool(remark))
    assert not remark or remark in comparison.of_bodies[0]


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        # Each file has its own of an unnamed namespace: that is no interface, and compiled into who uses it.
        ("namespace { struct t { int a; }; }", "namespace { struct t { long a; }; }", "1 type of an unnamed namespace in its headers has"),
        ("namespace n { namespace { struct t { struct u { int a; } b; }; } }", "namespace n { namespace { struct t { struct u { long a; } b; }; } }", "2 types of unnamed namespaces in its headers have"),
        ("namespace { inline int f() { return 1; } }", "namespace { inline int f() { return 2; } }", "another body"),
        ("namespace { int f(int); }", "namespace { int f(long); }", ""),
        ("namespace { typedef int t; }", "namespace { typedef long t; }", ""),
        ("namespace { int n; }", "namespace { long n; }", ""),
        ("namespace { struct t { int a; }; }", "", ""),
        # What is compared by its text.
        ("template <class T> constexpr int N = 4;", "template <class T> constexpr int N = 5;", "1 variable template or concept in its headers has another text, which is not compared: `N`"),
        ("template <class T> constexpr int N = 4;", "template <class T> constexpr long N = 4;", "`N`"),
        ("struct s { template <class T> static constexpr int N = 4; };", "struct s { template <class T> static constexpr int N = 5; };", "`s::N`"),
        ("template <class T> constexpr int N = 4; template <> constexpr int N<int> = 5;", "template <class T> constexpr int N = 4; template <> constexpr int N<int> = 6;", "`N<int>`"),
        ("template <class T> concept C = sizeof(T) > 4;", "template <class T> concept C = sizeof(T) > 8;", "`C`"),
        ("template <class T> concept C = sizeof(T) > 4;", "template <class T>\nconcept C = // four\n  sizeof(T) > 4;", ""),
        # What a template asks for.
        ("template <class T> requires (sizeof(T) > 4) struct s { T a; };", "template <class T> requires (sizeof(T) > 8) struct s { T a; };", "1 template in its headers has other constraints, which are not compared: `class s`"),
        ("template <class T> void f(T) requires (sizeof(T) > 4);", "template <class T> void f(T) requires (sizeof(T) > 8);", "`f`"),
        ("template <class T> concept C = true; template <class T> concept D = true; template <C T> void f(T);", "template <class T> concept C = true; template <class T> concept D = true; template <D T> void f(T);", "`f`"),
        ("template <class T> void f(T) requires (sizeof(T) > 4);", "template <class U> void f(U one) requires (sizeof(U)   > 4);", ""),
        # What is there instead of what a template makes.
        ("template <class T> struct V { T a; };", "template <class T> struct V { T a; }; template <> struct V<int> { long a; };", "1 specialisation is in one release alone, and not compared: `struct V<int>`"),
        ("template <class T> struct V { T a; };", "template <class T> struct V { T a; }; template <class T> struct V<T *> { long a; };", "`class V<type-parameter-0-0 *>`"),
        ("template <class T> int f(T);", "template <class T> int f(T); template <> int f<int>(int);", "`f<>(int)`"),
        ("namespace n { template <class T> struct V { int f(); }; }", "namespace n { template <class T> struct V { int f(); }; template <> int V<int>::f(); }", "`n::V<int>::f()`"),
        ("template <class T> constexpr int N = 4;", "template <class T> constexpr int N = 4; template <> constexpr int N<int> = 5;", "`N<int>`"),
        # Of what could not be had before, and what is made of the template.
        ("template <class T> struct V;", "template <class T> struct V; template <> struct V<int> { long a; };", ""),
        ("", "template <class T> struct V { T a; }; template <> struct V<int> { long a; };", ""),
        ("#include <functional>\nstruct t { int a; };", "#include <functional>\nstruct t { int a; }; template <> struct std::hash<t> { int operator()(t) const; };", ""),
        ("template <class T> struct V { T a; };", "template <class T> struct V { T a; }; extern template struct V<int>;", ""),
        ("template <class T> int f(T);", "template <class T> int f(T); int f(int);", ""),
    ],
)  # fmt: skip
def test_what_of_cxx_is_not_compared_is_said(old: str, new: str, remark: str) -> None:
    for first, second in ((old, new), (new, old)):
        comparison = told({"a.hpp": f"{first}\n"}, {"a.hpp": f"{second}\n"})
        assert (comparison.changes, comparison.of_headers, len(comparison.of_bodies)) == ((), (), bool(remark))
        assert not remark or remark in comparison.of_bodies[0]


def test_what_is_of_one_header_alone_is_not_held_against_another() -> None:
    """Unnamed namespaces of two headers may have one name in them."""
    texts = {"a.hpp": "namespace { struct t { int a; }; const int N = 1; }", "b.hpp": "namespace { struct t { long a; }; const int N = 2; }"}  # fmt: skip
    assert (told(texts, texts).changes, told(texts, texts).of_bodies) == ((), ())
    for place, names in (("a.hpp", ("N = 1, now 3",)), ("b.hpp", ("N = 2, now 3",))):
        other = {**texts, place: texts[place].replace("N = 1", "N = 3").replace("N = 2", "N = 3")}
        assert [change.names for change in told(texts, other).changes] == [names]


def test_a_part_that_no_header_includes_is_said() -> None:
    for including, why in (("", "no header includes it"), ('#include "t.cuh"\n', "")):
        first, second = ({"a.h": including, "t.cuh": f"struct t {{ {one} a; }};"} for one in ("int", "long"))
        comparison = told(first, second)
        assert [change.names for change in comparison.changes] == [("struct t",)] * (not why)
        assert comparison.by_headers is not bool(why)
        assert not why or why in comparison.of_headers[0]
        assert told(first, first).by_headers


GUARDED = "#ifndef TOY_H\n#define TOY_H\n{}\n#endif\n"
WINDOWS = "#ifdef _WIN32\nstruct t {{ {} a; }};\n#else\nstruct t {{ char a; }};\n#endif"


@pytest.mark.parametrize(
    ("old", "new", "condition"),
    [
        (WINDOWS.format("int"), WINDOWS.format("long"), "#ifdef _WIN32"),
        (f"// {'a' * 3000}\n{WINDOWS.format('int')}", WINDOWS.format("long"), "#ifdef _WIN32"),
        ("#ifdef __linux__\nint f(void);\n#else\nint f(int);\n#endif", "#ifdef __linux__\nint f(void);\n#else\nint f(long);\n#endif", "#else of #ifdef __linux__"),
        ("#if 1\n#  ifdef _WIN32\nint f(int);\n#  endif\n#endif", "#if 1\n#  ifdef _WIN32\nint f(long);\n#  endif\n#endif", "#ifdef _WIN32"),
        ("#if defined(_WIN32) && \\\n  1\nint f(int);\n#endif", "#if defined(_WIN32) && \\\n  1\nint f(long);\n#endif", "#if defined(_WIN32) && 1"),
        ("#ifdef _WIN32 /* a\n*/\nint f(int);\n#endif", "#ifdef _WIN32 /* a\n*/\nint f(long);\n#endif", "#ifdef _WIN32"),
        ("", "#ifdef _WIN32\nint f(long);\n#endif", "#ifdef _WIN32"),
        ("#ifdef _WIN32\nint f(long);\n#endif", "", "#ifdef _WIN32"),
        ("#ifdef _WIN32\n#define API a\n#elif 1\n#define API b\n#endif", "#ifdef _WIN32\n#define API c\n#elif 1\n#define API b\n#endif", "#ifdef _WIN32"),
        # The same text, elsewhere and in other words.
        ("#ifdef _WIN32\nint f(int);\n#endif", "int g(void);\n#ifdef _WIN32 // b\nint   f(int); /* a */\n#endif", ""),
        ("#ifdef _WIN32\nint f(int);\n#endif\nint g(void);", "int g(void);\n# ifdef  _WIN32\nint f(int);\n# endif", ""),
        ("#ifdef _WIN32\nint f(int);\n#endif", "#if defined(_WIN32)\nint f(int);\n#endif", ""),
        ("#ifdef _WIN32\nint f(int);\n#endif", "#if ! defined ( __linux__ )\nint f(int);\n#endif", "#ifndef __linux__"),
        ("#ifndef __linux__\nint f(int);\n#endif", "# if !defined __linux__\nint f(int);\n#endif", ""),
        ("#if 0\n#elif defined(_WIN32)\nint f(int);\n#endif", "#if 0\n#elifdef _WIN32\nint f(int);\n#endif", "#elifdef _WIN32"),
        ("#ifdef _WIN32\nint f(int);\n#endif", "#if defined(_WIN64)\nint f(int);\n#endif", "#ifdef _WIN64"),
        ("#ifdef _WIN32\nint f(int);\n#endif", "#if defined(_WIN32) && A\nint f(int);\n#endif", "#if defined(_WIN32) && A"),
        # What this compiler reads, in one language at least.
        ("#ifdef __linux__\nint f(int);\n#endif", "#ifdef __linux__\nint f( int a);\n#endif", ""),
        ("#ifdef __cplusplus\nclass c { int a; };\n#else\nint f(int);\n#endif", "#ifdef __cplusplus\nclass c { int b[1]; };\n#else\nint f(int a);\n#endif", ""),
        ("#ifndef API\n#define API\n#endif\nAPI int f(void);", "#ifndef API\n#define API extern\n#endif\nAPI int f(void);", ""),
        # What nobody reads, and what is no condition.
        ("#if 0\nint f(int);\n#endif", "#if 0\nint f(long);\n#endif", ""),
        ("#ifdef _WIN32\n#error no\n#endif", "#ifdef _WIN32\n#error never\n#endif", ""),
        ("/* \n#ifdef _WIN32\nint f(int);\n#endif\n*/", "/* \n#ifdef _WIN32\nint f(long);\n#endif\n*/", ""),
        ("int f(int a);", "int f(int b);", ""),
    ],
)  # fmt: skip
def test_what_this_compiler_skips_is_said_where_it_has_changed(old: str, new: str, condition: str) -> None:
    """Whether it has a guard or not."""
    for form in ("{}\n", GUARDED):
        comparison = told(*({"a.h": form.replace("{}", text)} for text in (old, new)))
        assert comparison.by_headers is not bool(condition)
        assert not condition or f"`{condition}` has changed" in comparison.of_headers[0]
        assert not comparison.is_blind


def test_what_is_skipped_may_stand_in_another_header() -> None:
    """It may be read where another one includes it; and lines are told as they stand in the header."""
    inner = "#ifdef TOY_ALL\nstruct t {{ {} a; }};\n#endif\n"
    outer = '#define TOY_ALL\n#include "b.h"\n'
    first, second = ({"a.h": outer, "b.h": inner.format(one)} for one in ("int", "long"))
    assert [change.names for change in told(first, second).changes] == [("struct t",)]
    assert told(first, second).by_headers
    block = "#ifdef _WIN32\nint f(int);\n#endif\n"
    assert told({"a.h": block, "b.h": ""}, {"a.h": "", "b.h": f"int g(void);\n{block}"}).by_headers
    broken = "#if 1\nint a;\nint {};\n#endif\nx y z;\n"
    assert "in line 5" in told({"a.h": broken.format("b")}, {"a.h": broken.format("c")}).of_headers[0]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "text",
    [
        "#if A\n" * 200_000,
        "#if A\n" + "#elif B\nint a;\n" * 100_000 + "#endif\n",
        "#if A\nint a;\n" * 20_000 + "#endif\n" * 20_000,
        'R"(' * 500_000,
        "/*" * 500_000,
        "#endif\n" * 200_000,
    ],
    ids=range(6),
)
def test_conditions_without_end_take_no_time(text: str) -> None:
    differing_branches({"a.h": text.encode()}, {"a.h": b"int a;\n"})


@pytest.mark.parametrize(
    ("asking", "is_one"),
    [
        ("#ifdef TOY_CXX\n#endif", True),
        ("#if defined(TOY_CXX) && 1\n#endif", True),
        ("#if 0\n#elif TOY_C\n#endif", True),
        ("#ifdef TOY_BOTH\n#endif", False),
        ("#ifdef TOY_LATE\n#endif", False),
        ("TOY_CXX int f(void);", False),
    ],
)
def test_which_headers_ask_for_the_language(asking: str, is_one: bool) -> None:
    """A macro that is there in one of the languages alone tells them apart."""
    toy = b"#define TOY_BOTH\n#ifdef __cplusplus\n#define TOY_CXX\n#else\n#define TOY_C 1\n#endif\n#define TOY_LATE\n"
    assert headers_of_both({"c.h": toy, "t.h": asking.encode()}) == {"c.h", *["t.h"] * is_one}


NESTED = "namespace a {" * 62 + "struct t { int a; };" + "}" * 62
INNER = "struct t {" + "struct {" * 40 + "int a;" + "};" * 40 + "};"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ({"a.hpp": NESTED}, "it is nested too deeply in line 1"),
        ({"a.h": INNER}, "it is nested too deeply in line 1"),
        ({"a.hpp": "".join(f"#define A{i} {i}\n" for i in range(20_001))}, "too many macros in line 1"),
        ({"a.h": "".join(f"#define A{i} {i}\n" for i in range(300))}, ""),
        ({"a.h": "".join(f"#define A{i} int\n" for i in range(400))}, ""),
    ],
)
def test_what_is_cut_is_said(text: dict[str, str], why: str) -> None:
    assert list(faults(text).values()) == [why] * bool(why)


def test_a_header_that_the_parser_does_not_decode_is_said() -> None:
    sides = [headers.read({"a.h": "struct t { int a; };".encode(one)}) for one in ("utf-8", "utf-8-sig", "utf-16")]
    assert [list(one.faults()) for one in sides] == [[], [], ["a.h"]]


def test_constants_that_have_no_value_any_more_are_gone() -> None:
    """Who was compiled has the value; a variable may have any."""
    for new, names in (
        ("extern const int A;", ("A",)),
        ("", ("A",)),
        ("enum t { A = 1 };", ()),
        ("enum { A = 1 };", ()),
    ):
        assert told({"a.h": "#define A 1\n"}, {"a.h": f"{new}\n"}).lost_constants == names


def test_a_guard_is_nothing_that_anybody_misses() -> None:
    """Its name is nobody's; a value that stands alone in its header is one that others have."""
    for old, names in (
        ("#ifndef toy__\n#define toy__ 1\nint f(void);\n#endif", ()),
        ("#ifndef TOY_H\n#define TOY_H 2\nint f(void);\n#endif", ()),
        ("#ifndef TOY_MAX\n#define TOY_MAX 16\n#endif", ("TOY_MAX",)),
        ("#ifndef TOY_MAX\n#define TOY_MAX 1\nint f(int[TOY_MAX]);\n#endif", ("TOY_MAX",)),
    ):
        assert told({"a.h": f"{old}\n"}, {"a.h": "#pragma once\nint f(void);\n"}).lost_constants == names


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ({"a.h": "int f(int);\ntypedef int t;\nstruct s { int a; };"}, {"a.h": "int f(int);"}, ("typedef t", "struct s")),
        ({"a.hpp": "namespace n { class A { void f(); }; int g(int); }"}, {"a.hpp": "namespace n { class A { }; int g(long); }"}, ("n::A::f()", "n::g(int)")),
        ({"a.h": "int f(int);", "b.h": "int g(int);"}, {"a.h": "int f(int);"}, ("g()",)),
        ({"a.h": "int f(int);", "b.h": "int g(int);"}, {"a.h": "int f(int); int g(int);"}, ()),
        ({"a.h": "typedef int t;"}, {"a.h": "typedef int t; int f(t);"}, ()),
        ({"a.hpp": "struct s { int a; };"}, {"a.hpp": "class s { int a; };"}, ()),
        ({"a.hpp": "typedef int t;"}, {"a.hpp": "using t = int;"}, ()),
        # What was not read may declare it.
        ({"a.h": "int f(int);"}, {"a.h": "#error no\n"}, ()),
    ],
)  # fmt: skip
def test_what_is_declared_no_more_is_said(old: dict[str, str], new: dict[str, str], names: tuple[str, ...]) -> None:
    comparison = told(old, new)
    assert (comparison.lost_declarations, comparison.changes) == (names, ())


BASE = "struct base { int a; };\n"


@pytest.mark.parametrize(
    ("declared", "is_one"),
    [
        ("int f(void *);", True),
        ("int f(void **[4]);", True),
        ("void *f(void);", True),
        ("int f(int (*)(void *));", True),
        ("void (*f(int))(int, void *);", True),
        ("typedef int (*cb)(int, void *); int f(int, cb[]);", True),
        ("struct s { void *a; }; int f(struct s *);", True),
        ("struct s { struct { union { int b; void *a[2]; } c; } d; }; int f(struct s *);", True),
        ("struct s { int (*f)(void *); }; struct u { struct s *a; }; int f(struct u);", True),
        ("typedef struct { void *a; } s; int f(s *);", True),
        ("struct s { struct t { void *a; } b; }; int f(struct s *);", True),
        ("extern void *f;", True),
        ("extern void *f[4];", True),
        ("extern int (*f)(void *);", True),
        ("#include <stdarg.h>\nint f(int, va_list);", True),
        ("struct s { void *a; }; int f(int);", False),
        ("struct s { void *a; }; struct t; int f(struct t *);", False),
        ("void f(void);", False),
        ("int f(void (*)(void));", False),
        ("typedef struct { int *a; } s; int f(s *); int g(void *);", False),
        ("#include <stdio.h>\nint f(FILE *);", False),
    ],
)
def test_which_functions_lead_anywhere(declared: str, is_one: bool) -> None:
    """`void *` stands for whatever there is, wherever it is that a function or a variable leads to."""
    side = headers.read({"a.h": f"{declared}\n".encode()}, uses=True)
    assert (ANYTHING in reach_of(side, {"f"}).keys) is is_one


@pytest.mark.parametrize(
    ("old", "new", "unsure", "names"),
    [
        ("struct d { struct base b; int a; };", "struct d { struct base b; long a; };", ["struct d"], []),
        ("struct c { struct base b[1]; }; struct d { struct c b; int a; };", "struct c { struct base b[1]; }; struct d { struct c b; long a; };", ["struct d"], []),
        ("struct d { struct { struct base b; } b; int a; };", "struct d { struct { struct base b; } b; long a; };", ["struct d"], []),
        ("union d { int a; struct base b; };", "union d { long a; struct base b; };", ["union d"], []),
        ("struct e { int a; }; struct d { struct base b; struct e *e; };", "struct e { long a; }; struct d { struct base b; struct e *e; };", ["struct e"], []),
        ("struct d { int a; struct base b; };", "struct d { long a; struct base b; };", [], []),
        ("struct d { struct base *b; int a; };", "struct d { struct base *b; long a; };", [], []),
        ("struct d { int a; };", "struct d { long a; };", [], []),
        # The base itself, by its own name or by another one.
        ("typedef struct { int a; } t; int g(t *);", "typedef struct { long a; } t; int g(t *);", [], ["struct t"]),
    ],
)  # fmt: skip
def test_what_begins_with_what_is_taken_may_be_handed_over(
    old: str, new: str, unsure: list[str], names: list[str]
) -> None:
    """Of C: a struct derives from its first member. It may stand in a header of its own."""
    first, second = (
        Material({}, Headers({"a.h": f"{BASE}int f(struct base *);\n".encode(), "b.h": f'#include "a.h"\n{text}\n'.encode()}))
        for text in (old, new)
    )  # fmt: skip
    comparison = compare_interfaces(first, second, {"f", "g"} if "int g(" in old else {"f"})
    assert (list(comparison.unsure), [name for one in comparison.changes for name in one.names]) == (unsure, names)


def test_a_declaration_that_the_parser_fails_at_is_left_out_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the parser has no word for is one declaration."""
    (tmp_path / "a.h").write_text("struct s { int a; };\nstruct t { int a; };\nint f(struct s *);\n")
    index = Index.create()
    walk = Walk(Files(str(tmp_path), []), "c", {})
    meaning = walk.meanings.meaning
    monkeypatch.setattr(walk.meanings, "meaning", lambda one: meaning(one) if one.spelling == "t" else {}[one.spelling])
    walk.all(index.parse(str(tmp_path / "a.h"), ["-x", "c"]).cursor)
    assert [entry[3] for entry in walk.listed.sure(uses=False)] == ["struct t", "f()"]
    assert walk.listed.left_out == {"a.h": (1, "the parser fails: KeyError")}


def test_a_header_may_have_the_name_of_what_includes_it() -> None:
    side = headers.read({"abiding-wrapper.h": b"struct t { int a; };"})
    assert {one.name for _, one in side.of_kind("type")} == {"struct t"}


@pytest.mark.parametrize(
    ("name", "others", "is_one"),
    [
        ("TOY_VERSION", (), True),
        ("TOY_VERSION_MAJOR", (), True),
        ("TOY_MAJOR_VERSION", (), True),
        ("TOY_VERSION_STRING", (), True),
        ("toy::version", (), True),
        ("TOY_MAJOR", ("TOY_MINOR",), True),
        ("TOY_PATCH", ("TOY_MAJOR",), True),
        ("TOY_VERSION_CODE", (), True),
        ("ToyVersionMajor", (), True),
        ("kVersionMinor", (), True),
        ("TOY_BUILD_DATE", (), True),
        ("TOY_GIT_HASH", (), True),
        ("TOY_DATE", (), False),
        ("TOY_HASH", (), False),
        ("TOY_GIT", (), False),
        ("ToyConversion", (), False),
        ("TOY_MAJOR", (), False),
        ("TOY_ROW_MAJOR", ("TOY_COL_MAJOR",), False),
        ("TOY_PATCH_SIZE", ("TOY_MAJOR", "TOY_MINOR"), False),
        ("TOY_VERSION_OFFSET", (), False),
        ("TOY_CONVERSION", (), False),
        ("TOY_FORMAT_VERSION", (), False),
        ("TOY_ABI_VERSION_MAJOR", (), False),
        ("TOY_OP_VERSION", (), False),
        ("ToyProtocolVersion", (), False),
        ("TOY_API_VERSION", (), True),
    ],
)
def test_what_says_which_release_it_is(name: str, others: tuple[str, ...], is_one: bool) -> None:
    assert is_version(name, others) is is_one


@pytest.mark.parametrize(
    ("version", "name", "value", "is_one"),
    [
        ("1.10.2", "TOY_VERSION", '"1.10.2"', True),
        ("1.10.2", "TOY_VERSION", '"toy 1.10 (release)"', True),
        ("1.10.2.post1", "TOY_VERSION", '"1.10.2"', True),
        ("1.10.2", "TOY_VERSION", '"1.1"', False),
        ("1.10", "TOY_VERSION", '"1.10.0"', True),
        ("1.10", "TOY_VERSION", '"1.10.1"', False),
        ("1.10.2", "TOY_VERSION", '"beta"', False),
        ("1.10.2", "TOY_VERSION", "11002", True),
        ("1.10.2", "TOY_VERSION", str(0x010A02), True),
        ("1.3.1", "ZLIB_VERNUM", str(0x1310), True),
        ("12.4", "CUDART_VERSION", "12040", True),
        ("1.84", "BOOST_VERSION", "108400", True),
        ("3.0.2", "OPENSSL_VERSION_NUMBER", str(0x30000020), True),
        ("6.3.0", "TOY_VERSION_MAJOR", "6", True),
        ("6.3.0", "TOY_VERSION_MINOR", "3", True),
        ("6.3", "TOY_VERSION_PATCH", "0", True),
        ("6.3.0", "TOY_VERSION_MAJOR", "3", False),
        ("1.0", "TOY_OP_VERSION", "1", False),
        ("1.1", "TOY_OP_VERSION", "11", False),
        ("1.1", "TOY_OP_VERSION", "-11", False),
        ("1.1.0", "TOY_MAX", "110", False),
    ],
)
def test_which_constants_are_the_number_of_a_release(version: str, name: str, value: str, is_one: bool) -> None:
    assert is_number_of(version, name, value) is is_one


@pytest.mark.parametrize(
    ("old", "new", "changed", "remarks"),
    [
        # The releases are 1.2.3 and 1.3.0.
        ("#define TOY_VERSION 10203", "#define TOY_VERSION 10300", (), 0),
        ('#define TOY_VERSION "1.2.3"', '#define TOY_VERSION "1.3.0"', (), 0),
        ("#define TOY_VERSION_MINOR 2", "#define TOY_VERSION_MINOR 3", (), 0),
        ("#define TOY_VERSION 7", "#define TOY_VERSION 7", (), 0),
        ("#define TOY_VERSION 7", "#define TOY_VERSION 8", (), 1),
        ("#define TOY_GIT_HASH 7", "#define TOY_GIT_HASH 8", (), 0),
        ("#define TOY_FORMAT_VERSION 7", "#define TOY_FORMAT_VERSION 8", ("TOY_FORMAT_VERSION = 7, now 8",), 0),
        ("#define TOY_ABI_VERSION 10203", "#define TOY_ABI_VERSION 10300", (), 0),
        ("#define TOY_ABI_VERSION 10203", "#define TOY_ABI_VERSION 10203", (), 0),
        ("#define TOY_ABI_VERSION 10203", "#define TOY_ABI_VERSION 10204", ("TOY_ABI_VERSION = 10203, now 10204",), 0),
        # An operation, not a number; and a number that stands in an enumeration.
        ("enum { TOY_OPEN, TOY_VERSION };", "enum { TOY_OPEN, TOY_READ, TOY_VERSION };", ("TOY_VERSION = 1, now 2",), 0),
        ("enum t { TOY_OP_VERSION };", "enum t { TOY_OP_READ, TOY_OP_VERSION };", ("enum t",), 0),
        ("enum { TOY_VERSION_MINOR = 2 };", "enum { TOY_VERSION_MINOR = 3 };", (), 0),
        ("static const int TOY_WIRE_VERSION = 1;", "static const int TOY_WIRE_VERSION = 2;", ("TOY_WIRE_VERSION = 1, now 2",), 0),
    ],
)  # fmt: skip
def test_what_is_named_as_a_version_is_held_against_that_of_the_release(
    old: str, new: str, changed: tuple[str, ...], remarks: int
) -> None:
    first, second = (
        Material({}, Headers({"a.h": f"{text}\n".encode()}), version)
        for text, version in ((old, "1.2.3"), (new, "1.3.0"))
    )
    comparison = compare_interfaces(first, second)
    assert tuple(name for change in comparison.changes for name in change.names) == changed
    assert len(comparison.of_bodies) == remarks


INCLUDING = '#if __INCLUDE_LEVEL__ < 190\n#include "a.h"\n#include "a.h"\n#endif\n'


def test_what_no_time_is_enough_for_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is for all headers of a wheel: each of a hundred may not have its own."""
    assert found({"a.h": "struct u { int a; };\n"}) == {"struct u"}
    monkeypatch.setattr(bounds, "PARSING", 1)
    why = faults({f"{name}.h": INCLUDING.replace("a.h", f"{name}.h") for name in "abcdefgh"})
    assert len(why) == len("abcdefgh")
    assert sum("reading headers takes more than 1 second" in one for one in why.values()) >= len("cdefgh")


def test_what_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A header may include a pipe of this machine, and the process that reads it is not the one that was started."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seconds: list[float] = []

    class Waiting(subprocess.Popen[bytes]):
        """A process whose time is over as soon as it reads the pipe."""

        def wait(self, timeout: float | None = None) -> int:
            if timeout is None:
                return super().wait()
            if not seconds:
                writers.enter_context(pipe.open("wb"))  # opens when somebody reads
            seconds.append(timeout)
            return super().wait(0.1)

    monkeypatch.setattr(limited_process, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": Waiting}))
    with ExitStack() as writers:
        why = faults({"a.h": "int a;\n", "b.hpp": f'#include "{pipe}"\n', "c.h": "int c;\n"})
    # What was waited for counts, so others can't be waited for as long again.
    assert why == {
        "b.hpp": "the parser was ended: for 120 seconds it has been waiting",
        "c.h": "reading headers takes more than 60 seconds",
    }
    assert set(seconds) == {120}
    # Nobody reads it any more.
    with pytest.raises(OSError, match="No such device"):
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)


def test_what_writes_now_and_then_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Control: on a busy machine a program may take longer than any bound by the clock."""
    enough = tmp_path / "enough"
    waits: list[float] = []
    writing = (
        "import sys, pathlib, time\nwhile not pathlib.Path(sys.argv[1]).exists():\n print(flush=True); time.sleep(0.01)"
    )

    class Slow(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if timeout and len(waits) < 5:
                waits.append(timeout)
                before = os.fstat(output.fileno()).st_size
                while os.fstat(output.fileno()).st_size == before:
                    time.sleep(0.01)
                raise subprocess.TimeoutExpired(self.args, timeout)
            enough.touch()
            return super().wait()

    monkeypatch.setattr(limited_process, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": Slow}))
    with (tmp_path / "output").open("w+b") as output:
        line = [sys.executable, "-c", writing, str(enough)]
        assert not limited_process.run(line, output, output, seconds=60, memory=1 << 40, size=1 << 20)
    assert len(waits) == 5


def test_headers_declare_as_much_as_people_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "DECLARED", 40_000)
    for count, is_fair in ((10, True), (60, False)):
        text = "".join(f"int toy_{i}(int a);\n" for i in range(count))
        assert (not faults({"a.h": text, "b.h": text})) is is_fair


@pytest.mark.parametrize(("bound", "value"), [("HEADERS", 3), ("HEADER_BYTES", 3 * len(TOY))])
def test_headers_that_are_not_looked_at_are_said(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, bound, value)
    for count, remarks in ((3, 0), (5, 1)):
        files = {f"toy/include/{i}.h": TOY.encode() for i in range(count)} | {"toy/__init__.py": b""}
        found = collect(files, lambda wanted, files=files: ((place, files[place]) for place in wanted))  # type: ignore[misc]
        assert found == Headers(dict(list(files.items())[:3]), count - 3)
        comparison = compare_interfaces(Material({}, found), Material({}, found))
        assert len(comparison.remarks) == remarks
        assert not remarks or comparison.remarks[0].startswith("2 more headers were not compared")


@pytest.mark.timeout(1200)
def test_what_nobody_has_written_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it says: what is not understood is not compared, and what follows is."""
    monkeypatch.setattr(bounds, "PARSING", 600)
    monkeypatch.setattr(bounds, "PARSING_ONE", 1)
    texts = [
        f"int {'*' * 20_000}a;",
        f"extern int a{'[1]' * 5_000};",
        f"int {'(' * 20_000}a{')' * 20_000};",
        "namespace a {" * 20_000,
        "struct {" * 20_000,
        "struct a {" * 20_000 + "};" * 20_000,
        "a<" * 20_000 + ";",
        "template <" * 20_000,
        "({[" * 20_000,
        "}" * 20_000,
        "".join(f"typedef int (*t{place})(t{place - 1}, t{place - 1});" for place in range(1, 2_000)),
        "typedef int t0;" + "".join(f"typedef int (*t{place})(t{place - 1}, t{place - 1});" for place in range(1, 40)),
        f"struct s {{ struct {{ {'int a;' * 500} }} {', '.join(f'x{place}' for place in range(10_000))}; }};",
        "\n".join(f"#define A{place} A{place - 1} + A{place - 1}" for place in range(1, 2_000)) + "\n#define A0 1",
        "enum { A = 1 << 1000000000 };",
        "#define A " + "{" * 100_000 + "\n#define B A\n",
        "{" * 300_000,
    ]
    side = read({f"{i:02}.hpp": text for i, text in enumerate(texts)} | {"zz.hpp": TOY})
    assert "toy(int)" in {one.name for _, one in side.of_kind("function")}
