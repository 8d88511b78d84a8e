"""Names of distributions in a slip: told where the right one stands beside it, and never where both may be meant."""

from __future__ import annotations

from importlib.resources import files

import pytest

from abiding.archives.names import normalised
from abiding.findings.finding import Finding, Severity
from abiding.findings.nearest import Slips
from abiding.project.declaration import Declaration
from abiding.project.lint import lint
from abiding.project.pyproject import Pyproject

PYPROJECT = """\
[build-system]
requires = ["abiding", "meson-python", {build}]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
dependencies = [{source}]
optional-dependencies = {{ plots = [{extra}] }}
dynamic = ["dependencies"]

[tool.abiding]
build-backend = "mesonpy"

[tool.abiding.wheel]
dependencies = [{wheel}]
"""


def told(wheel: str, build: str = "", source: str = "", extra: str = "") -> list[Finding]:
    """What is said of a line for wheels, beside what the build, the source and an extra require."""
    given = {"wheel": wheel, "build": build, "source": source, "extra": extra}
    text = PYPROJECT.format_map({name: f'"{line}"' if line else "" for name, line in given.items()})
    pyproject = Pyproject.parse(text)
    return [one for one in lint(Declaration.read(pyproject), pyproject) if one.rule == "bad-value"]


@pytest.mark.parametrize(
    ("beside", "who", "line"),
    [
        ({"build": "numpy>=2.1"}, "the build", 2),
        ({"source": "NumPy>=1.26"}, "the source", 8),
        ({"extra": "numpy"}, "the source", 9),
        ({"build": "numpy", "source": "numpy>=1"}, "the source", 8),
    ],
)
def test_a_name_in_a_slip_is_told(beside: dict[str, str], who: str, line: int) -> None:
    (finding,) = told("numpi>=2.1", **beside)
    assert finding.message == f"`numpi` is spelled almost like `numpy`, which {who} requires"
    assert (finding.severity, finding.line, finding.hints) == (Severity.WARNING, 16, ("did you mean `numpy`?",))
    assert {one.line for one in finding.excerpts} == {line, 16}


@pytest.mark.parametrize(
    ("wheel", "beside"),
    [
        ("numpy>=2.1", {"build": "numpy>=2.1"}),
        ("NumPy>=2.1", {"source": "numpy>=1"}),
        ("numpi>=2.1", {}),
        # Both are listed, so that both are meant.
        ("numpi>=2.1", {"build": "numpi", "source": "numpy"}),
        ("cupy-cuda12x", {"build": "cupy-cuda11x"}),
        ("nvidia-cudss", {"build": "nvidia-cublas"}),
        ("h5pyd", {"build": "h5py"}),
        # Everybody knows both.
        ("pyaml", {"build": "PyYAML"}),
        ("PyYAML>=6", {"build": "pyaml"}),
        ("pyopencl", {"source": "pyopengl"}),
    ],
)
def test_a_name_that_may_be_meant_is_not(wheel: str, beside: dict[str, str]) -> None:
    assert not told(wheel, **beside)


def test_the_list_of_names_that_are_alike_is_of_nothing_else() -> None:
    _, *names = files("abiding.metadata").joinpath("lookalikes.txt").read_text("utf-8").splitlines()
    assert names == sorted(names)
    slips = Slips(names)
    assert all(slips.suggestion(name) and normalised(name) == name for name in names)
