"""RECORD: the rows that a wheel has of its files (PEP 376, binary distribution format), brought up to date."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.archives.unpacking import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["fault_in", "updated_record"]


# A row without quotes that is not name, hash and size; the last two may be empty.
_NO_ROW = re.compile(rb"^(?!\r?$)(?![^,\n]*,[^,\n]*,\d*\r?$)[^\n]*", re.MULTILINE)
_MOST_QUOTED = 200


def fault_in(record: bytes) -> str:
    """What is wrong with a RECORD that pip or uv can't read, empty if nothing is; hashes are not looked at."""
    try:
        text = record.decode()
    except UnicodeDecodeError as exc:
        return f"is not UTF-8 at byte {exc.start}"
    if b'"' not in record:
        found = _NO_ROW.search(record)
        row = found[0].decode() if found else ""
    else:
        row = _wrong_row(text)
    return f"has a row that is not name, hash and size: {quoted(row.strip()[:_MOST_QUOTED])}" if row else ""


def _wrong_row(text: str) -> str:
    import csv
    import io

    lines = io.StringIO(text, newline="")
    try:
        for row in csv.reader(lines):
            if row and not (len(row) == len(("name", "hash", "size")) and (row[2].isdecimal() or not row[2])):
                return ",".join(row)
    except csv.Error as exc:
        return str(exc)
    return ""


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
