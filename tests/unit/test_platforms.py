"""Wheels for the platforms and ABIs that came last: nothing that reads a tag stumbles over them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.tags import Tag

import abiding
from abiding.archives import wheel_tags
from abiding.evidence.available_versions import Available, available, kinds_beside
from abiding.findings.errors import DeclarationError
from abiding.metadata.exclusions import exclusions, installable
from abiding.metadata.platform_tag import PlatformTag
from abiding.metadata.requires_dist import Line
from abiding.native import platforms
from abiding.native.images import Format
from abiding.native.metapackages import environments_of
from abiding.native.platforms import Platform
from abiding.native.providers import target
from abiding.native.wheels_at_hand import fit_together
from abiding.native.windows import does_without
from abiding.project import tags
from abiding.project.declaration import Declaration
from abiding.project.pyproject import Pyproject
from abiding.releases.release import Verdict
from abiding.report.compact import compact
from makers.archives import metadata, wheel_name, write_sdist, write_wheel
from makers.compiled import library, mach_o, wheel

if TYPE_CHECKING:
    from pathlib import Path

# What a wheel is called, and where it can be installed: sys_platform, platform_machine as far as it is certain.
NEW = [
    ("cp315-abi3.abi3t-manylinux_2_17_x86_64.manylinux2014_x86_64", "linux", "x86_64"),
    ("cp315-abi3.abi3t-musllinux_1_2_aarch64", "linux", "aarch64"),
    ("cp315-abi3.abi3t-macosx_11_0_arm64", "darwin", "arm64"),
    ("cp315-abi3.abi3t-macosx_11_0_universal2", "darwin", ""),
    ("cp315-abi3.abi3t-win_amd64", "win32", "AMD64"),
    ("cp315-abi3t-win32", "win32", ""),
    ("cp312-cp312-emscripten_3_1_58_wasm32", "emscripten", "wasm32"),
    ("cp313-cp313-pyodide_2025_0_wasm32", "emscripten", "wasm32"),
    ("cp313-cp313-pyodide_2025_0_wasm32.pyemscripten_2025_0_wasm32", "emscripten", "wasm32"),
    ("cp315-cp315-pyemscripten_2026_5_wasm32", "emscripten", "wasm32"),
    ("cp313-cp313-android_21_arm64_v8a", "android", "aarch64"),
    ("cp314-cp314-android_24_x86_64", "android", "x86_64"),
    ("cp313-cp313-ios_13_0_arm64_iphoneos", "ios", ""),
    ("cp313-cp313-ios_13_0_arm64_iphonesimulator", "ios", ""),
    ("cp314-cp314-ios_15_4_x86_64_iphonesimulator", "ios", ""),
]
NAMES = [one for one, _, _ in NEW]


def spelled_out(name: str) -> list[str]:
    return ["-".join(one) for one in product(*(part.split(".") for part in name.split("-")))]


def parsed(name: str) -> frozenset[Tag]:
    return wheel_tags.parse(wheel_name(name))[2]


@pytest.mark.parametrize(("name", "system", "machine"), NEW)
def test_what_a_platform_tag_says(name: str, system: str, machine: str) -> None:
    for platform in name.rpartition("-")[2].split("."):
        read = PlatformTag.read(platform)
        assert (read.system, read.platform_machine, read.names[0]) == (system, machine, system)


@pytest.mark.parametrize("platform", ["any", "", "freebsd_14_2_release_amd64", "linux", "androids_21_x86_64", "win", "windows_amd64", "wasi_0_1_wasm32", "manylinux_x_17_x86_64"])  # fmt: skip
def test_what_is_no_platform_that_we_know(platform: str) -> None:
    assert PlatformTag.read(platform) == ("", "", "")
    assert PlatformTag.read(platform).platform_machine == ""


def test_a_release_of_all_of_them(tmp_path: Path) -> None:
    said = metadata("Requires-Dist: numpy>=2", "Requires-Dist: emscripten-only; sys_platform == 'emscripten'")
    write_sdist(tmp_path, "spam-1.0.tar.gz", said)
    for name in NAMES:
        write_wheel(tmp_path, wheel_name(name), said, spelled_out(name), {"spam/_core.so": b"\0asm\x01\0\0\0"})
    (release,) = abiding.check([tmp_path])
    assert (release.verdict, release.everything) == (Verdict.CLEAN, ())
    assert len(release.artifacts) == len(NAMES) + 1


@pytest.mark.parametrize("name", NAMES)
def test_wheel_tags(name: str, tmp_path: Path) -> None:
    """Compressed as in the file name is a spelling, which is worth a note; of what is not there it is said."""
    filename = wheel_name(name)
    own = spelled_out(name)
    wrong = [one.replace("cp31", "cp30") for one in own]
    for number, (said, severity) in enumerate([(own, None), (list(reversed(own)), None), (wrong, "warning")]):
        write_wheel(tmp_path / str(number), filename, metadata(), said)
        (release,) = abiding.check([tmp_path / str(number)])
        found = [finding for finding in release.findings if finding.rule == "wheel-tags" and finding.severity != "note"]
        assert [str(finding.severity) for finding in found] == ([severity] if severity else [])


@pytest.mark.parametrize("name", NAMES)
def test_select(name: str) -> None:
    own = tags.of_wheel(wheel_name(name))
    assert set(spelled_out(name)) <= own
    python, abi, platform = name.split("-")
    declared = """
