"""What a header means to those who were compiled with it: which of two texts say the same, and which do not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from abiding.findings import bounds
from abiding.providers import preprocessing
from abiding.providers.changed import Material, compared
from abiding.providers.declarations import Declared, declare
from abiding.providers.headers import Declarations, Headers, changes, compiler, declarations, gathered
from abiding.providers.macros import guards

if TYPE_CHECKING:
    from pathlib import Path

TOY = "int toy(int a);\n"
PACKED = "#pragma pack(1)\nstruct t { char c; int a; };\n#pragma pack()\n"
LOOSE = "struct t { char c; int a; };\n"


def changed(old: str, new: str, *, suffix: str = "h") -> list[str]:
    command = compiler()
    assert command
    sides = [declarations({f"toy/include/toy.{suffix}": text.encode()}, command) for text in (old, new)]
    assert [side.failed for side in sides] == [{}, {}]
    return [change.name for change in changes(sides[0].found, sides[1].found) if change.new]


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("struct t { int a; };", "struct t { int a; int b; };", ["struct t"]),
        ("#define N 4\nstruct t { int a[N]; };", "#define N 8\nstruct t { int a[N]; };", ["struct t"]),
        ("enum e { A, B };", "enum e { Z, A, B };", ["enum e"]),
        (TOY, "int toy(long a);", ["toy()"]),
        # Where fields lie without a word about them in the declaration, or with one in an attribute.
        (LOOSE, PACKED, ["struct t"]),
        (PACKED, LOOSE, ["struct t"]),
        (LOOSE, f"#pragma pack(push, 1)\n{LOOSE}#pragma pack(pop)\n", ["struct t"]),
        (LOOSE, "struct __attribute__((packed)) t { char c; int a; };", ["struct t"]),
        (LOOSE, "struct t { char c; int a; } __attribute__((__packed__));", ["struct t"]),
        ("typedef struct { char c; int a; } t;", "typedef struct { char c; int a; } t __attribute__((packed));", ["struct t"]),
        (LOOSE, "struct t { char c; _Alignas(16) int a; };", ["struct t"]),
        ("int toy(int a);", "int toy(int a) __attribute__((ms_abi));", ["toy()"]),
        ("int toy(int a);", "int toy(int a) __attribute__((__ms_abi__));", ["toy()"]),
        (LOOSE, "struct __attribute__((__ms_struct__)) t { char c; int a; };", ["struct t"]),
        (LOOSE, 'struct __attribute__((scalar_storage_order("big-endian"))) t { char c; int a; };', ["struct t"]),
        # Types by other names, and pointers to functions.
        ("typedef int v[4];", "typedef int v[8];", ["typedef v"]),
        ("typedef int (*cb)(int);", "typedef int (*cb)(int, void *);", ["typedef cb"]),
        ("typedef int f(int);", "typedef int f(long);", ["typedef f"]),
        # Variables.
        ("extern int toy_n;", "extern long toy_n;", ["toy_n"]),
        ("extern int toy_n[4];", "extern int toy_n[8];", ["toy_n"]),
        ("extern int (*hook)(int);", "extern int (*hook)(long);", ["hook"]),
    ],
)  # fmt: skip
def test_what_is_another_thing(old: str, new: str, names: list[str]) -> None:
    assert changed(old, new) == names


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TOY, "int toy(int count);"),
        ("int f(struct t *p);", "int f(struct t *restrict p);"),
        (TOY, "extern int toy(\n  int a /* how many */);"),
        (TOY, '#define API __attribute__((visibility("default")))\nAPI int toy(int a);'),
        (TOY, '__attribute__((deprecated("no more"))) int toy(int a) __attribute__((nonnull));'),
        (LOOSE, 'struct __attribute__((visibility("default"))) t { char c; int a; };'),
        (LOOSE, f"#pragma pack(push, 1)\nstruct s {{ int a; }};\n#pragma pack(pop)\n{LOOSE}"),
        (LOOSE, f"#pragma pack(1)\nstruct s {{ int a; }};\n#pragma pack()\n{LOOSE}"),
        (PACKED, f"#pragma pack(push)\n#pragma pack(1)\n{LOOSE}#pragma pack(pop)\n"),
        (LOOSE, f"#pragma once\n#pragma pack(pop)\n{LOOSE}"),
        ("typedef int (*cb)(int a);", "typedef int (*cb)(int b);"),
        ("enum e { A, B };", "enum e { A, B, C };"),
        ("struct t { int a; }; struct u { int b; };", "struct u { int b; }; struct t { int a; };"),
        ("static inline int f(void) { return 1; }", "static inline int f(void) { return 2; }"),
        ('_Static_assert(1, "one");', '_Static_assert(2, "two");'),
        (TOY, f"struct n {{ int x; }};\n{TOY}"),
    ],
)  # fmt: skip
def test_what_is_the_same(old: str, new: str) -> None:
    assert changed(old, new) == []


def test_classes_that_are_exported_are_told_apart() -> None:
    """Each has the same attribute before its name."""
    api = '#define API __attribute__((visibility("default")))\n'
    old = f"{api}class API one {{ int a; }};\nclass API two final {{ int b; }};\nenum class kind : int {{ A }};\n"
    assert changed(old, old.replace("int a", "long a"), suffix="hpp") == ["class one"]
    assert changed(old, old.replace("int b", "long b"), suffix="hpp") == ["class two"]
    assert changed(old, old.replace(": int", ": char"), suffix="hpp") == ["enum kind"]


def read(**texts: str) -> Declarations:
    command = compiler()
    assert command
    return declarations({f"toy/include/{name}.h": text.encode() for name, text in texts.items()}, command)


def test_constants_are_those_of_its_own_headers() -> None:
    guarded = "/* A header. */\n#ifndef TOY_H\n#define TOY_H 1\n#include <limits.h>\n#define TOY_MAX 16\n#endif\n"
    assert read(toy=guarded).declared.constants == {"TOY_MAX": "16"}
    overridable = "#define FIRST 1\n#ifndef TOY_MAX\n#define TOY_MAX 16\n#endif\n"
    assert read(toy=overridable).declared.constants == {"FIRST": "1", "TOY_MAX": "16"}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("/* a */ // b\n/* c */#ifndef TOY_H\n#define TOY_H\n", "TOY_H"),
        ("# if !defined(TOY_H)\n#define TOY_H 1\n", "TOY_H"),
        ("#ifndef TOY_MAX\n#define TOY_MIN 1\n#endif\n", ""),
        ("/* a */\n" * 100_000 + "#pragma once\n", ""),
        ("/**//**/" * 100_000, ""),
        ("/*" * 500_000, ""),
        (" /" * 500_000, ""),
    ],
    ids=range(7),
)
def test_what_stands_before_a_guard_takes_no_time(header: str, name: str) -> None:
    """A licence in many short comments is read once, not in every way that it can be split."""
    assert list(guards(header.encode())) == [name] * bool(name)


@pytest.mark.timeout(60)
def test_names_of_types_that_stand_for_each_other_are_bounded() -> None:
    levels = "".join(f"typedef t{i} (*t{i + 1})(t{i}, t{i}, t{i});\n" for i in range(40))
    functions = "".join(f"int f{i}(t12, t39);\n" for i in range(2_000))
    old, new = (read(toy=f"typedef {kind} t0;\n{levels}{functions}").found for kind in ("int", "long"))
    assert [change.name for change in changes(old, new)] == ["typedef t0"]
    assert (
        len(changes(old, read(toy=f"typedef int t0;\n{levels}{functions.replace('int f', 'long f')}").found)) == 2_000
    )


def test_a_header_of_cxx_by_the_name_of_one_of_c() -> None:
    found = read(toy="#include <vector>\nnamespace toy { struct point { std::vector<int> x; }; }\n")
    assert (found.failed, list(found.found)) == ({}, ["struct toy::point"])


def test_what_is_included_is_compared_where_it_stands() -> None:
    """A header that can't be read by itself is read where another one includes it."""
    part = "#ifndef TOY_ALL\n#error include toy.h\n#endif\nstruct t { int a; };\n"
    found = read(toy='#define TOY_ALL\n#include "part.h"\nint toy(struct t *one);\n', part=part)
    assert (found.failed, sorted(found.found)) == ({}, ["struct t", "toy()"])
    assert list(read(part=part).failed) == ["toy/include/part.h"]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("levels", [4, 11, 14])
