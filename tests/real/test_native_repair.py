"""`abiding repair` on wheels of macOS and Windows, with the real delocate and delvewheel.

They are those of gmpy2 from the index, taken back to what a build leaves: its GMP is in a wheel of its own, MPFR and MPC
are where the build machine has them. Of the tools of macOS those of LLVM stand in for Apple's; nothing is signed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.cli import main
from abiding.native import building, contents
from abiding.native.wheel_check import native_record
from abiding.project.build_record import MEMBER, BuildRecord
from makers.compiled import examine, installed, wheel
from makers.contents import metadata_of_wheel
from makers.released import PLATFORMS, wheel_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abiding.findings.finding import Finding

pytestmark = [pytest.mark.real, pytest.mark.network]

LOADING = "import os\nos.add_dll_directory(os.path.join(os.path.dirname(__file__), 'lib'))\n"
ABOUT = BuildRecord("setuptools.build_meta", "", "abi", "")


def llvm(name: str) -> str:
    """A tool of LLVM; Debian has some only with its version in their names."""
    found = [*Path("/usr/bin").glob(f"llvm-{name}"), *sorted(Path("/usr/bin").glob(f"llvm-{name}-*"))]
    return str(found[0]) if found else ""


needs_llvm = pytest.mark.skipif(
    not all(map(llvm, ("otool", "install-name-tool", "lipo"))), reason="there are no tools for Mach-O files"
)


@pytest.fixture
def macos_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put on PATH what delocate calls: LLVM's otool is for all architectures anyway, and knows no `-m`."""
    folder = tmp_path / "tools"
    folder.mkdir()
    programs = {
        "otool": f'for word; do shift; case $word in -m|-arch|all) ;; *) set -- "$@" "$word";; esac; done\nexec {llvm("otool")} "$@"',
        "install_name_tool": f'exec {llvm("install-name-tool")} "$@"',
        "lipo": f'exec {llvm("lipo")} "$@"',
        "codesign": "exit 0",
    }
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder for the libraries of the machine.

    Its path is shorter than what linked files ask for: LLVM's install-name-tool lets a longer one grow into the code.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "m")
        path.mkdir()
        yield path


