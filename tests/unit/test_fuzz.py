"""The properties of `fuzz/` for seconds; `scripts/fuzz` goes on for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import bombs
from fuzz.__main__ import PROPERTIES, property_of


@pytest.mark.parametrize("kind", PROPERTIES)
def test_bad_input(kind: str) -> None:
    property_of(kind, examples=100)()


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_bomb(name: str, tmp_path: Path) -> None:
    result = bombs.defuse(bombs.write(name, tmp_path))
    assert not result["error"]
    assert result["memory"] <= bombs.MOST_MEMORY
    assert result["seconds"] <= bombs.MOST_SECONDS