def test_what_no_memory_holds_is_not_compared(levels: int) -> None:
    """Each macro stands for four of the one before."""
    macros = [f"#define A{level} {' '.join([f'A{level - 1}'] * 4)}" for level in range(1, levels + 1)]
    header = "\n".join(["#define A0 int x;", *macros, f"struct t {{ A{levels} }};\n"]).encode()
    command = compiler()
    assert command
    fair = b"struct u { int a; };\n"
    read = declarations({"toy/include/a.h": header, "toy/include/b.h": fair}, command)
    assert list(read.failed) == ([] if levels == 4 else ["toy/include/a.h"])
    assert "struct u" in read.found


def test_nothing_of_a_file_elsewhere_is_repeated(tmp_path: Path) -> None:
    """A header of a stranger can include any file of the machine, and an error names the line that it is at."""
    secret = tmp_path / "secret"
    secret.write_text("#hunter2 word\nhost login }\n")
    headers = {
        "toy/include/a.h": f'#include "{secret}"\n',
        "toy/include/b.h": f'#define NAMED(...) struct __VA_ARGS__ {{ int a; }};\nNAMED(\n#include "{secret}"\n)\n',
        "toy/include/c.h": "#include <no_such_header.h>\n",
        "toy/include/d.h": '#include "c.h"\n',
    }
    command = compiler()
    assert command
    read = declarations({place: text.encode() for place, text in headers.items()}, command)
    elsewhere = "something that it includes from elsewhere can't be preprocessed"
    assert [read.failed[f"toy/include/{name}.h"] for name in "ab"] == [elsewhere, elsewhere]
    assert all("no_such_header.h" in read.failed[f"toy/include/{name}.h"] for name in "cd")
    assert not any(word in str(read) for word in ("hunter2", "login"))