class Gmpy2:
    """The parts of gmpy2's wheel for one platform: its own files, and by their names the libraries beside them."""

    def __init__(self, folder: Path, machine: Path, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.machine = folder, machine
        self.tag = f"cp311-cp311-{PLATFORMS[platform][-1]}"
        self.monkeypatch = monkeypatch
        released = contents.of_wheel(wheel_of("gmpy2==2.3.2", platform))
        files = {place: released.read(name) for place, name in released.files.items() if ".dist-info/" not in place}
        beside = [place for place in files if place.startswith("gmpy2.libs/")]
        self.libraries = {place.rpartition("/")[2]: files.pop(place) for place in beside}
        code = files["gmpy2/__init__.py"].decode().replace("\r", "").rpartition("# end delvewheel patch\n")[2]
        # On Windows what the provider does when it is imported leads to its library.
        first = "import prov\n" if platform == "win" else ""
        self.files = {**files, "gmpy2/__init__.py": f"{first}{code}".encode()}
        for name, data in self.libraries.items():
            (self.machine / name).write_bytes(data)

    def provider(self, library: str, data: bytes) -> Path:
        files = {"prov/__init__.py": LOADING.encode(), f"prov/lib/{library}": data}
        return wheel(self.folder, "prov", files, tag=f"py3-none-{self.tag.rpartition('-')[2]}")

    def build(self, provider: Path) -> tuple[Path, tuple[Finding, ...]]:
        """What abiding makes of the wheel that the wrapped backend wrote, and what it says of it."""
        line = "prov==1.0"
        self.monkeypatch.syspath_prepend(installed(provider, self.folder / "site"))
        written = wheel(self.folder, "gmpy2", self.files, requires=[line], tag=self.tag, version="2.3.2")
        put, record, findings = building.lead_to_providers(written, [line], [building.Native("prov", line)], ABOUT)
        target = self.folder / "built" / written.name
        target.parent.mkdir()
        opened = Wheel.open(written)
        rewrite(opened, target, {**put, f"{opened.dist_info}/{MEMBER}": record.to_json()})
        return target, findings


def repaired(built: Path, *arguments: str) -> tuple[int, list[Path]]:
    folder = built.parent.parent / "repaired"
    return main(["repair", "-w", str(folder), str(built), *arguments]), sorted(folder.glob("*"))


def copied(path: Path) -> list[str]:
    """The libraries in a wheel, by the start of their names."""
    with ZipFile(path) as archive:
        names = [name.rpartition("/")[2] for name in archive.namelist()]
    return sorted(name.split("-")[0].split(".")[0] for name in names if name.endswith((".dll", ".dylib")))


def errors(findings: Sequence[Finding]) -> list[str]:
    return [one.rule for one in findings if one.severity == "error"]


# Windows


@pytest.fixture
def windows(tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch) -> Gmpy2:
    return Gmpy2(tmp_path, machine, "win", monkeypatch)


def test_windows(windows: Gmpy2) -> None:
    provider = windows.provider("libgmp-10.dll", windows.libraries["libgmp-10.dll"])
    built, findings = windows.build(provider)
    (finding,) = findings
    assert (finding.rule, finding.severity.value) == ("unprovided-library", "note")
    assert finding.found == ("libmpc-3.dll", "libmpfr-6.dll")
    status, (path,) = repaired(built, "--", "--add-path", str(windows.machine))
    assert (status, path.name) == (0, built.name)
    assert copied(path) == ["libgcc_s_seh", "libmpc", "libmpfr", "libwinpthread"]
    assert metadata_of_wheel(path) == metadata_of_wheel(built)
    assert native_record(path) == native_record(built)
    assert examine(path) == examine(path, [provider]) == ()
    with ZipFile(path) as archive:
        assert b"delvewheel patch" in archive.read("gmpy2/__init__.py")


def test_windows_without_what_is_to_be_copied_in(windows: Gmpy2, capfd: pytest.CaptureFixture[str]) -> None:
    built, _ = windows.build(windows.provider("libgmp-10.dll", windows.libraries["libgmp-10.dll"]))
    assert repaired(built) == (2, [])
    said = capfd.readouterr().err
    assert "Unable to find library: libmp" in said
    assert "error[repair-failed]: `delvewheel` ended with exit status 1" in said
    assert "-- --add-path FOLDER`" in said


def test_windows_with_a_library_that_the_build_has_copied_in(
    windows: Gmpy2, capsys: pytest.CaptureFixture[str]
) -> None:
    """Many a setup.py puts the DLL beside the module: the loader takes that one first."""
    provider = windows.provider("libgmp-10.dll", windows.libraries["libgmp-10.dll"])
    built, _ = windows.build(provider)
    windows.files["gmpy2/libgmp-10.dll"] = windows.libraries["libgmp-10.dll"]
    with_copy = wheel(
        windows.folder / "copy", "gmpy2", windows.files, requires=["prov==1.0"], tag=windows.tag, version="2.3.2"
    )
    with ZipFile(built) as archive:
        record = archive.read("gmpy2-2.3.2.dist-info/abiding.json")
    target = windows.folder / "given" / with_copy.name
    target.parent.mkdir()
    rewrite(Wheel.open(with_copy), target, {"gmpy2-2.3.2.dist-info/abiding.json": record})
    assert repaired(target, "--", "--add-path", str(windows.machine)) == (1, [])
    assert "error[bundled-and-declared]: `libgmp-10.dll` is in the wheel" in " ".join(capsys.readouterr().err.split())


def test_windows_repaired_as_without_abiding(windows: Gmpy2) -> None:
    built, _ = windows.build(windows.provider("libgmp-10.dll", windows.libraries["libgmp-10.dll"]))
    command = ["repair", "--add-path", str(windows.machine), "-w", str(windows.folder / "alone"), str(built)]
    subprocess.run([sys.executable, "-m", "delvewheel", *command], check=True, capture_output=True)
    (path,) = (windows.folder / "alone").iterdir()
    assert "libgmp" in copied(path)
    assert errors(examine(path)) == ["bundled-and-declared"]


def test_windows_whose_provider_nobody_imports(windows: Gmpy2) -> None:
    windows.files["gmpy2/__init__.py"] = windows.files["gmpy2/__init__.py"].removeprefix(b"import prov\n")
    _, findings = windows.build(windows.provider("libgmp-10.dll", windows.libraries["libgmp-10.dll"]))
    assert errors(findings) == ["unreachable-library"]


# macOS


@pytest.fixture
def macos(tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch, macos_tools: Path) -> Gmpy2:
    """As linked on a machine that has MPFR and MPC, and a GMP for these, in one folder of its own."""
    made = Gmpy2(tmp_path, machine, "mac", monkeypatch)
    change = macos_tools / "install_name_tool"
    module = tmp_path / "module.so"
    place = "gmpy2/gmpy2.cpython-311-darwin.so"
    module.write_bytes(made.files[place])
    for name in made.libraries:
        there = "@rpath" if name.startswith("libgmp") else made.machine
        subprocess.run([change, "-change", f"@loader_path/../gmpy2.libs/{name}", f"{there}/{name}", module], check=True)
    made.files[place] = module.read_bytes()
    return made


def needs_of_gmp(path: Path) -> dict[str, str]:
    """The name under which each file of a wheel asks for GMP."""
    images = contents.of_wheel(path).images
    return {image.file_name: need for image in images for need in image.needs if "gmp." in need}


@needs_llvm
def test_macos(macos: Gmpy2) -> None:
    provider = macos.provider("libgmp.10.dylib", macos.libraries["libgmp.10.dylib"])
    built, findings = macos.build(provider)
    assert {(one.rule, one.severity.value) for one in findings} == {("unprovided-library", "note")}
    module = "gmpy2.cpython-311-darwin.so"
    assert needs_of_gmp(built) == {module: "@loader_path/../prov/lib/libgmp.10.dylib"}
    status, (path,) = repaired(built, "--", "--require-archs", "arm64")
    assert (status, path.name) == (0, built.name)
    assert copied(path) == ["libmpc", "libmpfr"]
    inside = "@loader_path/../../prov/lib/libgmp.10.dylib"
    assert needs_of_gmp(path) == {
        module: "@loader_path/../prov/lib/libgmp.10.dylib", "libmpc.3.dylib": inside, "libmpfr.6.dylib": inside
    }  # fmt: skip
    assert metadata_of_wheel(path) == metadata_of_wheel(built)
    assert native_record(path) == native_record(built)
    assert examine(path) == examine(path, [provider]) == ()


@needs_llvm
def test_macos_for_another_architecture(macos: Gmpy2, capfd: pytest.CaptureFixture[str]) -> None:
    built, _ = macos.build(macos.provider("libgmp.10.dylib", macos.libraries["libgmp.10.dylib"]))
    assert repaired(built, "--", "--require-archs", "x86_64") == (2, [])
    assert "error[repair-failed]: `delocate` ended with exit status 1" in capfd.readouterr().err


@needs_llvm
def test_macos_without_what_is_to_be_copied_in(macos: Gmpy2, capsys: pytest.CaptureFixture[str]) -> None:
    """delocate is told to pass over what it does not find, for the sake of the provider; the check does not."""
    built, _ = macos.build(macos.provider("libgmp.10.dylib", macos.libraries["libgmp.10.dylib"]))
    shutil.rmtree(macos.machine)
    assert repaired(built) == (1, [])
    assert "error[unprovided-library]: `libmpc.3.dylib` is neither the platform's" in capsys.readouterr().err


@needs_llvm
def test_macos_repaired_as_without_abiding(macos: Gmpy2) -> None:
    """delocate follows the library of the machine for MPFR, and passes over the provider's."""
    built, _ = macos.build(macos.provider("libgmp.10.dylib", macos.libraries["libgmp.10.dylib"]))
    command = ["--ignore-missing-dependencies", "-w", str(macos.folder / "alone"), str(built)]
    subprocess.run([sys.executable, "-m", "delocate.cmd.delocate_wheel", *command], check=True, capture_output=True)
    (path,) = (macos.folder / "alone").iterdir()
    assert "libgmp" in copied(path)
    assert "bundled-and-declared" in errors(examine(path))
    # The copies would find no GMP if it were only left out.
    command = ["-e", "/libgmp.10.dylib", "--ignore-missing-dependencies", "-w", str(macos.folder / "left"), str(built)]
    subprocess.run([sys.executable, "-m", "delocate.cmd.delocate_wheel", *command], check=True, capture_output=True)
    (path,) = (macos.folder / "left").iterdir()
    assert errors(examine(path)) == ["unreachable-library"]
