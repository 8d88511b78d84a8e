"""A new release of a provider, held against the last one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Severity
from abiding.findings.screen import block
from abiding.project.build_record import BuildRecord
from abiding.project.exports import Export
from abiding.providers import headers
from abiding.providers.baseline import compare_with_folder
from abiding.providers.breaking_version import honest_version
from abiding.providers.promise_check import compare
from abiding.providers.release import ProviderRelease, class_of
from makers.commands import shown
from makers.compiled import wheel
from makers.shops import Shop, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.finding import Finding

pytestmark = pytest.mark.slow

TAG = "py3-none-manylinux_2_28_x86_64"
LIBRARY = "libtoy-wheel-1.so"
HEADER = "struct toy_point { int x; int y; };\nenum toy_colour { TOY_RED, TOY_GREEN };\nint toy_make(struct toy_point *one);\n"


class Provider:
    """Makes releases of libtoy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def release(
        self,
        version: str,
        code: str = "int toy_make(void) { return 1; }",
        *,
        soname: str = LIBRARY,
        header: str | None = HEADER,
        exports: str = "",
        libraries: Sequence[str] = (),
        flags: Sequence[str] = (),
        language: str = "c",
    ) -> Path:
        folder = self.folder / version
        folder.mkdir(parents=True)
        (folder / "toy.h").write_text(header or "")
        command = ["gcc", "-shared", "-fPIC", f"-I{folder}", *flags, "-x", language, "-", "-o", folder / soname, f"-Wl,-soname,{soname}"]  # fmt: skip
        subprocess.run(list(map(str, command)), input=code, text=True, check=True)
        files: dict[str, Path | bytes] = {
            "libtoy/__init__.py": b"",
            f"libtoy/lib/{soname}": folder / soname,
        }
        if header is not None:
            files["libtoy/include/toy.h"] = header.encode()
        if exports:
            record = BuildRecord("a", "1", "abi", "", exports=Export(exports, tuple(libraries)))
            files[f"libtoy-{version}.dist-info/abiding.json"] = record.to_json()
        return wheel(folder, "libtoy", files, version=version, tag=TAG)


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


def only(old: Path, new: Path) -> Finding:
    """What is found, besides that the new release exports nothing: most of them here do not."""
    (found,) = (
        one for one in compare(ProviderRelease.read(old), ProviderRelease.read(new)) if one.rule != "unbounded-provider"
    )
    return found


ONE = "int toy_make(void) { return 1; }\n"
TWO = f"{ONE}int toy_old(void) {{ return 2; }}\n"


def test_what_is_gone_within_the_promise(provider: Provider) -> None:
    old = provider.release("1.0", TWO, exports="libtoy>=1.0,<2")
    new = provider.release("1.2", ONE, header=HEADER.replace("int x;", "long x;"))
    found = only(old, new)
    assert shown("promise-broken", block(found, "abiding: ")) == block(found, "abiding: ")
    assert (found.severity, found.expected, found.found) == ("error", "2.0", "1.2")


def test_outside_of_it_a_break_is_honest(provider: Provider) -> None:
    found = only(provider.release("1.0", TWO, exports="libtoy>=1.0,<2"), provider.release("2.0", ONE))
    assert (found.rule, found.severity) == ("promise-kept", "note")
    assert "`libtoy-wheel-1.so` has lost 1 symbol: `toy_old`" in found.notes


@pytest.mark.parametrize(
    ("promise", "version", "honest"),
    [("libtoy>=1.0,<2", "1.2.3", "2.0"), ("libtoy==1.0.*", "1.0.1", "1.1"), ("libtoy~=1.4", "1.9", "2.0"), ("libtoy>=1.0,<1.0.3", "1.0.2", "1.0.3"), ("libtoy<3", "1.0", "3.0"), ("libtoy>=1!2.0,<1!3", "1!2.0", "1!3.0"), ("libtoy==1!2.0.*", "1!2.0.4", "1!2.1"), ("libtoy<1!2", "3.0", "1!2.0"), ("libtoy<10", "3.0", "10.0"), ("libtoy<=2.9.4", "2.1", "2.9.5"), ("libtoy>=1.2.1,<1.2.9", "1.2.3", "1.2.9"), ("libtoy>=1", "1.2", ""), ("libtoy>=1,!=1.5,<2", "1.4", "2.0")],
)  # fmt: skip
def test_the_version_that_would_be_honest(promise: str, version: str, honest: str) -> None:
    assert honest_version(version, promise) == honest


def test_a_promise_without_an_end_is_left_by_no_version(provider: Provider) -> None:
    found = only(provider.release("1.0", TWO, exports="libtoy>=1.0"), provider.release("1.1", ONE))
    assert (found.rule, found.severity, found.expected) == ("promise-broken", "error", None)
    assert found.hints == ("bring back what is gone: the promise admits each later version",)


