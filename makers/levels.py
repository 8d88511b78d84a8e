"""Wheels of one release, built at levels."""

from __future__ import annotations

from abiding.project.build_record import BuildRecord, RecordedLine
from makers.archives import metadata, wheel_name
from makers.pyprojects import wrapping

API, ABI = "Requires-Dist: numpy>=1.26", "Requires-Dist: numpy<2.5"
LINUX, WINDOWS, PURE = (wheel_name(f"cp313-cp313-{one}") for one in ("manylinux_2_28_x86_64", "win_amd64", "any"))

PYPROJECT = wrapping(
    "x",
    api='"numpy>=1.26"',
    more='wheels-differ = "because"\n',
    abi='{ requires = "numpy<2.5", select = ["*-manylinux*", "*-win*"] }',
)

SAID = metadata(API, "Dynamic: Requires-Dist")


def record(level: str) -> bytes:
    lines = (RecordedLine("numpy<2.5", "numpy<2.5", "", native=False, reason="abi", note=""),) if level == "abi" else ()
    return BuildRecord("x", "1", level, "", lines).to_json()
