"""Parquet files as tables of files: what their footers say, and their rows."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.findings.named_tuple import NamedTuple
from abiding.survey.columns import COLUMNS, REQUIRED, ColumnType
from abiding.survey.row_sql import pattern, select_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow
    from duckdb import DuckDBPyConnection


__all__ = ["TableFile", "unreadable"]


class TableFile(NamedTuple):
    """A Parquet file, with what is known before its rows are read.

    `own` are the columns in the file; its folders may add others, as `packagetype=sdist`.
    """

    number: int
    file: Path
    own: tuple[str, ...]
    schema: tuple[tuple[str, str], ...]
    groups: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, number: int, file: Path) -> TableFile:
        """Read the footer of a file, which gets this number.

        Raises `AbidingError` if it is no Parquet file, or lacks a required column.
        """
        own, schema = _schema(file)
        lacking = [name for name in REQUIRED if name not in schema]
        if lacking:
            raise _lacking(file, lacking)
        return cls(number, file.absolute(), own, tuple(schema.items()), tuple(_groups(file)))

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return sum(rows for rows, _ in self.groups)

    @property
    def there(self) -> tuple[str, ...]:
        """The columns that it has, of those that are read."""
        names = dict(self.schema)
        return tuple(name for name in COLUMNS if name in names)

    @property
    def clashes(self) -> bool:
        """Whether DuckDB can't number its rows, because a column has that name."""
        return "file_row_number" in self.own

    def cut(self, most: int) -> Iterator[tuple[int, int]]:
        """Divide the file at row groups into pieces of at most a number of bytes; yields first row and end of each."""
        first = end = size = 0
        for rows, weight in self.groups:
            if size and size + weight > most:
                yield first, end
                first, size = end, 0
            end, size = end + rows, size + weight
        yield first, end

    def select(self) -> str:
        """Return SQL for its rows: `file`, `row`, the columns, and `fault`, which is null for a valid row.

        `lacking` are the columns that the file does not have, whose values are unknown, not empty.
        """
        return select_rows(self.number, _read(self.file, self.own, "file_row_number = true"), dict(self.schema))

    def select_mended(self, connection: DuckDBPyConnection, first: int, end: int) -> str:
        """Return the same for row groups with texts that are no UTF-8, which are faults of their rows."""
        connection.register("mended", _mend(self, first, end))
        return select_rows(self.number, "mended", {**dict(self.schema), "problem": "VARCHAR"})


def unreadable(file: Path, exc: Exception) -> AbidingError:
    """Return the error for a file that can't be read as Parquet."""
    note = str(exc).partition("\n")[0]
    return _error(file, "can't be read as Parquet", note, "give Parquet files, folders of them, or globs")


def _schema(file: Path) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Return the columns in a file, and the types of these and of its folders' columns; in lower case, as in SQL."""
    import duckdb

    try:
        with duckdb.connect() as connection:
            own = tuple(_column_types(connection, _read(file, None)))
            return own, _column_types(connection, _read(file, own))
    except duckdb.Error as exc:
        raise unreadable(file, exc) from exc


def _column_types(connection: DuckDBPyConnection, table: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    return {name.lower(): kind for name, kind, *_ in described}


def _read(file: Path, own: Sequence[str] | None, *options: str) -> str:
    """Return SQL for a file, with the columns of its folders, unless it has one of these itself."""
    columns = set(_of_folders(file))
    hive = own is not None and bool(columns) and columns.isdisjoint(own)
    # Texts that old programs wrote are marked as bytes.
    options = (f"hive_partitioning = {hive}", "binary_as_string = true", *options)
    if hive:
        options = ("hive_types_autocast = false", *options)  # version 7 is no number
    return f"read_parquet({pattern(file)}, {', '.join(options)})"


def _of_folders(file: Path) -> dict[str, str]:
    """Return the columns in a file's folders, each `COLUMN=VALUE` (Hive partitions)."""
    pairs = (part.partition("=") for part in file.absolute().parent.parts)
    return {name.lower(): unquote(value) for name, equals, value in pairs if name and equals}


def _groups(file: Path) -> Iterator[tuple[int, int]]:
    """Yield the number of rows and bytes of each row group."""
    import pyarrow
    from pyarrow import parquet

    try:
        footer = parquet.read_metadata(file)
    except (OSError, pyarrow.ArrowException) as exc:
        raise unreadable(file, exc) from exc
    for group in map(footer.row_group, range(footer.num_row_groups)):
        yield group.num_rows, group.total_byte_size


def _mend(source: TableFile, first: int, end: int) -> pyarrow.Table:
    """Read row groups, with invalid UTF-8 replaced by null and a `problem`."""
    import pyarrow
    from pyarrow import parquet

    starts = [0, *accumulate(rows for rows, _ in source.groups)]
    groups = [group for group, start in enumerate(starts[:-1]) if first <= start < end]
    table = parquet.ParquetFile(source.file).read_row_groups(groups)
    table = table.rename_columns([name.lower() for name in table.schema.names])
    table = table.select([name for name in dict.fromkeys(table.schema.names) if name in COLUMNS and name != "problem"])
    problems: list[str | None] = [None] * len(table)
    for place, field in enumerate(table.schema):
        values = _values(table.column(place))
        if values is None:
            continue
        texts = [_text(value) for value in values]
        for row, (value, text) in enumerate(zip(values, texts, strict=True)):
            if value is not None and text is None:
                problems[row] = f"`{field.name}` is no UTF-8"
        kind = pyarrow.string() if COLUMNS[field.name].kind is not ColumnType.TEXTS else pyarrow.list_(pyarrow.string())
        table = table.set_column(place, field.name, pyarrow.array(texts, kind))
    of_folders = {name: value for name, value in _of_folders(source.file).items() if name in dict(source.schema)}
    more = {name: pyarrow.array([value] * len(table)) for name, value in of_folders.items() if name not in source.own}
    more["problem"] = pyarrow.array(problems, pyarrow.string())
    more["file_row_number"] = pyarrow.array(range(first, first + len(table)), pyarrow.int64())
    for name, column in more.items():
        table = table.append_column(name, column)
    return table


def _values(column: pyarrow.ChunkedArray) -> list[Any] | None:
    """Return the bytes of texts, or of lists of them; None for all others."""
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = pyarrow.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)
    raw = _bytes_of(column.type)
    return column.cast(raw).to_pylist() if raw else None


def _bytes_of(kind: pyarrow.DataType) -> pyarrow.DataType | None:
    """Return the type of bytes for a type of texts, or of lists of them; None for all others."""
    import pyarrow
    from pyarrow import types

    texts = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    if any(are(kind) for are in texts):
        return pyarrow.large_binary()
    if types.is_list(kind) or types.is_large_list(kind):
        return pyarrow.large_list(pyarrow.large_binary()) if _bytes_of(kind.value_type) else None
    return None


def _text(value: bytes | list[bytes | None] | None) -> str | list[str | None] | None:
    """Decode bytes, or each of a list; None if one is no UTF-8."""
    try:
        if isinstance(value, list):
            return [None if data is None else data.decode() for data in value]
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _lacking(file: Path, lacking: Sequence[str]) -> AbidingError:
    message = f"has no column {' and no column '.join(f'`{name}`' for name in lacking)}"
    return _error(file, message, "without it nothing can be said of a file", "the columns are in the documentation")


def _error(file: Path, message: str, note: str, hint: str) -> AbidingError:
    return AbidingError(
        Finding("bad-table", Severity.ERROR, message, artifact=str(file), notes=(note,), hints=(hint,)),
        "Nothing was surveyed",
    )