def test_without_a_promise_the_soname_is_one(provider: Provider) -> None:
    old = provider.release("1.0", TWO)
    found = only(old, provider.release("1.1", ONE))
    assert (found.rule, found.severity) == ("promise-broken", "warning")
    assert "toy_old" in " ".join(found.notes)


def test_another_soname(provider: Provider) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    found = only(old, provider.release("1.1", soname="libtoy-wheel-2.so"))
    assert found.rule == "promise-broken"
    assert found.notes == ("`libtoy-wheel-1.so` is gone",)


def test_only_libraries_that_are_exported_are_promised(provider: Provider) -> None:
    old = provider.release("1.0", TWO, exports="libtoy>=1.0,<2", libraries=["libother.so.1"])
    assert list(compare(ProviderRelease.read(old), ProviderRelease.read(provider.release("1.1", ONE)))) == []


def test_a_library_is_promised_by_the_name_of_its_file_too(provider: Provider) -> None:
    old = provider.release("1.0", TWO, soname="libtoy-wheel-1.so", exports="libtoy>=1.0,<2", libraries=[LIBRARY])
    side = ProviderRelease.read(old)
    by_file = side._replace(libraries={"libtoy.so.1": side.libraries[LIBRARY]})
    new = ProviderRelease.read(provider.release("1.1", ONE, exports="libtoy>=1.0,<2"))
    (found,) = compare(by_file, new._replace(libraries={"libtoy.so.1": new.libraries[LIBRARY]}))
    assert found.rule == "promise-broken"


def test_a_release_without_any_library_has_lost_it(provider: Provider, tmp_path: Path) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    new = wheel(tmp_path / "new", "libtoy", {"libtoy/__init__.py": b""}, version="1.1", tag=TAG)
    ((found,),) = compare_with_folder([new], old.parent).values()
    assert (found.rule, found.notes) == ("promise-broken", (f"`{LIBRARY}` is gone",))


def test_what_never_had_a_library_is_passed_over(provider: Provider, tmp_path: Path) -> None:
    old = wheel(tmp_path / "old", "spam", {"spam/__init__.py": b""}, version="1.0", tag=TAG)
    new = wheel(tmp_path / "new", "spam", {"spam/__init__.py": b""}, version="1.1", tag=TAG)
    held = compare_with_folder([new, provider.release("1.1")], provider.release("1.0").parent)
    assert str(new) not in held
    with pytest.raises(AbidingError):
        compare_with_folder([new], old.parent)


@pytest.mark.parametrize("exports", ["ham>=1.0,<2", "libtoy>=x.x,<x+1"])
def test_an_export_that_no_build_has_written_is_refused(provider: Provider, exports: str) -> None:
    old, new = provider.release("1.0", exports=exports), provider.release("1.1")
    with pytest.raises(AbidingError) as caught:
        compare_with_folder([new], old.parent)
    (found,) = caught.value.findings
    assert (found.rule, found.artifact) == ("bad-provenance", old.name)


def test_a_struct_that_changes_under_one_soname(provider: Provider) -> None:
    """Every symbol is there, everything loads, and numbers are wrong."""
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    new = provider.release("1.1", header=HEADER.replace("int y;", "int w; int y;"))
    found = only(old, new)
    assert (found.rule, found.severity) == ("promise-broken", "error")
    assert "its headers: 1 declaration changed: `struct toy_point`" in found.notes


def test_headers_that_say_the_same_in_other_words(provider: Provider) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    header = "/* points */ struct toy_point {\n  int x; // first\n  int y;\n};\n#define TOY 3\n" + "\n".join(
        HEADER.replace("TOY_GREEN", "TOY_GREEN, TOY_BLUE").replace("*one", "*another").splitlines()[1:]
    )
    found = only(old, provider.release("1.1", header=header))
    assert found.rule == "promise-kept"
    assert found.message.endswith(f"; {BY_HEADERS}")


BY_HEADERS = "layouts were not compared, and its headers declare the same"
ENUM = "enum { TOY_SMALL = 1, TOY_LARGE };\n"
MACRO = "#define TOY_MAX 16\n"
UNREAD = "1 header was not wholly compared: `libtoy/include/toy.h`"
INLINE = "static inline int toy_twice(int a) { return a + a; }\n"


