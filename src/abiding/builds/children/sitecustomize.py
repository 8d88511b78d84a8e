"""Imported when such a program starts: runs the `sitecustomize` that it hides, then sets up the view."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

__all__: list[str] = []


def _run_the_other() -> None:
    """Run the next module of this name on the path: front ends have one in their environments."""
    here = Path(__file__).parent
    spec = PathFinder.find_spec(__name__, [folder for folder in sys.path if Path(folder) != here])
    if spec and spec.loader:
        spec.loader.exec_module(module_from_spec(spec))


_run_the_other()
# A Python of another environment may not have abiding; it then sees the file as it is.
with suppress(ImportError):
    from abiding.builds.wrapped_backend import view

    _LASTING = view()  # kept until the program ends
    _LASTING.__enter__()