INCLUDING = b'#if __INCLUDE_LEVEL__ < 190\n#include "a.h"\n#include "a.h"\n#endif\n'


def test_what_no_time_is_enough_for_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is for all headers of a wheel: each of a hundred may not have its own."""
    monkeypatch.setattr(bounds, "PREPROCESSING", 1)
    command = compiler()
    assert command
    fair = {"toy/include/a.h": b"struct u { int a; };\n"}
    assert list(declarations(fair, command).found) == ["struct u"]
    read = declarations({f"toy/include/{name}.h": INCLUDING for name in "abcdefgh"}, command)
    assert len(read.failed) == len("abcdefgh")
    assert sum("headers take more than 1 second" in why for why in read.failed.values()) >= len("cdefgh")


def test_what_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A header may include a pipe of this machine, and the process that reads it is not the one that was started."""
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(preprocessing, "_SECONDS", 1)
    command = compiler()
    assert command
    read = declarations({"toy/include/a.h": f'#include "{tmp_path}/pipe"\n'.encode()}, command)
    assert list(read.failed) == ["toy/include/a.h"]
    # Nobody reads it any more.
    with pytest.raises(OSError, match="No such device"):
        os.open(tmp_path / "pipe", os.O_WRONLY | os.O_NONBLOCK)


def test_headers_declare_as_much_as_people_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "DECLARED", 4000)
    command = compiler()
    assert command
    for count, fair in ((10, True), (30, False)):
        text = "".join(f"int toy_{i}(int a);\n" for i in range(count)).encode()
        read = declarations({"toy/include/a.h": text, "toy/include/b.h": text}, command)
        assert (not read.failed) is fair  # the same again takes nothing


@pytest.mark.parametrize(("bound", "value"), [("HEADERS", 3), ("HEADER_BYTES", 3 * len(TOY))])
def test_headers_that_are_not_looked_at_are_said(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, bound, value)
    for count, remarks in ((3, 0), (5, 1)):
        files = {f"toy/include/{i}.h": TOY.encode() for i in range(count)} | {"toy/__init__.py": b""}
        found = gathered(files, lambda wanted, files=files: ((place, files[place]) for place in wanted))  # type: ignore[misc]
        assert found == Headers(dict(list(files.items())[:3]), count - 3)
        comparison = compared(Material({}, found), Material({}, found))
        assert len(comparison.remarks) == remarks
        assert not remarks or comparison.remarks[0].startswith("2 more headers were not compared")


@pytest.mark.timeout(60)  # not even where each of its words is held against all before it
def test_text_that_is_no_declaration_is_passed_over() -> None:
    for text in (
        "{" * 300_000,
        "int a" + "{}" * 300_000 + ";",
        "(" * 300_000 + ";",
    ):
        known = Declared.empty()
        declare(text, known)
        assert known.found == {}
    known = Declared.empty()
    declare("struct a {" + "int b;" * 90_000 + "};", known)
    assert list(known.found) == ["struct a"]
