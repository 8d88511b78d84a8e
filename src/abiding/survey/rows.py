"""Parquet files as one table of files: what can be judged, and what can't, row by row, with the reason."""

from __future__ import annotations

import glob
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from abiding.findings import bounds
from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.survey.columns import COLUMNS, REQUIRED, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow
    from duckdb import DuckDBPyConnection

    from abiding.survey.columns import Column

__all__ = ["NO_ROWS", "Source", "literal", "pattern", "unreadable"]


# Characters of one value, or of all values of a list: no METADATA that was ever published has more.
_HUGE = 4_000_000
_MOST_SHOWN = 100
_REQUIRING = ("Requires-Dist", "Requires-Python")
_SIZE_OF_ALL = "list_sum(list_transform({name}::VARCHAR[], lambda x: strlen(x) + 16))"  # as lines of METADATA
_KINDS = "'sdist', 'bdist_wheel'"


class Source(NamedTuple):
    """A Parquet file, and what is known of it before its rows are read."""

    number: int
    file: Path
    schema: tuple[tuple[str, str], ...]
    groups: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, number: int, file: Path) -> Source:
        """Look at a file, whose number rows are known by.

        Raises `AbidingError` if it is none of Parquet, or has not the columns without which nothing can be said.
        """
        schema = _schema(file)
        lacking = [name for name in REQUIRED if name not in schema]
        if lacking:
            raise _lacking(file, lacking)
        return cls(number, file.absolute(), tuple(schema.items()), tuple(_groups(file)))

    @property
    def rows(self) -> int:
        """The number of its rows."""
        return sum(rows for rows, _ in self.groups)

    @property
    def there(self) -> tuple[str, ...]:
        """The columns that it has, of those that are read."""
        names = dict(self.schema)
        return tuple(name for name in COLUMNS if name in names)

    def cut(self, most: int) -> Iterator[tuple[int, int]]:
        """Cut the file between its groups of rows: the first row and the end of pieces of at most so many bytes."""
        first = end = size = 0
        for rows, weight in self.groups:
            if size and size + weight > most:
                yield first, end
                first, size = end, 0
            end, size = end + rows, size + weight
        yield first, end

    def select(self) -> str:
        """Its rows as SQL: `file`, `row`, the columns, and `fault`, null where a row can be judged."""
        rows = f"read_parquet({pattern(self.file)}, file_row_number = true)"
        return _select(self.number, rows, dict(self.schema))

    def select_mended(self, connection: DuckDBPyConnection, first: int, end: int) -> str:
        """Return the same, of some groups of rows in which there are texts that are no UTF-8: faults of their rows."""
        connection.register("mended", _mended(self.file, first, end))
        return _select(self.number, "mended", {**dict(self.schema), "problem": "VARCHAR"})


NO_ROWS = (
    f"SELECT NULL::INTEGER AS file, NULL::BIGINT AS row, "
    f"{', '.join(f'NULL::{column.kind} AS {column.name}' for column in COLUMNS.values())}, "
    f"NULL::VARCHAR AS fault WHERE FALSE"
)


def unreadable(file: Path, exc: Exception) -> AbidingError:
    """Return the error of a file that can't be read as what it should be."""
    note = str(exc).partition("\n")[0]
    return _error(file, "can't be read as Parquet", note, "give Parquet files, folders of them, or globs")


def _schema(file: Path) -> Mapping[str, str]:
    import duckdb

    try:
        with duckdb.connect() as connection:
            described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({pattern(file)})").fetchall()
    except duckdb.Error as exc:
        raise unreadable(file, exc) from exc
    return {name: kind for name, kind, *_ in described}


def _groups(file: Path) -> Iterator[tuple[int, int]]:
    """Yield the rows and the bytes of each group of rows."""
    import pyarrow
    from pyarrow import parquet

    try:
        footer = parquet.read_metadata(file)
    except (OSError, pyarrow.ArrowException) as exc:
        raise unreadable(file, exc) from exc
    for group in map(footer.row_group, range(footer.num_row_groups)):
        yield group.num_rows, group.total_byte_size


def _mended(file: Path, first: int, end: int) -> pyarrow.Table:
    """Read groups of rows, with a `problem` where a text is no UTF-8, and without that text."""
    import pyarrow
    from pyarrow import parquet

    starts = [0, *accumulate(rows for rows, _ in _groups(file))]
    groups = [group for group, start in enumerate(starts[:-1]) if first <= start < end]
    table = parquet.ParquetFile(file).read_row_groups(groups)
    problems: list[str | None] = [None] * len(table)
    for place, field in enumerate(table.schema):
        if raw := _bytes_of(field.type):
            given = table.column(place).cast(raw).to_pylist()
            texts = [_text(value) for value in given]
            for row, (value, text) in enumerate(zip(given, texts, strict=True)):
                if value is not None and text is None:
                    problems[row] = f"`{field.name}` is no UTF-8"
            table = table.set_column(place, field.name, pyarrow.array(texts, field.type))
    names = [name for name in table.schema.names if name != "problem"]
    rows = pyarrow.array(range(first, first + len(table)), pyarrow.int64())
    table = table.select(names).append_column("problem", pyarrow.array(problems, pyarrow.string()))
    return table.append_column("file_row_number", rows)


