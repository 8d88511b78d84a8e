"""Well-known distributions whose name is a misspelling of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abiding.archives.names import normalised

if TYPE_CHECKING:
    from abiding.findings.nearest import Slips

__all__ = ["distribution_meant"]


def distribution_meant(name: str, slips: Slips) -> str:
    """Return the distribution that is probably meant by a misspelt name; empty if there is none, or the name exists."""
    suggestion = slips.suggestion(name)
    return "" if suggestion and normalised(name) in _known() else suggestion


def _known() -> list[str]:
    from importlib.resources import files

    return files("abiding.metadata").joinpath("lookalikes.txt").read_text("utf-8").splitlines()
