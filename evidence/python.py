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
        first = next((minor for minor, names in exported.items() if symbol.name in names), None)
        if first is not None and one.added is not None and first < one.added.minor:
            table[symbol.name] = f"3.{first}"
    said = {
        "source": f"what CPython 3.{min(exported)} to 3.{max(exported)} exports on Linux",
        "date": datetime.now(UTC).date().isoformat(),
        "exported": dict(sorted(table.items())),
        "unpromised": _unpromised(exported),
    }
    TABLE.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _unpromised(exported: Mapping[int, frozenset[str]]) -> dict[str, str]:
    """Give the names of no stable ABI, by the first and the last Python that have them; `3.8-` is with the newest."""
    newest = max(exported)
    promised = {symbol.name for symbol in (*FUNCTIONS, *DATAS)}
    by_pythons: dict[tuple[int, int], list[str]] = {}
    for name in sorted(frozenset[str]().union(*exported.values()) - promised):
        if name.startswith(("Py", "_Py")):
            having = [minor for minor, names in exported.items() if name in names]
            by_pythons.setdefault((having[0], having[-1]), []).append(name)
    return {
        f"3.{first}-" + (f"3.{last}" if last < newest else ""): " ".join(names)
        for (first, last), names in sorted(by_pythons.items())
    }


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
