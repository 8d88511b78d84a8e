"""What the tests with real projects share: wheels of this checkout, released sdists, projects bare and wrapped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit
from filelock import FileLock

from makers.environments import UNOPTIMISED, Environment, compile_common, uv
from makers.projects import ABI_LINES, Project, as_tree, read_pyproject, requiring, unpack, unwrap, wrap
from makers.released import sdist_of
from makers.workshop import Workshop, once

if TYPE_CHECKING:
    from collections.abc import Callable

# Where readline was imported, as in the process that starts the workers, each child gets a width: a pipe has none.
os.environ.pop("COLUMNS", None)

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = CHECKOUT / "tests" / "packages"
RELEASES = {"gmpy2": "2.3.2", "contourpy": "1.3.3", "orjson": "3.13.0", "pyqt6-networkauth": "6.9.0"}
# What a project requires here, in both variants. Markers as these maturin writes in its own way.
REQUIRES = {
    "orjson": (
        "tomli>=1.1; python_version <= '3.10'",
        "colorama; platform_system == 'Windows' and (os_name == 'nt' or python_version > '3.9')",
        "tzdata; python_version == '3.15'",
    ),
    # PyQt-builder writes it into the wheel alone.
    "pyqt6-networkauth": ("PyQt6-sip (>=13.13, <14)",),
}
# Backends that put all files of a tree into the sdist, those of git too.
WITHOUT_GIT = {"pyqt6-networkauth"}


# The files whose tests take longest, and what many tests wait for: with these at the end, one worker would be left with
# them while the others have nothing to do. The order within a file stays.
BEGINNING = ("test_downstream", "test_docs", "test_frontends", "test_prove", "test_lock_files", "test_same_archives")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.path.stem if item.path.parent == Path(__file__).parent else ""
        return BEGINNING.index(name) if name in BEGINNING else len(BEGINNING)

    items.sort(key=place)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of this session have in common."""
    base = tmp_path_factory.getbasetemp()
    return base / "shared" if worker_id == "master" else base.parent / "shared"


@pytest.fixture(scope="session")
def wheelhouse(shared: Path) -> Path:
    """Return a folder with a wheel of this checkout, from which environments get it as they would from an index."""

    def make(folder: Path) -> None:
        Environment(folder, folder).run(*uv("build", "--wheel", "--quiet", "--out-dir", folder, CHECKOUT))

    return once(shared / "wheelhouse", make)


@pytest.fixture(scope="session", autouse=True)
def _bytecode(shared: Path, wheelhouse: Path) -> None:
    once(shared / "bytecode", lambda folder: compile_common(Environment(folder / "environment", wheelhouse)))


@pytest.fixture(scope="session")
def release() -> Callable[[str], Path]:
    """Return a function from a project's name to its released sdist, kept in the checkout between sessions."""

    def fetch(name: str) -> Path:
        return sdist_of(name, RELEASES[name])

    return fetch


@pytest.fixture(scope="session")
def project(shared: Path, release: Callable[[str], Path]) -> Callable[[str], Project]:
    """Return a function from a name to a project: a release, a release "as unpacked", or a folder of tests/packages."""

    def get(name: str) -> Project:
        released = name.removesuffix(" as unpacked")
        if released not in RELEASES:
            wrapped = read_pyproject(PACKAGES / name)
            # sip writes the name of an extra as a requirement: its tree has none.
            extra = ['tomlkit<0.99; extra == "fast-io"'] if "Fast_IO" in wrapped else []
            git = "v1.0rc1" if name == "mesonpy_tree" else None
            distribution = "tree-of-" + name.removesuffix("_tree").replace("_", "-")
            return Project(distribution, PACKAGES / name, unwrap(wrapped), wrapped, (*ABI_LINES, *extra), git)

        def make(folder: Path) -> None:
            tree = unpack(release(released), folder / "tree")
            if name == released:
                as_tree(tree)

        source = once(shared / "sources" / name.replace(" ", "-"), make) / "tree"
        bare = requiring(read_pyproject(source), REQUIRES.get(released, ()))
        bare = _OWN.get(released, str)(bare)
        return Project(
            released,
            source,
            bare,
            wrap(bare),
            git=f"v{RELEASES[name]}" if name == released and name not in WITHOUT_GIT else None,
            # contourpy notes the folder it was built in, and meson-python makes up a name for it each time.
            settings={"build-dir": "build-folder"} if released == "contourpy" else {},
        )

    return get


def _at_once(pyproject: str) -> str:
    """Have the sources compiled as two files, which takes a third as long."""
    document: Any = tomlkit.parse(pyproject)
    document["tool"]["meson-python"]["args"]["setup"].extend(("-Dunity=on", "-Dunity_size=8"))
    return tomlkit.dumps(document)


def _with_qt(pyproject: str) -> str:
    """Say where Qt is, and where the files of PyQt are that those of the project include."""
    document: Any = tomlkit.parse(pyproject)
    document["build-system"]["requires"] = ["sip==6.17.2", "PyQt-builder==1.21.0", "PyQt6==6.11.0"]
    document["project"]["requires-python"] = ">=3.10"  # which sip writes for its own reasons, whatever is said
    document["tool"]["sip"]["builder"] = {"qmake": shutil.which("qmake6")}
    return tomlkit.dumps(document)


# What else pyproject.toml says here.
_OWN = {"contourpy": _at_once, "pyqt6-networkauth": _with_qt}


@pytest.fixture(scope="session")
def gmp(shared: Path) -> Path:
    """Return the folder in which the example of one GMP for two packages has made everything."""
    return _example(shared, "shared-gmp")


@pytest.fixture(scope="session")
def dots(shared: Path) -> Path:
    """Return the folder in which the example that calls BLAS has made everything."""
    return _example(shared, "scipy-openblas")


def _example(shared: Path, script: str) -> Path:
    """Run the command of an example once. They share an environment, so one after the other."""

    def make(folder: Path) -> None:
        cache = CHECKOUT / ".cache"
        cache.mkdir(exist_ok=True)
        with FileLock(cache / "examples.lock"):
            environment = Environment(folder, folder, {"WORK": str(folder / "work"), **UNOPTIMISED})
            shown = environment.run("bash", CHECKOUT / "scripts" / script).stdout
        (folder / "shown").write_text(shown, encoding="utf-8")

    return once(shared / script, make)


@pytest.fixture(scope="session")
def workshop(shared: Path, wheelhouse: Path) -> Workshop:
    """Return the place where projects are built by their hooks, each thing once in a session."""
    return Workshop(shared / "workshop", wheelhouse)
