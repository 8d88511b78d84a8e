"""Writes the table of what CPython exported before it was of its stable ABI, and of what it exports beyond that."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from abi3info import DATAS, FUNCTIONS

from abiding.native.reading import read_image, read_symbols

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = Path(__file__).resolve().parents[1] / "src" / "abiding" / "evidence" / "tables" / "python.json"
# From the first that a wheel of today may still be for.
MINORS = range(6, 16)


def renew() -> None:
    """Look into each CPython on the search path (`python3.6` and later), and write the table."""
    exported = {minor: found for minor in MINORS if (found := _exported(f"python3.{minor}"))}
    table = {}
    for symbol, one in {**FUNCTIONS, **DATAS}.items():
        runs = _runs(symbol.name, exported)
        if not runs or one.added is None:
            continue
        # Where some Pythons between have lost it, what counts is since when all have it.
        since = runs[-1][0]
        if since < one.added.minor or (len(runs) > 1 and since > one.added.minor):
            table[symbol.name] = f"3.{since}"
    said = {
        "source": f"what CPython 3.{min(exported)} to 3.{max(exported)} exports on Linux",
        "date": datetime.now(UTC).date().isoformat(),
        "exported": dict(sorted(table.items())),
        "unpromised": _unpromised(exported),
    }
    TABLE.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _unpromised(exported: Mapping[int, frozenset[str]]) -> dict[str, str]:
    """Give the names of no stable ABI, by the Pythons that have them: `3.6-3.8 3.13-`; the last with the newest."""
    newest = max(exported)
    promised = {symbol.name for symbol in (*FUNCTIONS, *DATAS)}
    by_pythons: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for name in sorted(frozenset[str]().union(*exported.values()) - promised):
        if name.startswith(("Py", "_Py")):
            by_pythons.setdefault(_runs(name, exported), []).append(name)
    return {
        " ".join(f"3.{first}-" + (f"3.{last}" if last < newest else "") for first, last in runs): " ".join(names)
        for runs, names in sorted(by_pythons.items())
    }


def _runs(name: str, exported: Mapping[int, frozenset[str]]) -> tuple[tuple[int, int], ...]:
    """Return the first and the last of each run of Pythons that export a name; it may be lost, and come back."""
    runs: list[list[int]] = []
    before = False
    for minor, names in sorted(exported.items()):
        if name in names and not before:
            runs.append([minor, minor])
        elif name in names:
            runs[-1][1] = minor
        before = name in names
    return tuple((first, last) for first, last in runs)


_ASK = """
import os, sys, sysconfig
print(os.path.realpath(sys.executable))
print(os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or ""))
"""


def _exported(python: str) -> frozenset[str]:
    """What an interpreter and its library export; nothing, if there is none."""
    found = shutil.which(python)
    done = subprocess.run([found, "-c", _ASK], capture_output=True, text=True, check=False) if found else None
    names: set[str] = set()
    for file in map(Path, done.stdout.splitlines() if done and not done.returncode else ()):
        data = file.read_bytes() if file.is_file() and file.suffix != ".a" else b""
        image = read_image(data, file.name)
        names |= read_symbols(data, image).exported if image else frozenset()
    return frozenset(names)
