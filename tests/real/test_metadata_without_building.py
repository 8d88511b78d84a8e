"""pip and uv learn what a compiled project requires without compiling it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from makers.compilers import Compilers
from makers.contents import metadata_of_wheel, requires
from makers.environments import Environment, uv
from makers.frontends import Hooks
from makers.projects import ABI_LINES, repack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from makers.projects import Project, Variant
    from makers.workshop import Workshop

pytestmark = [pytest.mark.real, pytest.mark.network]


@dataclass(frozen=True, slots=True)
class NoCompiler:
    """An environment in which every compiler and build tool writes down that it was called, and fails."""

    environment: Environment
    compilers: Compilers

    @property
    def calls(self) -> list[str]:
        return self.compilers.calls


@pytest.fixture
def no_compiler(tmp_path: Path, wheelhouse: Path) -> NoCompiler:
    compilers = Compilers.watched(tmp_path / "tools", failing=True)
    environment = Environment(tmp_path / "environment", wheelhouse).make(["pip"])
    more = compilers.variables(environment.variables()["PATH"])
    return NoCompiler(replace(environment, more=more), compilers)


def contourpy(kind: str, project: Callable[[str], Project], workshop: Workshop, tmp_path: Path) -> Path:
    """Make an sdist of contourpy: by a build, or from the released one by changing pyproject.toml alone."""
    variant: Variant = "bare" if kind == "bare" else "wrapped"
    made = project("contourpy")
    if kind == "built":
        return workshop.build(made, variant, "sdist").path
    source = project("contourpy as unpacked").source
    return repack(source, tmp_path / "sdist", f"{made.name}-1.3.3", made.pyproject(variant))


@pytest.mark.parametrize("kind", ["built", "released"])
def test_pip(
    kind: str, project: Callable[[str], Project], workshop: Workshop, no_compiler: NoCompiler, tmp_path: Path
) -> None:
    sdist = contourpy(kind, project, workshop, tmp_path)
    outcome = no_compiler.environment.run(*pip_report(no_compiler.environment, sdist))
    assert no_compiler.calls == []
    (entry,) = json.loads(outcome.stdout)["install"]
    known = entry["metadata"]["requires_dist"]
    assert known[0].startswith("numpy")
    assert known[-len(ABI_LINES) :] == list(ABI_LINES)


@pytest.mark.parametrize("kind", ["built", "released"])
def test_uv(
    kind: str, project: Callable[[str], Project], workshop: Workshop, no_compiler: NoCompiler, tmp_path: Path
) -> None:
    sdist = contourpy(kind, project, workshop, tmp_path)
    wanted = tmp_path / "requirements.in"
    wanted.write_text(f"contourpy @ {sdist.as_uri()}\n", encoding="utf-8")
    outcome = no_compiler.environment.run(
        *uv("pip", "compile", "--no-header", "--no-annotate", "--python", no_compiler.environment.python, wanted)
    )
    assert no_compiler.calls == []
    assert {line.partition("==")[0] for line in outcome.stdout.splitlines() if "==" in line} == {
        "numpy",
        "packaging",
        "tomlkit",
    }


def test_bare_project_does_compile(
    project: Callable[[str], Project], workshop: Workshop, no_compiler: NoCompiler, tmp_path: Path
) -> None:
    """Otherwise the tests above would show nothing."""
    sdist = contourpy("bare", project, workshop, tmp_path)
    outcome = no_compiler.environment.run(*pip_report(no_compiler.environment, sdist), code=None)
    assert outcome.code != 0
    assert no_compiler.calls


def test_prepared_metadata_is_that_of_the_wheel(
    project: Callable[[str], Project], workshop: Workshop, tmp_path: Path
) -> None:
    made = project("contourpy")
    tree = unpack(workshop.build(made, "wrapped", "sdist").path, tmp_path / "tree")
    prepared = Hooks(tree, workshop.environment(made)).prepare(tmp_path / "metadata")
    wheel = workshop.build(made, "wrapped", "wheel").path
    assert (prepared / "METADATA").read_bytes() == metadata_of_wheel(wheel)
    assert requires((prepared / "METADATA").read_bytes())[-len(ABI_LINES) :] == list(ABI_LINES)


def pip_report(environment: Environment, sdist: Path) -> tuple[str | Path, ...]:
    # pip writes the report to stdout, and nothing else when it is told to be quiet.
    return (environment.python, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--report", "-", sdist)
