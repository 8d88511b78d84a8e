"""The largest of the items of an array."""

from eggs._eggs import largest

__all__ = ["largest"]
