"""Time grows as the input does, for every shape that was made to make it grow faster; `scripts/fuzz` goes to 1 MiB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fuzz import answers, growth

from abiding.findings import bounds

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SMALL = 6 << 10


@pytest.mark.parametrize("shape", growth.SHAPES)
def test_calls_grow_as_the_input(shape: str) -> None:
    small, large = (growth.measure(shape, size, ("text", "html"), count=True) for size in (SMALL, growth.TIMES * SMALL))
    assert not list(growth.more_calls(small, large))


@pytest.mark.parametrize("shape", answers.SHAPES)
def test_calls_grow_as_what_an_index_answers(shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is, what is made of it is a status and no traceback."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "*")
    # Headers are read in another process, whose bounds have tests of their own: what it does is no call of ours.
    monkeypatch.setattr(bounds, "PARSING", 1)
    monkeypatch.setattr(bounds, "PARSING_ONE", 1)
    words, made = answers.SHAPES[shape]
    took = []
    for size in (1000, SMALL, growth.TIMES * SMALL):
        with answers.serving(made(size)) as url:
            took.append({shape: growth.run((*words, "--index-url", f"{url}/simple/"), count=True)})
    assert not list(growth.more_calls(*took[1:]))
