"""Rows of a Parquet file as SQL, each with its fault, if there is one."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from abiding.findings import bounds
from abiding.survey.columns import COLUMNS, REQUIRED, ColumnType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from abiding.survey.columns import Column

__all__ = ["NO_ROWS", "literal", "pattern", "select_rows"]

# Characters of one value, or of all values of a list: no METADATA that was ever published has more.
_HUGE = 4_000_000
_MOST_SHOWN = 100
_REQUIRING = ("Requires-Dist", "Requires-Python")
_SIZE_OF_ALL = "list_sum(list_transform({name}::VARCHAR[], lambda x: strlen(x) + 16))"  # as lines of METADATA
_KINDS = "'sdist', 'bdist_wheel'"
NO_ROWS = (
    f"SELECT NULL::INTEGER AS file, NULL::BIGINT AS row, "
    f"{', '.join(f'NULL::{column.kind} AS {column.name}' for column in COLUMNS.values())}, "
    f"NULL::VARCHAR[] AS lacking, NULL::VARCHAR AS fault WHERE FALSE"
)


def select_rows(number: int, source: str, schema: Mapping[str, str]) -> str:
    """Return SQL for the rows of one source. A value of the wrong type is a fault of its row."""
    columns = [f"{_value(column, schema)} AS {column.name}" for column in COLUMNS.values()]
    there = [column for column in COLUMNS.values() if column.name in schema]
    faults = [(when, literal(why)) for column in there for when, why in _faults(column, schema[column.name])]
    if ColumnType.TEXT.fits(schema.get("problem", "")):
        # Of what could not be read nothing else is there either.
        faults.insert(0, ("problem <> ''", f"concat('can''t be read: ', problem[:{_MOST_SHOWN}])"))
    if ColumnType.TEXT.fits(schema["packagetype"]):
        # What is neither an sdist nor a wheel is left out, whatever else is in its row.
        faults.insert(0, (f"packagetype NOT IN ('', {_KINDS})", "NULL"))
    fault = f"CASE {' '.join(f'WHEN {when} THEN {why}' for when, why in faults)} END"
    place = f"{number}::INTEGER AS file, file_row_number::BIGINT AS row"
    lacking = ", ".join(literal(name) for name in COLUMNS if name not in schema)
    return f"SELECT {place}, {', '.join(columns)}, [{lacking}]::VARCHAR[] AS lacking, {fault} AS fault FROM {source}"


def _given(column: Column, sql_type: str) -> str:
    """Return SQL for a value; placeholders for missing values become null."""
    if column.kind in (ColumnType.TEXT, ColumnType.TEXTS):
        return column.name
    if sql_type == "VARCHAR":
        return f"nullif(trim({column.name}), '')"
    # As a text: statistics in Parquet leave NaN out, and DuckDB concludes from them that there is none.
    return f"nullif({column.name}::VARCHAR, 'nan')" if sql_type in ("FLOAT", "DOUBLE") else column.name


def _value(column: Column, schema: Mapping[str, str]) -> str:
    sql_type = schema.get(column.name)
    if sql_type is None or not column.kind.fits(sql_type):
        return f"NULL::{column.kind}"
    value = _given(column, sql_type)
    if column.kind is ColumnType.TIME and sql_type != '"NULL"':
        # A text may have a zone; the time of what has none is UTC.
        value = f"(TRY_CAST({value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')" if sql_type == "VARCHAR" else value
        value = f"({value} AT TIME ZONE 'UTC')" if sql_type.endswith("WITH TIME ZONE") else value
        value = f"CASE WHEN year(TRY_CAST({value} AS TIMESTAMP)) BETWEEN 1 AND 9999 THEN {value} END"
    return f"TRY_CAST({value} AS {column.kind})"


def _faults(column: Column, sql_type: str) -> list[tuple[str, str]]:
    name = column.name
    wrong = f"`{name}` is {sql_type}, and should be {column.kind}"
    if not column.kind.fits(sql_type):
        return [(f"{name} IS NOT NULL", wrong)]
    if column.kind in (ColumnType.NUMBER, ColumnType.TIME):
        value = _value(column, {name: sql_type})
        why = wrong if sql_type == "VARCHAR" else f"`{name}` is out of the range of {column.kind}"
        return [(f"{_given(column, sql_type)} IS NOT NULL AND {value} IS NULL", why)]
    faults = []
    if name in REQUIRED:
        faults.append((f"coalesce({name}, '') = ''", f"`{name}` is empty"))
    if column.kind is ColumnType.TEXT:
        faults.append((f"length({name}) > {_HUGE}", f"`{name}` has more than {_HUGE:,} characters"))
    else:
        huge = f"list_sum(list_transform({name}::VARCHAR[], lambda x: length(x))) > {_HUGE}"
        faults.append((huge, f"`{name}` has more than {_HUGE:,} characters"))
        faults.append((f"list_count({name}) < length({name})", f"`{name}` has an empty item"))
        most = bounds.METADATA_LINES
        faults.append((f"length({name}) > {most}", f"`{name}` has more than {most:,} items, which is too many"))
    if column.field in _REQUIRING:
        # As in METADATA: each takes far longer to be understood than to be read.
        size = f"strlen({name})" if column.kind is ColumnType.TEXT else _SIZE_OF_ALL.format(name=name)
        faults.append((f"{size} > {bounds.REQUIREMENTS}", f"`{name}` has too many bytes"))
    return faults


def pattern(file: Path, below: str = "") -> str:
    """Return a file name as SQL, escaped for DuckDB's patterns; `below` may be a pattern."""
    return literal(glob.escape(str(file)) + below)


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
