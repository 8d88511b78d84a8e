"""Check one part of a survey: SQL decides files that are equal to the byte, the rules decide the rest.

DuckDB writes to disk what does not fit into its memory limit.
"""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from abiding.metadata.plain_lines import LINEAR, LONG_NUMBER
from abiding.survey.columns import FIELDS, ColumnType
from abiding.survey.row_judgement import SDIST_NOT_READ, UNKNOWN_CASE, FileRow, JudgedRelease, judge_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from abiding.survey.row_judgement import Unjudged

__all__ = ["decide"]


_CHUNK = 200  # releases that are judged in one go
_BATCH = 10_000  # rows
_MOST = (1 << 63) - 1  # of a number

_JUDGED = (*(column.name for column in FIELDS), "filename", "packagetype", "metadata_sha256")

_PLAIN = ("version", "case", "verdict", "resolver_relevant")
Key = tuple[str, str]
Chunk = list[tuple[Key, list[FileRow]]]


def decide(connection: DuckDBPyConnection, *, in_sql: bool) -> None:
    """Make the tables `releases`, `bad` and `others` of `rows`.

    `in_sql` is whether SQL decides what it can. Without it, the rules decide everything, for a comparison.
    """
    connection.execute(_FILES)
    connection.execute(_TWICE)
    _name_versions(connection)
    connection.execute(_GROUPS.format(in_sql=in_sql, most=_MOST))
    connection.execute(_DECIDED.format(unknown=UNKNOWN_CASE))
    for chunk in _chunks(connection.cursor()):
        _put(connection, [outcome for key, rows in chunk for outcome in judge_rows(key, rows)])
    connection.execute(_RELEASES.format(unread=SDIST_NOT_READ))


# What has an empty text or list, and what has none, say the same.
_EMPTY = {ColumnType.TEXT: "''", ColumnType.TEXTS: "[]"}
_CONTENT = ", ".join(f"{column.name} := coalesce({column.name}, {_EMPTY[column.kind]})" for column in FIELDS)
_NAME = r"regexp_extract(x, '^\s*([A-Za-z0-9._-]+)', 1)"
_NORMAL = "regexp_replace(lower({}), '[-_.]+', '-', 'g')"
_NAMES = f"list_transform(requires_dist, lambda x: {_NORMAL.format(_NAME)})"
_NUMBERS = (
    "CASE WHEN regexp_full_match(version, '(0|[1-9][0-9]*)([.](0|[1-9][0-9]*))*') "
    "THEN regexp_replace(version, '([.]0)+$', '') END"
)
# Lines that every tool reads in one way, each of which some version satisfies: there is one clause, or none of them
# bounds from above, or there is room between two of them.
_SPECIFIER = "split_part(x, ';', 1)"
_ROOM = rf"""(NOT contains({_SPECIFIER}, ',') OR NOT regexp_matches({_SPECIFIER}, '<|==|~=')
    OR coalesce(regexp_full_match({_SPECIFIER}, '[^<>=!~,]*>=\s*[0-9.]+\s*,\s*<\s*[0-9.]+\s*[)]?\s*')
        AND TRY_CAST(regexp_extract({_SPECIFIER}, '>=\s*([0-9]+)', 1) AS BIGINT)
            < TRY_CAST(regexp_extract({_SPECIFIER}, ',\s*<\s*([0-9]+)', 1) AS BIGINT), FALSE))"""
_QUOTED = LINEAR.replace("'", "''")
_USUAL = f"(regexp_full_match(x, '{_QUOTED}') AND NOT regexp_matches(x, '{LONG_NUMBER}') AND {_ROOM})"
_USUAL_LINES = f"length(list_filter(requires_dist, lambda x: NOT {_USUAL})) = 0"
# A Requires-Python with a bound below, which the Python of the file's tag is not under, and one above that no Python
# has reached; what is left out besides may be just that Python.
_PYTHON_TAG = "split_part(filename, '-', -3)"
_LEAST = r"coalesce(TRY_CAST(regexp_extract(requires_python, '>=\s*3[.]([0-9]+)', 1) AS INTEGER), 0)"
_USUAL_PYTHON = rf"""(
    regexp_full_match(requires_python,
        '\s*>=\s*[23]([.][0-9]{{1,3}}){{0,2}}\s*(,\s*!=\s*3[.][0-9]{{1,3}}[.][*]\s*)*(,\s*<\s*4([.]0)?\s*)?')
    AND (packagetype = 'sdist' OR {_PYTHON_TAG} IN ('py3', 'py2.py3')
        OR NOT contains(requires_python, '!')
            AND coalesce(TRY_CAST(regexp_extract({_PYTHON_TAG}, '^cp3([0-9]+)$', 1) AS INTEGER) >= {_LEAST}, FALSE)))"""
