"""The unmodified cibuildwheel builds, repairs, audits and tests an example; a mistake stops it, with our message.

A table has one mistake for each rule. Not in it: what needs two wheels in one hand (`wheels-disagree`), a front end that
prepares metadata (`prepared-differs`), or no more than pyproject.toml (`not-dynamic` and its like). Of
`ambiguous-soname`, a warning, a run shows that it stays one.

It takes a container engine; where there is none, the `docker` in ../shared/tools beside this checkout, or in the folder
that ABIDING_DOCKER names, stands in for one. That needs root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from makers.compiled import library, wheel
from makers.environments import Environment
from makers.workshop import once

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from makers.environments import Outcome


def succeeds(*command: str) -> bool:
    found = shutil.which(command[0])
    return found is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


HAS_ENGINE = succeeds("docker", "version", "--format", "{{json .}}")


def stand_in() -> str | None:
    """Return the folder of a `docker` that stands in for an engine, where it is needed and can work."""
    beside = CHECKOUT.parent / "shared" / "tools"
    is_root = os.geteuid() == 0 and succeeds("unshare", "--mount", "true")
    found = str(beside) if not HAS_ENGINE and is_root and (beside / "docker").is_file() else None
    return os.environ.get("ABIDING_DOCKER", found)


STAND_IN = stand_in()

pytestmark = [
    pytest.mark.real,
    pytest.mark.network,
    pytest.mark.skipif(
        not HAS_ENGINE and not STAND_IN,
        reason="there is no container engine, and no stand-in in ../shared/tools that this user can run",
    ),
]

# A library that any distribution of Linux with GnuTLS has, so that it is on the search path of every image.
SYSTEMS = "libgmp.so.10"
OPENBLAS = "scipy-openblas32==0.3.34.481.3"
ENTRY = f'    {{ requires = "{OPENBLAS}", native = true'
PREPARED = "python -m pip install abiding[native] wheel"
REPAIR = "abiding repair -w {dest_dir} {wheel}"


def installed_around(*requirements: str) -> dict[str, str]:
    """Install into a folder of this run: with the stand-in, an environment outlives it and serves others."""
    around = f"uv pip install --target /tmp/around {' '.join(requirements)}"
    return {"CIBW_BEFORE_BUILD": f"{PREPARED} && {around}"}


def without_isolation(*requirements: str) -> dict[str, str]:
    return {
        **installed_around("meson-python", "ninja", *requirements),
        "CIBW_BUILD_FRONTEND": "build[uv]; args: --no-isolation --skip-dependency-check",
        "CIBW_ENVIRONMENT": 'PYTHONPATH=/tmp/around PATH="/tmp/around/bin:$PATH"',
    }


def repaired_by(command: str) -> dict[str, str]:
    return {"CIBW_REPAIR_WHEEL_COMMAND": command}


def edit(archive: str, command: str, folder: str) -> str:
    """Write the command that runs another in an unpacked wheel, and packs it into a folder."""
    unpacked = f"{folder}/../unpacked"
    return (
        f"mkdir -p {folder} && rm -rf {unpacked} && python -m wheel unpack -d {unpacked} {archive} && rm {archive} && "
        f"(cd {unpacked}/* && {command}) && python -m wheel pack -d {folder} {unpacked}/*"
    )


BETWEEN = "{dest_dir}/../between"


def edited_before(command: str) -> dict[str, str]:
    repair = REPAIR.replace("{wheel}", f"{BETWEEN}/*.whl")
    return repaired_by(f"{edit('{wheel}', command, BETWEEN)} && {repair}")


def edited_after(command: str) -> dict[str, str]:
    repair = REPAIR.replace("{dest_dir}", BETWEEN)
    return repaired_by(f"{repair} && {edit(f'{BETWEEN}/*.whl', command, '{dest_dir}')}")


# A module by the name of auditwheel that does more than auditwheel.
MORE_THAN_AUDITWHEEL = f"""
import subprocess, sys
from auditwheel.main import main
if main():
    sys.exit(1)
