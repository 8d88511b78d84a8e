"""The demo is what a newcomer runs first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from makers.environments import Environment

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


def test_demo_shows_both_levels(tmp_path: Path, wheelhouse: Path) -> None:
    environment = Environment(tmp_path / "environment", wheelhouse).make()
    shown = environment.run("bash", CHECKOUT / "scripts" / "demo", cwd=tmp_path).stdout
    rows = [line.split() for line in shown.splitlines()]
    api, line = ["Requires-Dist:", "numpy>=1.26"], ["Requires-Dist:"]
    assert [*api, *api] in rows
    assert ["Dynamic:", "Requires-Dist", "<"] in rows
    assert [">", *line, "numpy>=2,<3"] in rows
    assert [">", *line, "numpy<2.9"] in rows
    assert "declared: 1 of 1 wheel differs from the sdist, all as declared" in shown
