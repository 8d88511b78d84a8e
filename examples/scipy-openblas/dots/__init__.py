"""Scalar products."""

from dots._dots import dot

__all__ = ["dot"]