# `exact` is whether the file name has this project and this version, letter by letter; `plain` whether no distribution
# is required twice, and what is required, and the version of the metadata, are written as they nearly always are.
_FILES = rf"""
CREATE TABLE bad AS SELECT file::INTEGER AS file, row::BIGINT AS row, filename, fault AS why
    FROM rows WHERE fault IS NOT NULL;
CREATE TABLE others AS SELECT packagetype, count(*)::BIGINT AS files
    FROM rows WHERE fault IS NULL AND packagetype NOT IN ('sdist', 'bdist_wheel') GROUP BY packagetype;
CREATE TABLE files AS SELECT
    file::INTEGER AS file, row::BIGINT AS row, filename, version, upload_time, downloads,
    {_NORMAL.format("name")} AS key_name,
    {_NUMBERS} AS key_version,
    packagetype = 'sdist' AS is_sdist,
    nullif(metadata_sha256, '') AS digest,
    md5(to_json(struct_pack({_CONTENT}))::VARCHAR) AS content,
    metadata_version,
    coalesce(length(dynamic), 0) > 0 AS is_dynamic,
    is_sdist AND list_contains(lacking, 'dynamic') AS no_dynamic,
    {_NORMAL.format("name")} = {_NORMAL.format("regexp_extract(filename, '^[^-]*')")} AND CASE WHEN is_sdist
        THEN filename IN (concat(regexp_extract(filename, '^[^-]*'), '-', version, '.tar.gz'),
                          concat(regexp_extract(filename, '^[^-]*'), '-', version, '.zip'))
            AND regexp_full_match(version, '[0-9][A-Za-z0-9_.!+]*')
        ELSE regexp_full_match(filename, '[^-]+-[^-]+-[^-.]+-[^-.]+-[^-.]+([.][^-.]+)?[.]whl')
            AND split_part(filename, '-', 2) = version
        END AND regexp_full_match(regexp_extract(filename, '^[^-]*'), '[A-Za-z0-9][A-Za-z0-9._]*')
        AND length(filename) < 256 AS exact,
    regexp_full_match(metadata_version, '[0-9]{{1,3}}[.][0-9]{{1,3}}')
        AND coalesce(length(list_distinct({_NAMES})) = length(requires_dist) AND {_USUAL_LINES}, TRUE)
        AND (coalesce(requires_python, '') = '' OR {_USUAL_PYTHON})
        AS plain
FROM rows WHERE fault IS NULL AND packagetype IN ('sdist', 'bdist_wheel');
CREATE TABLE unread AS SELECT DISTINCT {_NORMAL.format("name")} AS key_name, version, {_NUMBERS} AS key_version
    FROM rows WHERE fault IS NOT NULL AND packagetype = 'sdist' AND name IS NOT NULL AND version IS NOT NULL;
"""
_TWICE = """
CREATE TABLE twice AS SELECT key_name, filename, min((file::BIGINT << 40) + row) AS first
    FROM files GROUP BY key_name, filename HAVING count(*) > 1;
INSERT INTO bad SELECT file, row, filename, 'is in the table more than once: the first row counts'
    FROM files JOIN twice USING (key_name, filename) WHERE (file::BIGINT << 40) + row <> first;
DELETE FROM files USING twice WHERE files.key_name = twice.key_name AND files.filename = twice.filename
    AND (file::BIGINT << 40) + row <> first;
"""
# Of a release whose sdist is there, and can't be judged, it is not known what that says: it is none without an sdist.
_GROUPS = """
UPDATE files SET key_version = canonical FROM versions
    WHERE files.key_version IS NULL AND files.version = versions.version;
UPDATE unread SET key_version = canonical FROM versions
    WHERE unread.key_version IS NULL AND unread.version = versions.version;
CREATE TABLE groups AS SELECT
    key_name, key_version, count(*)::INTEGER AS files, min(upload_time) AS uploaded,
    (CASE WHEN sum(downloads) > {most} THEN {most} ELSE sum(downloads) END)::BIGINT AS downloads,
    arg_min(version, (file, row)) AS version,
    bool_or(is_sdist) AS has_sdist,
    any_value(metadata_version) AS metadata_version, any_value(is_dynamic) AS is_dynamic,
    bool_or(no_dynamic) AS no_dynamic,
    count(digest) = count(*) AND min(digest) = max(digest) AS same,
    {in_sql} AND min(content) = max(content) AND bool_and(exact) AND bool_and(plain) AS decided
FROM files GROUP BY key_name, key_version;
"""
_DECIDED = """
CREATE TABLE judged AS SELECT
    key_name, key_version, version,
    CASE WHEN NOT modern THEN '4' WHEN NOT has_sdist THEN '3' WHEN is_dynamic THEN '2' WHEN no_dynamic THEN '{unknown}'
        ELSE '1' END AS "case",
    CASE WHEN same THEN 'clean' ELSE 'equal' END AS verdict,
    FALSE AS resolver_relevant,
    []::VARCHAR[] AS fields,
    MAP {{}}::MAP(VARCHAR, INTEGER) AS rules,
    '' AS finding
FROM (SELECT *, (split_part(metadata_version, '.', 1)::INTEGER, split_part(metadata_version, '.', 2)::INTEGER) >= (2, 2)
        AS modern FROM groups WHERE decided);
"""
_OPEN = """
SELECT files.key_name, files.key_version, rows.* EXCLUDE (fault, upload_time, downloads, problem)
FROM rows JOIN files ON rows.file = files.file AND rows.row = files.row
    JOIN groups ON groups.key_name = files.key_name AND groups.key_version = files.key_version
WHERE NOT decided AND rows.fault IS NULL ORDER BY 1, 2, rows.file, rows.row
"""
_RELEASES = """
CREATE TABLE releases AS SELECT
    key_name AS name, judged.version,
    CASE WHEN NOT has_sdist AND (key_name, key_version) IN (SELECT (key_name, key_version) FROM unread)
        THEN '{unread}' ELSE "case" END AS "case",
    verdict, resolver_relevant, fields, rules, finding, files, uploaded, downloads
FROM judged JOIN groups USING (key_name, key_version) ORDER BY key_name, judged.version;
"""


