"""Where code of the wrapped backend finds what it imports, while it runs and no longer."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import ModuleType

__all__ = ["ImportPath"]


class ImportPath:
    """The `sys.path` of the wrapped backend, as it has changed it: first `folders`, those of the project in `folder`.

    Our own imports never search folders of the project, where a file may have the name of a module that we import.
    Modules of the project with the name of one of Python's are kept for the backend too.
    """

    def __init__(self, folder: Path, folders: Iterable[str]) -> None:
        self._folders = tuple(f"{path}{os.sep}" for path in (folder.absolute(), folder.resolve()))
        self._path = [*folders, *sys.path]
        self._before = (sys.path, list(sys.path))
        self._modules: dict[str, ModuleType] = {}
        self._ours: dict[str, ModuleType] = {}
        # What the backend registers in between runs after the one and before the other, which was registered first.
        atexit.register(self._leave)

    @contextmanager
    def searched(self) -> Iterator[None]:
        """Let code of the backend find what it imports, here and when the process ends."""
        self._enter()
        try:
            yield
        finally:
            self._leave()
            atexit.unregister(self._enter)
            atexit.register(self._enter)

    def _enter(self) -> None:
        # The list itself: a backend may put something else in its place.
        self._before = (sys.path, list(sys.path))
        sys.path[:] = self._path
        self._ours = {name: sys.modules.pop(name) for name in self._modules if name in sys.modules}
        sys.modules.update(self._modules)

    def _leave(self) -> None:
        ours, before = self._before
        self._path[:] = sys.path
        sys.path = ours
        ours[:] = before
        self._modules = dict(self._of_project())
        for name in self._modules:
            del sys.modules[name]
        sys.modules.update(self._ours)

    def _of_project(self) -> Iterator[tuple[str, ModuleType]]:
        """Yield the modules of the project that have names of Python's own, with what is in them."""
        shared = sys.stdlib_module_names & sys.modules.keys()
        names = {name for name in shared if self._is_of_project(sys.modules[name])}
        for name, module in sys.modules.items() if names else ():
            if name.partition(".")[0] in names:
                yield name, module

    def _is_of_project(self, module: ModuleType) -> bool:
        try:  # asked itself, a module that is loaded late would be loaded, and may fail
            file = object.__getattribute__(module, "__dict__").get("__file__")
        except AttributeError:  # no module, but an object without such a thing
            file = None
        path = os.path.abspath(file) if isinstance(file, str) and file else ""  # noqa: PTH100 (of many, at each hook)
        return path.startswith(self._folders) and not path.startswith(_OF_PYTHON)


# An environment may lie in the folder of the project.
_OF_PYTHON = tuple(f"{path}{os.sep}" for path in (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__)))  # noqa: PTH120