[project]
name = "spam"
version = "1"
dynamic = ["dependencies"]
[tool.abiding]
build-backend = "b"
wheels-differ = "as told"
[tool.abiding.wheel]
dependencies = [{{ requires = "a", select = {} }}]
"""
    for one in (*abi.split("."), "*"):
        pattern = f"{python}-{one}-{platform.split('.')[0]}"
        (entry,) = Declaration.read(Pyproject.decode(declared.format(f'"{pattern}"').encode())).entries
        assert entry.selects(own)
        assert not entry.selects(tags.of_wheel(wheel_name("cp311-cp311-win_arm64")))
    if "." in name:
        with pytest.raises(DeclarationError) as caught:
            Declaration.read(Pyproject.decode(declared.format(f'"{name}"').encode()))
        (finding,) = caught.value.findings
        # The hint leads out: what it names selects the wheel.
        named = finding.hints[0].partition("`")[2].rstrip("`")
        (entry,) = Declaration.read(Pyproject.decode(declared.format(f'"{named}"').encode())).entries
        assert entry.selects(own)
        # In an sdist that is unpacked, earlier versions built with it.
        old = Pyproject.decode(declared.format(f'"{name}"').encode())._replace(in_sdist=True)
        assert [str(one.severity) for one in Declaration.read(old).warnings if "`.`" in one.message] == ["warning"]


def test_compact() -> None:
    names = [wheel_name(one) for one in NAMES]
    said = " / ".join(compact(names, names))
    assert "cp315-abi3.abi3t × macosx_11_0_arm64, macosx_11_0_universal2, manylinux_2_17_x86_64" in said
    for one in ("android_24_x86_64", "ios_13_0_arm64_iphonesimulator", "pyemscripten_2026_5_wasm32"):
        assert said.count(one) == 1


@pytest.mark.parametrize(("name", "system", "machine"), NEW)
def test_where_it_can_be_installed(name: str, system: str, machine: str) -> None:
    there = f"sys_platform == '{system}'" + (f" and platform_machine == '{machine}'" if machine else "")
    for marker, meet in ((there, True), ("sys_platform == 'cygwin'", False)):
        lines = [Line.read(text, "spam") for text in (f"a<1; {marker}", f"a>=1; {marker}")]
        assert bool(list(exclusions(lines, installable("", spelled_out(name))))) is meet
    assert not environments_of(parsed(name)).lies_within(environments_of(parsed("cp311-cp311-win_arm64")))
    environment = target(parsed(name))
    assert environment["sys_platform"] == system
    assert Marker(there).evaluate({**environment})
    known = available("numpy")
    assert isinstance(known, Available)
    for tag in spelled_out(name):
        list(kinds_beside(tag, known))


@pytest.mark.parametrize(("own", "other", "fits"), [
    ("cp313-cp313-android_21_arm64_v8a", "cp313-cp313-android_24_arm64_v8a", True),
    ("cp313-cp313-android_24_x86_64", "cp313-cp313-android_24_arm64_v8a", False),
    ("cp313-cp313-android_24_x86_64", "cp313-cp313-manylinux_2_28_x86_64", False),
    ("cp313-cp313-ios_13_0_arm64_iphoneos", "cp313-cp313-ios_14_0_arm64_iphoneos", True),
    ("cp313-cp313-ios_13_0_arm64_iphoneos", "cp313-cp313-ios_13_0_arm64_iphonesimulator", False),
    ("cp313-cp313-ios_13_0_x86_64_iphonesimulator", "cp313-cp313-ios_13_0_arm64_iphonesimulator", False),
    ("cp313-cp313-ios_13_0_x86_64_iphonesimulator", "cp313-cp313-macosx_11_0_x86_64", False),
    ("cp313-cp313-macosx_11_0_arm64", "py3-none-macosx_10_13_universal2", True),
    ("cp313-cp313-macosx_11_0_x86_64", "py3-none-macosx_10_13_universal2", True),
    ("cp313-cp313-macosx_10_13_universal2", "py3-none-macosx_11_0_arm64", True),
    ("cp313-cp313-macosx_11_0_arm64", "cp312-cp312-macosx_10_13_universal2", False),
    ("cp313-cp313-macosx_11_0_arm64", "py3-none-macosx_10_13_intel", False),
    ("cp313-cp313-macosx_11_0_x86_64", "py3-none-macosx_10_13_intel", True),
    ("cp313-cp313-emscripten_4_0_9_wasm32", "py3-none-pyodide_2025_0_wasm32", True),
    ("cp313-cp313-manylinux_2_28_x86_64", "py3-none-linux_x86_64", True),
    ("cp315-cp315t-win_amd64", "cp315-abi3.abi3t-win_amd64", True),
])  # fmt: skip
def test_beside(own: str, other: str, fits: bool) -> None:
    assert fit_together(parsed(own), parsed(other)) is fits


@pytest.mark.parametrize(("name", "format_", "has", "lacks"), [
    ("cp315-abi3.abi3t-manylinux_2_28_x86_64", Format.ELF, "libc.so.6", "libgmp.so.10"),
    ("cp315-abi3.abi3t-win_amd64", Format.PE, "KERNEL32.dll".lower(), "gmp.dll"),
    ("cp313-cp313-android_21_arm64_v8a", Format.ELF, "libssl_python.so", "libvulkan.so"),
    ("cp313-cp313-android_24_arm64_v8a", Format.ELF, "libvulkan.so", "libc++_shared.so"),
    ("cp313-cp313-android_16_x86_64", Format.ELF, "liblog.so", "libvulkan.so"),
    ("cp313-cp313-android_99_x86_64", Format.ELF, "libpython3.13.so", "libssl.so.3"),
    # The loader of musl is its C library, under that name and under those of its parts.
    ("cp313-cp313-musllinux_1_2_x86_64", Format.ELF, "libc.so", "libgmp.so"),
    ("cp313-cp313-musllinux_1_2_aarch64", Format.ELF, "libpthread.so", "libc.so.6"),
    ("cp313-cp313-manylinux_2_28_x86_64", Format.ELF, "libm.so.6", "libc.so"),
    ("cp313-cp313-ios_13_0_arm64_iphoneos", Format.MACH_O, "@rpath/Python.framework/Python", "@rpath/libgmp.dylib"),
])  # fmt: skip
def test_what_the_platform_has(name: str, format_: Format, has: str, lacks: str) -> None:
    platform = Platform.of(parsed(name))
    assert platform.format is format_
    assert platform.has(has, format_)
    assert not platform.has(lacks, format_)


@pytest.mark.parametrize(
    ("file_name", "library", "without"),
    [
        ("msvcp140.dll", "concrt140.dll", True),
        ("msvcp140-23ebcc0b37c8e3d074511f362feac48b.dll", "concrt140.dll", True),
        ("MSVCP140.dll", "concrt140.dll", True),
        ("msvcp140.dll", "gmp.dll", False),
        ("gmp.dll", "concrt140.dll", False),
    ],
)
def test_what_a_dll_does_without(file_name: str, library: str, without: bool) -> None:
    assert does_without(file_name, library) is without


def test_what_is_for_emscripten_has_no_libraries() -> None:
    assert Platform.of(parsed("cp313-cp313-pyodide_2025_0_wasm32")).format is None


@pytest.mark.parametrize(("platform", "rule", "fields"), [
    ("android_24_x86_64", "unprovided-library", {"libgmp.so", "libc.so.6"}),  # the C library of Linux
    ("pyodide_2025_0_wasm32", "wrong-tag", {"Tag"}),  # an image of another system, never loaded there
])  # fmt: skip
def test_the_rules_of_native_code(platform: str, rule: str, fields: set[str], tmp_path: Path) -> None:
    gmp = library(tmp_path / "libgmp.so", "gmp", soname="libgmp.so")
    module = library(tmp_path / "_spam.so", calls=["gmp"], links=[gmp])
    path = wheel(tmp_path / "dist", "spam", {"spam/_spam.so": module}, tag=f"cp313-cp313-{platform}")
    (release,) = abiding.check([path])
    assert {(finding.rule, finding.field) for finding in release.compiled} == {(rule, field) for field in fields}


def test_a_framework_of_python_on_ios(tmp_path: Path) -> None:
    image = mach_o(needs=["@rpath/Python.framework/Python", "/usr/lib/libSystem.B.dylib", "@rpath/libgmp.dylib"])
    path = wheel(tmp_path, "spam", {"spam/_spam.so": image}, tag="cp313-cp313-ios_13_0_arm64_iphoneos")
    (release,) = abiding.check([path])
    assert [finding.message for finding in release.compiled] == [
        "`libgmp.dylib` is neither the platform's nor in the wheel"
    ]


@pytest.mark.parametrize("tag", ["linux_a{}", "manylinux_2_28_a{}", "musllinux_1_2_a{}", "android_1{}_x86_64"])
def test_lists_are_not_read_for_each_machine_that_there_is_not(tag: str) -> None:
    before = [one.cache_info().misses for one in (platforms._policies_of, platforms._android_libraries)]  # noqa: SLF001
    for number in range(100, 140):
        assert Platform.of(parsed(f"cp311-cp311-{tag.format(number)}")).elf
    after = [one.cache_info().misses for one in (platforms._policies_of, platforms._android_libraries)]  # noqa: SLF001
    assert sum(after) - sum(before) <= 1