def _bytes_of(kind: pyarrow.DataType) -> pyarrow.DataType | None:
    """Return the type of bytes for a type of texts, or of lists of them; None for all others."""
    import pyarrow
    from pyarrow import types

    if types.is_string(kind) or types.is_large_string(kind):
        return pyarrow.large_binary()
    if types.is_list(kind) or types.is_large_list(kind):
        inner = _bytes_of(kind.value_type)
        return pyarrow.large_list(inner) if inner else None
    return None


def _text(value: bytes | list[bytes | None] | None) -> str | list[str | None] | None:
    """Return what bytes say, or each of a list; None if not all of it is UTF-8."""
    try:
        if isinstance(value, list):
            return [None if data is None else data.decode() for data in value]
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _select(number: int, source: str, schema: Mapping[str, str]) -> str:
    """Return the rows of one source. A value of another type than its column may have is a fault of its row."""
    columns = [f"{_value(column, schema)} AS {column.name}" for column in COLUMNS.values()]
    there = [column for column in COLUMNS.values() if column.name in schema]
    faults = [(when, literal(why)) for column in there for when, why in _faults(column, schema[column.name])]
    if Kind.TEXT.fits(schema.get("problem", "")):
        # Of what could not be read nothing else is there either.
        faults.insert(0, ("problem <> ''", f"concat('can''t be read: ', problem[:{_MOST_SHOWN}])"))
    if Kind.TEXT.fits(schema["packagetype"]):
        # What is neither an sdist nor a wheel is left out, whatever else is in its row.
        faults.insert(0, (f"packagetype NOT IN ('', {_KINDS})", "NULL"))
    fault = f"CASE {' '.join(f'WHEN {when} THEN {why}' for when, why in faults)} END"
    place = f"{number}::INTEGER AS file, file_row_number::BIGINT AS row"
    return f"SELECT {place}, {', '.join(columns)}, {fault} AS fault FROM {source}"


def _value(column: Column, schema: Mapping[str, str]) -> str:
    given = schema.get(column.name)
    if given is None or not column.kind.fits(given):
        return f"NULL::{column.kind}"
    # Not the time of the machine, which another one has not.
    zone = " AT TIME ZONE 'UTC'" if given.endswith("WITH TIME ZONE") else ""
    return f"({column.name}{zone})::{column.kind}"


def _faults(column: Column, given: str) -> list[tuple[str, str]]:
    name = column.name
    if not column.kind.fits(given):
        return [(f"{name} IS NOT NULL", f"`{name}` is {given}, and should be {column.kind}")]
    faults = []
    if name in REQUIRED:
        faults.append((f"coalesce({name}, '') = ''", f"`{name}` is empty"))
    if column.kind is Kind.TEXT:
        faults.append((f"length({name}) > {_HUGE}", f"`{name}` has more than {_HUGE:,} characters"))
    elif column.kind is Kind.TEXTS:
        huge = f"list_sum(list_transform({name}::VARCHAR[], lambda x: length(x))) > {_HUGE}"
        faults.append((huge, f"`{name}` has more than {_HUGE:,} characters"))
        faults.append((f"list_count({name}) < length({name})", f"`{name}` has an empty item"))
        most = bounds.METADATA_LINES
        faults.append((f"length({name}) > {most}", f"`{name}` has more than {most:,} items; nobody means so many"))
    if column.field in _REQUIRING:
        # As in METADATA: each takes far longer to be understood than to be read.
        size = f"strlen({name})" if column.kind is Kind.TEXT else _SIZE_OF_ALL.format(name=name)
        faults.append((f"{size} > {bounds.REQUIREMENTS}", f"`{name}` has more bytes than anybody means"))
    return faults


def _lacking(file: Path, lacking: Sequence[str]) -> AbidingError:
    message = f"has no column {' and no column '.join(f'`{name}`' for name in lacking)}"
    return _error(file, message, "without it nothing can be said of a file", "the columns are in the documentation")


def _error(file: Path, message: str, note: str, hint: str) -> AbidingError:
    return AbidingError(
        Finding("bad-table", Severity.ERROR, message, artifact=str(file), notes=(note,), hints=(hint,)),
        "Nothing was surveyed",
    )


def pattern(file: Path, below: str = "") -> str:
    """Give a file as SQL, where DuckDB takes patterns: no letter of its name stands for another; `below` may be one."""
    return literal(glob.escape(str(file)) + below)


def literal(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"
