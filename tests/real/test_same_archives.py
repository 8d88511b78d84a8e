"""What abiding builds is what the wrapped backend builds, but for the declared lines: every member, every byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from makers.contents import differences_of_sdists, differences_of_wheels, has_record, pyproject_of_sdist

if TYPE_CHECKING:
    from collections.abc import Callable

    from makers.projects import Project
    from makers.workshop import Kind, Workshop

pytestmark = [pytest.mark.real, pytest.mark.network]

# Its sdist has all crates that it needs.
rust = pytest.mark.skipif(shutil.which("cargo") is None, reason="a maturin project needs Rust")
# A project of sip that is not made for the tests: all there are bind Qt, and this is one of the smallest.
qt = pytest.mark.skipif(shutil.which("qmake6") is None, reason="a sip project needs Qt 6, with QtNetworkAuth")

PACKAGES = sorted(path.name for path in (Path(__file__).parents[1] / "packages").glob("*_tree"))
# From a released sdist whose pyproject.toml alone was changed, and from the tree that it was made from.
RELEASED = [
    "gmpy2",
    "gmpy2 as unpacked",
    "contourpy",
    pytest.param("orjson", marks=rust),
    pytest.param("pyqt6-networkauth", marks=qt),
]


@pytest.mark.parametrize("name", [*RELEASED, *PACKAGES])
def test_wheel(name: str, project: Callable[[str], Project], workshop: Workshop) -> None:
    _compare_wheels(project(name), workshop, "wheel")


@pytest.mark.parametrize("name", PACKAGES)
def test_wheel_from_sdist(name: str, project: Callable[[str], Project], workshop: Workshop) -> None:
    _compare_wheels(project(name), workshop, "wheel from sdist")


@pytest.mark.parametrize("name", [*RELEASED, *PACKAGES])
def test_sdist(name: str, project: Callable[[str], Project], workshop: Workshop) -> None:
    bare, wrapped = (workshop.build(project(name), variant, "sdist") for variant in ("bare", "wrapped"))
    found = differences_of_sdists(bare.path, wrapped.path, started=(bare.started, wrapped.started))
    assert not found, "\n".join(found)
    assert pyproject_of_sdist(wrapped.path).decode() == project(name).wrapped


def _compare_wheels(project: Project, workshop: Workshop, kind: Kind) -> None:
    bare, wrapped = (workshop.build(project, variant, kind) for variant in ("bare", "wrapped"))
    found = differences_of_wheels(bare.path, wrapped.path, project.added)
    assert has_record(wrapped.path) is bool(project.added)
    assert not found, "\n".join(found)
