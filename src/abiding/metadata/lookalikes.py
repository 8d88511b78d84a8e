"""Distributions whose name is that of another one but for a slip: there are some that everybody knows."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from abiding.archives.naming import normalised
from abiding.findings.nearest import Slips

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Meant"]


class Meant:
    """Distributions that may be meant by a name in a slip."""

    def __init__(self, names: Iterable[str]) -> None:
        self._slips = Slips(names)

    def by(self, name: str) -> str:
        """Return the one whose name is a slip away; empty if none is, or the name is known as that of another one."""
        suggestion = self._slips.suggestion(name)
        return "" if suggestion and normalised(name) in _known() else suggestion


def _known() -> list[str]:
    return files("abiding.metadata").joinpath("lookalikes.txt").read_text("utf-8").splitlines()
