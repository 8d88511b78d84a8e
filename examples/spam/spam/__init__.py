"""Sums over arrays."""

from spam._spam import total

__all__ = ["total"]