@pytest.mark.parametrize(
    ("before", "after", "rule", "severity", "told"),
    [
        (MACRO, MACRO.replace("16", "0x10"), "promise-kept", "note", ""),
        (MACRO, MACRO.replace("16", "32"), "promise-broken", "error", "its headers: 1 constant changed: `TOY_MAX = 16, now 32`"),
        (MACRO, "", "promise-kept", "warning", "gone from its headers, or no longer to be worked out: `TOY_MAX`"),
        (MACRO, "enum { TOY_MAX = 16 };\n", "promise-kept", "note", ""),
        ('#define TOY_VERSION "1.0"\n', '#define TOY_VERSION "1.1"\n', "promise-kept", "note", ""),
        ("#define TOY_VERSION 1\n", "#define TOY_VERSION 2\n", "promise-kept", "note", "1 constant in its headers not compared, by the name of a version, which is not 1.1: `TOY_VERSION = 1, now 2`"),
        ("struct toy_box { int a; };\n", "", "promise-kept", "note", "no longer declared in its headers: `struct toy_box`"),
        ("extern int toy_one;\nint toy_two(void);\n", "int toy_two(void);\n", "promise-kept", "note", "no longer declared in its headers: `toy_one`"),
        ("", "struct toy_box { int a; };\n", "promise-kept", "note", ""),
        ("typedef struct { int a; } toy_box;\n", "typedef struct toy_box toy_box;\nstruct toy_box { int a; };\n", "promise-kept", "note", ""),
        (ENUM, ENUM.replace("TOY_LARGE", "TOY_LARGE = 2"), "promise-kept", "note", ""),
        (ENUM, ENUM.replace("TOY_LARGE", "TOY_MIDDLE, TOY_LARGE"), "promise-broken", "error", "its headers: 1 constant changed: `TOY_LARGE = 2, now 3`"),
        (ENUM, "", "promise-kept", "warning", "gone from its headers, or no longer to be worked out: `TOY_SMALL`, `TOY_LARGE`"),
        (INLINE, INLINE, "promise-kept", "note", ""),
        (INLINE, INLINE.replace("a + a", "2 * a"), "promise-kept", "note", "1 function in its headers has another body, which is not compared: `toy_twice`; what is compiled keeps the one that it had"),
        ("", "x y z;\n", "promise-kept", "warning", f"{UNREAD} (unknown type name 'x' in line 4)"),
        ("x y z;\n", "x y q;\n", "promise-kept", "warning", f"{UNREAD} (unknown type name 'x' in line 4)"),
        (MACRO, "#define BIT(n) (1 << (n))\n#define TOY_MAX BIT(4)\n", "promise-kept", "note", ""),
        (MACRO, "#define TOY_MAX {1}\n", "promise-kept", "warning", "gone from its headers, or no longer to be worked out: `TOY_MAX`"),
    ],
)  # fmt: skip
def test_what_is_compiled_into_consumers(
    provider: Provider, before: str, after: str, rule: str, severity: str, told: str
) -> None:
    """Constants are, and what inline functions do: nobody can compare that, and it is said."""
    old = provider.release("1.0", exports="libtoy>=1.0,<2", header=HEADER + before)
    found = only(old, provider.release("1.1", header=HEADER + after))
    assert (found.rule, found.severity) == (rule, severity)
    assert [note for note in found.notes if not note.startswith("layouts of")] == [told] * bool(told)
    is_less = told.startswith(("gone", "no longer"))
    assert (BY_HEADERS in found.message) is (rule == "promise-kept" and "wholly" not in told and not is_less)
    assert ("can't be found" in found.message) is is_less
    assert ("what else its headers declare is the same" in found.message) is is_less


