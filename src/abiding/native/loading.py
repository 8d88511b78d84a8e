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
    """`paths` are the files that were mapped, by file name; `failures` what each module said that was not imported."""

    paths: Mapping[str, str]
    failures: Mapping[str, str]


# On Windows nothing is listed: only failures are told.
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
    with open("/proc/self/maps") as maps:
        paths = [line.split(maxsplit=5)[5].strip() for line in maps if line.count("/")]
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
