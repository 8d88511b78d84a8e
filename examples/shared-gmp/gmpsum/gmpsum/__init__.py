"""Fibonacci numbers."""

from gmpsum._gmpsum import fibonacci

__all__ = ["fibonacci"]