def test_without_a_compiler_headers_are_not_compared(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    new = provider.release("1.1", header=HEADER.replace("int x;", "long x;"))
    monkeypatch.setattr(headers, "compiler", lambda: None)
    found = only(old, new)
    assert found.rule == "promise-kept"
    assert "headers were not compared: there is no C compiler" in found.notes


def test_what_is_new_asks_for_a_minor_version(provider: Provider) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    found = only(old, provider.release("1.0.1", f"{ONE}int toy_new(void) {{ return 2; }}"))
    assert shown("promise-kept", block(found, "abiding: ")) == block(found, "abiding: ")
    for version in ("1.1", "1!1.0"):
        found = only(old, provider.release(version, f"{ONE}int toy_new(void) {{ return 2; }}"))
        assert (found.severity, found.message) == (
            "note",
            f"libtoy {version} loses no symbol of 1.0, and has 1 new symbol; {BY_HEADERS}",
        )


def test_it_is_said_which_headers_were_not_compared(provider: Provider) -> None:
    broken = f'#include "gone.h"\n{HEADER}'
    old = provider.release("1.0", exports="libtoy>=1.0,<2", header=broken)
    found = only(old, provider.release("1.1", header=broken.replace("#include", "/* the same */ #include")))
    assert found.rule == "promise-kept"
    (said,) = (note for note in found.notes if "header" in note)
    assert said == ("1 header was not wholly compared: `libtoy/include/toy.h` ('gone.h' file not found in line 1)")


SOURCE = '#include "toy.h"\nint toy_make(struct toy_point *one) { return one->x; }\n'


@pytest.mark.skipif(not shutil.which("abidiff"), reason="abidiff is not installed")
def test_abidiff_compares_layouts(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "compiler", lambda: None)
    old = provider.release("1.0", SOURCE, exports="libtoy>=1.0,<2", flags=["-g"])
    new = provider.release("1.1", SOURCE, flags=["-g"], header=HEADER.replace("int x;", "int w; int x;"))
    found = only(old, new)
    assert found.rule == "promise-broken"
    assert "layouts or function types changed" in " ".join(found.notes)
    assert "not compared: `abidiff`" not in " ".join(found.notes)
    same = only(old, provider.release("1.2", SOURCE, flags=["-g"]))
    assert same.rule == "promise-kept"
    assert not [note for note in same.notes if note.startswith("layouts")]


# What a header says, before and after, and a function that uses it.
TAKES = "int toy_make({} one);\n"
TWO_RELEASES = {
    "a struct": ("struct t { int a; int b; };", "struct t { int a; int c; int b; };", "struct t *", "one->a"),
    "an enumeration": ("enum t { A, B };", "enum t { Z, A, B };", "enum t", "one"),
    "a typedef": ("typedef int t;", "typedef long t;", "t", "one"),
    "fields of bits": ("struct t { unsigned a : 3, b : 5; };", "struct t { unsigned a : 4, b : 4; };", "struct t *", "one->a"),
    "packed": ("struct t { char a; int b; };", "struct t { char a; int b; } __attribute__((packed));", "struct t *", "one->b"),
    "a union": ("struct t { union { int a; float b; }; int c; };", "struct t { union { int a; double b; }; int c; };", "struct t *", "one->c"),
    "a pointer to a function": ("typedef int (*t)(int);", "typedef int (*t)(long);", "t", "one(1)"),
    "a class": ("struct t { virtual int a(); int b; };", "struct t { virtual int c(); virtual int a(); int b; };", "t *", "one->a()"),
}  # fmt: skip
ONE_MEANING = {
    "appended": ("enum t { A, B };", "enum t { A = 0x0, B, C };", "enum t", "one"),
    "spelled": ("struct t { const int *a; unsigned b, c; };", "struct t { int const *a; unsigned int b; unsigned c; };", "struct t *", "*one->a"),
    "no longer by name": ("typedef int t; typedef t u;", "typedef int u;", "u", "one"),
    "a method": ("struct t { virtual int a(); int b; };", "struct t { virtual int a(); int b; int c() { return b; } };", "t *", "one->a()"),
    # What is behind a pointer that is all that a header has is nobody's business.
    "opaque": ("struct t;", "struct t;", "struct t *", "one->b"),
}  # fmt: skip


@pytest.mark.parametrize("way", ["headers", pytest.param("layouts", marks=pytest.mark.skipif(not shutil.which("abidiff"), reason="abidiff is not installed"))])  # fmt: skip
@pytest.mark.parametrize("case", [*TWO_RELEASES, *ONE_MEANING])
def test_what_changes_under_one_soname(
    provider: Provider, case: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways find what breaks, each alone, and nothing else."""
    before, after, type_, use = {**TWO_RELEASES, **ONE_MEANING}[case]
    if way == "headers":
        monkeypatch.setattr("abiding.providers.layouts.shutil.which", lambda _: None)
        monkeypatch.setattr(headers, "compiler", lambda: ["gcc"])
    else:
        monkeypatch.setattr(headers, "compiler", lambda: None)
    language = "c++" if "virtual" in before else "c"
    paths = []
    for version, header, inner in (("1.0", before, "int"), ("1.1", after, "long")):
        code = f'#include "toy.h"\n{f"struct t {{ {inner} a; int b; }};" if case == "opaque" else ""}\n'
        code += "".join(f"int t::{name}() {{ return 1; }}\n" for name in ("a", "c") if f"virtual int {name}(" in header)
        code += f"int toy_make({type_} one) {{ return {use}; }}\n"
        exports = "libtoy>=1.0,<2" if version == "1.0" else ""
        text = f"{header}\n{TAKES.format(type_)}"
        paths.append(provider.release(version, code, header=text, exports=exports, flags=["-g"], language=language))
    found = only(*paths)
    assert found.rule == ("promise-broken" if case in TWO_RELEASES else "promise-kept"), found.notes
    wanted = "its headers: " if way == "headers" else "`libtoy-wheel-1.so`: layouts"
    assert any(note.startswith(wanted) for note in found.notes) is (case in TWO_RELEASES)


def test_it_is_said_why_layouts_were_not_compared(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = provider.release("1.0"), provider.release("1.1")
    monkeypatch.setattr("abiding.providers.layouts.shutil.which", lambda _: None)
    assert "layouts of `libtoy-wheel-1.so` were not compared: `abidiff` is not installed" in only(old, new).notes


@pytest.mark.parametrize(
    ("code", "version", "message"),
    [
        (ONE, "1.1", "libtoy 1.1 has the symbols of 1.0, none lost and none new; layouts were not compared, nor all of its headers"),
        (f"{ONE}int toy_new(void) {{ return 2; }}", "1.1", "libtoy 1.1 loses no symbol of 1.0, and has 1 new symbol; layouts were not compared, nor all of its headers"),
        (f"{ONE}int toy_new(void) {{ return 2; }}", "1.0.1", "libtoy 1.0.1 loses no symbol of 1.0, and has 1 new symbol: that asks for another minor version; layouts were not compared, nor all of its headers"),
    ],
)  # fmt: skip
def test_what_was_not_compared_is_not_called_the_same(
    code: str, version: str, message: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every screen has the notes: the message itself claims no more than was seen."""
    monkeypatch.setattr(headers, "compiler", lambda: None)
    found = only(provider.release("1.0"), provider.release(version, code))
    assert (found.severity, found.message) == ("warning", message)
    assert "the notes say why nothing was compared that tells of it" in found.hints[-1]


@pytest.mark.parametrize(
    ("before", "after", "severity", "told"),
    [
        (HEADER, None, "warning", "headers were not compared: this release has none"),
        (f"#error no\n{HEADER}", f"#error no\n{HEADER}", "warning", f"{UNREAD} (no in line 1)"),
        (None, HEADER, "note", ""),
        (None, None, "note", ""),
        (HEADER, HEADER, "note", ""),
    ],
    ids=["none now", "all in error", "none before", "none", "the same"],
)
def test_a_gate_that_has_seen_no_type_warns(
    before: str | None, after: str | None, severity: str, told: str, provider: Provider
) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2", header=before)
    found = only(old, provider.release("1.1", header=after))
    assert (found.rule, found.severity) == ("promise-kept", severity)
    assert [note for note in found.notes if not note.startswith("layouts of")] == [told] * bool(told)
    # With debug information the layouts are compared, and that is all there is to know.
    old = provider.release("2.0", exports="libtoy>=2.0,<3", header=before, flags=["-g"])
    assert only(old, provider.release("2.1", header=after, flags=["-g"])).severity == "note"


@pytest.mark.parametrize(
    ("before", "after", "libraries", "told"),
    [
        ("libtoy>=1.0,<2", "", (), "libtoy 1.1 exports nothing for `libtoy-wheel-1.so`, for which 1.0 exports `libtoy>=1.0,<2`"),
        ("libtoy>=1.0,<2", "libtoy>=1.1,<2", ("libother.so",), "libtoy 1.1 exports nothing for `libtoy-wheel-1.so`, for"),
        ("libtoy>=1.0,<2", "libtoy>=1.1", (), "libtoy 1.1 exports `libtoy>=1.1`, without the upper bound of `libtoy>=1.0,<2`"),
        ("libtoy==1.*", "libtoy>=1.1", (), "libtoy 1.1 exports `libtoy>=1.1`, without the upper bound of `libtoy==1.*`"),
        ("libtoy>=1.0,<2", "libtoy>=1.1,<2", (), ""),
        ("libtoy>=1.0,<2", "libtoy~=1.1", (LIBRARY,), ""),
        ("libtoy>=1.0", "libtoy>=1.1", (), ""),
        ("", "", (), ""),
        ("", "libtoy>=1.1", (), ""),
    ],
)  # fmt: skip
def test_an_export_that_is_lost_is_told_of(
    before: str, after: str, libraries: Sequence[str], told: str, provider: Provider
) -> None:
    old = provider.release("1.0", exports=before)
    new = provider.release("1.1", exports=after, libraries=libraries)
    found = [one for one in compare(ProviderRelease.read(old), ProviderRelease.read(new)) if one.rule != "promise-kept"]
    assert [(one.rule, one.severity) for one in found] == [("unbounded-provider", "warning")] * bool(told)
    assert all(told in one.message for one in found)


@pytest.mark.parametrize(("folder", "is_told"), [("lib64", True), ("lib", False)])
def test_a_library_that_lies_elsewhere_is_told_of(
    folder: str, is_told: bool, provider: Provider, tmp_path: Path
) -> None:
    old = provider.release("1.0", exports="libtoy>=1.0,<2")
    built = provider.folder / "1.0" / LIBRARY
    record = BuildRecord("a", "1", "abi", "", exports=Export("libtoy>=1.0,<2")).to_json()
    files: dict[str, Path | bytes] = {
        f"libtoy/{folder}/{LIBRARY}": built,
        f"libtoy/lib32/{LIBRARY}": built,
        "libtoy/include/toy.h": HEADER.encode(),
        "libtoy-1.1.dist-info/abiding.json": record,
    }
    new = wheel(tmp_path / "new", "libtoy", files, version="1.1", tag=TAG)
    found = [one for one in compare(ProviderRelease.read(old), ProviderRelease.read(new)) if one.rule != "promise-kept"]
    assert [(one.rule, one.severity) for one in found] == [("promise-broken", "warning")] * is_told
    assert all("libtoy 1.1 has `libtoy-wheel-1.so` in another folder" in one.message for one in found)


def test_headers_alone_are_less_than_layouts(provider: Provider) -> None:
    """What of C++ is not understood changes unseen: without layouts nothing is called the same."""
    found = only(provider.release("1.0"), provider.release("1.1"))
    assert found.message == f"libtoy 1.1 has the symbols of 1.0, none lost and none new; {BY_HEADERS}"
    old, new = (provider.release(version, flags=["-g"]) for version in ("2.0", "2.1"))
    assert only(old, new).message == (
        "libtoy 2.1 has the interface of 2.0, as far as symbols and types tell: nothing is lost or new"
    )


_TEMPLATE = "template <class T> struct Ham { T twice(T one); };\ntemplate <class T> T Ham<T>::twice(T one) { return one + one; }\n"
_PLUS = f"{_TEMPLATE}int toy_make(int one) {{ return one; }}\n"


def of_plus(provider: Provider, version: str, *more: str) -> Path:
    return provider.release(version, "\n".join((_PLUS, *more)), language="c++", header="", exports="libtoy>=1.0,<2")


def test_what_each_file_defines_that_uses_it_comes_and_goes(provider: Provider) -> None:
    """Templates and inline functions are no promise: libraries instantiate what their own code uses."""
    of_int, of_long = "template struct Ham<int>;", "template struct Ham<long>;"
    found = only(of_plus(provider, "1.0", of_int), of_plus(provider, "1.0.1", of_long))
    assert (found.rule, found.severity) == ("promise-kept", Severity.NOTE)
    assert found.message == (
        f"libtoy 1.0.1 has the symbols of 1.0 but for weak ones of C++, none lost and none new; {BY_HEADERS}"
    )
    assert found.notes[0] == (
        f"`{LIBRARY}` no longer has `_ZN3HamIiE5twiceEi`, weak in C++: of a template or an inline function each file "
        "has its own that uses it, unless a header says `extern template`"
    )


@pytest.mark.parametrize(
    "lost",
    [
        "int toy_more(int one) { return one; }",
        'extern "C" __attribute__((weak)) int toy_weak(int one) { return one; }',
        "struct Spam { virtual ~Spam(); };\nSpam::~Spam() {}",
    ],
)
def test_what_one_file_defines_is_a_promise(lost: str, provider: Provider) -> None:
    found = only(of_plus(provider, "1.0", lost, "template struct Ham<int>;"), of_plus(provider, "1.1"))
    assert (found.rule, found.severity) == ("promise-broken", Severity.ERROR)
    assert any("`_ZN3HamIiE5twiceEi`, weak in C++" in note for note in found.notes)
    assert not any("has lost" in note and "_ZN3Ham" in note for note in found.notes)


def test_classes_and_versions_of_symbols(provider: Provider, tmp_path: Path) -> None:
    code = "namespace toy { struct Duck { virtual int quack(); }; int Duck::quack() { return 1; } }\n"
    old = provider.release("1.0", code, language="c++")
    new = provider.release("1.1", "int other(void) { return 1; }", language="c++")
    assert "`libtoy-wheel-1.so` has lost 1 class: `toy::Duck`" in only(old, new).notes
    for version, name in (("3.0", "TOY_1"), ("3.1", "TOY_2")):
        (tmp_path / f"{name}.map").write_text(f"{name} {{ global: toy_make; }};\n")
        provider.release(version, flags=[f"-Wl,--version-script={tmp_path / name}.map"])
    first, second = (next((tmp_path / one).glob("*.whl")) for one in ("3.0", "3.1"))
    assert "`libtoy-wheel-1.so` has lost 1 version of a symbol: `toy_make@TOY_1`" in only(first, second).notes


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("_ZTVN3toy4DuckE@Base", "toy::Duck"), ("_ZTI4Duck", "Duck"), ("_ZTSN1a1b1cE", "a::b::c"), ("toy_make", ""), ("_ZN3toy4makeEv", ""), ("_ZTVN3toy4DuckIiEE", ""), ("_ZTI4DuckIiE", "")],
)  # fmt: skip
def test_names_of_classes(symbol: str, name: str) -> None:
    assert class_of(symbol) == name


