"""What a hook warns of, as people read it: the breaks of its lines do not count."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.recwarn import WarningsRecorder

__all__ = ["warned"]


@contextmanager
def warned(pattern: str) -> Iterator[WarningsRecorder]:
    """Fail unless a pattern is found in one of the warnings."""
    with pytest.warns(UserWarning, match="^abiding: ") as told:
        yield told
    said = [" ".join(str(one.message).split()) for one in told]
    assert any(re.search(pattern, one) for one in said), said
