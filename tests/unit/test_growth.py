"""Time grows as the input does, for every shape that was made to make it grow faster; `scripts/fuzz` goes to 1 MiB."""

from __future__ import annotations

import pytest
from fuzz import growth

SMALL = 6 << 10


@pytest.mark.parametrize("shape", growth.SHAPES)
def test_calls_grow_as_the_input(shape: str) -> None:
    small, large = (growth.measure(shape, size, ("text", "html"), count=True) for size in (SMALL, growth.TIMES * SMALL))
    assert not list(growth.more_calls(small, large))
