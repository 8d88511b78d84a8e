"""Histories of providers on the index, cold and from the cache, and `abiding bounds` that goes by them."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys

from benchmarks.measuring import Command, in_turns, processors
from benchmarks.results import CACHE, Row

# Twenty versions, and a wheel that is linked with a library of another provider.
_HISTORY = "scipy-openblas32>=0.3.28,<0.3.31.126.5"
_VERSIONS = "20 versions of scipy-openblas32, from the cache"
_PLATFORM = "manylinux_2_28_x86_64"
_CONSUMER = "librmm-cu12==26.10.0"
# What `bounds` can't do without: the libraries that read the index and the files, and pip's settings.
_START = """
import abiding.cli.bounds, abiding.report.bounds, abiding.providers.bounds
import auditwheel.policy, abiding.native.elf
from abiding.artifacts import index
with index.listings():
    pass
"""


def history(runs: int) -> list[Row]:
    folder = CACHE / "providers"
    environment = {"XDG_CACHE_HOME": str(folder / "cache")}
    words = (sys.executable, "-m", "abiding", "symbols", _HISTORY, "--platform", _PLATFORM)
    cold = Command(words, prepare=lambda: shutil.rmtree(folder / "cache", ignore_errors=True), environment=environment)
    try:
        # One after the other: each cold run leaves what the warm ones need.
        taken = in_turns({"cold": cold}, 1, warm=False) | in_turns(
            {"warm": Command(words, environment=environment)}, runs
        )
        wheel = _consumer()
    except (SystemExit, subprocess.CalledProcessError) as exc:
        print(f"history: skipped, {exc}")
        return []
    bounds = (sys.executable, "-m", "abiding", "bounds", wheel)
    commands = {
        "bounds": Command(bounds, environment=environment),
        "start": Command((sys.executable, "-c", _START)),
        "version": Command((sys.executable, "-m", "abiding", "--version")),
    }
    taken |= in_turns(commands, runs)
    computed = in_turns({name: dataclasses.replace(one, clock=processors) for name, one in commands.items()}, runs)
    title, what = "histories of providers", "`abiding bounds` of librmm 26.10, from the cache"
    return [
        Row.of(title, _VERSIONS, "read from the index", taken["warm"], taken["cold"], goal=5, faster=True),
        Row.of(title, what, "its imports and pip's settings", taken["bounds"], taken["start"], goal=2),
        Row.of(title, what, "`abiding --version`", taken["bounds"], taken["version"], goal=None),
        Row.of(
            title,
            f"{what}: time of processors",
            "its imports and pip's settings",
            computed["bounds"],
            computed["start"],
            goal=2,
        ),
    ]


def _consumer() -> str:
    folder = CACHE / "providers" / "consumer"
    if not list(folder.glob("*.whl")):
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), _CONSUMER]
        subprocess.run(download, check=True, capture_output=True)
    return str(next(folder.glob("*.whl")))
