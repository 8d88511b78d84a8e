"""How much of a file that somebody else made is read, and how much is said of it: one table for all that reads them.

A command needs at most 10 seconds and 64 MiB above its start for a hostile file of 1 MiB; `fuzz/bombs.py` measures it.
"""

from __future__ import annotations

__all__ = ["CLOSE_NAMES", "EXCERPT", "FAULTS", "LINES_OF_ONE", "PYPROJECT"]


def __dir__() -> list[str]:
    return __all__


# Bytes of a pyproject.toml. tomllib takes a hundred times as many of some; the largest that people write have 60 KiB.
PYPROJECT = 256 << 10
# Faults of one declaration that are told in full.
FAULTS = 100
# Characters of a line of pyproject.toml that are quoted.
EXCERPT = 200
# Lines for one distribution that are compared with each other, two by two.
LINES_OF_ONE = 20
# Names among which a similar one is looked for.
CLOSE_NAMES = 100
