"""judge: which differences are sanctioned, and what the others break. One module for builds, one for releases."""

from __future__ import annotations

from abiding.rules.acceptance import too_new
from abiding.rules.build import Sides, judge, judge_prepared, lint

__all__ = ["Sides", "judge", "judge_prepared", "lint", "too_new"]


def __dir__() -> list[str]:
    return __all__
