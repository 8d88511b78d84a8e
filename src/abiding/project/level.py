"""The levels: the two requirement sets of a project."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Level"]


class Level(StrEnum):
    """The requirement set that a wheel carries: `api` what the source works with, `abi` what one binary needs too."""

    API = "api"
    ABI = "abi"