folder = sys.argv[sys.argv.index("-w") + 1]
command = {edit("FOLDER/*.whl", "sed -i '/^Summary/s/whatever/any/' *.dist-info/METADATA", "FOLDER")!r}
sys.exit(subprocess.call(command.replace("FOLDER", folder), shell=True))
"""
AUDITWHEEL = {
    "tools/auditwheel/__init__.py": "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n",
    "tools/auditwheel/__main__.py": MORE_THAN_AUDITWHEEL,
}

Edit = tuple[str, str, str]
USE: Edit = ("dots/_dots.c", "*result = NULL;", "*result = NULL;\n    int points(void);\n    points();")


def linked_with(file: str) -> tuple[Edit, ...]:
    """Link the extension with a library of `points`, which is found without what abiding does for that."""
    path = "run_command(py, '-c', 'import points; print(points.__path__[0])', check: true).stdout().strip()"
    more = f"[declare_dependency(link_args: {path} / 'lib/{file}'), blas]"
    return (USE, ("meson.build", "[blas]", more))


def built_with(line: str) -> Edit:
    return "pyproject.toml", '"meson-python>=0.18"', f'"meson-python>=0.18", "{line}"'


def declared(entry: str) -> Edit:
    return "pyproject.toml", ENTRY, f"    {entry},\n{ENTRY}"


@dataclass(frozen=True)
class Mistake:
    """What is done wrong, at which step the run stops, by which rule, and what is said."""

    name: str
    step: str
    rule: str
    said: str
    edits: tuple[Edit, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


BUILD, REPAIRING, AUDIT, TEST = "Building wheel...", "Repairing wheel...", "Auditing wheel...", "Testing wheel..."
STEPS = (BUILD, REPAIRING, AUDIT, TEST)

NATIVE = [
    Mistake(
        "forgot to declare what is linked with",
        AUDIT,
        "unprovided-library",
        "`libscipy_openblas.so` is neither the platform's nor in the wheel",
        edits=(("pyproject.toml", ENTRY, f"    # {ENTRY.strip()}"),),
        settings=installed_around(OPENBLAS)
        | {"CIBW_ENVIRONMENT": "PKG_CONFIG_PATH=/tmp/around/scipy_openblas32/lib/pkgconfig"}
        | repaired_by("auditwheel repair --exclude libscipy_openblas.so -w {dest_dir} {wheel}"),
    ),
    Mistake(
        "forgot to declare one of two",
        BUILD,
        "undeclared-provider",
        "`libpoints.so` is from `points`, which the wheel does not require",
        edits=(*linked_with("libpoints.so"), built_with("points==1.0")),
    ),
    Mistake(
        "declares what only brings the library along",
        BUILD,
        "transitive-provider",
        "`libpoints.so` is from `points`, which only another requirement requires",
        edits=(*linked_with("libpoints.so"), built_with("lines==1.0"), declared('"lines==1.0"')),
    ),
    Mistake(
        "declares what it does not link with",
        BUILD,
        "unused-provider",
        "`points` is declared as native, and no file of the wheel uses a library of it",
        edits=(declared('{ requires = "points==1.0", native = true }'),),
    ),
    Mistake(
        "calls what the library does not have",
        BUILD,
        "missing-symbol",
        "`libscipy_openblas.so` of `scipy-openblas32` lacks 1 of the symbols that are used",
        edits=(USE,),
    ),
    Mistake(
        "installed no provider",
        BUILD,
        "missing-provider",
        "`scipy-openblas32`, which the wheel is to be linked with, is not in the build environment",
        settings=without_isolation(),
    ),
    Mistake(
        "installed a provider of another version",
        BUILD,
        "provider-changed",
        "`scipy-openblas32` in the build environment is not the version that is declared",
        settings=without_isolation("scipy-openblas32==0.3.33.201.0"),
    ),
    Mistake(
        "forgot to exclude what is declared",
        AUDIT,
        "bundled-and-declared",
        "in the wheel, which requires it from `scipy-openblas32` too",
        settings=installed_around(OPENBLAS)
        | repaired_by(
            "LD_LIBRARY_PATH=/tmp/around/scipy_openblas32/lib auditwheel repair -w {dest_dir} {wheel}",
        ),
    ),
    Mistake(
        "removes run paths",
        REPAIRING,
        "unreachable-library",
        "no run path leads to `scipy_openblas32/lib/libscipy_openblas.so`, and nothing loads it before",
        settings=edited_before("patchelf --remove-rpath dots/*.so"),
    ),
    Mistake(
        "adds a run path of the machine",
        AUDIT,
        "leaked-rpath",
        "leads to `/opt/blas/lib`, a folder of the machine that built it",
        settings=edited_after("patchelf --force-rpath --add-rpath /opt/blas/lib dots/*.so"),
    ),
    Mistake(
        "promises an older platform than the provider has",
        REPAIRING,
        "tag-below-provider",
        "the wheel can be installed where `scipy-openblas32` can't",
        settings=repaired_by(f"{REPAIR} --plat manylinux_2_17_x86_64"),
    ),
    Mistake(
        "names a platform that the wheel is not for",
        REPAIRING,
        "repair-failed",
        "`auditwheel` ended with exit status",
        settings=repaired_by(f"{REPAIR} --plat musllinux_1_2_x86_64"),
    ),
    Mistake(
        "has a repair tool that edits metadata",
        REPAIRING,
        "repair-changed-metadata",
        "`Summary` of the repaired wheel is not what was built",
        files=AUDITWHEEL,
        settings=repaired_by(f"PYTHONPATH={{project}}/tools {REPAIR}"),
    ),
    Mistake(
        "edits the record of the build",
        REPAIRING,
        "bad-provenance",
        "has a record of its build (`abiding.json`) of version 3; this abiding reads 2",
        settings=edited_before("""sed -i 's/"version": 2/"version": 3/' *.dist-info/abiding.json"""),
    ),
    Mistake(
        "audits without what reads compiled files",
        AUDIT,
        "missing-extra",
        "install `abiding[native]`",
        settings={"CIBW_AUDIT_REQUIRES": "abiding"},
    ),
]


# What is done to METADATA after the repair, by which rule that is told, and what is said. The audit stops once for all.
METADATA = (
    ("undeclared-requirement", "the wheel adds `spam`", "/^Requires-Dist: packaging>/a Requires-Dist: spam"),
    ("changed-requirement", "`packaging>=20`", "s/^Requires-Dist: packaging>=20/Requires-Dist: packaging>=21/"),
    ("missing-requirement", "`packaging<1000`", "/^Requires-Dist: packaging</d"),
    ("undeclared-change", "`Summary`", "/^Summary/s/whatever/any/"),
)
LOST = (("lost-requirement", "`packaging>=20`", "/^Requires-Dist: packaging>/d"),)


@pytest.fixture(scope="session")
def driver(shared: Path) -> Path:
    """Return the environment that cibuildwheel runs in."""

    def make(folder: Path) -> None:
        Environment(folder / "environment", folder).make(["cibuildwheel==4.3.3", "build[uv]", "uv"])

    return once(shared / "cibuildwheel", make) / "environment"


@pytest.fixture(scope="session")
def providers(shared: Path) -> Path:
    """Return a folder with `points`, which ships libraries, and `lines`, which requires it."""

    def make(folder: Path) -> None:
        tag = "py3-none-manylinux_2_17_x86_64"
        files: dict[str, Path | bytes] = {"points/__init__.py": b""}
        for name in ("libpoints.so", SYSTEMS):
            files[f"points/lib/{name}"] = library(folder / name, "points", soname=name)
        wheel(folder, "points", files, tag=tag)
        wheel(folder, "lines", {"lines/__init__.py": b""}, requires=["points==1.0"], tag=tag)

    return once(shared / "providers", make)


class Cibuildwheel:
    """cibuildwheel with everything that its runs have in common."""

    def __init__(self, driver: Path, wheelhouse: Path, wheels: Path, state: Path) -> None:
        # The container sees this machine below /host.
        places = [str(wheels), *os.environ.get("PIP_FIND_LINKS", "").split()]
        inside = [f"/host{place}" for place in places]
        self.variables = f'PIP_FIND_LINKS="{" ".join(inside)}" UV_FIND_LINKS="{",".join(inside)}"'
        self.driver = driver
        self.wheelhouse = wheelhouse
        self.more = {
            "PATH": os.pathsep.join(filter(None, [STAND_IN, str(driver / "bin"), os.environ["PATH"]])),
            "FAKE_DOCKER_STATE": str(state),
            "FAKE_DOCKER_PYTHON": sys.executable,
            "CIBW_BUILD": f"cp{sys.version_info[0]}{sys.version_info[1]}-manylinux_x86_64",
            "CIBW_BEFORE_BUILD": PREPARED,
        }

    def run(self, folder: Path, source: Path, settings: Mapping[str, str]) -> Outcome:
        own = f"{self.variables} {settings.get('CIBW_ENVIRONMENT', '')}"
        more = {**self.more, **settings, "CIBW_ENVIRONMENT": own}
        environment = Environment(self.driver, self.wheelhouse, more)
        command = ("cibuildwheel", "--platform", "linux", "--output-dir", folder / "out", source)
        return environment.run(*command, cwd=source if source.is_dir() else folder, code=None)


@pytest.fixture(scope="session")
def wheels(wheelhouse: Path, providers: Path) -> Iterator[Path]:
    """Give a folder with all wheels of ours on the disk: the stand-in does not show what is mounted, as memory is."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for path in (*wheelhouse.glob("*.whl"), *providers.glob("*.whl")):
            shutil.copy(path, folder)
        yield Path(folder)


