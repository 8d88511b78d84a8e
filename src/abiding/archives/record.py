"""RECORD, the list of a wheel's files (PEP 376, binary distribution format), updated for changed members."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from abiding.archives.member_paths import literal
from abiding.findings import bounds
from abiding.findings.errors import ArchiveError
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import BinaryIO

    from abiding.archives.zipdirectory import Directory

__all__ = ["fault_in", "line_ends", "read_record", "rows", "updated_record"]


# The usual form: rows without quotes, in ASCII; hash and size may be empty.
_PLAIN = pattern(rb"(?:[ !#-+\--~]{0,1000},[ !#-+\--~]{0,200},[0-9]{0,18}(?:\r\n?|\n|\Z))*+")
_SIZE = pattern(r"\+?[0-9]{1,100}")
_SIZES = 1 << 64
_ENDS_FOR_SOME = pattern(r"[\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_UTF8 = pattern(r"[\udc80-\udcff]")
_BYTE_ORDER_MARK = "\ufeff"
_MOST_QUOTED = 200
# The length of a name, a hash and a size; `csv` allows 131,072 for each.
_LONGEST_ROW = 400_000


def read_record(directory: Directory, file: BinaryIO, name: str) -> bytes:
    """Read RECORD of a wheel. Raises `ArchiveError` if it has far more rows than the wheel has files."""
    record = directory.contents(file, directory.get(name), bounds.MEMBER)
    rows = line_ends(record)
    if rows > 1000 + bounds.RECORD_ROWS * len(directory.names):
        message = f"has {rows:,} rows in RECORD for {len(directory.names):,} files"
        raise ArchiveError.at(directory.name, message)
    return record


def rows(record: bytes, errors: str = "surrogateescape") -> Iterator[list[str]]:
    """Yield the rows of a RECORD one by one, because a hostile one has millions. Raises `csv.Error`."""
    import csv
    import io

    text = io.TextIOWrapper(io.BytesIO(record), "utf-8", errors, newline="")
    left = _LONGEST_ROW

    def lines() -> Iterator[str]:
        nonlocal left
        while line := text.readline(left + 1):
            left -= len(line)
            if left < 0:
                raise csv.Error(f"it has more than {_LONGEST_ROW:,} characters in a row")
            yield line

    for row in csv.reader(lines()):
        yield row
        left = _LONGEST_ROW


def line_ends(record: bytes) -> int:
    """Return the number of line ends, each of which is a line feed, a carriage return, or both."""
    return record.count(b"\n") + record.count(b"\r") - record.count(b"\r\n")


def fault_in(record: bytes) -> str:
    """Return the error in a RECORD that pip and uv don't read equally; hashes are not checked."""
    if _PLAIN.fullmatch(record):
        return ""
    import csv

    number = 0
    try:
        for number, row in enumerate(rows(record), 1):
            fault = _fault_in_row(row, is_first=number == 1)
            if fault:
                return f"{fault}: {literal(','.join(row)[:_MOST_QUOTED])}" if row else f"{fault} (row {number:,})"
    except csv.Error as exc:
        return f"pip can't read (row {number + 1:,}): {exc}"
    return ""


def _fault_in_row(row: list[str], *, is_first: bool) -> str:
    if not row:
        return "has an empty row, at which pip stops"
    text = ",".join(row)
    if _NOT_UTF8.search(text):
        return "has a row that is not UTF-8"
    if len(row) != len(("name", "hash", "size")) or not _is_size(row[2]):
        return "has a row that is not name, hash and size"
    if is_first and text.startswith(_BYTE_ORDER_MARK):
        return "begins with a byte order mark, which pip takes for a part of the first name"
    if "\n" in text or "\r" in text:
        return "has a row with a line break in it, which pip leaves out"
    if _ENDS_FOR_SOME.search(text):
        return "has a row with a character in it at which the row ends for pip, and not for uv"
    return ""


def _is_size(text: str) -> bool:
    """Return whether a size is empty, or a number that all tools accept: uv has 64 bits, and only ASCII digits."""
    return not text or bool(_SIZE.fullmatch(text) and int(text) < _SIZES)


def updated_record(record: bytes, contents: Mapping[str, bytes], dropped: Collection[str], own_name: str) -> bytes:
    """Update RECORD: new rows for `contents`, none for `dropped`, and the same bytes for all others.

    A row is `name,sha256=digest,size`, in CSV (PEP 376, binary distribution format). New rows come before that of
    RECORD itself, whose name is `own_name`.
    """
    new_rows = {name: _row(name, data) for name, data in contents.items()}
    lines = record.splitlines(keepends=True)
    names = [_name_in(line) for line in lines]
    ending = lines[0][len(lines[0].rstrip(b"\r\n")) :] if lines else b""
    ending = ending or b"\n"
    updated = []
    for name, line in zip(names, lines, strict=True):
        if name == own_name:
            # Rows that are still to come replace older ones; the others are new.
            updated += [new_rows.pop(new) + ending for new in list(new_rows) if new not in names]
        if name in contents:
            updated += [new_rows.pop(name) + ending] if name in new_rows else []
        elif name not in dropped:
            updated.append(line)
    if new_rows and updated and not updated[-1].endswith((b"\n", b"\r")):
        updated.append(ending)
    return b"".join(updated) + b"".join(row + ending for row in new_rows.values())


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
