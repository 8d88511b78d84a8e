"""Parquet files as one table of files: what can be judged, and what can't, row by row, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from abiding.findings.errors import AbidingError
from abiding.findings.finding import Finding, Severity
from abiding.survey.columns import COLUMNS, REQUIRED, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from abiding.survey.columns import Column

__all__ = ["Rows"]


# Characters of one value, or of all values of a list: no METADATA that was ever published has more.
_HUGE = 4_000_000
_KINDS = "('sdist', 'bdist_wheel')"


class Rows(NamedTuple):
    """The rows of some Parquet files. `there` are the columns that at least one of them has."""

    files: tuple[Path, ...]
    there: tuple[str, ...]

    @classmethod
    def read(cls, connection: DuckDBPyConnection, files: Sequence[Path]) -> Rows:
        """Make the view `rows` of all files: `file`, `row`, the columns, and `fault`, null where a row can be judged.

        Raises `AbidingError` if a file is none of Parquet, or has not the columns without which nothing can be said.
        """
        schemas = [_schema(connection, file) for file in files]
        there = tuple(name for name in COLUMNS if any(name in schema for schema in schemas))
        for file, schema in zip(files, schemas, strict=True):
            lacking = [name for name in REQUIRED if name not in schema]
            if lacking:
                raise _lacking(file, lacking)
        selects = [
            _select(number, file, schema) for number, (file, schema) in enumerate(zip(files, schemas, strict=True))
        ]
        connection.execute(f"CREATE VIEW rows AS {' UNION ALL '.join(selects)}")
        return cls(tuple(files), there)


def _schema(connection: DuckDBPyConnection, file: Path) -> Mapping[str, str]:
    import duckdb

    try:
        found = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({_quoted(str(file))})").fetchall()
    except duckdb.Error as exc:
        note = str(exc).partition("\n")[0]
        raise _error(file, "can't be read as Parquet", note, "give Parquet files, folders of them, or globs") from exc
    return {name: kind for name, kind, *_ in found}


def _select(number: int, file: Path, schema: Mapping[str, str]) -> str:
    """The rows of one file. A value of another type than its column may have is a fault of its row."""
    columns = [f"{_value(one, schema)} AS {one.name}" for one in COLUMNS.values()]
    faults = [fault for one in COLUMNS.values() if one.name in schema for fault in _faults(one, schema[one.name])]
    fault = f"CASE {' '.join(f'WHEN {when} THEN {_quoted(why)}' for when, why in faults)} END"
    source = f"read_parquet({_quoted(str(file))}, file_row_number = true)"
    return f"SELECT {number} AS file, file_row_number AS row, {', '.join(columns)}, {fault} AS fault FROM {source}"


def _value(column: Column, schema: Mapping[str, str]) -> str:
    given = schema.get(column.name)
    if given is None or not column.kind.fits(given):
        return f"NULL::{column.kind}"
    return f"{column.name}::{column.kind}"


def _faults(column: Column, given: str) -> list[tuple[str, str]]:
    name = column.name
    if not column.kind.fits(given):
        return [(f"{name} IS NOT NULL", f"`{name}` is {given}, and should be {column.kind}")]
    found = []
    if name in REQUIRED:
        found.append((f"coalesce({name}, '') = ''", f"`{name}` is empty"))
    if column.kind is Kind.TEXT:
        found.append((f"length({name}) > {_HUGE}", f"`{name}` has more than {_HUGE:,} characters"))
    elif column.kind is Kind.TEXTS:
        huge = f"list_sum(list_transform({name}::VARCHAR[], lambda x: length(x))) > {_HUGE}"
        found.append((huge, f"`{name}` has more than {_HUGE:,} characters"))
        found.append((f"list_count({name}) < length({name})", f"`{name}` has an empty item"))
    return found


def _lacking(file: Path, lacking: Sequence[str]) -> AbidingError:
    message = f"has no column {' and no column '.join(f'`{one}`' for one in lacking)}"
    return _error(file, message, "without it nothing can be said of a file", "the columns are in the documentation")


def _error(file: Path, message: str, note: str, hint: str) -> AbidingError:
    return AbidingError(
        Finding("bad-table", Severity.ERROR, message, artifact=str(file), notes=(note,), hints=(hint,)),
        "Nothing was surveyed",
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
