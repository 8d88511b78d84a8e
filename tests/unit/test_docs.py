"""The documentation shows what the program says, and the README's example is one that works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from abiding.declaration import Declaration
from abiding.pyproject import Pyproject

CHECKOUT = Path(__file__).resolve().parents[2]
README = (CHECKOUT / "README.md").read_text("utf-8")
SCREENS = sorted((CHECKOUT / "tests" / "screens").glob("*.txt"))


def test_readme_shows_a_screen_as_it_is() -> None:
    assert (CHECKOUT / "tests/screens/undeclared-requirement.txt").read_text("utf-8") in README


@pytest.mark.parametrize("screen", SCREENS, ids=lambda path: path.stem)
def test_every_screen_is_in_the_reference(screen: Path) -> None:
    page = (CHECKOUT / "docs/reference/screens.md").read_text("utf-8")
    assert f"{{literalinclude}} ../../tests/screens/{screen.name}\n" in page


def test_readme_example_is_a_right_declaration() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    read = Declaration.read(Pyproject.parse(example))
    assert read.backend == "mesonpy"
    assert [entry.requires for entry in read.entries] == ["libgmp==6.3.0", "numpy<2.5"]


@pytest.mark.parametrize("page", sorted(CHECKOUT.rglob("docs/**/*.md")), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_readme_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", README):
        assert (CHECKOUT / target).exists(), target
