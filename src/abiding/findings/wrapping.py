"""Text in lines as wide as a screen; of a text that would fill the screen by itself, its beginning."""

from __future__ import annotations

import textwrap
from typing import Any

from abiding.findings import bounds

__all__ = ["fill", "wrap"]


def wrap(text: str, width: int, **options: Any) -> list[str]:  # noqa: ANN401 (those of textwrap)
    """The lines, as `textwrap.wrap` makes them: in a time that grows with the square of a text without blanks."""
    more = len(text) - bounds.SHOWN
    return textwrap.wrap(f"{text[: bounds.SHOWN]}… ({more:,} more)" if more > 0 else text, width, **options)


def fill(text: str, width: int, **options: Any) -> str:  # noqa: ANN401 (as above)
    """The same as one text."""
    return "\n".join(wrap(text, width, **options))
