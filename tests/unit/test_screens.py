"""Whole screens, as a user sees them: tests/screens/*.txt, which the documentation shows too.

`UPDATE_SCREENS=1` writes them anew; read them before you commit them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from makers.backends import CHANGING, LATE, SETUP_PY
from makers.trees import WRAPPED_FLIT, HookFailed, Tree, flit_tree, unpacked
from tests import pictures

if TYPE_CHECKING:
    from collections.abc import Callable

SCREENS = Path(__file__).resolve().parents[1] / "screens"

WRONG = """\
[build-system]
requires = ["abiding", "meson-python"]
build-backend = "abiding.backend"

[project]
name = "spam"
version = "1.4.0"
dependencies = [
    "numpy>=1.26",
]

[tool.abiding]
build-backend = "mesonpy"
from-sdist = "abj"

[tool.abiding.wheel]
dependencies = [
    "libgmp = 6.3.0",
    { requires = "numpy<1.20", reason = "preemptive" },
    { require = "torch==x.x.*" },
    "openblas @ https://example.org/openblas-1-py3-none-any.whl",
]
[tool.abiding.wheel.optional-dependencies]
gpu = ["cupy-cuda13x==14.*"]
"""


def changing(folder: Path, *change: bytes) -> Tree:
    text = WRAPPED_FLIT.replace('"flit_core.buildapi"', '"mybackend"\nbackend-path = ["."]')
    files = {"pyproject.toml": text, "spam.py": '"""A package"""', "mybackend.py": CHANGING.format(change=change)}
    return Tree.write(folder, files)


def undeclared(folder: Path) -> None:
    tree = Tree.write(folder / "tree", {"pyproject.toml": SETUP_PY, "setup.py": LATE})
    sdist = folder / tree.hook("build_sdist", folder)
    Tree(unpacked(sdist, folder / "in"), tree.environment, []).hook("build_wheel", folder / "out")


def changed(folder: Path) -> None:
    changing(folder / "tree", b"numpy>=1.26", b"numpy>=2.1,<2.5").hook("build_wheel", folder / "out")


def lost(folder: Path) -> None:
    changing(folder / "tree", b"Requires-Dist: numpy>=1.26\n", b"").hook("build_wheel", folder / "out")


def other_field(folder: Path) -> None:
    tree = changing(folder / "tree", b"Summary: A package", b"Summary: A package for Linux")
    tree.hook("build_wheel", folder / "out")


def prepared(folder: Path) -> None:
    tree = flit_tree(folder / "tree")
    name = tree.hook("prepare_metadata_for_build_wheel", folder / "prepared")
    file = folder / "prepared" / name / "METADATA"
    file.write_bytes(file.read_bytes().replace(b"libgmp==6.3.0", b"libgmp==6.2.1"))
    tree.hook("build_wheel", folder / "out", None, file.parent)


def wrong_declaration(folder: Path) -> None:
    Tree.write(folder, {"pyproject.toml": WRONG}).hook("build_wheel", folder / "out")


def refused(folder: Path) -> None:
    tree = flit_tree(folder / "tree", "[tool.abiding]\n", '[tool.abiding]\nfrom-sdist = "refuse"\n')
    sdist = folder / tree.hook("build_sdist", folder)
    Tree(unpacked(sdist, folder / "in"), tree.environment, []).hook("build_wheel", folder / "out")


def no_backend(folder: Path) -> None:
    flit_tree(folder, '"flit_core.buildapi"', '"scikit_bild_core.build"').hook("build_wheel", folder / "out")


def setting(folder: Path) -> None:
    flit_tree(folder).hook("build_wheel", folder / "out", {"abiding.levl": "api"})


def pin(folder: Path) -> None:
    flit_tree(folder, "libgmp==6.3.0", "no-such-library==x.x.*").hook("build_wheel", folder / "out")


SITUATIONS = {
    "undeclared-requirement": undeclared,
    "changed-requirement": changed,
    "lost-requirement": lost,
    "undeclared-change": other_field,
    "prepared-differs": prepared,
    "wrong-declaration": wrong_declaration,
    "refused-from-sdist": refused,
    "no-backend": no_backend,
    "unknown-setting": setting,
    "unfilled-pin": pin,
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_screen(tmp_path: Path, name: str) -> None:
    situation: Callable[[Path], None] = SITUATIONS[name]
    with pytest.raises(HookFailed) as caught:
        situation(tmp_path)
    output = caught.value.output
    screen = output[output.index("abiding: error") :]  # before it, the wrapped backend talks
    assert caught.value.status == 1
    assert "Traceback" not in output
    assert max(map(len, screen.splitlines())) <= 78
    file = SCREENS / f"{name}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        file.write_text(screen, encoding="utf-8")
    assert screen == file.read_text(encoding="utf-8")


def test_screen_in_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook has colours where its front end hands on a terminal, or they are asked for."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(HookFailed) as caught:
        undeclared(tmp_path)
    output = caught.value.output
    screen = output[output.rindex("\n", 0, output.index("error[")) + 1 :].replace("\x1b", "␛")
    file = SCREENS / "colour" / "undeclared-requirement.txt"
    if os.environ.get("UPDATE_SCREENS"):
        file.write_text(screen, encoding="utf-8")
    assert screen == file.read_text(encoding="utf-8")
    plain = (SCREENS / "undeclared-requirement.txt").read_text(encoding="utf-8")
    assert re.sub(r"␛\[[\d;]*m", "", screen) == plain


def test_every_screen_has_its_situation() -> None:
    assert {file.stem for file in SCREENS.glob("*.txt")} == SITUATIONS.keys()


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_pictures_show_the_screens(name: str) -> None:
    source, title = pictures.PICTURES[name]
    drawn = pictures.picture(source.read_text("utf-8"), title)
    assert (pictures.DOCS / name).read_text("utf-8") == drawn, "write them anew: python -m tests.pictures"
    root = ET.fromstring(drawn)  # noqa: S314 (it is ours)
    lines: dict[str, str] = {}
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        lines[text.attrib["y"]] = f"{lines.get(text.attrib['y'], '')} {text.text}"
    shown = re.sub(r"␛\[[\d;]*m", " ", source.read_text("utf-8")).split()
    assert " ".join(lines.values()).split() == shown
