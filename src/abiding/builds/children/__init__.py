"""Python programs that the wrapped backend starts: they, too, see its view of pyproject.toml.

sip starts one to write METADATA. The `sitecustomize` in this folder is put on the path of such programs.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["seeing"]


_VARIABLE = "PYTHONPATH"
_HERE = str(Path(__file__).parent)


@contextmanager
def seeing(backend: str) -> Iterator[None]:
    """Let the programs that the backend starts read TOML as it does, if it is a backend that starts some."""
    if backend.partition(".")[0] != "sipbuild":
        yield
        return
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = os.pathsep.join(filter(None, (_HERE, before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before
