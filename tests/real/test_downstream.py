"""The own tests of the backends that are wrapped pass with abiding in between, but for what is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.downstream import page
from tests.downstream.running import run
from tests.downstream.suites import SUITES, Suite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.real, pytest.mark.network]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_suite_passes_wrapped_as_bare(suite: Suite, tmp_path: Path, wheelhouse: Path) -> None:
    result = run(suite, tmp_path, wheelhouse)
    assert list(result.faults()) == []
    shown = page.PAGE.read_text("utf-8")
    assert page.cells(result) in [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in shown.splitlines()]
    assert f"\n{page.section(result)}\n" in shown, "run scripts/downstream --write"
