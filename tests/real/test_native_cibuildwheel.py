"""The unmodified cibuildwheel builds, repairs, audits and tests an example; with a mistake in it, it stops.

It needs a container engine. Where there is none, ABIDING_DOCKER names a folder with a `docker` that stands in for one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from .conftest import CHECKOUT
from .environments import Environment
from .workshop import once

if TYPE_CHECKING:
    from .environments import Outcome

STAND_IN = os.environ.get("ABIDING_DOCKER", "")


def has_engine() -> bool:
    command = ["docker", "version", "--format", "{{json .}}"]
    return bool(STAND_IN) or (
        shutil.which("docker") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(not has_engine(), reason="there is no container engine"),
]

# What `abiding check` does with a wheel on disk.
AUDIT = """
import sys
from pathlib import Path
from abiding import native
from abiding.report.screen import block
findings = [one for found in native.checked(map(Path, sys.argv[1:])).values() for one in found]
print(*(block(one) for one in findings), sep="\\n")
sys.exit(any(one.severity == "error" for one in findings))
"""


@pytest.fixture(scope="session")
def driver(shared: Path) -> Path:
    """Return the environment that cibuildwheel runs in."""

    def make(folder: Path) -> None:
        Environment(folder / "environment", folder).make(["cibuildwheel==4.3.3", "build[uv]", "uv"])

    return once(shared / "cibuildwheel", make) / "environment"


class Run:
    """One project, and cibuildwheel on it."""

    def __init__(self, folder: Path, driver: Path, wheelhouse: Path) -> None:
        self.folder = folder
        self.tree = folder / "tree"
        shutil.copytree(CHECKOUT / "examples" / "scipy-openblas", self.tree)
        (self.tree / "audit.py").write_text(AUDIT, encoding="utf-8")
        # The container sees this machine below /host.
        places = [f"/host{wheelhouse}", *os.environ.get("PIP_FIND_LINKS", "").split()]
        inside = f'PIP_FIND_LINKS="{" ".join(places)}" UV_FIND_LINKS="{",".join(places)}"'
        self.environment = Environment(
            driver,
            wheelhouse,
            {
                "PATH": os.pathsep.join(filter(None, [STAND_IN, str(driver / "bin"), os.environ["PATH"]])),
                "FAKE_DOCKER_STATE": str(folder / "state"),
                "FAKE_DOCKER_PYTHON": sys.executable,
                "CIBW_BUILD": f"cp{sys.version_info[0]}{sys.version_info[1]}-manylinux_x86_64",
                "CIBW_ENVIRONMENT": inside,
                "CIBW_AUDIT_COMMAND": "python {project}/audit.py {wheel}",
            },
        )

    def change(self, name: str, old: str, new: str) -> None:
        file = self.tree / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def build(self, *, code: int | None, **variables: str) -> Outcome:
        git = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-C", self.tree)
        for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "dots")):
            self.environment.run("git", *git, *command)
        more = {**self.environment.more, **variables}
        environment = Environment(self.environment.root, self.environment.wheelhouse, more)
        output = self.folder / "out"
        return environment.run("cibuildwheel", "--platform", "linux", "--output-dir", output, cwd=self.tree, code=code)

    def stopped(self, **variables: str) -> str:
        done = self.build(code=None, **variables)
        assert done.code
        assert not list(self.folder.glob("out/*.whl"))
        return " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def run(tmp_path: Path, driver: Path, wheelhouse: Path) -> Run:
    return Run(tmp_path, driver, wheelhouse)


def test_it_builds_repairs_audits_and_tests(run: Run) -> None:
    said = run.build(code=0).stdout
    (path,) = run.folder.glob("out/*.whl")
    assert path.name.endswith("-manylinux_2_27_x86_64.whl")
    with ZipFile(path) as archive:
        assert "dots-1.0.0.dist-info/abiding/provenance.json" in archive.namelist()
        assert not [name for name in archive.namelist() if "openblas" in name]
    for step in ("Repairing wheel...", "Auditing wheel...", "Testing wheel..."):
        assert step in said


def test_forgot_to_exclude(run: Run) -> None:
    """auditwheel called as without abiding, while it can find the library: it copies the library in."""
    site = "$(python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))')"
    said = run.stopped(
        CIBW_BEFORE_BUILD="python -m pip install abiding[native] scipy-openblas32==0.3.34.481.3",
        CIBW_REPAIR_WHEEL_COMMAND=f"LD_LIBRARY_PATH={site}/scipy_openblas32/lib auditwheel repair -w {{dest_dir}} {{wheel}}",
    )
    assert "error[bundled-and-declared]: `libscipy_openblas-" in said
    assert "in the wheel, which requires it from `scipy-openblas32` too" in said


def test_forgot_to_declare(run: Run) -> None:
    """The library is found by other means, and left out of the wheel as if it were declared."""
    entry = '    { requires = "scipy-openblas32==0.3.34.481.3"'
    run.change("pyproject.toml", entry, f"    # {entry.strip()}")
    site = "$(python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))')"
    variables = run.environment.more["CIBW_ENVIRONMENT"]
    said = run.stopped(
        CIBW_BEFORE_BUILD="python -m pip install abiding[native] scipy-openblas32==0.3.34.481.3",
        CIBW_ENVIRONMENT=f'{variables} PKG_CONFIG_PATH="{site}/scipy_openblas32/lib/pkgconfig"',
        CIBW_REPAIR_WHEEL_COMMAND="auditwheel repair --exclude libscipy_openblas.so -w {dest_dir} {wheel}",
    )
    assert "error[unprovided-library]: `libscipy_openblas.so` is neither the platform's nor in the wheel" in said


def test_provider_of_another_version(run: Run) -> None:
    """Without isolation the provider is what somebody has installed."""
    said = run.stopped(
        CIBW_BUILD_FRONTEND="build[uv]; args: --no-isolation --skip-dependency-check",
        CIBW_BEFORE_BUILD="python -m pip install abiding[native] meson-python ninja scipy-openblas32==0.3.30.0.8",
    )
    assert "error[provider-changed]: `scipy-openblas32` in the build environment is not the version" in said


def test_the_systems_library_instead(run: Run) -> None:
    run.change("meson.build", "dependency('scipy-openblas', ", "dependency(")
    said = run.stopped()
    assert "error[unused-provider]: `scipy-openblas32` is declared as native" in said


def test_a_tag_that_promises_too_much(run: Run) -> None:
    said = run.stopped(CIBW_REPAIR_WHEEL_COMMAND="abiding repair --plat manylinux_2_17_x86_64 -w {dest_dir} {wheel}")
    assert "error[tag-below-provider]: the wheel can be installed where `scipy-openblas32` can't" in said


def test_metadata_that_is_changed_behind_the_build(run: Run) -> None:
    """A step between build and repair that strips what was recorded leaves a library that nothing provides."""
    strip = (
        "python -m pip install wheel && python -m wheel unpack -d /tmp/un {wheel} "
        "&& rm -r /tmp/un/*/*.dist-info/abiding && sed -i '/^Requires-Dist/d' /tmp/un/*/*.dist-info/METADATA "
        "&& mkdir /tmp/packed && python -m wheel pack -d /tmp/packed /tmp/un/* "
        "&& auditwheel repair --exclude libscipy_openblas.so -w {dest_dir} /tmp/packed/*.whl"
    )
    said = run.stopped(CIBW_REPAIR_WHEEL_COMMAND=strip)
    assert "error[unprovided-library]: `libscipy_openblas.so` is neither the platform's nor in the wheel" in said
