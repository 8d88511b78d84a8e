"""The columns of a table of files, each with what it may hold and the field of core metadata that it stands for.

They are named as in the public table `pypi.distribution_metadata`; `provides_extra`, `dynamic`, `metadata_sha256`,
`downloads` and `problem` are our own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["COLUMNS", "FIELDS", "REQUIRED", "Column", "Kind", "missing"]


class Kind(StrEnum):
    """What a column holds, as DuckDB calls it."""

    TEXT = "VARCHAR"
    TEXTS = "VARCHAR[]"
    NUMBER = "BIGINT"
    TIME = "TIMESTAMP"

    def fits(self, given: str) -> bool:
        """Return whether a column of this type of DuckDB can be taken for it; one without any value has none."""
        names = _NAMES[self]
        return given == '"NULL"' or (given.startswith(names) and given.endswith("[]") is (self is Kind.TEXTS))


_NAMES = {
    Kind.TEXT: ("VARCHAR",),
    Kind.TEXTS: ("VARCHAR[]", '"NULL"[]'),
    Kind.NUMBER: (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
    ),
    Kind.TIME: ("TIMESTAMP", "DATE"),
}


class Column(NamedTuple):
    """A column; `field` is empty where it is none of core metadata."""

    name: str
    kind: Kind
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
        Column("metadata_version", Kind.TEXT, "Metadata-Version"),
        Column("name", Kind.TEXT, "Name"),
        Column("version", Kind.TEXT, "Version"),
        *(Column(name, Kind.TEXT, field) for name, field in _TEXT.items()),
        *(Column(name, Kind.TEXTS, field) for name, field in _TEXTS.items()),
        Column("filename", Kind.TEXT),
        Column("packagetype", Kind.TEXT),
        Column("metadata_sha256", Kind.TEXT),
        Column("upload_time", Kind.TIME),
        Column("downloads", Kind.NUMBER),
        Column("problem", Kind.TEXT),
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


def missing(there: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the columns that a table does not have, and what follows from that."""
    return tuple((name, why) for name, why in _WITHOUT.items() if name not in there)