def _name_versions(connection: DuckDBPyConnection) -> None:
    """Make the table `versions`: one spelling of each that is more than numbers."""
    import pyarrow
    from packaging.utils import canonicalize_version

    def canonical(version: str) -> str:
        try:
            return canonicalize_version(version)
        except ValueError:  # a number of thousands of digits
            return version

    connection.execute("CREATE TABLE versions (version VARCHAR, canonical VARCHAR)")
    of = "SELECT version FROM {} WHERE key_version IS NULL"
    query = f"{of.format('files')} UNION {of.format('unread')}"
    for batch in connection.cursor().sql(query).to_arrow_reader(_BATCH):
        texts = batch.column(0).to_pylist()
        table = pyarrow.table({"version": texts, "canonical": [canonical(text) for text in texts]})
        connection.register("found", table)
        connection.execute("INSERT INTO versions SELECT * FROM found")


def _chunks(connection: DuckDBPyConnection) -> Iterator[Chunk]:
    """Yield what is left to the rules, in the order of releases: no release is in two chunks."""
    releases = groupby(_rows(connection), key=lambda pair: pair[0])
    pieces = ((key, [row for _, row in pairs]) for key, pairs in releases)
    while chunk := list(islice(pieces, _CHUNK)):
        yield chunk


def _rows(connection: DuckDBPyConnection) -> Iterator[tuple[Key, FileRow]]:
    for batch in connection.sql(_OPEN).to_arrow_reader(_BATCH):
        for row in batch.to_pylist():
            known = {name: row[name] for name in _JUDGED if name not in row["lacking"]}
            yield (row["key_name"], row["key_version"]), FileRow(row["file"], row["row"], known)


def _put(connection: DuckDBPyConnection, outcomes: Sequence[JudgedRelease | Unjudged]) -> None:
    import pyarrow

    good = [judged for judged in outcomes if isinstance(judged, JudgedRelease)]
    columns: dict[str, Any] = {
        "key_name": [judged.key[0] for judged in good],
        "key_version": [judged.key[1] for judged in good],
        **{name: [getattr(judged, name) for judged in good] for name in _PLAIN},
        "fields": pyarrow.array([judged.fields for judged in good], pyarrow.list_(pyarrow.string())),
        "rules": pyarrow.array(
            [list(judged.rules.items()) for judged in good], pyarrow.map_(pyarrow.string(), pyarrow.int32())
        ),
        "finding": [judged.finding for judged in good],
    }
    if good:
        connection.register("found", pyarrow.table(columns))
        connection.execute("INSERT INTO judged SELECT * FROM found")
    for outcome in outcomes:
        if not isinstance(outcome, JudgedRelease):
            named = "(SELECT filename FROM files WHERE file = ? AND row = ?)"
            connection.execute(
                f"INSERT INTO bad VALUES (?, ?, {named}, ?)",
                [outcome.file, outcome.row, outcome.file, outcome.row, outcome.why],
            )
