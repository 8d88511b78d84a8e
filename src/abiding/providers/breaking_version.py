"""The version that a release which breaks a promise should have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from abiding.metadata import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["honest_version"]


def honest_version(version: str, promise: str) -> str:
    """Return the first usual later version that a promise does not admit; empty if it admits all.

    A single excluded version (`!=`) does not count.
    """
    if not promise:
        return ""
    clauses = [clause for clause in requirements.parse(promise).specifier if clause.operator != "!="]
    admitted, released = SpecifierSet(",".join(map(str, clauses))), Version(version)
    named = {Version(clause.version.removesuffix(".*")) for clause in clauses if clause.operator != "==="}
    steps = {Version(text) for start in (released, *named) for text in _steps(start)}
    outside = (step for step in steps if step > released and not admitted.contains(step, prereleases=True))
    return str(min(outside, default=""))


def _steps(start: Version) -> Iterator[str]:
    """Yield the usual next versions after one."""
    epoch = f"{start.epoch}!" if start.epoch else ""
    yield f"{epoch}{start.major}.{start.minor}"
    yield f"{epoch}{start.major}.{start.minor}.{start.micro}"
    yield f"{epoch}{start.major}.{start.minor}.{start.micro + 1}"
    yield f"{epoch}{start.major}.{start.minor + 1}"
    yield f"{epoch}{start.major + 1}.0"
