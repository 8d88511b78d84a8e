"""Tables of files that a survey is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SDIST = "spam-1.0.tar.gz"
WHEEL = "spam-1.0-cp313-cp313-win_amd64.whl"
OTHER = "spam-1.0-cp312-cp312-win_amd64.whl"


def row(filename: str = SDIST, **columns: Any) -> dict[str, Any]:
    kind = "bdist_wheel" if str(filename).endswith(".whl") else "sdist"
    return {
        "name": "spam",
        "version": "1.0",
        "filename": filename,
        "packagetype": kind,
        "metadata_version": "2.4",
        **columns,
    }


def table(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path
