"""Wheels of other people, from the index: what was found in them by hand is found, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from abiding.cli import main
from abiding.native import contents
from abiding.native.images import Format
from makers.compiled import examine, wheel
from makers.released import PLATFORMS, wheel_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


def examined(requirement: str, platform: str, *others: str) -> dict[str, list[str]]:
    """The findings, by rule: the libraries or paths that each is about, notes left out."""
    found: dict[str, list[str]] = {}
    for one in examine(wheel_of(requirement, platform), [wheel_of(other, platform) for other in others]):
        if one.severity != "note":
            found.setdefault(f"{one.severity}: {one.rule}", []).append(one.field)
    return found


@pytest.mark.parametrize(
    ("requirement", "others"),
    [
        ("numpy==2.4.6", ()),
        ("gmpy2==2.3.2", ()),
        ("pyarrow==26.0.1", ()),
        ("scipy-openblas32==0.3.34.481.3", ()),
        ("scipy-openblas32==0.3.30.0.8", ()),
        ("eigenpy==3.13.0", ()),
        ("eigenpy==3.13.0", ("cmeel-boost==1.90.0",)),
        ("rapids-logger==0.3.0", ()),
    ],
)
def test_no_false_alarm(requirement: str, others: tuple[str, ...]) -> None:
    assert examined(requirement, "linux", *others) == {}


def test_torchaudio_needs_six_libraries_and_declares_nothing() -> None:
    found = examined("torchaudio==2.11.0", "linux")
    libraries = {"libc10.so", "libc10_cuda.so", "libcudart.so.13", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so"}
    assert set(found) == {"error: unprovided-library"}
    assert set(found["error: unprovided-library"]) == libraries


def test_rmm_gets_a_library_only_transitively() -> None:
    found = examined("rmm-cu12==26.10.0", "linux", "librmm-cu12==26.10.0", "rapids-logger==0.3.0")
    assert found == {"error: transitive-provider": ["librapids_logger.so"], "warning: tag-below-provider": ["Tag"]}
    assert examined("rmm-cu12==26.10.0", "linux") == {}  # what its requirements ship is not known without them


def test_networkit_does_not_find_the_library_that_it_carries() -> None:
    """Its Linux wheel lost a run path in the repair (auditwheel's issue 557); its others find it."""
    assert examined("networkit==11.1", "linux") == {"error: unreachable-library": ["libnetworkit.so"]}
    assert examined("networkit==11.1", "mac") == examined("networkit==11.1", "win") == {}


def test_a_provider_whose_files_lie_below_the_package_that_adds_their_folder() -> None:
    assert examined("pyqt6==6.12.0", "win", "pyqt6-qt6==6.11.2") == {}


@pytest.mark.parametrize(
    ("requirement", "rules"),
    [
        ("rmm-cu12==26.10.0", [("transitive-provider", "librapids_logger.so"), ("tag-below-provider", "Tag")]),
        ("eigenpy==3.13.0", []),
        ("numpy==2.4.6", []),
        ("gmpy2==2.3.2", []),
        ("pyarrow==26.0.1", []),
        ("scipy==1.17.1", [("leaked-rpath", "cython_special.cpython-311-x86_64-linux-gnu.so")]),
    ],
)
def test_a_wheel_alone_with_what_it_requires_on_the_index(
    requirement: str, rules: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = wheel_of(requirement, "linux")
    status = main(["check", str(path), "--providers-from-index", "--output-format", "json"])
    (release,) = json.loads(capsys.readouterr().out)["releases"]
    found = [(one["rule"], one["field"]) for one in release["findings"] if one["severity"] in ("error", "warning")]
    assert found == rules
    assert status == ("transitive-provider" in dict(rules))


@pytest.mark.parametrize(
    ("requirement", "platform"),
    [
        ("scipy==1.17.1", "linux"),
        ("scipy==1.17.1", "mac"),
        ("python-flint==0.9.0", "linux"),
        ("python-flint==0.9.0", "mac"),
        ("scipy-openblas32==0.3.34.481.3", "mac"),
    ],
)
def test_run_paths_that_leaked(requirement: str, platform: str) -> None:
    assert list(examined(requirement, platform)) == ["warning: leaked-rpath"]


@pytest.mark.parametrize("platform", ["mac", "win"])
@pytest.mark.parametrize("requirement", ["numpy==2.4.6", "gmpy2==2.3.2"])
def test_macos_and_windows(requirement: str, platform: str) -> None:
    assert examined(requirement, platform) == {}


@pytest.mark.parametrize("requirement", ["scipy==1.17.1", "python-flint==0.9.0", "scipy-openblas32==0.3.34.481.3"])
def test_windows(requirement: str) -> None:
    assert examined(requirement, "win") == {}


@pytest.mark.parametrize(
    ("platform", "format_", "library"),
    [
        ("mac", Format.MACH_O, "@loader_path/../gmpy2.libs/libgmp.10.dylib"),
        ("win", Format.PE, "libgmp-10.dll"),
        ("linux", Format.ELF, "libgmp-a6f47472.so.10.5.0"),
    ],
)
def test_what_gmpy2_takes_from_gmp(platform: str, format_: Format, library: str) -> None:
    """The same module on three systems uses the same functions, read from three formats."""
    built = contents.of_wheel(wheel_of("gmpy2==2.3.2", platform))
    module = next(image for image in built.images if image.file_name.startswith("gmpy2."))
    assert module.format is format_
    assert any(library in need for need in module.needs)
    gmp = built.shipped_as(library.rpartition("/")[2])
    assert gmp
    need = next(need for need in module.needs if library in need)
    used = built.symbols(module).used_of(need, built.symbols(gmp).exported)
    assert {"__gmpz_init", "__gmpz_fib_ui", "__gmpz_prevprime"} <= used
    assert used <= built.symbols(gmp).exported


# The same rules on other systems: gmpy2 with its GMP taken out of the wheel, into a provider


@pytest.mark.parametrize(
    ("platform", "tag", "gmp", "place", "code", "rules"),
    [
        ("mac", "macosx_11_0_arm64", "libgmp.10.dylib", "gmpy2.libs/", "", []),
        ("mac", "macosx_11_0_arm64", "libgmp.10.dylib", "prov/lib/", "", ["unreachable-library"]),
        ("mac", "macosx_10_9_arm64", "libgmp.10.dylib", "gmpy2.libs/", "", ["tag-below-provider"]),
        ("win", "win_amd64", "libgmp-10.dll", "prov/lib/", "", ["unreachable-library"]),
        ("win", "win_amd64", "libgmp-10.dll", "prov/lib/", "import os\nos.add_dll_directory('lib')\n", []),
    ],
)
def test_gmpy2_with_gmp_from_elsewhere(
    tmp_path: Path, platform: str, tag: str, gmp: str, place: str, code: str, rules: list[str]
) -> None:
    built = contents.of_wheel(wheel_of("gmpy2==2.3.2", platform))
    files = {where: built.read(name) for where, name in built.files.items() if ".dist-info/" not in where}
    (library,) = [where for where in files if where.endswith(gmp)]
    data = files.pop(library)
    files["gmpy2/__init__.py"] = b"import prov\n" + files["gmpy2/__init__.py"]
    theirs = {"prov/__init__.py": code.encode(), place + gmp: data}
    own = PLATFORMS[platform][-1]
    provider = wheel(tmp_path, "prov", theirs, tag=f"py3-none-{own}")
    consumer = wheel(tmp_path, "gmpy2", files, requires=["prov==1.0"], tag=f"cp311-cp311-{tag}")
    assert [finding.rule for finding in examine(consumer, [provider])] == rules
    alone = wheel(tmp_path / "alone", "gmpy2", files, tag=f"cp311-cp311-{tag}")
    (finding,) = examine(alone)
    assert (finding.rule, finding.severity.value, finding.field) == ("unprovided-library", "error", gmp)