# The command


def run(*arguments: object) -> int:
    return main(["check", *map(str, arguments)])


def test_against_a_folder(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    last = provider.release("1.0", TWO, exports="libtoy>=1.0,<2")
    new = provider.release("1.2", ONE)
    assert run(new, "--baseline", last.parent, "--output-format", "json") == 1
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    assert [one["rule"] for one in release["findings"] if one["rule"].startswith("promise")] == ["promise-broken"]
    assert run(last, "--baseline", new.parent) == 0


@pytest.mark.parametrize(
    ("baseline", "told"),
    [
        ("absent/", "there is no such file or folder --> absent hint: give the folder of the last release, or"),
        ("empty", "`empty` has no wheel in it hint: give the folder of the last release, or `libtoy==VERSION`"),
        ("other", "what is checked is `libtoy`, and `other` has wheels of `libham` hint: give the folder of the last release, or `libtoy==VERSION`"),
        ("same", "`same` has no other version of `libtoy` than the one that is checked hint: name the last"),
        ("windows", "`windows` has no wheel of `libtoy` for the platform of one that is checked hint: name the last"),
        ("damaged", "is not a ZIP archive"),
        ("libtoi", "what is checked is `libtoy`, and `libtoi` is not a folder here, and as a name that of another distribution hint: give the folder of the last release, or `libtoy==VERSION`"),
    ],
)  # fmt: skip
def test_a_baseline_that_is_none(
    baseline: str,
    told: str,
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    new = provider.release("1.2", ONE)
    for folder in ("empty", "other", "same", "windows", "damaged"):
        (tmp_path / folder).mkdir()
    _, _, rest = new.name.partition("-1.2-")
    (tmp_path / "other" / f"libham-1.0-{rest}").write_bytes(new.read_bytes())
    (tmp_path / "same" / new.name).write_bytes(new.read_bytes())
    (tmp_path / "windows" / "libtoy-1.0-py3-none-win_amd64.whl").write_bytes(new.read_bytes())
    (tmp_path / "damaged" / f"libtoy-1.0-{rest}").write_bytes(b"no archive")
    monkeypatch.chdir(tmp_path)
    assert run(new, "--baseline", baseline) == 2
    said = capsys.readouterr()
    assert told in " ".join(said.err.split())
    assert not said.out


def test_wheels_without_libraries_have_no_baseline(
    provider: Provider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = provider.release("1.0", TWO)
    pure = wheel(tmp_path / "pure", "libtoy", {"toy.py": b""}, tag="py3-none-any")
    assert run(pure, "--baseline", pure.parent) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "none of the wheels that are checked ships a library" in said
    assert "hint: leave out `--baseline`" in said
    assert run(last, "--baseline", pure.parent) == 2


def test_the_newest_in_a_folder(provider: Provider, tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    for version, code in (("1.0", TWO), ("1.9", ONE), ("1.10", TWO)):
        path = provider.release(version, code, exports="libtoy>=1.0,<2")
        path.rename(house / path.name)
    new = provider.release("1.11", ONE, exports="libtoy>=1.0,<2")
    (found,) = compare_with_folder([new], house)[str(new)]
    assert "exported by 1.10" in found.message
    # A release in the same folder is no baseline of itself.
    new.rename(house / new.name)
    (found,) = compare_with_folder([house / new.name], house)[str(house / new.name)]
    assert "exported by 1.10" in found.message


@pytest.mark.parametrize(
    ("others", "own", "held_against"),
    [
        (["1.0", "2.0"], "1.0.1", "1.0"),  # a backport has nothing to do with what came later
        (["1.0", "1.1rc1"], "1.1", "1.0"),  # what is broken in a pre-release was promised by nobody
        (["1.0", "1.1rc1"], "1.1rc2", "1.1rc1"),
        (["2.0"], "1.0", "2.0"),  # there is none other
    ],
)
def test_the_last_release(provider: Provider, tmp_path: Path, others: list[str], own: str, held_against: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    for version in others:
        path = provider.release(version, TWO, exports="libtoy>=1.0,<3")
        path.rename(house / path.name)
    new = provider.release(own, ONE, exports="libtoy>=1.0,<3")
    (found,) = compare_with_folder([new], house)[str(new)]
    assert f" {held_against}" in found.message


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    with opened(monkeypatch, tmp_path) as shop:
        yield shop


@pytest.mark.parametrize(("baseline", "rules"), [("toy", ["promise-kept"]), ("toy==1.0", ["promise-broken"])])
def test_against_an_index(
    baseline: str, rules: list[str], shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy_a", "toy_b")
    shop.publish("1.1", "toy_a", filler=200_000)
    new = Shop(shop.index, tmp_path / "new").publish("1.2", "toy_a")
    del shop.index.files[new.name]
    run(new, "--baseline", baseline, "--index-url", shop.index.url, "--output-format", "json")
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    assert [one["rule"] for one in release["findings"] if one["rule"].startswith("promise")] == rules


@pytest.mark.parametrize(("baseline", "told"), [
    ("toy==1.1", "the index has no wheel of `toy==1.1` hint: name the last release before it"),
    ("toy>2", "the index has no wheel of `toy>2` hint: name the last release before it"),
    ("toy==1.2", "`toy==1.2` has no other version of `toy` than the one that is checked hint: name the last"),
])  # fmt: skip
def test_a_baseline_that_an_index_lacks(
    baseline: str, told: str, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish("1.0", "toy_a")
    assert run(shop.publish("1.2", "toy_a"), "--baseline", baseline, "--index-url", shop.index.url) == 2
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("int toy_n = 1;", "int toy_n[2] = {1, 2};", "toy_n: 4 bytes of data, now 8 bytes of data"),
        ("int toy_n = 1;", "int toy_n(void) { return 1; }", "toy_n: 4 bytes of data, now a function"),
        ("int toy_n = 1;", "__thread int toy_n = 1;", "toy_n: 4 bytes of data, now 4 bytes of thread-local data"),
        ("int toy_n(void) { return 1; }", "int toy_n[2];", "toy_n: a function, now 8 bytes of data"),
        ("short toy_n = 1;", "char toy_n = 1;", "toy_n: 2 bytes of data, now 1 bytes of data"),
        ("char toy_n = 1;", "short toy_n = 1;", "toy_n: 1 bytes of data, now 2 bytes of data"),
        ('const char toy_n[] = "1.0.10";', 'const char toy_n[] = "1.0.9";', "toy_n: 7 bytes of data, now 6 bytes of data"),
        ('const char toy_n[] = "1.0.9";', 'const char toy_n[] = "1.0.10";', ""),
        ('const char toy_n[] = "1.9.9";', 'const char toy_n[] = "1.10.10";', ""),
        ("int toy_n = 1;", "int toy_n = 2;", ""),
        ("int toy_n;", "const float toy_n = 2;", ""),
        ("int toy_n(void) { return 1; }", "int toy_n(void) { return toy_make() + toy_make(); }", ""),
        ("static int toy_n = 1;", "static int toy_n[2];", ""),
        ('__asm__(".globl toy_n\\n.data\\ntoy_n: .long 1\\n.text");', "int toy_n[2];", ""),
    ],
)  # fmt: skip
def test_what_a_symbol_is(provider: Provider, before: str, after: str, told: str) -> None:
    """Who uses it is compiled for a function, or for so many bytes of data."""
    old = provider.release("1.0", f"{ONE}{before}\n", exports="libtoy>=1.0,<2")
    found = only(old, provider.release("1.1", f"{ONE}{after}\n"))
    assert found.rule == ("promise-broken" if told else "promise-kept")
    assert (f"`{LIBRARY}`: 1 symbol changed: `{told}`" in found.notes) is bool(told)


def test_a_table_of_a_class_that_grows_is_told_by_headers(provider: Provider) -> None:
    code = "struct Duck { virtual ~Duck(); virtual int a(); };\nDuck::~Duck() {}\nint Duck::a() { return 1; }\n"
    old = provider.release("1.0", code, language="c++")
    grown = code.replace("int a();", "int a(); virtual int b();") + "int Duck::b() { return 1; }\n"
    assert only(old, provider.release("1.1", grown, language="c++")).rule == "promise-kept"


TABLE = "typedef int (*toy_f)(void); toy_f const toy_table[] = {toy_make, "


def test_a_table_that_grows_is_another_one(provider: Provider) -> None:
    """A program that is not compiled as shared code has a copy of it, which the library uses too, and which is too short.

    So glibc gives such tables (`sys_siglist`) a new symbol version whenever they grow.
    """
    old = provider.release("1.0", f"{ONE}{TABLE}0}};\n", exports="libtoy>=1.0,<2")
    folder = old.parent
    using = "typedef int (*toy_f)(void); extern toy_f const toy_table[]; int main(void) { return !toy_table[0]; }"
    program = ["gcc", "-fno-pic", "-no-pie", "-x", "c", "-", "-x", "none", folder / LIBRARY, "-o", folder / "program"]
    subprocess.run(list(map(str, program)), input=using, text=True, check=True)

    def remark(release: Path) -> str:
        variables = {**os.environ, "LD_LIBRARY_PATH": str(release.parent)}
        return subprocess.run([folder / "program"], env=variables, stderr=subprocess.PIPE, text=True, check=True).stderr

    longer = provider.release("1.1", f"{ONE}{TABLE}toy_make, 0}};\n")
    assert "different size in shared object" in remark(longer)
    found = only(old, longer)
    assert found.rule == "promise-broken"
    assert f"`{LIBRARY}`: 1 symbol changed: `toy_table: 16 bytes of data, now 24 bytes of data`" in found.notes
    same = provider.release("1.2", f"{ONE}{TABLE}0}};\n")
    assert (remark(same), only(old, same).rule) == ("", "promise-kept")
