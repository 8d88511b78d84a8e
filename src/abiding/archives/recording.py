"""RECORD: the rows that a wheel has of its files (PEP 376, binary distribution format), brought up to date."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["updated_record"]


def updated_record(record: bytes, put: Mapping[str, bytes], dropped: Collection[str], own_name: str) -> bytes:
    """Bring RECORD up to date: new rows for `put`, none for `dropped`, and the bytes of all others as they were.

    A row is `name,sha256=digest,size`, in CSV (PEP 376, binary distribution format). What has no row yet gets one
    before that of RECORD itself, whose name is `own_name`.
    """
    rows = {name: _row(name, data) for name, data in put.items()}
    lines = record.splitlines(keepends=True)
    names = [_name_in(line) for line in lines]
    ending = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    kept = []
    for name, line in zip(names, lines, strict=True):
        if name == own_name:
            # Rows that are still to come replace older ones; the others are new.
            kept += [rows.pop(new) + ending for new in list(rows) if new not in names]
        if name in put:
            kept += [rows.pop(name) + ending] if name in rows else []
        elif name not in dropped:
            kept.append(line)
    if rows and kept and not kept[-1].endswith(b"\n"):
        kept.append(ending)
    return b"".join(kept) + b"".join(row + ending for row in rows.values())


def _name_in(line: bytes) -> str:
    if line.startswith(b'"'):
        import csv

        with suppress(csv.Error):
            return next(csv.reader([line.decode(errors="surrogateescape")]))[0]
    return line.partition(b",")[0].decode(errors="surrogateescape")


def _row(name: str, data: bytes) -> bytes:
    import base64
    import csv
    import hashlib
    import io

    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow((name, f"sha256={digest}", len(data)))
    return text.getvalue().encode()
