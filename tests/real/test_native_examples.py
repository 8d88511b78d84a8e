"""The examples of native requirements, each by its one command, and what may be said of the result."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from makers.environments import Environment

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(not shutil.which("dpkg-query"), reason="the examples use the libraries of Debian"),
]


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_scipy_openblas(dots: Path) -> None:
    shown = rows((dots / "shown").read_text("utf-8"))
    assert ["Dynamic:", "Requires-Dist", "<"] in shown
    assert ["|", "Requires-Dist:", "scipy-openblas32==0.3.34.481.3"] in shown
    library, version = "libscipy_openblas.so", "0.3.34.481.3"
    provider = ["scipy-openblas32", version]
    assert ["dots", "1.0.0", "_dots", library, *provider, version, "as", "built,", "loaded"] in shown
    (system,) = [row for row in shown if row[:4] == ["dots", "1.0.0", "_dots", "libopenblas.so.0"]]
    assert system[4].startswith("/usr/lib/")
    assert system[5:] == ["-", "the", "system's"]
    (built,) = (dots / "work").glob("built/*.whl")
    with ZipFile(built) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            # What meson-python leaves: the folder of the isolated environment.
            assert str(dots).encode() not in data
            assert b"build-env-" not in data


def installed(gmp: Path, root: Path) -> Environment:
    """Make a fresh environment with the provider and both that are linked with it."""
    wheels = gmp / "work" / "wheels"
    return Environment(root, wheels).make(
        ["gmpy2==2.3.2", "gmpsum", "shared-gmp", "pytest", "hypothesis", "setuptools"]
    )


def test_both_are_built_with_one(gmp: Path) -> None:
    shown = rows((gmp / "shown").read_text("utf-8"))
    for owner in (["gmpsum", "1.0.0", "_gmpsum"], ["gmpy2", "2.3.2", "gmpy2"]):
        assert [*owner, "libshared-gmp.so.10", "shared-gmp", "6.2.1", "6.2.1", "as", "built,", "loaded"] in shown


MAPPED = """
import sys
for name in sys.argv[1:]:
    __import__(name)
import gmpsum, gmpy2
assert str(gmpy2.fib(1000)) == gmpsum.fibonacci(1000)
with open("/proc/self/maps") as maps:
    print(*sorted({line.split()[-1] for line in maps if "gmp.so" in line}))
"""


@pytest.mark.parametrize("order", [("gmpy2", "gmpsum"), ("gmpsum", "gmpy2")])
def test_one_gmp_is_mapped_in_either_order(gmp: Path, tmp_path: Path, order: tuple[str, str]) -> None:
    environment = installed(gmp, tmp_path / "environment")
    (mapped,) = environment.run(environment.python, "-c", MAPPED, *order).stdout.split()
    assert mapped.endswith("/site-packages/shared_gmp/lib/libshared-gmp.so.10")


def test_gmpy2_passes_its_own_tests(gmp: Path, tmp_path: Path) -> None:
    environment = installed(gmp, tmp_path / "environment")
    tests = gmp / "work" / "gmpy2-2.3.2" / "test"
    done = environment.run(environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests)
    assert " passed" in done.stdout


def test_without_the_provider_nothing_falls_back_to_the_systems(gmp: Path, tmp_path: Path) -> None:
    environment = installed(gmp, tmp_path / "environment")
    uninstall = ("-m", "uv", "pip", "uninstall", "--python", environment.python, "shared-gmp")
    environment.run(sys.executable, *uninstall)
    for name in ("gmpy2", "gmpsum"):
        failed = environment.run(environment.python, "-c", f"import {name}", code=1)
        assert "cannot open shared object file" in failed.stderr
    abiding = CHECKOUT / ".cache" / "examples" / "bin" / "abiding"
    said = environment.run(abiding, "env", "--python", environment.python, code=1).stdout
    assert said.count("error[missing-provider]: `shared-gmp`, which has") >= 2
    assert "missing: no shared-gmp" in said
