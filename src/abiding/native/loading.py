"""What the loader does: modules imported in a process of their own, and the libraries that are mapped afterwards."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abiding.native.names import module_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Loaded", "loaded"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """`paths` are the files that were loaded, by file name; `failures` what each module said that was not imported.

    Of several with one name it is the one that was loaded first: who needs that name gets it, whatever comes later.
    """

    paths: Mapping[str, str]
    failures: Mapping[str, str]


# In the order in which they were loaded. On Windows nothing is listed: only failures are told.
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
_TIMEOUT = 120  # seconds


def loaded(executable: Path, places: Iterable[str]) -> Loaded:
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
        return Loaded({}, {", ".join(modules): f"the process that imports them did not end well: {exc}"})
    paths = {path.rpartition("/")[2]: path for path in reversed(answer["paths"]) if path.startswith("/")}
    return Loaded(paths, answer["failures"])
