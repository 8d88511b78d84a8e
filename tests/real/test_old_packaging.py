"""What a hook needs is little: distributions build with the `packaging` that they have, and with nothing else of ours."""

from __future__ import annotations

import json
import shutil
from itertools import product
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from makers.contents import metadata_of_wheel, requires
from makers.environments import Environment, uv
from makers.frontends import Frontend, Hooks
from makers.projects import unpack

from .conftest import PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]

# Of Debian 13, and of Ubuntu 22.04.
OLD = ("25.0", "21.3")
ADDED = ["packaging<100", "tomlkit>=0.13", 'tomlkit<0.99; extra == "fast-io"']


@pytest.fixture(scope="module", params=OLD)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, wheelhouse: Path) -> Environment:
    """Return an environment with an old `packaging`, a backend to wrap, and abiding without what it depends on."""
    environment = Environment(tmp_path_factory.mktemp("old") / "environment", wheelhouse)
    environment.make([f"packaging=={request.param}", "flit-core>=3.12"])
    (wheel,) = wheelhouse.glob("abiding-*.whl")
    environment.run(*uv("pip", "install", "--quiet", "--no-deps", "--python", environment.python, wheel))
    return environment


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return shutil.copytree(PACKAGES / "flit_core_tree", tmp_path / "tree")


def test_a_project_is_built_with_nothing_but_packaging(old: Environment, tree: Path, tmp_path: Path) -> None:
    for dependency in ("tomlkit", "pyproject_hooks"):
        assert "ModuleNotFoundError" in old.run(old.python, "-c", f"import {dependency}", code=1).stderr
    sdist = Hooks(tree, old).sdist(tmp_path / "sdist")
    unpacked = unpack(sdist, tmp_path / "unpacked")
    prepared = Hooks(unpacked, old).prepare(tmp_path / "prepared")
    for source in (tree, unpacked):
        wheel = Hooks(source, old).wheel(tmp_path / source.name)
        metadata = metadata_of_wheel(wheel)
        assert requires(metadata)[-len(ADDED) :] == ADDED
        assert metadata == (prepared / "METADATA").read_bytes()
    old.run(*Frontend.PIP_WHEEL.command(sdist, old, tmp_path / "pip", isolated=False))
    (wheel,) = (tmp_path / "pip").glob("*.whl")
    assert metadata_of_wheel(wheel) == (prepared / "METADATA").read_bytes()
    old.run(*Frontend.PIP_EDITABLE.command(tree, old, tmp_path / "pip", isolated=False))
    assert requires(old.installed_metadata("Tree-of.Flit_Core"))[-len(ADDED) :] == ADDED


def declare(tree: Path, line: str) -> None:
    pyproject = tree / "pyproject.toml"
    pyproject.write_text(pyproject.read_text("utf-8").replace('"packaging<100"', f'"{line}"'), "utf-8")


BUILD = "import abiding.backend; abiding.backend.build_wheel('.')"
MANY = ",".join(f"!=2{number}" for number in range(40))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("packaging<24", "error[unsatisfiable]: no version of `packaging` satisfies both"),
        ("packaging>=foo", "error[bad-requirement]: `packaging>=foo` is not a requirement"),
        (f"packaging<20,{MANY}", "to compare that takes `packaging` 26.3 or later"),
    ],
)
def test_what_is_wrong_is_said(old: Environment, tree: Path, line: str, said: str) -> None:
    declare(tree, line)
    screen = " ".join(old.run(old.python, "-c", BUILD, cwd=tree, code=1).stderr.split())
    assert said in screen
    assert "Traceback" not in screen


# Not `<1.0.post1`: before 26.0 it excluded the pre-releases of 1.0.
SAID = (
    *("", "==1.0", "==1.*", "!=1.*", "===1.0", ">=1", ">=1.0", ">1", "<1", "<=1", "~=1.2", "~=1.2.3", ">=1.2,<2", "==1.2.*"),
    *(">=1,<3", ">=1.2,==1.*", ">=2,<1", ">=1.0a1", "<2.0.dev0", "<2", "!=1.5,>=1", ">=1.5,!=1.5", ">1.5", "==1.0+cu130"),
    *(">=1!0", ">1.0.post1", ">=0", "<0", ">=1,>=2", ">=2", "==2.5rc1", ">=1.26,<2.5,!=2.0.1", ">=1.26"),
)  # fmt: skip
COMPARE = """
import json, sys
from packaging.specifiers import SpecifierSet
from abiding.metadata.ranges import range_of
said = [range_of(SpecifierSet(text)) for text in json.load(sys.stdin)]
print(json.dumps([[a == b, a.is_subset(b), (a & b).is_empty] for a in said for b in said]))
"""


def test_ranges_are_compared_as_a_newer_one_does(old: Environment, tmp_path: Path) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps(SAID))
    script = COMPARE.replace("sys.stdin", f"open({str(texts)!r})")
    answers = json.loads(old.run(old.python, "-c", script).stdout)
    ranges = [SpecifierSet(text).to_range() for text in SAID]
    wanted = [[one.is_subset(two) and two.is_subset(one), one.is_subset(two), (one & two).is_empty] for one, two in product(ranges, ranges)]  # fmt: skip
    pairs = list(product(SAID, SAID))
    assert {pair: answer for pair, answer, other in zip(pairs, answers, wanted, strict=True) if answer != other} == {}
