"""The pages whose commands take minutes, and the documentation as Sphinx builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit import pages

from .conftest import CHECKOUT
from .environments import Environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]

SLOW = [page for page in pages.pages() if pages.commands(page, real=True) != pages.commands(page, real=False)]


@pytest.mark.parametrize("page", SLOW, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_commands_print_what_the_page_shows(page: Path, tmp_path: Path, wheelhouse: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make(("abiding", "build", "flit-core", "pip"))
    folder = tmp_path / "reader"
    folder.mkdir()
    pages.run(pages.commands(page, real=True), folder, environment.variables(), timeout=900)


def test_pages_are_built_without_a_warning(tmp_path: Path, wheelhouse: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    environment.run("bash", CHECKOUT / "scripts" / "docs", cwd=tmp_path)
