"""The sources of a survey: Parquet files, or a list of releases that are read from an index."""

from __future__ import annotations

import glob
import os
import re
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abiding.artifacts.artifact import Unreadable
from abiding.files.plain import is_folder, is_plain, is_there, read_for
from abiding.findings import bounds
from abiding.findings.errors import AbidingError, MissingFileError, UnknownReleaseError
from abiding.findings.finding import Finding, Severity
from abiding.survey.columns import COLUMNS, FIELDS, ColumnType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from abiding.artifacts.artifact import Artifact


__all__ = ["is_list", "parquet", "releases_in", "rows_of", "write"]


_BATCH = 1000  # rows that are written together
_HINT = (
    "give Parquet files, folders of them, globs, a mirror's folder, or a list of releases (`.txt`, one `NAME==VERSION` "
    "a line)"
)


def is_list(source: str) -> bool:
    """Return whether a source is a list of releases."""
    return source.endswith(".txt")


def parquet(source: str) -> list[Path]:
    """Return the Parquet files that a source stands for, in the order of their names. Raises `AbidingError`."""
    paths = [Path(source)] if is_there(Path(source)) else sorted(map(Path, glob.glob(source, recursive=True)))  # noqa: PTH207 (it may be absolute)
    unique: dict[Path, None] = {}
    for path in paths:
        # Other programs write a table as a folder that is called like a file.
        try:
            files = sorted(filter(is_plain, path.rglob("*.parquet"))) if is_folder(path) else [path]
        except OSError as exc:  # it changes meanwhile
            raise _unread(path, exc.strerror or str(exc)) from exc
        if not all(map(is_plain, files)):
            raise _unread(path, "it is not a plain file")
        unique |= dict.fromkeys(files)
    if not unique and is_there(Path(source)):
        readable = os.access(source, os.R_OK | os.X_OK)
        raise _nothing(source, "the folder has no Parquet file in it" if readable else "you may not read this folder")
    if not unique:
        raise MissingFileError.at(source, "Nothing was surveyed", _HINT)
    return list(unique)


def releases_in(source: str) -> tuple[str, ...]:
    """Return the releases of a list, each once; `#` begins a comment. Raises `AbidingError`."""
    try:
        data = read_for(Path(source), bounds.RELEASES)
        lines = data.decode().splitlines()
    except FileNotFoundError as exc:
        raise MissingFileError.at(source, "Nothing was surveyed", _HINT) from exc
    except OSError as exc:
        raise _unread(source, exc.strerror or str(exc)) from exc
    except UnicodeDecodeError as exc:
        raise _unread(source, f"it is not UTF-8 at byte {exc.start}") from exc
    if len(data) > bounds.RELEASES:
        raise _unread(source, f"it has more than {bounds.RELEASES:,} bytes")
    named = (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines)
    return tuple(dict.fromkeys(filter(None, named)))


def _unread(source: Path | str, why: str) -> AbidingError:
    return _nothing(source, f"can't be read: {why}")


def _nothing(source: Path | str, message: str) -> AbidingError:
    finding = Finding("missing-file", Severity.ERROR, message, artifact=str(source), hints=(_HINT,))
    return AbidingError(finding, "Nothing was surveyed")


def rows_of(files: Iterable[Artifact | Unreadable]) -> Iterator[dict[str, Any]]:
    """Yield files as rows of a table; those that could not be read have only the columns that are always there."""
    import hashlib

    for file in files:
        row: dict[str, Any] = {
            "filename": _as_utf8(file.filename),
            "packagetype": "bdist_wheel" if file.kind == "wheel" else "sdist",
            "upload_time": file.uploaded.astimezone(UTC).replace(tzinfo=None) if file.uploaded else None,
        }
        if isinstance(file, Unreadable):
            yield {**row, "name": _as_utf8(file.name), "version": _as_utf8(file.version), "problem": file.problem.rule}
            continue
        row["metadata_sha256"] = hashlib.sha256(file.metadata.data).hexdigest()
        for column in FIELDS:
            if column.kind is ColumnType.TEXTS:
                row[column.name] = [_as_utf8(value) for value in file.metadata.all(column.field)]
            else:
                row[column.name] = _as_utf8(file.metadata.get(column.field)) or None
        row["description"] = row["description"] or _as_utf8(file.metadata.body) or None
        yield row


def _as_utf8(text: str) -> str:
    """Return a text that Parquet can hold: bytes that are not UTF-8 are lost."""
    return text.encode("utf-8", "replace").decode()


def write(rows: Iterable[dict[str, Any]], file: Path) -> None:
    """Write rows as a Parquet file that a survey can read."""
    import pyarrow
    from pyarrow import parquet

    types = {
        ColumnType.TEXT: pyarrow.string(),
        ColumnType.TEXTS: pyarrow.list_(pyarrow.string()),
        ColumnType.TIME: pyarrow.timestamp("us"),
    }
    names = [column for column in COLUMNS.values() if column.kind in types]
    schema = pyarrow.schema([(column.name, types[column.kind]) for column in names])
    with parquet.ParquetWriter(file, schema) as writer:
        rest = iter(rows)
        while batch := list(islice(rest, _BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema))


def read_releases(
    specs: Sequence[str], index_url: str | None, tell: Callable[[int], None]
) -> Iterator[Artifact | Unreadable | Finding]:
    """Yield the files of releases on an index, and why a release can't be read."""
    from abiding.artifacts.index import read_release

    for number, spec in enumerate(specs):
        tell(number)
        try:
            yield from read_release(spec, index_url)
        except UnknownReleaseError as exc:
            yield exc.findings[0]
