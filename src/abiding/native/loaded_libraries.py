"""Import modules in a separate process, and list the libraries that are loaded afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from abiding.findings.errors import AbidingError
from abiding.native.contents import read_file
from abiding.native.names import module_name, stem
from abiding.native.reading import read_image

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

__all__ = ["Loaded", "load_modules"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The libraries that were loaded, in order, and the error of each module that could not be imported."""

    files: tuple[str, ...]
    failures: Mapping[str, str]

    def without(self, modules: Collection[str]) -> Loaded:
        """Return the same without the failures of some modules."""
        failures = {module: problem for module, problem in self.failures.items() if module not in modules}
        return Loaded(self.files, failures)

    def file_of(self, library: str, expected: str = "") -> str:
        """Return the loaded file for a library of this name; empty if there is none.

        Of several it is the first that was loaded, which all later users of the name get. Files without a name, and all
        on macOS, are not shared by name: there it is the `expected` one.
        """
        names = {path: _name(path) for path in self.files if stem(path.rpartition("/")[2]) == stem(library)}
        called = [path for path, name in names.items() if name == library]
        nameless = [path for path, name in names.items() if not name and path.endswith(f"/{library}")]
        own = [path for path in called or nameless if path == os.path.realpath(expected)]
        by_name = called and sys.platform == "linux"
        return next(iter(called if by_name else own or called or nameless), "")


@lru_cache(maxsize=256)
def _name(path: str) -> str:
    """Return the name that a file contains; empty if it has none, or can't be read."""
    try:
        image = read_image(read_file(path), path)
    except (OSError, ValueError, AbidingError):
        return ""
    return image.name if image and image.named else ""


# In the order of loading. On Windows nothing is listed, and only failures are known.
_PROGRAM = """
import importlib, json, os, sys
failures = {}
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except BaseException as exc:
        failures[name] = f"{type(exc).__name__}: {exc}"
paths = []
if sys.platform == "linux":
    import ctypes
    class Info(ctypes.Structure):
        _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]
    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
    def tell(info, size, data):
        paths.append(os.path.realpath(os.fsdecode(info.contents.name or b"")))
        return 0
    ctypes.CDLL(None).dl_iterate_phdr(tell, None)
elif sys.platform == "darwin":
    import ctypes
    process = ctypes.CDLL(None)
    process._dyld_get_image_name.restype = ctypes.c_char_p
    paths = [os.fsdecode(process._dyld_get_image_name(i)) for i in range(process._dyld_image_count())]
sys.__stdout__.write("\\n" + json.dumps({"paths": list(dict.fromkeys(paths)), "failures": failures}))
"""
_TIMEOUT = 600  # seconds: large packages on a busy machine take minutes


def load_modules(executable: Path, places: Iterable[str]) -> Loaded:
    """Import the extension modules at these places below site-packages, in their order, with another Python."""
    modules = [name for name in dict.fromkeys(map(module_name, places)) if name]
    try:
        done = subprocess.run(
            [executable, "-I", "-c", _PROGRAM],
            input=json.dumps(modules),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
        answer = json.loads(done.stdout.rpartition("\n")[2])
    except (ValueError, subprocess.TimeoutExpired) as exc:
        return Loaded((), {", ".join(modules): f"the process that imports them did not end well: {exc}"})
    return Loaded(tuple(path for path in answer["paths"] if path.startswith("/")), answer["failures"])
