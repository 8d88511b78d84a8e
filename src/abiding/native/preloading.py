"""Load libraries of providers for the modules of an editable wheel, when the first is imported.

Modules that a backend compiles into the source tree, or into a folder of its own, can't get a run path, because a
build in isolation does not know where the provider will be installed. So the editable wheel gets an import finder, as
PEP 660 allows. It loads the libraries before the first module of the tree, and the system's loader then uses them for
these modules. It leaves other imports alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["members"]


# Finders run in reverse order of the `.pth` files, and this one must run before the backend's own.
_FIRST = "zz_abiding"
_MODULE = '''\
"""Loads the libraries of other distributions before the first import from the source tree of {project}."""

import _thread
import json
import os
import sys

TREE = {tree}
# The libraries, by the distribution that ships them.
LIBRARIES = json.loads({libraries})


class Finder:
    """Asks the other finders; the first time that one of them leads into the tree, the libraries are loaded.

    For modules in packages too: a namespace package need not lead into the tree although a part of it does.
    """

    # The threads that ask: what a finder imports itself is not asked for again.
    asking = set()

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        thread = _thread.get_ident()
        if thread in cls.asking or name.partition(".")[0] in sys.stdlib_module_names:
            return None
        cls.asking.add(thread)
        try:
            finders = [one for one in sys.meta_path if one is not cls and hasattr(one, "find_spec")]
            specs = (one.find_spec(name, path, target) for one in finders)
            spec = next((one for one in specs if one is not None), None)
            if spec is not None and cls.is_of_tree(spec):
                load()
                # A new list: another thread may be going through the old one.
                sys.meta_path = [one for one in sys.meta_path if one is not cls]
        finally:
            cls.asking.discard(thread)
        return spec

    @staticmethod
    def is_of_tree(spec):
        places = [spec.origin or "", *(spec.submodule_search_locations or ())]
        return any(os.path.realpath(one).startswith(os.path.join(TREE, "")) for one in places if os.path.isabs(one))


def load():
    import ctypes
    from importlib.metadata import files

    for distribution, names in LIBRARIES.items():
        try:
            found = [file for file in files(distribution) or () if file.name in names]
        except Exception:  # it is not installed, or its list of files is broken
            continue
        for file in sorted(found, key=lambda one: names.index(one.name)):
            place = os.path.abspath(file.locate())
            try:
                if hasattr(os, "add_dll_directory"):
                    os.add_dll_directory(os.path.dirname(place))
                else:
                    ctypes.CDLL(place)
            except OSError:
                pass  # the import will say what is missing


def install():
    """Be asked first. Python may read a `.pth` file twice, and those of the backend with it."""
    sys.meta_path = [Finder, *(one for one in sys.meta_path if one is not Finder)]
'''


def members(project: str, tree: Path, libraries: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
    """Return the members of an editable wheel that preload `libraries`, file names by distribution, for code in `tree`.

    These are a module, and a `.pth` file that imports it when Python starts.
    """
    module = f"_abiding_editable_{re.sub(r'[^a-z0-9]+', '_', project.lower())}"
    text = _MODULE.format(project=project, tree=repr(str(tree.resolve())), libraries=repr(json.dumps(libraries)))
    return {
        f"{module}.py": text.encode(),
        f"{_FIRST}_{module.removeprefix('_abiding_editable_')}.pth": f"import {module}; {module}.install()\n".encode(),
    }
