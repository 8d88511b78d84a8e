"""abiding as a project names it: as its build backend, and among its requirements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from abiding.project.keys import at

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OURS", "is_for_abiding", "uses_abiding"]


OURS = "abiding.backend"
_REQUIREMENT = re.compile(r"\s*abiding\b(?![-_.]\w)", re.IGNORECASE)


def uses_abiding(table: Mapping[str, Any]) -> bool:
    """Return whether `[build-system]` names abiding as the backend, in the right way or not."""
    backend = at(table, ("build-system", "build-backend"))
    return isinstance(backend, str) and re.match(r"abiding\s*(?:[.:]|$)", backend) is not None


def is_for_abiding(requirement: str) -> bool:
    """Return whether a requirement, well-formed or not, is for abiding itself."""
    return _REQUIREMENT.match(requirement) is not None
