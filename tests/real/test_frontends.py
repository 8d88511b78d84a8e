"""Real front ends on real projects: whichever is used, and however, what comes of it says the same."""

from __future__ import annotations

import json
from itertools import cycle, product
from typing import TYPE_CHECKING

import pytest

from makers.contents import metadata_of_sdist, metadata_of_wheel, requires
from makers.environments import ALWAYS, UNOPTIMISED, Environment, uv
from makers.frontends import Frontend
from makers.projects import ABI_LINES, build_requirements, unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from makers.projects import Project
    from makers.workshop import Workshop

pytestmark = [pytest.mark.real, pytest.mark.network]

WAYS = tuple(product(("isolated", "here"), ("tree", "sdist")))
MATRIX = [
    *(("mesonpy_tree", frontend, *way) for frontend, way in product(Frontend, WAYS)),
    # How a front end starts is the same for all projects: of one that compiles for long, each once, in all ways.
    *(("gmpy2", frontend, *way) for frontend, way in zip(Frontend, cycle(WAYS), strict=False)),
    # It compiles for longest, even without optimisation.
    ("contourpy", Frontend.PIP_INSTALL, "isolated", "sdist"),
]


@pytest.mark.parametrize(("name", "frontend", "where", "start"), MATRIX, ids=lambda value: str(value).replace(" ", "-"))
def test_frontend(
    name: str,
    frontend: Frontend,
    where: str,
    start: str,
    project: Callable[[str], Project],
    workshop: Workshop,
    wheelhouse: Path,
    tmp_path: Path,
) -> None:
    made = project(name)
    isolated = where == "isolated"
    environment = Environment(tmp_path / "environment", wheelhouse, UNOPTIMISED)
    environment.make(() if isolated else (*build_requirements(made.wrapped), *ALWAYS))
    if start == "tree":
        source = made.lay(tmp_path / "tree", "wrapped")
    elif frontend.takes_an_sdist:
        source = workshop.build(made, "wrapped", "sdist").path
    else:
        source = unpack(workshop.build(made, "wrapped", "sdist").path, tmp_path / "unpacked")

    output = tmp_path / "output"
    environment.run(*frontend.command(source, environment, output, isolated=isolated))

    if frontend.makes_archives:
        (wheel,) = output.glob("*.whl")
        metadata = metadata_of_wheel(wheel)
    else:
        metadata = environment.installed_metadata(made.name)
    bare = requires(metadata_of_wheel(workshop.build(made, "bare", "wheel").path))
    assert requires(metadata)[: len(bare)] == bare
    assert requires(metadata)[len(bare) :][: len(ABI_LINES)] == list(ABI_LINES)
    if not frontend.is_editable:
        assert metadata == metadata_of_wheel(workshop.build(made, "wrapped", "wheel").path)
    # `build` and `uv build` make both of a tree.
    for sdist in output.glob("*.tar.gz"):
        assert requires(metadata_of_sdist(sdist)) == bare


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_installers_follow_both_levels(
    installer: str, project: Callable[[str], Project], workshop: Workshop, wheelhouse: Path, tmp_path: Path
) -> None:
    sdist = workshop.build(project("mesonpy_tree"), "wrapped", "sdist").path
    environment = Environment(tmp_path / "environment", wheelhouse).make(["pip"])
    python = environment.python
    if installer == "pip":
        environment.run(python, "-m", "pip", "install", sdist)
    else:
        environment.run(*uv("pip", "install", "--python", python, sdist))
    listed = json.loads(environment.run(*uv("pip", "list", "--python", python, "--format", "json")).stdout)
    # One from the API level, one from the ABI level.
    assert {"requests", "tomlkit"} <= {entry["name"] for entry in listed}
    environment.run(python, "-m", "pip", "check")


@pytest.mark.parametrize(
    "name",
    [
        "flit_core_tree",
        "hatchling_tree",
        "pdm_backend_tree",
        "poetry_core_tree",
        "scikit_build_core_tree",
        "setuptools_tree",
    ],
)
def test_isolated_build_of_every_backend(
    name: str, project: Callable[[str], Project], workshop: Workshop, wheelhouse: Path, tmp_path: Path
) -> None:
    made = project(name)
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    tree = made.lay(tmp_path / "tree", "wrapped")
    environment.run(*Frontend.BUILD.command(tree, environment, tmp_path / "output", isolated=True))
    (wheel,) = (tmp_path / "output").glob("*.whl")
    assert metadata_of_wheel(wheel) == metadata_of_wheel(workshop.build(made, "wrapped", "wheel").path)


PINNED = """\
[build-system]
requires = ["abiding", "flit-core"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.0"
description = "A package"
dependencies = ["iniconfig>=1.1"]
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "flit_core.buildapi"

[tool.abiding.wheel]
dependencies = ["iniconfig>=x.x", { requires = "iniconfig<2.1", reason = "pre-emptive" }]
"""


@pytest.mark.parametrize("frontend", [Frontend.BUILD, Frontend.PIP_WHEEL, Frontend.UV_BUILD])
def test_what_is_pinned_is_the_newest_version_within_its_bound(
    frontend: Frontend, wheelhouse: Path, tmp_path: Path
) -> None:
    """Later versions are on the index, as numpy's are on the day on which it passes a bound."""
    tree, output = tmp_path / "tree", tmp_path / "output"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(PINNED, encoding="utf-8")
    (tree / "spam.py").write_text('"""A package"""\n', encoding="utf-8")
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    environment.run(*frontend.command(tree, environment, output, isolated=True))
    (wheel,) = output.glob("*.whl")
    lines = ["iniconfig>=1.1", "iniconfig>=2.0", "iniconfig<2.1"]
    assert requires(metadata_of_wheel(wheel)) == lines
    # Nothing stops anybody from installing it.
    environment.run(*uv("pip", "install", "--python", environment.python, wheel))
