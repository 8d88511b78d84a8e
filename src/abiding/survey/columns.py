"""The columns of a table of files: their types, and the core metadata fields that they hold.

Their names are those of the public table `pypi.distribution_metadata`; `provides_extra`, `dynamic`, `metadata_sha256`,
`downloads` and `problem` are our own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from abiding.findings.named_tuple import NamedTuple
from abiding.findings.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["COLUMNS", "FIELDS", "REQUIRED", "Column", "ColumnType", "MissingColumn", "missing"]


class ColumnType(StrEnum):
    """What a column holds, as DuckDB calls it."""

    TEXT = "VARCHAR"
    TEXTS = "VARCHAR[]"
    NUMBER = "BIGINT"
    TIME = "TIMESTAMP"

    def fits(self, sql_type: str) -> bool:
        """Return whether DuckDB's type of a column will do; each number and time in it is still checked."""
        return sql_type == '"NULL"' or bool(_TYPES[self].fullmatch(sql_type))


# Programs that keep numbers with gaps, or sums, write floating point; whoever comes from CSV has texts.
_TYPES = {
    ColumnType.TEXT: pattern("VARCHAR"),
    ColumnType.TEXTS: pattern(r'(VARCHAR|"NULL")\[\]'),
    ColumnType.NUMBER: pattern(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|VARCHAR"),
    ColumnType.TIME: pattern(r"TIMESTAMP(TZ)?(_\w+)?( WITH TIME ZONE)?|DATE|VARCHAR"),
}


class Column(NamedTuple):
    """A column; `field` is empty where it is none of core metadata."""

    name: str
    kind: ColumnType
    field: str = ""


REQUIRED = ("name", "version", "filename", "packagetype", "metadata_version")
_TEXT = {
    "requires_python": "Requires-Python",
    "summary": "Summary",
    "description": "Description",
    "description_content_type": "Description-Content-Type",
    "keywords": "Keywords",
    "home_page": "Home-page",
    "download_url": "Download-URL",
    "author": "Author",
    "author_email": "Author-email",
    "maintainer": "Maintainer",
    "maintainer_email": "Maintainer-email",
    "license": "License",
    "license_expression": "License-Expression",
}
_TEXTS = {
    "requires_dist": "Requires-Dist",
    "provides_extra": "Provides-Extra",
    "dynamic": "Dynamic",
    "classifiers": "Classifier",
    "platform": "Platform",
    "supported_platform": "Supported-Platform",
    "license_files": "License-File",
    "project_urls": "Project-URL",
    "requires": "Requires",
    "provides": "Provides",
    "obsoletes": "Obsoletes",
    "provides_dist": "Provides-Dist",
    "obsoletes_dist": "Obsoletes-Dist",
    "requires_external": "Requires-External",
}
COLUMNS: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("metadata_version", ColumnType.TEXT, "Metadata-Version"),
        Column("name", ColumnType.TEXT, "Name"),
        Column("version", ColumnType.TEXT, "Version"),
        *(Column(name, ColumnType.TEXT, field) for name, field in _TEXT.items()),
        *(Column(name, ColumnType.TEXTS, field) for name, field in _TEXTS.items()),
        Column("filename", ColumnType.TEXT),
        Column("packagetype", ColumnType.TEXT),
        Column("metadata_sha256", ColumnType.TEXT),
        Column("upload_time", ColumnType.TIME),
        Column("downloads", ColumnType.NUMBER),
        Column("problem", ColumnType.TEXT),
    )
}
FIELDS = tuple(column for column in COLUMNS.values() if column.field)

# What is not known without a column.
_WITHOUT = {
    "requires_dist": "what files require is not compared",
    "requires_python": "`Requires-Python` is not compared",
    "provides_extra": "extras are not compared",
    "dynamic": "an sdist that lists a field as dynamic can't be told from one that does not: the case is `1 or 2`, and "
    "files that differ are judged as if it listed none",
    "metadata_sha256": "whether files are the same to the byte is not known: the best verdict is `equal`",
    "upload_time": "there is no year",
    "downloads": "which releases matter most is not known",
}


class MissingColumn(NamedTuple):
    """A column that some tables do not have, how many of how many, and what follows from that."""

    column: str
    tables: int
    of: int
    consequence: str

    def __str__(self) -> str:
        some = f" in {self.tables:,} of {self.of:,} tables" if self.tables < self.of else ""
        return f"there is no column `{self.column}`{some}: {self.consequence}"


def missing(there: Sequence[Collection[str]]) -> tuple[MissingColumn, ...]:
    """Return what is missing of tables, each given by the columns that it has."""
    lacking = {name: sum(name not in names for names in there) for name in _WITHOUT}
    return tuple(MissingColumn(name, number, len(there), _WITHOUT[name]) for name, number in lacking.items() if number)
