"""A build backend that wraps another one and holds its wheels to what was declared."""

__version__ = "0.1.0"