@pytest.fixture(scope="session")
def cibuildwheel(driver: Path, wheelhouse: Path, wheels: Path, shared: Path, worker_id: str) -> Cibuildwheel:
    """Return what runs it: the stand-in's environment is made once for each worker, which runs one test at a time."""
    return Cibuildwheel(driver, wheelhouse, wheels, shared / f"docker-{worker_id}")


def laid(tree: Path, edits: tuple[Edit, ...] = (), files: Mapping[str, str] | None = None) -> Path:
    """Lay the example out with some changes, and record it in git, since meson-python makes sdists from that."""
    shutil.copytree(CHECKOUT / "examples" / "scipy-openblas", tree)
    for name, old, new in edits:
        text = (tree / name).read_text("utf-8")
        assert old in text
        (tree / name).write_text(text.replace(old, new), encoding="utf-8")
    for name, text in (files or {}).items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.invalid", "-C", tree)
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "dots")):
        subprocess.run([*git, *command], check=True)
    return tree


@pytest.fixture(scope="session")
def sdist(driver: Path, wheelhouse: Path, shared: Path) -> Path:
    """Return an sdist of the example with a requirement at either level."""
    api: Edit = ("pyproject.toml", "dependencies = []", 'dependencies = ["packaging>=20"]')

    def make(folder: Path) -> None:
        tree = laid(folder / "tree", (api, declared('"packaging<1000"')))
        environment = Environment(driver, wheelhouse)
        environment.run("python", "-m", "build", "--installer", "uv", "--sdist", "--outdir", folder / "dist", tree)

    (made,) = (once(shared / "sdist-of-dots", make) / "dist").iterdir()
    return made


