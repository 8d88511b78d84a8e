"""Libraries and programs that an installer puts beside site-packages, and the ways between there and the packages."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from packaging.tags import parse_tag

from abiding.archives.wheel import Wheel
from abiding.archives.wheel_editing import rewrite
from abiding.native.building import Native, lead_to_providers
from abiding.native.contents import of_wheel
from abiding.native.environment import survey
from abiding.native.interpreter import Interpreter
from abiding.native.layout import SiteLayout
from abiding.native.names import place_of
from abiding.project.build_record import BuildRecord
from makers.compiled import examine, library, wheel
from makers.environments import uv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from abiding.findings.finding import Finding

pytestmark = pytest.mark.slow

OURS = f"python{sys.version_info.major}.{sys.version_info.minor}"
INTERPRETER = f"cp{sys.version_info.major}{sys.version_info.minor}"
TAG = f"{INTERPRETER}-{INTERPRETER}-linux_x86_64"
KNOWN = SiteLayout(("lib", "python3.11", "site-packages"))
OPEN = SiteLayout()


# Places and ways, against the folders of this machine


PLACES = [
    "", "prov/lib", "ham", "..", "../lib-dynload", "../..", "../../../lib", "../../../bin", "../../..",
    "../../../share/a/b", "../../../../beside",
]  # fmt: skip


@pytest.mark.parametrize("path", [*PLACES, "a/../b", "../../../lib/python3.11/site-packages/prov", "../site-packages/x", "../../python3.11/x"])  # fmt: skip
@pytest.mark.parametrize("layout", [KNOWN, SiteLayout(("lib64", "python3.11", "site-packages")), SiteLayout(())])
def test_a_place_is_spelt_in_one_way_and_stays_the_same(path: str, layout: SiteLayout) -> None:
    site = Path("/a/b/c/e", *(layout.folders or ("packages",)))
    spelt = layout.place(path)
    assert os.path.normpath(site / spelt) == os.path.normpath(site / path)
    # However it is written, with the names of folders or not.
    roundabout = os.path.relpath(site / path, site)
    assert layout.place(roundabout) == layout.place(f"{path}/x/..".lstrip("/")) == spelt


@pytest.mark.parametrize(
    ("path", "known", "unknown"),
    [
        ("../../libspam.so", "../../../lib/libspam.so", "../../../lib/libspam.so"),
        ("../../../lib/python3.11/site-packages/prov", "prov", "../../../lib/python3.11/site-packages/prov"),
        ("../../../lib/python3.10/site-packages/prov", "../../../lib/python3.10/site-packages/prov",
         "../../../lib/python3.10/site-packages/prov"),
        ("../../python3.11", "..", "../../../lib/python3.11"),
        ("../../../../lib", "../../../../lib", "../../../../lib"),
        ("/usr/lib/../x", "/usr/x", "/usr/x"),
    ],
)  # fmt: skip
def test_how_a_place_is_spelt(path: str, known: str, unknown: str) -> None:
    assert (KNOWN.place(path), OPEN.place(path)) == (known, unknown)


@pytest.mark.parametrize(("folder", "target"), [*product(PLACES, PLACES)])
def test_a_way_leads_there(folder: str, target: str) -> None:
    site = Path("/above/e/lib/python3.11/site-packages")
    way = KNOWN.way(folder, target)
    if way is None:
        assert folder.startswith("../../../../")
        assert not target.startswith("../../../../")
    else:
        assert os.path.normpath(site / folder / way) == os.path.normpath(site / target)
    # Where the name of Python's folder is open, only what has to name it has no way.
    same = OPEN.way(folder, target)
    outside = Path(folder).parts[:3] == ("..",) * 3 or folder == "../.."
    inside = Path(target).parts[:2] != ("..", "..")
    assert same == (None if outside and inside else way)


@pytest.mark.parametrize(
    ("folder", "target", "known", "unknown"),
    [
        ("ham", "prov/lib", "../prov/lib", "../prov/lib"),
        ("ham", "ham", ".", "."),
        # Not `../../..`: `lib64` is where some systems have compiled packages, and not their data.
        ("ham", "../../../lib", "../../../../lib", "../../../../lib"),
        ("../../../bin", "../../../lib", "../lib", "../lib"),
        ("../../../bin", "prov/lib", "../lib/python3.11/site-packages/prov/lib", None),
        ("../../../lib", "prov/lib", "python3.11/site-packages/prov/lib", None),
    ],
)
def test_which_way(folder: str, target: str, known: str, unknown: str | None) -> None:
    assert (KNOWN.way(folder, target), OPEN.way(folder, target)) == (known, unknown)


@pytest.mark.parametrize(
    ("tag", "python"),
    [
        ("cp311-cp311-linux_x86_64", "python3.11"),
        ("cp314-cp314-macosx_11_0_arm64", "python3.14"),
        ("cp314-cp314t-linux_x86_64", "python3.14t"),
        ("cp37-cp37m-manylinux2014_x86_64.manylinux_2_17_x86_64", "python3.7"),
        ("cp312-none-linux_x86_64", "python3.12"),
        ("pp311-pypy311_pp73-linux_x86_64", "pypy3.11"),
        # For several Pythons, or for what has folders that nobody here knows.
        ("cp313-none-linux_x86_64", ""),
        ("cp311-abi3-linux_x86_64", ""),
        ("cp311.cp312-none-linux_x86_64", ""),
        ("py3-none-linux_x86_64", ""),
        ("py311-none-linux_x86_64", ""),
        ("graalpy311-graalpy240_311_native-linux_x86_64", ""),
    ],
)
def test_the_layout_of_tags(tag: str, python: str) -> None:
    expected = SiteLayout(("lib", python, "site-packages")) if python else OPEN
    assert SiteLayout.of_tags(parse_tag(tag)) == expected


@pytest.mark.parametrize(
    ("folder", "folders"),
    [
        ("/e/lib/python3.11/site-packages", ("lib", "python3.11", "site-packages")),
        ("/usr/lib64/python3.14t/site-packages", ("lib64", "python3.14t", "site-packages")),
        ("/usr/local/lib/python3.11/dist-packages", ("lib", "python3.11", "dist-packages")),
        ("/usr/lib/python3/dist-packages", ("lib", "python3", "dist-packages")),
        ("/e/lib/pypy3.11/site-packages", ("lib", "pypy3.11", "site-packages")),
        ("/home/me/target", ()),
        ("/e/Lib/site-packages", ()),
        ("site-packages", ()),
    ],
)
def test_the_layout_of_an_environment(folder: str, folders: tuple[str, ...]) -> None:
    assert SiteLayout.of_folder(PurePosixPath(folder)) == SiteLayout(folders)


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ("ham/_ham.so", "ham/_ham.so"),
        ("ham-1.0.data/purelib/ham/x.so", "ham/x.so"),
        ("ham-1.0.data/platlib/ham/x.so", "ham/x.so"),
        ("ham-1.0.data/data/lib/x.so", "../../../lib/x.so"),
        ("ham-1.0.data/scripts/ham", "../../../bin/ham"),
    ],
)
def test_where_an_installer_puts_a_member(member: str, place: str) -> None:
    assert place_of(member) == place


# Builds, installed and run


# Where a provider may have its library, and a wheel its users: programs, and libraries.
PROVIDERS = {
    "package": "prov/lib",
    "lib": "prov-1.0.data/data/lib",
    "prefix": "prov-1.0.data/data",
    "share": "prov-1.0.data/data/share/prov/lib",
}
PROGRAMS = ("ham/bin/ham", "ham-1.0.data/scripts/ham", "ham-1.0.data/data/libexec/a/ham")
LIBRARIES = ("ham/_ham.so", "ham/lib/libham.so", "ham-1.0.data/data/lib/libham.so")
OUTSIDE = ("ham-1.0.data/scripts/ham", "ham-1.0.data/data/libexec/a/ham", "ham-1.0.data/data/lib/libham.so")


class Workshop:
    """An environment in which a provider is installed, and what is linked with that."""

    def __init__(self, folder: Path, place: str) -> None:
        self.folder = folder
        self.root = folder / "environment"
        subprocess.run(uv("venv", "--quiet", "--python", sys.executable, self.root), check=True)
        self.python = self.root / "bin" / "python"
        (self.site,) = self.root.glob("lib/python*/site-packages")
        self.library = library(folder / "libspam.so.3", "spam", soname="libspam.so.3")
        files: dict[str, Path | bytes] = {"prov/__init__.py": b"", f"{place}/libspam.so.3": self.library}
        self.provider = wheel(folder / "wheels", "prov", files, tag="py3-none-linux_x86_64")
        self.install(self.provider)

    def install(self, path: Path) -> None:
        options = ("--quiet", "--no-deps", "--no-index", "--no-cache", "--reinstall")
        subprocess.run(uv("pip", "install", *options, "--python", self.python, path), check=True)

    def user(self, member: str, run_path: str) -> Path:
        """A program that ends with what the library returns, or a library that is linked with it."""
        path = self.folder / "users" / member
        if "." in path.name:
            return library(path, calls=["spam"], links=[self.library], run_path=run_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        options = [f"-Wl,-rpath,{run_path}"] if run_path else []
        command = ["gcc", "-x", "c", "-", "-x", "none", "-o", path, self.library, *options]
        source = "int spam(void); int main(void) { return spam(); }\n"
        subprocess.run(list(map(str, command)), input=source, text=True, check=True)
        return path

    def wheel(self, users: Mapping[str, str], tag: str = TAG) -> Path:
        """A wheel as a wrapped backend leaves it: files, and the run path of each."""
        files: dict[str, Path | bytes] = {"ham/__init__.py": b""}
        files |= {member: self.user(member, run_path) for member, run_path in users.items()}
        return wheel(self.folder / "dist", "ham", files, requires=["prov==1.0"], tag=tag)

    def build(self, path: Path, *, preloaded: bool = False) -> tuple[Finding, ...]:
        """Lead a wheel to the provider, as a build does."""
        record = BuildRecord("setuptools.build_meta", "1", "abi", "")
        native = Native("prov", "prov==1.0", preloaded=preloaded)
        put, _, findings = lead_to_providers(path, ["prov==1.0"], [native], record)
        rewrite(Wheel.open(path), path, put)
        return findings

    def is_loaded(self, member: str) -> bool:
        path = self.site / place_of(member)
        if "." in path.name:
            code = f"import ctypes; ctypes.CDLL({str(path)!r})"
            return subprocess.run([self.python, "-c", code], capture_output=True, check=False).returncode == 0
        path.chmod(0o755)
        return subprocess.run([path], capture_output=True, check=False).returncode == 7


@pytest.fixture
def workshop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    if sys.platform != "linux":
        pytest.skip("the loader of Linux")
    made = Workshop(tmp_path, PROVIDERS[getattr(request, "param", "package")])
    monkeypatch.setattr(sys, "path", [*sys.path, str(made.site)])
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    return made


def run_paths(path: Path) -> dict[str, tuple[str, ...]]:
    contents = of_wheel(path)
    return {contents.files[image.place]: image.run_paths for image in contents.images}


def rules(findings: tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    """What is said of each file: by which rule, and how grave it is."""
    assert all(isinstance(finding.found, tuple) for finding in findings)
    return {(finding.rule, str(finding.severity), place) for finding in findings for place in finding.found or ()}


@pytest.mark.parametrize("workshop", PROVIDERS, indirect=True)
def test_whatever_an_installer_puts_where_finds_the_library(workshop: Workshop) -> None:
    users = dict.fromkeys((*PROGRAMS, *LIBRARIES), "")
    path = workshop.wheel(users)
    workshop.install(path)
    assert not any(map(workshop.is_loaded, users))  # as the wrapped backend left it
    assert workshop.build(path) == ()
    assert examine(path, [workshop.provider]) == ()
    workshop.install(path)
    assert [member for member in users if not workshop.is_loaded(member)] == []
    surveyed = survey(Interpreter.ask(workshop.python), load=False)
    assert surveyed.findings == ()
    (row,) = surveyed.rows
    assert (str(row.outcome), row.origin, row.wrong) == ("found", "prov 1.0", False)


@pytest.mark.parametrize("tag", ["py3-none-linux_x86_64", f"{INTERPRETER}-abi3-linux_x86_64"])
@pytest.mark.parametrize("workshop", ["package", "lib"], indirect=True)
def test_no_way_is_made_up_where_the_tag_names_no_folder(workshop: Workshop, tag: str) -> None:  # fmt: skip
    """Of what is outside none leads into the packages; all others are the same for every Python."""
    users = (*PROGRAMS, *LIBRARIES[1:])  # without a module, that would bring the library for others
    path = workshop.wheel(dict.fromkeys(users, ""), tag)
    findings = workshop.build(path)
    lost = OUTSIDE if "prov/lib/libspam.so.3" in Wheel.open(workshop.provider).names else ()
    severity = {member: "warning" if member in PROGRAMS else "error" for member in lost}
    assert rules(findings) == {("unreachable-library", severity[member], place_of(member)) for member in lost}
    assert all("no run path is right for all of the wheel" in str(finding.notes) for finding in findings)
    assert all("into the package" in str(finding.hints) for finding in findings)
    assert {member for member, paths in run_paths(path).items() if not paths} == set(lost)
    workshop.install(path)
    assert {member for member in users if not workshop.is_loaded(member)} == set(lost)


@pytest.mark.parametrize("workshop", ["package", "lib"], indirect=True)
@pytest.mark.parametrize("tag", [TAG, "py3-none-linux_x86_64"])
def test_the_folder_of_a_build_changes_nothing(workshop: Workshop, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    path = workshop.wheel(dict.fromkeys((*PROGRAMS, *LIBRARIES), ""), tag)
    built = path.read_bytes()
    for folder in (Path("/"), workshop.folder, workshop.folder / "a" / "b" / "c" / "d"):
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(folder)
        path.write_bytes(built)
        findings = workshop.build(path)
        assert str(workshop.folder) not in str(findings)
        results.append((findings, run_paths(path), examine(path, [workshop.provider])))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    ("member", "own", "expected"),
    [
        ("ham-1.0.data/scripts/ham", f"$ORIGIN/../lib/{OURS}/site-packages/prov/lib", ()),
        ("ham-1.0.data/scripts/ham", f"${{ORIGIN}}/../lib/./{OURS}/../{OURS}/site-packages/prov/lib/", ()),
        ("ham-1.0.data/data/lib/libham.so", f"$ORIGIN/{OURS}/site-packages/prov/lib", ()),
        ("ham/_ham.so", f"$ORIGIN/../../../{OURS}/site-packages/prov/lib", ()),
        # That of another Python is not where the wheel is installed.
        ("ham-1.0.data/scripts/ham", "$ORIGIN/../lib/python3.1/site-packages/prov/lib",
         (f"$ORIGIN/../lib/{OURS}/site-packages/prov/lib",)),
        ("ham-1.0.data/scripts/ham", "$ORIGIN/../lib", (f"$ORIGIN/../lib/{OURS}/site-packages/prov/lib",)),
    ],
)  # fmt: skip
def test_a_run_path_of_the_maintainers_own(
    workshop: Workshop, member: str, own: str, expected: tuple[str, ...]
) -> None:
    path = workshop.wheel({member: own})
    workshop.install(path)
    assert workshop.is_loaded(member) == (not expected)
    before = examine(path, [workshop.provider])
    assert bool(before) == bool(expected)
    assert workshop.build(path) == ()
    assert run_paths(path) == {member: (own, *expected)}
    workshop.install(path)
    assert workshop.is_loaded(member)


@pytest.mark.parametrize("tag", [TAG, "py3-none-linux_x86_64"])
def test_nothing_preloads_for_a_program(workshop: Workshop, tag: str) -> None:
    users = ("ham/_ham.so", "ham/bin/ham", "ham-1.0.data/scripts/ham")
    path = workshop.wheel(dict.fromkeys(users, ""), tag)
    findings = workshop.build(path, preloaded=True)
    led = users[1:] if tag == TAG else users[1:2]
    assert {member for member, paths in run_paths(path).items() if paths} == set(led)
    assert rules(findings) == {("unreachable-library", "warning", place_of(member)) for member in users[1:] if member not in led}  # fmt: skip
    workshop.install(path)
    assert {member for member in users if workshop.is_loaded(member)} == set(led)