# For wheels of the ABI level from an sdist that says "api"; what is audited is held against the sdist.
FROM_SDIST = {
    "CIBW_CONFIG_SETTINGS": "abiding.level=abi",
    "CIBW_AUDIT_COMMAND": "abiding check {wheel} {package}",
}


def words(outcome: Outcome) -> str:
    return " ".join((outcome.stdout + outcome.stderr).split())


def stopped(step: str, errors: Mapping[str, str], outcome: Outcome, folder: Path) -> None:
    """Hold a run to its mistakes: no wheel, no step after the one that tells, and no other error."""
    assert outcome.code, str(outcome)
    assert not list(folder.glob("out/*.whl"))
    said = words(outcome)
    assert [each for each in STEPS if each in said] == list(STEPS[: STEPS.index(step) + 1]), str(outcome)
    assert set(re.findall(r"error\[([a-z-]+)\]", said)) == errors.keys(), str(outcome)
    for rule, message in errors.items():
        assert message in said.partition(f"error[{rule}]: ")[2], str(outcome)


@pytest.mark.parametrize("mistake", [pytest.param(one, id=one.name.replace(" ", "-")) for one in NATIVE])
def test_a_mistake_about_libraries(mistake: Mistake, cibuildwheel: Cibuildwheel, tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", mistake.edits, mistake.files)
    outcome = cibuildwheel.run(tmp_path, tree, mistake.settings)
    stopped(mistake.step, {mistake.rule: mistake.said}, outcome, tmp_path)


@pytest.mark.parametrize("mistakes", [METADATA, LOST])
def test_mistakes_about_metadata(
    mistakes: tuple[tuple[str, str, str], ...], cibuildwheel: Cibuildwheel, sdist: Path, tmp_path: Path
) -> None:
    edits = " ".join(f"-e '{edit}'" for _, _, edit in mistakes)
    settings = {**FROM_SDIST, **edited_after(f"sed -i {edits} *.dist-info/METADATA")}
    errors = {rule: said for rule, said, _ in mistakes}
    stopped(AUDIT, errors, cibuildwheel.run(tmp_path, sdist, settings), tmp_path)


def finished(outcome: Outcome, folder: Path) -> Path:
    assert not outcome.code, str(outcome)
    said = words(outcome)
    assert [step for step in STEPS if step in said] == list(STEPS)
    (path,) = folder.glob("out/*.whl")
    return path


def test_it_builds_repairs_audits_and_tests(cibuildwheel: Cibuildwheel, tmp_path: Path) -> None:
    """The example as it is, from the tree."""
    outcome = cibuildwheel.run(tmp_path, laid(tmp_path / "tree"), {})
    path = finished(outcome, tmp_path)
    assert path.name.endswith("-manylinux_2_27_x86_64.whl")
    with ZipFile(path) as archive:
        assert "dots-1.0.0.dist-info/abiding.json" in archive.namelist()
        assert not [name for name in archive.namelist() if "openblas" in name]
    assert "Running audit command: abiding check /" in outcome.stdout
    assert "clean: one file, with nothing to compare it with" in outcome.stdout


def test_from_an_sdist_the_audit_compares_with_it(cibuildwheel: Cibuildwheel, sdist: Path, tmp_path: Path) -> None:
    outcome = cibuildwheel.run(tmp_path, sdist, FROM_SDIST)
    finished(outcome, tmp_path)
    assert "+2 lines of `Requires-Dist`, as declared" in outcome.stdout
    assert "declared: 1 of 1 wheel differs from the sdist, all as declared" in outcome.stdout


def test_a_warning_stops_nothing(cibuildwheel: Cibuildwheel, tmp_path: Path) -> None:
    """A library that has the name of one of the system's."""
    edits = (*linked_with(SYSTEMS), declared('{ requires = "points==1.0", native = true }'))
    outcome = cibuildwheel.run(tmp_path, laid(tmp_path / "tree", edits), {})
    finished(outcome, tmp_path)
    assert "ambiguous-soname" in words(outcome)
    assert f"`{SYSTEMS}` of `points` has the name of another library" in words(outcome)
